# SPDX-License-Identifier: GPL-3.0-or-later
import socket

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import network_probe_frames as frames
from ansible_collections.medvirt.hospital.plugins.module_utils.network_probe import keys_of
from ansible_collections.medvirt.hospital.plugins.module_utils.network_probe_session import Session
from ansible_collections.medvirt.hospital.plugins.module_utils.network_probe_tcp import connect, listen

GATEWAY = bytes.fromhex("0200000000ff")


class Wire:
    """A port of which the sent frames are kept, and to which frames can be given."""

    def __init__(self, segment, address, last):
        self.segment, self.address, self.mac = segment, address, bytes([2, 0, 0, 0, 0, last])
        self.socket, self._other = socket.socketpair()
        self.neighbours, self.sent = {}, []

    def send(self, data):
        self.sent.append(data)
        return True


def probe(**more):
    given = {"origin": "a", "goal": "b", "source": "10.0.1.13", "target": "10.0.2.13", "protocol": "tcp"}
    return {**given, "ports": [22], "planned": False, "hops": ["10.0.1.1"], **more}


@pytest.fixture
def start():
    """start(probes): a session between two segments whose gateway is known in the first."""
    made = []

    def call(*probes):
        ports = {"a": Wire("a", "10.0.1.13", 1), "b": Wire("b", "10.0.2.13", 2)}
        ports["a"].neighbours = {"10.0.1.1": GATEWAY, "10.0.1.5": None}
        made.extend(ports.values())
        return Session(ports, list(probes), 1, 1_000_000)

    yield call
    for port in made:
        port.socket.close()
        port._other.close()


def note(session, segment, data):
    session._note(session.ports[segment], frames.read(data))


def test_a_frame_that_comes_in_elsewhere_has_arrived(start):
    session = start(probe())
    session.send(keys_of(session.probes))
    (data,) = session.ports["a"].sent
    assert data[:6] == GATEWAY
    note(session, "b", data)
    assert session.outcomes == {(0, 22): ("arrived", "10.0.1.13")}


def test_without_a_next_hop_packets_go_to_the_port_of_the_goal(start):
    session = start(probe(hops=["10.0.1.5"]), probe(protocol="ipv6", ports=[], source="fd00::1", target="fd00::2"))
    session.send(keys_of(session.probes))
    there = session.ports["b"].mac
    # IPv6 goes both ways, to the next hop and straight to the other port.
    assert [data[:6] for data in session.ports["a"].sent] == [there, GATEWAY, there]


def test_a_silent_neighbour_is_sent_nothing(start):
    session = start(probe(via="10.0.1.5", goal="a", target="10.0.1.5"))
    session.send(keys_of(session.probes))
    assert session.sent == 0 and session.ports["a"].sent == []


def test_a_packet_of_another_pair_is_a_stray_and_a_foreign_broadcast_joins(start):
    session = start(probe(goal="c"))
    session.probes[0]["goal"] = "b"
    session.send(keys_of(session.probes))
    session.probes[0]["goal"] = "c"
    note(session, "b", session.ports["a"].sent[0])
    note(session, "b", frames.arp_request(session.ports["a"].mac, "10.0.1.13", "10.0.1.1"))
    assert session.outcomes == {}
    assert session.strays == {(0, 22, "b")}
    assert session.joined == {("a", "b")}
    assert session.sought["b"] == {"10.0.1.1"}


def test_the_best_outcome_counts(start):
    session = start(probe())
    session._better((0, 22), "rejected", "10.0.1.1")
    session._better((0, 22), "arrived", "10.0.1.13")
    session._better((0, 22), "refused", "10.0.2.13")
    assert session.outcomes == {(0, 22): ("arrived", "10.0.1.13")}


def test_the_same_seed_sends_the_same_packets(start):
    sent = []
    for __ in range(2):
        session = start(probe(ports=[1, 2, 3]))
        session.send(keys_of(session.probes))
        sent.append(session.ports["a"].sent)
    assert sent[0] == sent[1] and len(sent[0]) == 3


def test_only_planned_silent_packets_are_wanting(start):
    session = start(probe(), probe(planned=True, ports=[1, 2]))
    session.outcomes[1, 1] = ("arrived", "")
    assert session.wanting(keys_of(session.probes)) == [(1, 2)]


def test_real_connections_to_a_listener_and_to_nobody():
    (listener,) = listen([(None, "127.0.0.1", 0)])
    port = listener.getsockname()[1]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = closed.getsockname()[1]
        wanted = {"open": (None, "127.0.0.1", "127.0.0.1", port), "shut": (None, "127.0.0.1", "127.0.0.1", nobody)}
        assert connect(wanted, 5) == {"open": "connected", "shut": "reset"}
    listener.close()
