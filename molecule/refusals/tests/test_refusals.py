# SPDX-License-Identifier: GPL-3.0-or-later
"""`site.yml` refuses what is not ready, in one sentence and before it changes anything."""

import re
import shutil

import pytest
from proof.cluster import assert_healthy
from proof.lab import INVENTORY, ROOT, STATE, playbook

FOLDER = ROOT / "build" / "refusals"


@pytest.fixture(scope="module", autouse=True)
def baseline():
    """Nothing is broken here: one look before all tests is enough."""
    assert_healthy()


@pytest.fixture
def inventory():
    """A copy of the lab's inventory, to be spoilt."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(INVENTORY.parent, FOLDER / "inventories" / "lab")
    yield FOLDER / "inventories" / "lab" / INVENTORY.name
    shutil.rmtree(FOLDER)


def change(path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path.name} no longer holds '{old}'"
    path.write_text(text.replace(old, new, 1))


def refusal(inventory, *arguments: str) -> str:
    """What site.yml says on one line when it refuses; no host may be in its recap."""
    done = playbook("site", *arguments, inventory=inventory)
    assert done.returncode != 0, "site.yml did not refuse"
    recap = done.stdout.rpartition("PLAY RECAP")[2]
    assert "localhost" in recap and "kvm" not in recap, f"a host was touched before the refusal: {recap}"
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
    errors = [line for line in lines if line.startswith("[ERROR]")]
    assert len(errors) == 1, done.stdout[-3000:] + done.stderr[-3000:]
    print(f"\n{errors[0]}")
    return errors[0]


def test_plan_edited_by_hand(inventory):
    change(inventory, "ansible_host: 10.77.10.12", "ansible_host: 10.77.10.99")
    said = refusal(inventory)
    assert "hosts.yml was edited by hand since it was generated: put the change into" in said
    assert "hospital.yml and run ansible-playbook playbooks/plan.yml -e hospital=" in said


def test_stale_plan(inventory):
    change(inventory.parent / "hospital.yml", "memory_mib: 640", "memory_mib: 704")
    said = refusal(inventory)
    assert "hosts.yml is stale, the intent " in said
    assert "hospital.yml changed since: run ansible-playbook playbooks/plan.yml -e hospital=" in said


def test_a_comment_makes_no_plan_stale(inventory):
    """The plan is accepted, so that the next thing that is missing is what the refusal names."""
    change(inventory.parent / "hospital.yml", "---\n", "# Reviewed by the night shift.\n---\n")
    (inventory.parent / "group_vars" / "all" / "secrets.yml").unlink()
    assert "secrets that the plan needs are missing" in refusal(inventory)


def test_missing_secrets(inventory):
    (inventory.parent / "group_vars" / "all" / "secrets.yml").unlink()
    said = refusal(inventory)
    assert "of the secrets that the plan needs are missing in " in said
    assert "bmc_passwords.kvm1" in said
    assert "run ansible-playbook playbooks/secrets.yml -i " in said


def test_host_that_does_not_answer(inventory):
    """A fourth host is in the intent, planned and has its secrets, but nobody has switched it on."""
    intent = inventory.parent / "hospital.yml"
    third = next(line for line in intent.read_text().splitlines() if "name: kvm3," in line)
    fourth = third.replace("kvm3", "kvm4").replace("10.77.11.113", "10.77.11.114")
    change(intent, third, f"{third}\n{fourth}")
    planned = playbook("plan", "-e", f"hospital={intent}", inventory=inventory)
    assert planned.returncode == 0, planned.stdout[-3000:]
    made = playbook("secrets", inventory=inventory)
    assert made.returncode == 0, made.stdout[-3000:]
    said = refusal(inventory, "-e", "hospital_connect_seconds=3")
    assert "Nothing was changed, because kvm4 did not answer on its SSH port" in said


def test_wrong_password_of_a_baseboard_controller():
    """Found on the hosts, which alone can ask the controllers, and before the cluster is changed."""
    file = STATE / "bmc" / "password-kvm2"
    right = file.read_text()
    file.write_text("not-the-password")
    try:
        done = playbook("site")
    finally:
        file.write_text(right)
    said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if "Host kvm2 cannot be fenced" in line]
    assert done.returncode != 0 and said, done.stdout[-3000:]
    assert "it refuses user and password" in said[0] and "kvm1" not in said[0]
    assert re.findall(r"changed=([1-9]\d*)", done.stdout) == []
    print(f"\n{said[0]}")
