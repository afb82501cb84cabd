# SPDX-License-Identifier: GPL-3.0-or-later
"""Send probes from the ports of a machine that has one in every segment, and say what became of each."""

from __future__ import annotations

import resource
import time

from .network_probe_ports import Port, ProbeError
from .network_probe_session import Session
from .network_probe_tcp import connect, listen

FILES = 8192
LARGEST = 500_000
CONNECT_SECONDS = 3.5


def keys_of(probes):
    """(probe index, port) of all packets; a protocol without ports has port 0."""
    return [(index, port) for index, probe in enumerate(probes) for port in probe["ports"] or [0]]


def _ends(probe):
    """Whether a probe has to pass and is known only from the router where it ends."""
    return probe["planned"] and bool(probe.get("ttl"))


def _connections(probes, ports):
    """Planned TCP connections that the kernel itself can make: from a port's own address."""
    wanted, places = {}, set()
    for index, probe in enumerate(probes):
        port, goal = ports[probe["origin"]], ports.get(probe["goal"])
        if not probe["planned"] or probe["protocol"] != "tcp" or probe["source"] != port.address or probe.get("ttl"):
            continue
        for number in probe["ports"]:
            wanted[index, number] = (port.namespace, port.address, probe["target"], number)
            if goal and goal.address == probe["target"]:
                places.add((goal.namespace, goal.address, number))
    return wanted, sorted(places, key=str)


def open_ports(endpoints):
    """{segment: Port} with the neighbours that are to be found."""
    ports = {}
    for end in endpoints:
        port = Port(end["segment"], end.get("namespace"), end["interface"], end["address"])
        port.neighbours = dict.fromkeys(end["neighbours"])
        ports[port.segment] = port
    return ports


def run(endpoints, probes, seed, rate_per_second, wait_seconds):
    """Send all probes, silent planned ones twice; the module's result."""
    keys = keys_of(probes)
    if len(keys) > LARGEST:
        raise ProbeError(
            "%d packets are too many for one run; the limit is %d: ask fewer ports." % (len(keys), LARGEST)
        )
    begin = time.monotonic()
    __soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    session = Session(open_ports(endpoints), probes, seed, rate_per_second)
    session.resolve()
    wanted, places = _connections(probes, session.ports)
    listeners = listen(places)
    session.random.shuffle(keys)
    ending = [key for key in keys if _ends(probes[key[0]])]
    steady = [key for key in keys if not _ends(probes[key[0]])]
    session.send(steady)
    session.hear(wait_seconds)
    session.send_ending(ending)
    connected = connect(wanted, CONNECT_SECONDS)
    session.hear(wait_seconds if ending else 0)
    session.send(session.wanting(steady))
    session.send_ending(session.wanting(ending))
    session.hear(wait_seconds if session.wanting(keys) else 0)
    for listener in listeners:
        listener.close()
    return _result(session, connected, time.monotonic() - begin)


def _result(session, connected, seconds):
    return {
        "seen": sorted([*key, outcome, who] for key, (outcome, who) in session.outcomes.items()),
        "connections": sorted([*key, outcome] for key, outcome in connected.items()),
        "strays": sorted(list(stray) for stray in session.strays),
        "joined": sorted(list(pair) for pair in session.joined),
        "sought": {segment: sorted(found) for segment, found in session.sought.items()},
        "neighbours": {
            segment: {address: mac.hex(":") if mac else None for address, mac in port.neighbours.items()}
            for segment, port in session.ports.items()
        },
        "sent": session.sent,
        "lost": sum(port.lost() for port in session.ports.values()),
        "seconds": round(seconds, 2),
    }
