# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of three hosts with three guests, as the plan and the hosts' answers would describe it."""

from __future__ import annotations

import copy

import pytest

FLAGS = ("standby", "maintenance", "pending", "unclean", "shutdown", "is_dc")
WHERE = {"pacs1": "kvm1", "emr1": "kvm1", "emr2": "kvm2"}


def host_slice(rack):
    return {
        "kind": "host",
        "site": "main",
        "rack": rack,
        "cluster": "main",
        "features": [],
        "maintenance": False,
        "capacity": {"cpu_millicores": 8000, "memory_mib": 8192},
        "nics": [{"segment": "mgmt"}, {"segment": "pacs"}],
    }


def guest_slice(service, memory_mib, apart_from=()):
    return {
        "kind": "guest",
        "service": service,
        "role": f"{service}_app",
        "cluster": "main",
        "tenant": None,
        "utilization": {"cpu": 1000, "hv_memory": memory_mib},
        "nics": [{"segment": "pacs"}],
        "needs": [],
        "placement": {"apart": "host", "apart_from": list(apart_from)},
    }


def entry(*nodes, **changes):
    plain = {
        "agent": "ocf:heartbeat:VirtualDomain",
        "role": "Started",
        "managed": True,
        "failed": False,
        "blocked": False,
    }
    return {**plain, "nodes": list(nodes), **changes}


class Cluster:
    """Slices and answers; a test spoils what it is about."""

    def __init__(self):
        self.hosts = {f"kvm{number}": host_slice(f"r{number}") for number in (1, 2, 3)}
        self.guests = {
            "pacs1": guest_slice("pacs", 4096),
            "emr1": guest_slice("emr", 2048, ["emr2"]),
            "emr2": guest_slice("emr", 2048, ["emr1"]),
        }
        view = {
            "available": True,
            "quorate": True,
            "maintenance_mode": False,
            "nodes": {name: {"online": True, **dict.fromkeys(FLAGS, False)} for name in self.hosts},
            "resources": {
                **{guest: entry(host) for guest, host in WHERE.items()},
                "fence-bmc-kvm1": entry("kvm2", agent="stonith:fence_redfish"),
            },
            "held": {},
        }
        self.answers = {
            name: {
                "guests": {"running": sorted(guest for guest, host in WHERE.items() if host == name), "answers": {}},
                "cluster": {"cluster": copy.deepcopy(view)},
                "storage": {"health": "HEALTH_OK"},
            }
            for name in self.hosts
        }

    def views(self):
        return [answer["cluster"]["cluster"] for answer in self.answers.values()]

    def resource(self, guest, **changes):
        for view in self.views():
            view["resources"][guest].update(changes)

    def node(self, host, **changes):
        for view in self.views():
            view["nodes"][host].update(changes)


@pytest.fixture
def cluster():
    return Cluster()
