# SPDX-License-Identifier: GPL-3.0-or-later
"""Switch ports and cables: what those configure and lay whom Ansible does not reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..report.source import Entry, PlanData
from .table import Table

BOND_SIDE = {
    "802.3ad": "LACP, one group over all ports of the bond",
    "active-backup": "no group: plain ports with the same VLANs",
    "single": "plain port",
}


@dataclass(frozen=True)
class Port:
    """A socket of a machine. `untagged` and `tagged` are VLAN ids, `siblings` the other ports of its bond."""

    site: str
    rack: str
    machine: str
    name: str
    bond: str
    mode: str
    untagged: int | None
    tagged: tuple[int, ...]
    segments: tuple[str, ...]
    mtu: int
    siblings: tuple[str, ...]


def ports_of(data: PlanData) -> tuple[Port, ...]:
    """All ports by site, rack, host: the network cards as the plan has them, then the baseboard controller."""
    order = {name: number for number, name in enumerate(data.sites())}
    hosts = sorted(data.hosts.items(), key=lambda item: (order[item[1]["site"]], item[1]["rack"]))
    return tuple(port for name, host in hosts for port in _ports(data, name, host))


def _ports(data: PlanData, name: str, host: Entry) -> Iterator[Port]:
    segments = data.plan["segments"]
    where = (host["site"], host["rack"], name)
    for nic in host["nics"]:
        if not nic.get("parent"):
            key = nic["segment"]
            vlan = segments[key]["vlan"]
            yield Port(*where, nic["name"], "", "access", vlan, (), (key,), nic["mtu"], ())
    for trunk in host["trunks"]:
        nics = [nic for nic in host["nics"] if nic.get("parent") == trunk["name"]]
        vlans = tuple(sorted(nic["vlan"] for nic in nics))
        keys = tuple(nic["segment"] for nic in sorted(nics, key=lambda nic: nic["vlan"]))
        mtu = max((nic["mtu"] for nic in nics), default=1500)
        for socket in trunk["nics"]:
            siblings = tuple(other for other in trunk["nics"] if other != socket)
            yield Port(*where, socket, trunk["name"], trunk["mode"], None, vlans, keys, mtu, siblings)
    if host.get("bmc"):
        key = data.bmc_segment(host)
        vlan = segments[key]["vlan"] if key else None
        yield Port(*where, "BMC", "", "access", vlan, (), (key,) if key else (), 1500, ())


def switch_ports(data: PlanData) -> Table:
    """What each switch port must carry."""
    rows = tuple(
        (
            port.site,
            port.rack,
            port.machine,
            port.name,
            port.bond,
            port.mode,
            "" if port.untagged is None else port.untagged,
            " ".join(str(vlan) for vlan in port.tagged),
            " ".join(port.segments),
            port.mtu,
            BOND_SIDE.get(port.mode, "plain port"),
        )
        for port in ports_of(data)
    )
    return Table(
        "switch_ports",
        "switch ports",
        "One row for each port. Guests move: each host of a site needs all tagged VLANs of its trunks.",
        (
            "site",
            "rack",
            "host",
            "port",
            "bond",
            "mode",
            "untagged_vlan",
            "tagged_vlans",
            "segments",
            "mtu",
            "switch_side",
        ),
        rows,
    )


def cabling(data: PlanData) -> Table:
    """One row for each cable; the switch's end is for the site's own people to fill in."""
    rows = tuple(
        (
            number,
            port.site,
            port.rack,
            port.machine,
            port.name,
            "to be filled in",
            "to be filled in",
            f"trunk {port.bond}" if port.bond else " ".join(port.segments),
            "unknown",
            f"another switch than {' '.join(port.siblings)}" if port.siblings else "",
        )
        for number, port in enumerate(ports_of(data), start=1)
    )
    return Table(
        "cabling",
        "cabling",
        "One row for each cable. The plan knows the hosts' ends; switch, its port and the speed are yours to fill in.",
        ("cable", "site", "rack", "host", "port", "switch", "switch_port", "carries", "speed", "redundancy"),
        rows,
    )
