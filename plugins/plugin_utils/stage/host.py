# SPDX-License-Identifier: GPL-3.0-or-later
"""Slices of the plan as the variables of the roles that prepare a host. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Nics = Sequence[Mapping[str, Any]]


def network_links(nics: Nics, trunks: Nics = (), carried: Nics = ()) -> list[dict[str, Any]]:
    """Return host_network_links: access ports, then the NICs of trunks without a bond.

    A port of a bridge has no address, for the host takes no part in a guests' segment.
    nics, trunks: the parts of a host's slice; carried: all NICs of the slice, when nics are not all.
    """
    ports = [{"name": nic["name"], **_address(nic)} for nic in nics if not nic.get("parent")]
    return ports + [
        {"name": trunk["nics"][0], "address": None, "gateway": None, "mtu": _trunk_mtu(carried or nics, trunk)}
        for trunk in trunks
        if trunk["mode"] == "single"
    ]


def network_bonds(nics: Nics, trunks: Nics) -> list[dict[str, Any]]:
    """Return host_network_bonds; a bond carries the largest packets of its segments."""
    return [
        {"name": trunk["name"], "mode": trunk["mode"], "ports": trunk["nics"], "mtu": _trunk_mtu(nics, trunk)}
        for trunk in trunks
        if trunk["mode"] != "single"
    ]


def network_vlans(nics: Nics, trunks: Nics) -> list[dict[str, Any]]:
    """Return host_network_vlans: one for each segment of a trunk, on its bond or on its only NIC."""
    parents = {trunk["name"]: trunk["nics"][0] if trunk["mode"] == "single" else trunk["name"] for trunk in trunks}
    return [
        {"name": nic["name"], "parent": parents[nic["parent"]], "id": nic["vlan"], **_address(nic)}
        for nic in nics
        if nic.get("parent")
    ]


def network_bridges(nics: Nics) -> list[dict[str, Any]]:
    """Return host_network_bridges: one bridge per segment that carries guests, with its port."""
    return [{"name": nic["bridge"], "ports": [nic["name"]], "mtu": nic["mtu"]} for nic in nics if nic.get("bridge")]


def _address(nic: Mapping[str, Any]) -> dict[str, Any]:
    own = not nic.get("bridge") and nic.get("address")
    return {
        "address": f"{nic['address']}/{nic['prefix']}" if own else None,
        "gateway": nic.get("gateway") if own else None,
        "mtu": nic["mtu"],
    }


def _trunk_mtu(nics: Nics, trunk: Mapping[str, Any]) -> int | None:
    return max((nic["mtu"] for nic in nics if nic.get("parent") == trunk["name"]), default=None)


def segment_of(plan: Mapping[str, Any], purpose: str, site: str) -> str:
    """Return the key of a site's first segment with a purpose, in the order of the plan."""
    return next(key for key, s in plan["segments"].items() if (s["purpose"], s["site"]) == (purpose, site))


def host_names(slices: Mapping[str, Mapping[str, Any]], plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return host_base_names: each machine at its management address; a hypervisor, under its name and `-migration`, at
    the address that live migrations use; each guest at its first address.

    slices: {name: slice} of all machines and guests.
    """
    names = []
    for name, content in slices.items():
        if content["kind"] == "guest":
            names.append({"name": name, "addresses": [content["nics"][0]["address"]]})
            continue
        names.append(
            {"name": name, "addresses": [content["addresses"][segment_of(plan, "management", content["site"])]]}
        )
        if content["use"] == "hypervisor":
            migration = segment_of(plan, "migration", content["site"])
            names.append({"name": f"{name}-migration", "addresses": [content["addresses"][migration]]})
    return names


def named(slices: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the slices as a list, each with its own name."""
    return [{"name": name, **content} for name, content in slices.items()]
