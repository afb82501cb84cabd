# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a hospital's repository, from init to the drift alarm, with the pipelines' own steps.

Stand-ins, as there are no hosts here: `.venv` is made of this checkout's packages instead of downloads, and where
something is built, the playbooks site.yml and validate.yml of the installed collection are small ones whose host is a
folder. Real are git, every script, the planner, the report, and site.yml up to its first refusal.
"""

from __future__ import annotations

import re
import shutil

import pytest
from pipelines import GitHub, GitLab
from repository import Repository, make_venv

STAND_INS = {
    "site.yml": """\
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        content: "{{ groups['guests'] | sort | join(' ') }}\\n"
        dest: "{{ lookup('ansible.builtin.env', 'STAND_IN') }}/guests"
        mode: "0644"
""",
    "validate.yml": """\
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.assert:
        that: lookup('ansible.builtin.file', built).split() == groups['guests'] | sort
      vars:
        built: "{{ lookup('ansible.builtin.env', 'STAND_IN') }}/guests"
""",
}


@pytest.fixture(scope="module")
def repository(run, collections, artefact, tmp_path_factory) -> Repository:
    """Begun with init, planned, pushed; its pipelines' .venv set up."""
    top = tmp_path_factory.mktemp("hospital")
    repository = Repository(run, top)
    settings = ("-e", "directory=clinic", "-e", "hospital_name=clinic", "-e", f"collection={artefact}")
    run("ansible-playbook", "medvirt.hospital.init", *settings, cwd=top, ANSIBLE_COLLECTIONS_PATH=str(collections))
    make_venv(run, repository.work / ".venv")
    repository.verb("setup")
    repository.verb("plan")
    run("git", "init", "--quiet", "--bare", "--initial-branch=main", top / "origin.git", cwd=top)
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.git("remote", "add", "origin", str(top / "origin.git"))
    repository.push("Begin")
    repository.git("fetch", "--quiet")

    clone = top / "builds/clinic"
    shutil.copytree(repository.work, clone, ignore=shutil.ignore_patterns(".venv", ".git"))
    make_venv(run, clone / ".venv")
    run("scripts/setup", cwd=clone)
    (top / "cache").mkdir()
    shutil.move(clone / ".venv", top / "cache/.venv")
    shutil.rmtree(clone)
    return repository


@pytest.fixture
def stand_ins(repository):
    """The stand-ins for site.yml and validate.yml, in the pipelines' .venv."""
    playbooks = repository.top / "cache/.venv/ansible_collections/medvirt/hospital/playbooks"
    real = {name: (playbooks / name).read_text() for name in STAND_INS}
    for name, text in STAND_INS.items():
        (playbooks / name).write_text(text)
    yield
    for name, text in real.items():
        (playbooks / name).write_text(text)


READERS = {"gitlab": GitLab(), "github": GitHub()}
EVENTS = {
    "merge": ["setup", "lint", "schema", "plan_check", "summary"],
    "main": ["setup", "apply", "validate"],
    "schedule": ["setup", "drift"],
}


@pytest.fixture(params=list(READERS))
def reader(request):
    return READERS[request.param]


@pytest.mark.parametrize("event", list(EVENTS))
def test_steps_are_the_repositorys_scripts_in_this_order(repository, reader, event):
    words = [step.command.split()[0] for step in reader.steps(repository.work, event, "HEAD")]
    assert list(dict.fromkeys(words)) == [f"scripts/{verb}" for verb in EVENTS[event]]


def test_good_change_passes_and_is_summed_up(repository, reader):
    repository.branch("ris")
    repository.edit("  - {name: his}\n", "  - {name: his}\n  - {name: ris}\n")
    assert "+ guest ris" in repository.verb("plan")
    repository.push("Add the radiology information system")
    failed, said = repository.pipeline(reader, "merge", "ris")
    assert failed is None, said
    assert re.search(r"^.*\+ guest ris", said[said.index("# Plan of clinic") :], re.MULTILINE)


@pytest.mark.parametrize(
    ("kind", "old", "new", "step", "sentence"),
    [
        ("gitlab", "demand: {beds: 40}", "demand:  {beds: 40}", "scripts/lint", "too many spaces after colon"),
        ("github", "cores: 32", "cores: many", "scripts/schema", "'many' is not of type 'integer'"),
        ("gitlab", "rack: r3", "rack: r9", "scripts/plan_check", "r9"),
        ("github", "memory_mib: 524288", "memory_mib: 16384", "scripts/plan_check", "No plan was made"),
        ("gitlab", "beds: 40", "beds: 80", "scripts/plan_check", "hosts.yml is not the plan of hospital.yml"),
    ],
    ids=["layout", "type", "unknown rack", "infeasible", "plan not made again"],
)
def test_bad_change_fails_at_the_right_step(repository, kind, old, new, step, sentence):
    repository.branch("bad")
    repository.edit(old, new)
    repository.push("Change it badly")
    failed, said = repository.pipeline(READERS[kind], "merge", "bad")
    assert (failed, sentence in said) == (step, True), said


def test_secret_in_plain_text_is_refused(repository):
    repository.branch("plain")
    (repository.work / "group_vars/all/secrets.yml").write_text("hospital_secrets: {}\n")
    repository.push("Add secrets")
    failed, said = repository.pipeline(READERS["github"], "merge", "plain")
    assert failed == "scripts/lint" and "group_vars/all/secrets.yml is not encrypted" in said


def test_merge_builds_and_the_schedule_raises_the_alarm(repository, reader, stand_ins):
    assert repository.pipeline(reader, "main", "main")[0] is None
    assert "pacs1" in (repository.built / "guests").read_text()
    assert repository.pipeline(reader, "schedule", "main")[0] is None
    (repository.built / "guests").write_text("somebody was here\n")
    failed, said = repository.pipeline(reader, "schedule", "main")
    assert failed == "scripts/drift" and "localhost drifted from the plan" in said and "-somebody was here" in said
    assert (repository.built / "guests").read_text() == "somebody was here\n"


def test_real_site_refuses_in_a_sentence_where_it_cannot_build(repository):
    failed, said = repository.pipeline(READERS["gitlab"], "main", "main")
    reasons = r"Trunks \(bond0 of kvm1.*are not built|of the secrets that the plan needs are missing"
    assert failed == "scripts/apply" and re.search(reasons, said), said


def test_plan_edited_by_hand_is_not_applied(repository):
    repository.branch("edited")
    plan = repository.work / "hosts.yml"
    plan.write_text(plan.read_text().replace("domain: clinic.internal", "domain: clinic.example", 1))
    assert "was edited by hand" in repository.verb("apply", code=2)
    repository.git("checkout", "--quiet", "--", "hosts.yml")


def test_verbs_of_an_engineer(repository):
    repository.branch("look")
    assert "there is no verb fly" in repository.verb("fly", code=1)
    assert "changed=0" in repository.verb("plan", "--check")
    repository.verb("secrets", "-e", '{"hospital_bmc_passwords": {"kvm1": "a", "kvm2": "b", "kvm3": "c"}}')
    assert (repository.work / ".vault-password").stat().st_mode & 0o777 == 0o600
    repository.verb("lint")
    repository.verb("report")
    assert "<svg" in (repository.work / "build/report.html").read_text()
    assert repository.git("status", "--short").split() == ["??", "group_vars/all/secrets.yml"]
