# SPDX-License-Identifier: GPL-3.0-or-later
from datetime import date
from itertools import permutations

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.matrix import make_matrix
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.matrix_rules import Rules, port_ranges

TODAY = date(2026, 11, 22)


@pytest.fixture
def flows(small):
    return (
        small.flow("dicom", ["10.9.2.0/24"], ["10.9.3.101"], [104]),
        small.flow("study", ["10.9.2.0/24"], ["10.9.3.0/24"], ["20000-60000"]),
        small.flow("look", ["10.9.1.0/24"], ["10.9.2.0/24"], [], protocol="icmp"),
    )


@pytest.fixture
def matrix(small):
    """matrix(flow, ...): what is to be shown of a hospital with these flows."""

    def make(*flows, seed=7, today=TODAY):
        return make_matrix(small.plan(*flows), small.probe, small.machines, small.guests, seed, today)

    return make


def test_every_ordered_pair_is_asked_at_least_twenty_ports_of_tcp_and_udp(flows, matrix, small):
    probes = [p for p in matrix(*flows).probes if not p.planned and not p.whom and not p.spoofed]
    for pair in permutations(small.networks, 2):
        for protocol in ("tcp", "udp"):
            ports = [port for p in probes if (p.row, p.column, p.protocol) == (*pair, protocol) for port in p.ports]
            assert len(set(ports)) == len(ports) >= 20, (pair, protocol)


def test_every_ordered_pair_is_asked_by_ping_ipv6_and_false_sources(flows, matrix, small):
    probes = [p for p in matrix(*flows).probes if not p.planned]
    for pair in permutations(small.networks, 2):
        of_pair = [p for p in probes if (p.row, p.column) == pair]
        assert any(p.protocol == "ipv6" for p in of_pair)
        assert any(p.protocol == "icmp" and not p.whom for p in of_pair) == (pair != ("mgmt", "ward"))
        lies = {p.spoofed for p in of_pair if p.spoofed}
        assert "its own segment" in lies and any(lie.startswith("segment ") for lie in lies)


def test_no_unplanned_port_is_one_that_a_flow_opens(flows, matrix):
    found = matrix(*flows)
    rules = Rules(flows, TODAY, found.site.hospital)
    wrong = [
        (p, port)
        for p in found.probes
        if p.protocol in ("tcp", "udp") and not p.planned and not p.spoofed
        for port in p.ports
        for opening in rules.openings(p.source, p.target, p.protocol)
        if opening.first <= port <= opening.last
    ]
    assert wrong == []


def test_a_false_source_takes_a_port_that_is_open_to_its_real_owner(flows, matrix):
    lies = [p for p in matrix(*flows).probes if p.spoofed == "segment ward" and (p.row, p.column) == ("mgmt", "pacs")]
    assert [(p.source, p.ports) for p in lies if p.protocol == "tcp"] == [("10.9.2.13", (20000,))]


def test_neighbours_are_asked_within_each_segment(flows, matrix):
    asked = {(p.row, p.whom) for p in matrix(*flows).probes if p.row == p.column and not p.planned}
    assert {("mgmt", "kvm1"), ("ring", "kvm1"), ("pacs", "pacs1"), ("ward", "the gateway")} <= asked
    assert ("pacs", "kvm1") not in asked


def test_the_same_seed_makes_the_same_probes_and_another_makes_others(flows, matrix):
    assert matrix(*flows).probes == matrix(*flows).probes
    assert matrix(*flows).probes != matrix(*flows, seed=8).probes


def test_a_flow_is_open_on_its_last_day_and_must_not_pass_afterwards(matrix, small):
    old = small.flow("old", ["10.9.2.0/24"], ["10.9.3.101"], [8042], expires="2026-11-22")
    (last,) = [p for p in matrix(old).probes if p.flow == "old"]
    (after,) = [p for p in matrix(old, today=date(2026, 11, 23)).probes if p.flow == "old"]
    assert (last.planned, after.planned) == (True, False)


def test_ports_of_a_flow():
    assert port_ranges([443, "5000-5999"]) == [(443, 443), (5000, 5999)]
    assert port_ranges([]) == [(1, 65535)]
