# SPDX-License-Identifier: GPL-3.0-or-later
"""A parsed hosts.yml as the three things that reports and exports read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from ..plan.previous import HOST_GROUPS, plan_of, slices

FORMAT = 2
Entry = dict[str, Any]


class NotReadable(ValueError):
    """The inventory is no plan, or none of the format that is read here; the message says what to do."""


@dataclass(frozen=True)
class PlanData:
    """`plan`: what concerns all; `hosts` (hypervisors, witnesses, gateways, probes) and `guests`: name -> slice."""

    plan: Entry
    hosts: dict[str, Entry]
    guests: dict[str, Entry]

    def sites(self) -> dict[str, Entry]:
        return self.plan["sites"]

    def site_title(self, site: str) -> str:
        return self.plan["sites"].get(site, {}).get("title") or site

    def hosts_of(self, site: str) -> dict[str, Entry]:
        return {name: host for name, host in self.hosts.items() if host["site"] == site}

    def hypervisors(self) -> dict[str, Entry]:
        return {name: host for name, host in self.hosts.items() if host["use"] == "hypervisor"}

    def guests_of(self, site: str) -> dict[str, Entry]:
        return {name: guest for name, guest in self.guests.items() if guest["site"] == site}

    def target_of(self, guest: str) -> str | None:
        """Where the guest goes when its host fails; None: it stays down."""
        host = self.guests[guest]["placement"]["host"]
        return self.plan["n_plus"]["failures"].get(host, {}).get(guest)

    def addressed_segments(self) -> Iterator[str]:
        """The segment of each address of a host, baseboard controller, guest or modality."""
        for machine in (*self.hosts.values(), *self.guests.values()):
            yield from (nic["segment"] for nic in machine["nics"] if nic["address"])
        yield from (self.bmc_segment(host) for host in self.hosts.values() if host.get("bmc"))
        yield from (modality["segment"] for modality in self.plan.get("modalities") or [])

    def bmc_segment(self, host: Entry) -> str:
        """Key of the segment in which a host's baseboard controller has its address; empty when it is in none."""
        address = IPv4Address(host["bmc"]["address"])
        found = (key for key, s in self.plan["segments"].items() if address in IPv4Network(s["subnet"]))
        return next(found, "")


def read_plan(inventory: Any) -> PlanData:
    """Take a plan apart. Raises NotReadable."""
    plan = plan_of(inventory)
    if plan is None:
        raise NotReadable("it holds no plan (all.vars.hospital_plan is missing): give the hosts.yml of plan.yml")
    if plan.get("format") != FORMAT:
        raise NotReadable(
            f"its format is {plan.get('format')} and this version reads format {FORMAT}: "
            "make it anew with ansible-playbook playbooks/plan.yml -e hospital=<your hospital.yml>"
        )
    hosts = {name: host for group in HOST_GROUPS for name, host in slices(inventory, group).items()}
    return PlanData(plan, hosts, slices(inventory, "guests"))
