# SPDX-License-Identifier: GPL-3.0-or-later
from random import Random

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.matrix_planned import planned
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.matrix_site import routed, site_of


@pytest.fixture
def site(small):
    return site_of(small.plan(), small.probe, small.machines, small.guests)


@pytest.fixture
def probes(site, small):
    """probes(sources, targets, ports): the probes of such a flow."""
    return lambda *arguments, **more: planned(site, small.flow("f", *arguments, **more), Random(1))


@pytest.fixture
def ways(probes):
    """ways(sources, targets, ports): (row, column, source, target, borrowed) of a flow's probes."""
    return lambda *arguments, **more: [
        (p.row, p.column, p.source, p.target, p.borrowed) for p in probes(*arguments, **more)
    ]


def test_the_management_port_is_the_machines_own_and_a_bridged_port_has_no_address(site):
    assert {key: place.namespace for key, place in site.places.items()} == {
        "mgmt": None,
        "ward": "ward",
        "pacs": "pacs",
        "ring": "ring",
        "wan": "wan",
    }
    assert site.places["pacs"].machines == {} and site.places["pacs"].guests == {"10.9.3.101": "pacs1"}
    assert site.places["ring"].hops == ["10.9.4.11"] and site.places["ward"].hops == ["10.9.2.1"]


def test_without_gateways_all_but_the_hosts_own_networks_are_routed(small):
    plan = {**small.plan(), "gateways": {}}
    assert routed(plan, "main") == ["mgmt", "ward", "pacs", "wan"]


def test_a_flow_to_a_guest_is_probed_at_the_guest(ways):
    assert ways(["10.9.2.0/24"], ["10.9.3.101"], [104]) == [("ward", "pacs", "10.9.2.13", "10.9.3.101", False)]


def test_a_flow_to_a_subnet_is_probed_at_the_port_there_and_at_neighbours(ways):
    assert ways(["10.9.1.0/24"], ["10.9.1.0/24", "10.9.3.0/24"], [22]) == [
        ("mgmt", "mgmt", "10.9.1.13", "10.9.1.11", False),
        ("mgmt", "pacs", "10.9.1.13", "10.9.3.13", False),
    ]


def test_a_guests_address_is_borrowed_for_its_flows(ways):
    assert ways(["10.9.3.101/32"], ["10.9.2.50"], [104]) == [("pacs", "ward", "10.9.3.101", "10.9.2.50", True)]


def test_nothing_planned_leaves_a_segment_without_gateway(ways):
    assert ways(["10.9.4.0/24"], ["10.9.3.0/24"], [2224]) == []
    assert ways(["10.9.4.0/24"], ["10.9.4.0/24"], [2224]) == [("ring", "ring", "10.9.4.13", "10.9.4.11", False)]


def test_the_internet_is_an_address_that_nobody_has(probes, site):
    (out,) = probes(["10.9.1.0/24"], ["0.0.0.0/0"], [443])
    assert (out.column, out.goal, out.ttl, site.inside(out.target)) == ("internet", "wan", 2, False)
    (back,) = probes(["0.0.0.0/0"], ["10.9.2.0/24"], [443])
    assert (back.row, back.origin, back.borrowed, site.inside(back.source)) == ("internet", "wan", True, False)


def test_ranges_are_tried_at_their_ends_and_within(probes):
    (probe,) = probes(["10.9.1.0/24"], ["10.9.3.0/24"], ["5000-5999"])
    first, within, last = probe.ports
    assert (first, last) == (5000, 5999) and first < within < last


def test_other_protocols_are_left_to_their_owners(ways):
    assert ways(["10.9.1.11/32"], ["224.0.0.18/32"], [], protocol="vrrp") == []
