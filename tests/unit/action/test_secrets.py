# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook itself, with a vault and an inventory of its own: what it writes, keeps, refuses and never shows."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

ROOT = Path(__file__).parents[3]
PLAN = {
    "all": {
        "vars": {"hospital_plan": {"name": "test", "storage": {"main": {"backend": "ceph"}}}},
        "children": {
            "kvm_hosts": {"hosts": {"kvm1": {"hospital": {"bmc": {"address": "192.0.2.1"}}}}},
            "guests": {"hosts": {"pacs1": {"hospital": {"service": "pacs", "role": "pacs_single"}}}},
        },
    }
}


class Site:
    """A folder with ansible.cfg, the vault script and a plan, as an operator's checkout has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets = folder / "inventory/group_vars/all/secrets.yml"
        self.password = folder / ".vault-password"
        (folder / "scripts").mkdir()
        shutil.copy(ROOT / "scripts/vault_password", folder / "scripts")
        (folder / "ansible.cfg").write_text("[defaults]\nvault_password_file = scripts/vault_password\n")
        (folder / "inventory").mkdir()
        (folder / "inventory/hosts.yml").write_text(yaml.safe_dump(PLAN))
        (folder / "verify.yml").write_text(
            "- hosts: localhost\n  gather_facts: false\n  tasks:\n    - medvirt.hospital.secrets: {state: verified}\n"
        )

    def play(self, playbook: Path, *options: str) -> subprocess.CompletedProcess:
        environment = {name: value for name, value in os.environ.items() if name != "MEDVIRT_VAULT_PASSWORD"}
        environment["ANSIBLE_CONFIG"] = str(self.folder / "ansible.cfg")
        environment.setdefault("ANSIBLE_COLLECTIONS_PATH", str(ROOT / ".venv"))
        command = [Path(sys.executable).parent / "ansible-playbook", playbook, "-i", "inventory/hosts.yml", *options]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def make(self, *options: str) -> subprocess.CompletedProcess:
        return self.play(ROOT / "playbooks/secrets.yml", "-e", "hospital_bmc_passwords_generated=true", *options)

    def content(self) -> dict:
        vault = VaultLib([("default", VaultSecret(self.password.read_bytes().strip()))])
        return yaml.safe_load(vault.decrypt(self.secrets.read_bytes()))["hospital_secrets"]


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_first_run_makes_and_second_changes_no_byte(site):
    first = site.make("--diff", "-vvv")
    assert first.returncode == 0, first.stdout + first.stderr
    assert site.secrets.stat().st_mode & 0o777 == 0o600
    assert site.password.stat().st_mode & 0o777 == 0o600
    before = site.secrets.read_bytes()

    second = site.make()
    assert "changed=0" in second.stdout, second.stdout + second.stderr
    assert site.secrets.read_bytes() == before

    content = site.content()
    shown = first.stdout + first.stderr
    for value in (
        content["ca"]["key"].splitlines()[1],
        content["bmc_passwords"]["kvm1"],
        site.password.read_text().strip(),
    ):
        assert value not in shown
    assert "bmc_passwords.kvm1" in shown
    assert site.play(Path("verify.yml")).returncode == 0


def test_check_mode_names_what_it_would_add_and_writes_nothing(site):
    run = site.make("--check", "--diff")
    assert "+ceph.mon_key" in run.stdout and "changed=1" in run.stdout, run.stdout + run.stderr
    assert not site.secrets.exists() and not site.password.exists()


def test_verified_names_what_is_missing_and_the_command(site):
    run = site.play(Path("verify.yml"))
    assert run.returncode != 0
    assert "ca.key" in run.stdout + run.stderr
    assert "playbooks/secrets.yml -i inventory/hosts.yml" in " ".join((run.stdout + run.stderr).split())


def test_a_file_in_plain_text_is_refused(site):
    site.secrets.parent.mkdir(parents=True)
    site.secrets.write_text("hospital_secrets: {}\n")
    run = site.make()
    assert run.returncode != 0
    assert "secrets.yml is not encrypted" in " ".join((run.stdout + run.stderr).split())


def test_the_labs_own_inventory_is_understood():
    """Its group_vars must not stop a play of the controller, which has no inventory_dir."""
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    command = [Path(sys.executable).parent / "ansible-playbook", "playbooks/secrets.yml", "--check"]
    command += ["-i", "inventories/lab/hosts.yml"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
