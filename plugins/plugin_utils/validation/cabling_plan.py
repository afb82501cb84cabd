# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan says about cables: which port carries which segment, and who has which address. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# First octets of the MAC addresses of VRRP routers (RFC 9568).
VRRP_MAC = "00:00:5e:00:01:"


@dataclass(frozen=True, order=True)
class End:
    """Where a segment ends: a machine's physical port, with the VLAN id of its tag there or -1 for an access port.

    bond: name of the bond that the port is a link of, "" without; mode: the bond's mode.
    """

    host: str
    port: str
    tag: int
    segment: str
    bond: str = ""
    mode: str = ""

    def __str__(self) -> str:
        return f"{self.host}'s {self.place}"

    @property
    def place(self) -> str:
        if self.bond:
            return f"link {self.port} of {self.bond}"
        return f"port {self.port}"


@dataclass(frozen=True)
class Owner:
    """Who should have an address: what it is called, the machines that may answer for it, or the MAC addresses.

    Both empty: nobody knows its MAC address, so one answer is as good as another.
    """

    name: str
    machines: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()


def ends(slices: Mapping[str, Mapping[str, Any]]) -> list[End]:
    """Return all ends of the machines in ``slices`` ({name: slice}), in the order of the plan."""
    return [end for host, content in slices.items() for end in _ends_of(host, content)]


def _ends_of(host: str, content: Mapping[str, Any]) -> Iterator[End]:
    trunks = {trunk["name"]: trunk for trunk in content["trunks"]}
    for nic in content["nics"]:
        trunk = trunks.get(nic["parent"])
        if trunk is None:
            yield End(host, nic["name"], -1, nic["segment"])
            continue
        bonded = trunk["mode"] != "single"
        for port in trunk["nics"]:
            bond = (trunk["name"], trunk["mode"]) if bonded else ("", "")
            yield End(host, port, nic["vlan"], nic["segment"], *bond)


def ports(
    slices: Mapping[str, Mapping[str, Any]], plan: Mapping[str, Any], owners: Mapping[str, Mapping[str, Owner]]
) -> dict[str, list[dict[str, Any]]]:
    """Return {machine: the option ``ports`` of the module network_check}."""
    wanted: dict[str, dict[str, list[dict[str, Any]]]] = {host: {} for host in slices}
    for end in ends(slices):
        wanted[end.host].setdefault(end.port, []).append(
            {
                "segment": end.segment,
                "vlan": None if end.tag < 0 else end.tag,
                "mtu": plan["segments"][end.segment]["mtu"],
                "addresses": sorted(owners.get(end.segment, {})),
            }
        )
    return {
        host: [{"name": name, "segments": segments} for name, segments in found.items()]
        for host, found in wanted.items()
    }


def address_owners(
    machines: Mapping[str, Mapping[str, Any]], guests: Mapping[str, Mapping[str, Any]], plan: Mapping[str, Any]
) -> dict[str, dict[str, Owner]]:
    """Return {segment: {address: Owner}} of everything that the plan gives an address.

    machines, guests: {name: slice} of all of them, whether they take part in the check or not.
    """
    owners: dict[str, dict[str, Owner]] = {segment: {} for segment in plan["segments"]}
    gateways = plan.get("gateways") or {}
    for key, segment in plan["segments"].items():
        routers = gateways.get(segment["site"], {})
        if segment.get("gateway"):
            pair = tuple(routers.get("hosts", ())) if key in routers.get("segments", ()) else ()
            owners[key][segment["gateway"]] = Owner("the gateway", machines=pair)
        if segment.get("router"):
            owners[key][segment["router"]] = Owner("the router")
    for name, content in machines.items():
        for nic in content["nics"]:
            if nic["address"]:
                owners[nic["segment"]][nic["address"]] = Owner(name, machines=(name,))
        _add_controller(owners, name, content, plan)
    for name, content in guests.items():
        for nic in content["nics"]:
            owners[nic["segment"]][nic["address"]] = Owner(f"guest {name}", macs=(nic["mac"].lower(),))
    return owners


def _add_controller(
    owners: dict[str, dict[str, Owner]], name: str, content: Mapping[str, Any], plan: Mapping[str, Any]
) -> None:
    """Add a machine's baseboard controller, which is no port of the machine."""
    if not content.get("bmc"):
        return
    for key, segment in plan["segments"].items():
        if segment["purpose"] == "out_of_band" and segment["site"] == content["site"]:
            owners[key][content["bmc"]["address"]] = Owner(f"the baseboard controller of {name}")
