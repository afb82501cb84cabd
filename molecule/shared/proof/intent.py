# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's intent, as a beginning for other ones."""

import yaml

from proof.lab import INVENTORY


def hypervisors_only() -> dict:
    """The lab's intent without gateways and probe: the hypervisors, and the segments on which they have ports."""
    lab = yaml.safe_load((INVENTORY.parent / "hospital.yml").read_text())
    hosts = [host for host in lab["hosts"] if host.get("use", "hypervisor") == "hypervisor"]
    used = {host["profile"] for host in hosts}
    profiles = [profile for profile in lab["host_profiles"] if profile["name"] in used]
    ports = {nic["segment"] for profile in profiles for nic in profile["nics"]}
    return {
        **{key: value for key, value in lab.items() if key not in ("flows", "modalities")},
        "host_profiles": profiles,
        "hosts": hosts,
        "segments": [segment for segment in lab["segments"] if segment["name"] in ports],
    }
