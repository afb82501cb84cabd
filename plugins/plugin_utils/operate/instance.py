# SPDX-License-Identifier: GPL-3.0-or-later
"""Slices of the plan and a situation as an instance of the placement engine. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..engine.instance import Assignment, EngineGuest, EngineHost, Instance, Rules
from .observed import Situation, Slices


def engine_instance(name: str, n_plus: int, hosts: Slices, guests: Slices, now: Situation) -> Instance:
    """The instance of one cluster: CPU in millicores, memory in MiB with QEMU's own share.

    n_plus: host failures to absorb; hosts, guests: {name: slice} of this cluster.
    """
    return Instance(
        name,
        tuple(_host(host, hosts[host], now) for host in hosts),
        tuple(_guest(guest, guests[guest], hosts, now) for guest in guests),
        Rules(n_plus=n_plus),
    )


def assignment(hosts: Slices, guests: Slices, now: Situation) -> Assignment:
    """Host index of each guest, in the order of the instance."""
    index = {host: number for number, host in enumerate(hosts)}
    return tuple(index[now.where[guest]] for guest in guests)


def _host(name: str, content: Mapping[str, Any], now: Situation) -> EngineHost:
    return EngineHost(
        name,
        cpu=content["capacity"]["cpu_millicores"],
        memory=content["capacity"]["memory_mib"],
        rack=content["rack"],
        site=content["site"],
        features=frozenset(content["features"]),
        available=name not in now.closed,
    )


def _guest(name: str, content: Mapping[str, Any], hosts: Slices, now: Situation) -> EngineGuest:
    placement = content["placement"]
    reach = frozenset(host for host in hosts if _reaches(hosts[host], content))
    return EngineGuest(
        name,
        cpu=content["utilization"]["cpu"],
        memory=content["utilization"]["hv_memory"],
        group=f"{content['service']}/{content['role']}" if placement["apart_from"] else "",
        scope=placement["apart"] if placement["apart_from"] else "host",
        needs=frozenset(content["needs"]),
        hosts=None if len(reach) == len(hosts) else reach,
        movable=name not in now.held,
        tenant=content["tenant"] or "",
    )


def _reaches(host: Mapping[str, Any], guest: Mapping[str, Any]) -> bool:
    """Whether the host has all the guest's segments."""
    return {nic["segment"] for nic in guest["nics"]} <= {nic["segment"] for nic in host["nics"]}
