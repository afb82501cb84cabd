# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's secrets, to look for them where they must not be."""

import subprocess

import yaml

from proof.lab import ROOT

VAULT = ROOT / "inventories" / "lab" / "group_vars" / "all" / "secrets.yml"


def read_secrets() -> dict:
    """The variable hospital_secrets of the lab, decrypted."""
    command = [ROOT / ".venv/bin/ansible-vault", "view", str(VAULT)]
    text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return yaml.safe_load(text)["hospital_secrets"]


def needles(secrets: dict, path: str = "") -> dict[str, str]:
    """{key path: text that must show up nowhere}; of a private key its first full line."""
    found = {}
    for key, value in secrets.items():
        where = f"{path}.{key}".lstrip(".")
        if isinstance(value, dict):
            found.update(needles(value, where))
        elif key != "certificate":
            lines = [line for line in value.splitlines() if not line.startswith("-----")]
            found[where] = lines[0]
    return found
