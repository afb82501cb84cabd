# SPDX-License-Identifier: GPL-3.0-or-later
"""What one run of the network probe sends and hears.

All ports belong to one process: what leaves one and comes in at another is known to have passed, without any answer.
"""

from __future__ import annotations

import random
import selectors
import time

from . import network_probe_frames as frames

BATCH = 20
ALL_NODES = "ff02::1"
# The best outcome of a packet counts.
RANK = ("rejected", "absent", "beyond", "refused", "accepted", "arrived")
ARP_ROUNDS, ARP_SECONDS = 3, 0.5
# Routers ration their words about packets whose time to live ends; Linux answers 6 at once, then one each second.
AT_ONCE, RATION_SECONDS = 5, 1.0


class Session:
    """One run. outcomes: {(probe index, port): (outcome, who said so)}; all others stayed silent.

    ports: {segment: Port}; probes as the module documents them.
    """

    def __init__(self, ports, probes, seed, rate_per_second):
        self.ports, self.probes = ports, probes
        self.random = random.Random(seed)
        self.rate = rate_per_second
        self.outcomes, self.strays, self.joined = {}, set(), set()
        self.sought = {segment: set() for segment in ports}
        self.sent = 0
        self._tokens, self._tuples, self._solicited = {}, {}, {}
        self._segment_of = {port.address: segment for segment, port in ports.items()}
        self._selector = selectors.DefaultSelector()
        for port in ports.values():
            self._selector.register(port.socket, selectors.EVENT_READ, port)

    # Neighbours

    def resolve(self):
        """Find the MAC addresses of all next hops and neighbours; who stays unknown does not answer."""
        for __round in range(ARP_ROUNDS):
            missing = [
                (port, address)
                for port in self.ports.values()
                for address, mac in port.neighbours.items()
                if mac is None
            ]
            if not missing:
                return
            for port, address in missing:
                port.send(frames.arp_request(port.mac, port.address, address))
            self.hear(ARP_SECONDS)

    def _macs(self, probe, number):
        """Where to send a probe's packet: to the next hop; without one to the target itself, should it hear."""
        port = self.ports[probe["origin"]]
        target = self.ports[probe["goal"]].mac if probe["goal"] in self.ports else frames.BROADCAST
        if probe.get("via"):
            hops = [port.neighbours[probe["via"]]]
        else:
            known = [port.neighbours[hop] for hop in probe["hops"] if port.neighbours.get(hop)]
            hops = [known[number % len(known)]] if known else []
        if probe["protocol"] == "ipv6" and not probe.get("via"):
            hops.append(target)
        return hops or [target]

    # Sending

    def packets(self, keys):
        """(port, frame) of each probe's packet, remembered by token and addresses."""
        for number, (index, port_number) in enumerate(keys):
            probe = self.probes[index]
            port = self.ports[probe["origin"]]
            source = frames.link_local(port.mac) if probe["target"] == ALL_NODES else probe["source"]
            for mac in self._macs(probe, number):
                if mac is None:
                    continue
                packet = frames.Packet(
                    probe["protocol"],
                    source,
                    probe["target"],
                    self.random.randrange(32768, 61000),
                    port_number,
                    self.random.randrange(1 << 32),
                    probe.get("ttl") or 64,
                )
                self._remember(packet, (index, port_number), mac)
                yield port, frames.frame(packet, port.mac, mac)

    def _remember(self, packet, key, mac):
        self._tokens[packet.token] = key
        self._tuples[packet.protocol, packet.source, packet.target, packet.source_port, packet.port] = key
        if packet.target == ALL_NODES:
            self._solicited[packet.source, mac] = key

    def send(self, keys):
        """Send at the bounded rate, hearing all the time."""
        begin, sent = time.monotonic(), 0
        for port, data in self.packets(keys):
            sent += port.send(data)
            if sent % BATCH == 0:
                self.hear(max(0.0, begin + sent / self.rate - time.monotonic()))
        self.sent += sent

    def send_ending(self, keys):
        """Send packets whose time to live ends on their way, no faster than a router tells of them."""
        for number, key in enumerate(keys):
            if number >= AT_ONCE:
                self.hear(RATION_SECONDS)
            self.send([key])

    # Hearing

    def hear(self, seconds):
        """Take in what arrives, for at least that long; what already waits is always taken."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            events = self._selector.select(max(0.0, left))
            for event, __mask in events:
                for data in event.data.receive():
                    heard = frames.read(data)
                    if heard:
                        self._note(event.data, heard)
            if left <= 0:
                return

    def _note(self, port, heard):
        if heard.kind in ("asks", "tells"):
            self._note_neighbour(port, heard)
        elif heard.kind == "probe":
            self._note_arrival(port, heard)
        elif heard.kind == "reply":
            key = self._tokens.get(heard.token)
            if key and self.probes[key[0]]["origin"] == port.segment:
                self._better(key, "refused" if heard.refused else "accepted", heard.source)
        else:
            key = self._tuples.get(heard.about)
            if key:
                self._better(key, self._meaning(heard, key), heard.source)

    def _meaning(self, heard, key):
        if heard.kind == "unreachable":
            return "refused" if heard.source == self.probes[key[0]]["target"] else "rejected"
        return {"answer": "accepted", "exceeded": "beyond", "absent": "absent"}[heard.kind]

    def _note_neighbour(self, port, heard):
        if heard.kind == "tells":
            if heard.source in port.neighbours:
                port.neighbours[heard.source] = heard.mac
            return
        key = self._solicited.get((heard.target, heard.mac))
        if key:
            self._better(key, "accepted", heard.source)
        elsewhere = self._segment_of.get(heard.source, port.segment)
        if elsewhere != port.segment:
            self.joined.add((elsewhere, port.segment))
        self.sought[port.segment].add(heard.target)

    def _note_arrival(self, port, heard):
        key = self._tokens.get(heard.token)
        if key is None or self.probes[key[0]]["origin"] == port.segment:
            return
        if self.probes[key[0]]["goal"] == port.segment:
            self._better(key, "arrived", heard.source)
        else:
            self.strays.add((*key, port.segment))

    def wanting(self, keys):
        """Those that have to pass and are silent so far."""
        return [key for key in keys if self.probes[key[0]]["planned"] and key not in self.outcomes]

    def _better(self, key, outcome, who):
        current = self.outcomes.get(key)
        if current is None or RANK.index(outcome) > RANK.index(current[0]):
            self.outcomes[key] = (outcome, who)
