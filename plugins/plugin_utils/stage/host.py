# SPDX-License-Identifier: GPL-3.0-or-later
"""Slices of the plan as the variables of the roles that prepare a host. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def network_links(nics: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return host_network_links; a port of a bridge has no address, for the host takes no part in a guests' segment."""
    return [
        {
            "name": nic["name"],
            "address": None if nic.get("bridge") else f"{nic['address']}/{nic['prefix']}",
            "gateway": None if nic.get("bridge") else nic.get("gateway"),
            "mtu": nic["mtu"],
        }
        for nic in nics
    ]


def network_bridges(nics: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return host_network_bridges: one bridge per segment that carries guests, with its port."""
    return [{"name": nic["bridge"], "ports": [nic["name"]], "mtu": nic["mtu"]} for nic in nics if nic.get("bridge")]


def segment_of(plan: Mapping[str, Any], purpose: str, site: str) -> str:
    """Return the key of a site's first segment with a purpose, in the order of the plan."""
    return next(key for key, s in plan["segments"].items() if (s["purpose"], s["site"]) == (purpose, site))


def host_names(slices: Mapping[str, Mapping[str, Any]], plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return host_base_names: each host at its management address and, under its name and `-migration`, at the address
    that live migrations use; each guest at its first address.

    slices: {name: slice} of all hosts and guests.
    """
    names = []
    for name, content in slices.items():
        if content["kind"] == "guest":
            names.append({"name": name, "addresses": [content["nics"][0]["address"]]})
            continue
        management, migration = (segment_of(plan, purpose, content["site"]) for purpose in ("management", "migration"))
        names.append({"name": name, "addresses": [content["addresses"][management]]})
        names.append({"name": f"{name}-migration", "addresses": [content["addresses"][migration]]})
    return names


def named(slices: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the slices as a list, each with its own name."""
    return [{"name": name, **content} for name, content in slices.items()]
