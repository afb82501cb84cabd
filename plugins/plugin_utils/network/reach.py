# SPDX-License-Identifier: GPL-3.0-or-later
"""Through which port a host reaches which segment."""

from __future__ import annotations

from dataclasses import dataclass

from ..model.host import Host, HostProfile
from ..model.segment import UNROUTED
from .segments import BEYOND_HOSTS, Segment, Segments

WITNESS_PURPOSES = ("management", "cluster", "storage")


@dataclass(frozen=True)
class Port:
    """A host's interface on a segment. trunk: the interface that carries it tagged, None for an access port."""

    name: str
    segment: Segment
    trunk: str | None = None


def ports_of(host: Host, profile: HostProfile, segments: Segments) -> list[Port]:
    """Ports of a host: access ports, trunks with a list of segments, then the trunk that carries the rest."""
    ports = [
        Port(nic.name, segment) for nic in profile.nics if (segment := segments.at(host.site, nic.segment)) is not None
    ]
    for trunk in sorted(profile.trunks, key=lambda trunk: trunk.segments == "all"):
        reached = {port.segment.key for port in ports}
        for segment in segments:
            here = segment.site == host.site and segment.key not in reached
            if here and (segment.name in trunk.segments if trunk.segments != "all" else _takes_part(host, segment)):
                ports.append(Port("", segment, trunk.name))
    if host.use == "witness":
        return [port for port in ports if port.segment.purpose in WITNESS_PURPOSES]
    return ports


def _takes_part(host: Host, segment: Segment) -> bool:
    """Does a trunk for all carry the segment to this host?"""
    if host.use == "gateway":
        return segment.purpose not in UNROUTED
    return host.use == "probe" or segment.purpose not in BEYOND_HOSTS
