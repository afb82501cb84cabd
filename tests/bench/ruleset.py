# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule sets for the benchmark of the firewall: a hospital of so many flows through the gateway's own template."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.firewall import gateway_rules, hospital_networks

ROOT = Path(__file__).resolve().parents[2]
ROLE = ROOT / "roles/segment_gateway"
TODAY = "2030-01-02"
LAST_DAYS = ("2039-03-31", "2039-06-30", "2039-09-30", "2039-12-31")
SEGMENTS = 40
CLIENT, SERVER = "10.99.10.50", "10.99.11.101"
TCP_PORTS, UDP_PORTS = "5201-5202", "20000-29999"
EMPTY = """table inet medvirt_gateway {
}
delete table inet medvirt_gateway
table inet medvirt_gateway {
    chain forward {
        type filter hook forward priority filter; policy drop;
        ct state established accept
        accept
    }
}
"""


@dataclass(frozen=True)
class RuleSet:
    """flows: 0 for the empty one, which looks for connections and lets everything through."""

    flows: int
    elements: int
    text: str


def make(counts: Sequence[int], seed: int = 1) -> list[RuleSet]:
    """Rule sets of a hospital with so many flows; the two that the benchmark uses lie in their midst."""
    plans = {count: _plan(_flows(count, random.Random(seed))) for count in counts if count}
    elements = {count: gateway_rules(plan, "main", TODAY) for count, plan in plans.items()}
    texts = _rendered(plans, elements)
    return [RuleSet(count, len(elements.get(count, ())), texts.get(count, EMPTY)) for count in counts]


def _flows(count: int, chance: random.Random) -> list[dict[str, Any]]:
    flows = [_flow(f"flow-{number}", chance) for number in range(count - 2)]
    flows[count // 2 : count // 2] = [
        _allow("bench-tcp", "10.99.10.0/24", [SERVER], "tcp", TCP_PORTS),
        _allow("bench-udp", "10.99.10.0/24", [SERVER], "udp", UDP_PORTS),
    ]
    return flows


def _plan(flows: list[dict[str, Any]]) -> dict[str, Any]:
    segments = {
        f"seg{number}": {"site": "main", "subnet": f"10.99.{10 + number}.0/24", "prefix": 24, "bridge": None}
        for number in range(SEGMENTS)
    }
    return {
        "sites": {"main": {"supernet": "10.99.0.0/16"}},
        "segments": segments,
        "gateways": {"main": {"segments": list(segments), "outside": None}},
        "flows": flows,
    }


def _flow(name: str, chance: random.Random) -> dict[str, Any]:
    """A guest, a segment or the whole hospital to some guests, seldom to a segment, so that many flows overlap.

    One in twenty has a last day.
    """
    one, other = chance.sample(range(SEGMENTS), 2)
    guest, segment = f"10.99.{10 + one}.{chance.randrange(101, 200)}/32", f"10.99.{10 + one}.0/24"
    source = chance.choices([guest, segment, "10.99.0.0/16"], [5, 4, 1])[0]
    targets = [f"10.99.{10 + other}.{chance.randrange(101, 200)}" for __ in range(chance.randint(1, 3))]
    if chance.random() < 0.05:
        targets = [f"10.99.{10 + other}.0/24"]
    first = chance.randrange(1024, 15000)
    port = chance.choice([443, 8042, 4242, 2575, 5432, first, f"{first}-{first + 2000}"])
    made = _allow(name, source, targets, chance.choice(["tcp", "tcp", "udp"]), port)
    return {**made, "expires": chance.choice(LAST_DAYS) if chance.random() < 0.05 else None}


def _allow(name: str, source: str, targets: list[str], protocol: str, port: int | str) -> dict[str, Any]:
    return {
        "name": name,
        "source_subnets": [source],
        "destination_addresses": [],
        "destination_subnets": targets,
        "protocol": protocol,
        "ports": [port],
        "expires": None,
    }


def _rendered(plans: dict[int, dict[str, Any]], elements: dict[int, list[dict[str, Any]]]) -> dict[int, str]:
    """The text of the role's template with the role's own variables, made by Ansible: each count is a host of it."""
    hosts = {f"flows_{count}": {"segment_gateway_elements": elements[count]} for count in plans}
    inventory = {"all": {"hosts": hosts, "vars": _variables(next(iter(plans.values())))}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "hosts.json").write_text(json.dumps(inventory))
        command = [str(ROOT / ".venv/bin/ansible"), "all", "--inventory", f"{folder}/hosts.json"]
        command += ["--extra-vars", f"@{ROLE}/defaults/main.yml", "--extra-vars", f"@{ROLE}/vars/main.yml"]
        command += ["--module-name", "ansible.builtin.template"]
        command += ["--args", f"src={ROLE}/templates/medvirt_gateway.nft.j2 dest={folder}/{{{{ inventory_hostname }}}}"]
        done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"the rule sets could not be made: {done.stdout or done.stderr}")
        return {count: (folder / f"flows_{count}").read_text() for count in plans}


def _variables(plan: dict[str, Any]) -> dict[str, Any]:
    return {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "role_path": str(ROLE),
        "segment_gateway_inside_subnets": hospital_networks(plan),
        "segment_gateway_sync_segment": "seg0",
        "segment_gateway_peer_addresses": {"seg0": "10.99.10.3"},
        "segment_gateway_segments": [
            {
                "segment": key,
                "interface": f"leg{number}",
                "subnet": segment["subnet"],
                "address": segment["subnet"].replace(".0/24", ".2"),
                "virtual_address": segment["subnet"].replace(".0/24", ".1"),
                "outside": False,
            }
            for number, (key, segment) in enumerate(plan["segments"].items())
        ],
    }
