# SPDX-License-Identifier: GPL-3.0-or-later
"""Time and memory of planning: the reference hospital, a cluster of 2 000 guests, ten hospitals.

    .venv/bin/python tests/bench/plan.py [reference|guests|hospitals ...]

Each runs playbooks/plan.yml, first without and then with its last plan. One line each: guests, hosts, lines of intent
and of plan, seconds of both runs, MiB of the largest process.
"""

from __future__ import annotations

import copy
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
SIZES = ("reference", "guests", "hospitals")


def intent(size: str) -> dict[str, Any]:
    """The intent of a size."""
    reference = yaml.safe_load((ROOT / "inventories/reference_hospital/hospital.yml").read_text())
    return {"reference": lambda: reference, "guests": lambda: _guests(reference), "hospitals": lambda: _ten(reference)}[
        size
    ]()


def _guests(reference: dict[str, Any]) -> dict[str, Any]:
    """One site of 80 hosts with 2 000 desktops' hosts."""
    first = reference["host_profiles"][0]
    disks = [{**disk, "capacity_gib": 61000} for disk in first["disks"]]
    profile = {**first, "name": "node", "memory_mib": 393216, "disks": disks}
    hosts = [_host(f"kvm{n}", "node", "main", f"r{n % 8}", "10.40.11", n) for n in range(80)]
    return {
        "hospital": "large",
        "domain": "large.example",
        "supernet": "10.40.0.0/14",
        "demand": {"beds": 300},
        "sites": [{"name": "main", "racks": [f"r{n}" for n in range(8)]}],
        "host_profiles": [profile],
        "hosts": hosts,
        "segments": [{"name": "vdi", "purpose": "guests", "subnet": "10.41.0.0/20"}],
        "services": [
            {"name": "infra"},
            {
                "name": "vdi",
                "demand": {"vdi_users": 64000},
                "guest": {"vcpus": 4, "memory_mib": 8192, "root_gib": 40},
            },
        ],
    }


def _host(name: str, profile: str, site: str, rack: str, net: str, number: int) -> dict[str, Any]:
    bmc = {"address": f"{net}.{101 + number}", "system": "1"}
    return {"name": name, "profile": profile, "site": site, "rack": rack, "bmc": bmc}


def _ten(reference: dict[str, Any]) -> dict[str, Any]:
    """Ten hospitals of the reference's main building, each a site and a tenant."""
    names = [f"h{n}" for n in range(10)]
    services = [s for s in reference["services"] if "site" not in s]
    ten = {
        "hospital": "group",
        "domain": "group.example",
        "supernet": "10.0.0.0/8",
        "demand": reference["demand"],
        "sites": [
            {"name": n, "racks": ["a", "b", "c"], "supernet": f"10.{40 + i}.0.0/16"} for i, n in enumerate(names)
        ],
        "tenants": [{"name": name} for name in names],
        "host_profiles": reference["host_profiles"],
        "hosts": [],
        "services": [],
    }
    for index, name in enumerate(names):
        for number in range(6):
            net = f"10.{40 + index}.11"
            ten["hosts"].append(_host(f"{name}-kvm{number}", "compute", name, "abc"[number % 3], net, number))
        for service in copy.deepcopy(services):
            service.pop("ae_title", None)
            kind = service.get("type", service["name"])
            ten["services"].append({**service, "name": f"{name}-{kind}", "type": kind, "site": name, "tenant": name})
    return ten


def measure(size: str, folder: Path) -> dict[str, Any]:
    """Run plan.yml twice: without and with the last plan."""
    text = yaml.safe_dump(intent(size), sort_keys=False, default_flow_style=None, width=120)
    (folder / "hospital.yml").write_text(text)
    command = [
        sys.executable,
        "-m",
        "ansible",
        "playbook",
        "playbooks/plan.yml",
        "-e",
        f"hospital={folder}/hospital.yml",
    ]
    seconds, plans = [], []
    for _run in range(2):
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        seconds.append(round(time.perf_counter() - started, 1))
        plans.append((folder / "hosts.yml").read_text())
    if plans[0] != plans[1]:
        raise SystemExit(f"{size}: planned again, the plan changed")
    children = yaml.load(plans[0], Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["all"]["children"]
    return {
        "size": size,
        "guests": len(children["guests"]["hosts"]),
        "hosts": len(children["kvm_hosts"]["hosts"]),
        "intent_lines": len(text.splitlines()),
        "plan_lines": len(plans[0].splitlines()),
        "first_seconds": seconds[0],
        "again_seconds": seconds[1],
        "peak_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }


def main(arguments: list[str]) -> None:
    """Measure each size in a process of its own, for the peak is that of all children so far."""
    if arguments[:1] == ["--one"]:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(arguments[1], Path(folder))))
        return
    for size in arguments or SIZES:
        subprocess.run([sys.executable, __file__, "--one", size], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
