# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of host profiles: processors, network ports, disks."""

from __future__ import annotations

from .basics import needed_segments
from .finding import Finding
from .host import VOTERS
from .profile import HostProfile
from .scope import Scope
from .segment import OUTSIDE, UNROUTED
from .words import known, listed, twice

_GIVE_GUESTS = "remove it, or give the segment the purpose guests"


def check_profiles(scope: Scope) -> list[Finding]:
    """All findings about host profiles."""
    findings = []
    for i, profile in enumerate(scope.intent.host_profiles):
        findings += [*_processors(scope, i, profile), *_interfaces(scope, i, profile), *_trunks(scope, i, profile)]
        findings += [*_segments(scope, i, profile), *_reach(scope, i, profile)]
        for key, what in (("disks", "disk"), ("features", "feature")):
            values = enumerate(getattr(profile, key))
            entries = ((getattr(v, "device", v), scope.loc("host_profiles", i, key, j)) for j, v in values)
            findings += twice(entries, f"profile {profile.name}: {what}")
    return findings


def _processors(scope: Scope, i: int, profile: HostProfile) -> list[Finding]:
    findings = []
    cores, threads, nodes = profile.cores, profile.thread_count, profile.numa_nodes
    if not cores <= threads <= 2 * cores:
        problem = (
            f"profile {profile.name} has {cores} cores and {threads} threads (limit: 1 or 2 threads for each core)"
        )
        loc = scope.loc("host_profiles", i, "threads")
        findings.append(Finding(loc, problem, "correct 'cores' (physical ones) or 'threads', or leave 'threads' out"))
    if cores % nodes:
        problem = f"profile {profile.name} has {cores} cores, which {nodes} NUMA nodes can't share evenly"
        findings.append(Finding(scope.loc("host_profiles", i, "numa_nodes"), problem, "correct one of them"))
    return findings


def _interfaces(scope: Scope, i: int, profile: HostProfile) -> list[Finding]:
    """Each interface serves once; a trunk's name is no interface's."""
    findings = []
    used: dict[str, str] = {}

    def use(name: str, how: str, *path: object) -> None:
        if name in used:
            problem = f"profile {profile.name}: interface {name} is {used[name]} and {how}"
            findings.append(Finding(scope.loc("host_profiles", i, *path), problem, "remove one of them"))
        used[name] = how

    for j, nic in enumerate(profile.nics):
        use(nic.name, f"the access port on segment {nic.segment}", "nics", j, "name")
    for j, trunk in enumerate(profile.trunks):
        for k, name in enumerate(trunk.nics):
            use(name, f"part of trunk {trunk.name}", "trunks", j, "nics", k)
    for j, trunk in enumerate(profile.trunks):
        if trunk.name in used and not (trunk.mode == "single" and trunk.nics == (trunk.name,)):
            problem = f"profile {profile.name}: trunk {trunk.name} has the name of an interface"
            findings.append(Finding(scope.loc("host_profiles", i, "trunks", j, "name"), problem, "rename the trunk"))
    return findings


def _trunks(scope: Scope, i: int, profile: HostProfile) -> list[Finding]:
    names = ((t.name, scope.loc("host_profiles", i, "trunks", j, "name")) for j, t in enumerate(profile.trunks))
    findings = twice(names, f"profile {profile.name}: trunk")
    for j, trunk in enumerate(profile.trunks):
        count = len(set(trunk.nics))
        loc = scope.loc("host_profiles", i, "trunks", j, "mode")
        if trunk.mode == "single" and count > 1:
            problem = f"trunk {trunk.name} has the mode single and {count} interfaces ({listed(trunk.nics)})"
            findings.append(Finding(loc, problem, "choose active-backup or 802.3ad, or keep one interface"))
        if trunk.mode != "single" and count < 2:
            problem = f"trunk {trunk.name} has the mode {trunk.mode} and 1 interface ({listed(trunk.nics)}), 2 needed"
            findings.append(Finding(loc, problem, "add an interface, or choose mode: single"))
    return findings


def _segments(scope: Scope, i: int, profile: HostProfile) -> list[Finding]:
    """Ports lead to known segments where hosts of that use may be, to each only one."""
    findings = []
    uses = {host.use for host in scope.intent.hosts if host.profile == profile.name}
    ways: dict[str, str] = {}
    ports = [(f"NIC {n.name}", n.segment, ("nics", j, "segment")) for j, n in enumerate(profile.nics)]
    for j, trunk in enumerate(profile.trunks):
        if trunk.segments != "all":
            ports += [
                (f"trunk {trunk.name}", name, ("trunks", j, "segments", k)) for k, name in enumerate(trunk.segments)
            ]
    for port, name, path in ports:
        loc = scope.loc("host_profiles", i, *path)
        if name not in scope.segment_names():
            problem = f"{port} leads to the unknown segment '{name}' {known(name, scope.segment_names())}"
            findings.append(Finding(loc, problem, "correct it or add the segment to 'segments'"))
        elif uses & set(VOTERS) and scope.purpose_of(name) in ("clients", OUTSIDE):
            what = f"which has the purpose {scope.purpose_of(name)}: hosts take no part in it"
            remedy = "remove it" if scope.purpose_of(name) == OUTSIDE else _GIVE_GUESTS
            findings.append(Finding(loc, f"{port} leads to segment {name}, {what}", remedy))
        elif "gateway" in uses and scope.purpose_of(name) in UNROUTED:
            what = f"which has the purpose {scope.purpose_of(name)}: nothing leaves it, so no gateway is in it"
            findings.append(Finding(loc, f"{port} leads to segment {name}, {what}", "remove it"))
        elif name in ways:
            problem = f"profile {profile.name} reaches segment {name} by {ways[name]} and by {port}"
            findings.append(Finding(loc, problem, "remove one of them"))
        ways.setdefault(name, port)
    every = [j for j, trunk in enumerate(profile.trunks) if trunk.segments == "all"]
    for j in every[1:]:
        problem = f"profile {profile.name} has {len(every)} trunks with segments: all"
        remedy = "list the segments of each trunk but one"
        findings.append(Finding(scope.loc("host_profiles", i, "trunks", j, "segments"), problem, remedy))
    return findings


def _reach(scope: Scope, i: int, profile: HostProfile) -> list[Finding]:
    """Hypervisors and witnesses reach the segments of their cluster, all machines the management."""
    if not scope.whole("segments"):
        return []
    missing: dict[str, None] = {}
    voters = False
    for host in scope.intent.hosts:
        if host.profile == profile.name and host.site in scope.names("sites"):
            voters = voters or host.use in VOTERS
            missing |= dict.fromkeys(n for n in needed_segments(scope, host) if not profile.reaches(n))
    if not missing:
        return []
    whose = "host of the cluster" if voters else "machine"
    problem = f"profile {profile.name} has no NIC on {listed(sorted(missing))}, which every {whose} needs"
    key = "trunks" if profile.trunks else "nics"
    return [Finding(scope.loc("host_profiles", i, key), problem, "add the NIC, or add the segment to a trunk")]
