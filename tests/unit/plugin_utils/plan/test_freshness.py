# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.plan.freshness import staleness


@pytest.fixture
def check(plan, lab, catalogue):
    text = plan(lab).text

    def call(intent=None, edit=lambda t: t, sha=None):
        intent_text = intent if isinstance(intent, str) else yaml.safe_dump(intent or lab)
        return staleness(edit(text), intent_text, sha or catalogue.sha256, "lab/hosts.yml", "lab/hospital.yml")

    return call


def test_fresh(check):
    assert check() is None


def test_comments_are_no_change(check, lab):
    assert check("# hello\n" + yaml.safe_dump(lab, sort_keys=True)) is None
    assert check(edit=lambda text: text + "# a note\n") is None


def test_stale_intent(check, lab):
    lab["hosts"][0]["rack"] = "r2"
    assert check(lab) == (
        "lab/hosts.yml is stale, the intent lab/hospital.yml changed since: "
        "run ansible-playbook playbooks/plan.yml -e hospital=lab/hospital.yml"
    )


def test_stale_catalogue(check):
    assert "the collection's catalogue (an upgrade changed defaults) changed since" in check(sha="other")


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("node_id: 2", "node_id: 5"),
        lambda text: text.replace("intent_sha256: ", "intent_sha256: 0"),
        lambda text: text + "    extra: {hosts: {}}\n",
        lambda text: text.replace("name: lab\n", "name: lab\n      name: bal\n"),
        lambda text: text.replace("content_sha256", "content_sha255"),
    ],
)
def test_hand_edit(check, edit):
    answer = check(edit=edit)
    assert answer.startswith("lab/hosts.yml was edited by hand")
    assert "run ansible-playbook playbooks/plan.yml -e hospital=lab/hospital.yml" in answer


def test_not_a_plan(check):
    assert "holds no plan" in check(edit=lambda __: "all: {hosts: {}}\n")
    assert "holds no plan" in check(edit=lambda __: "")


def test_unreadable_intent(check):
    assert "lab/hospital.yml can't be read" in check("a: [\n")
