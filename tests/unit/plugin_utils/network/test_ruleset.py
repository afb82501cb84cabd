# SPDX-License-Identifier: GPL-3.0-or-later
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.boxes import addresses
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.ruleset import compile_rules
from hypothesis import given, settings
from hypothesis import strategies as st

TODAY = date(2026, 11, 22)
OWN = "10.77.0.0/16"
# Places that cover, touch and miss one another, inside and outside of the hospital.
PLACES = (
    "0.0.0.0/0",
    "10.77.0.0/16",
    "10.77.10.0/24",
    "10.77.11.0/24",
    "10.77.10.0/25",
    "10.77.10.128/25",
    "10.77.10.5/32",
    "10.77.10.6/32",
    "10.77.11.5/32",
    "198.51.100.0/28",
    "10.78.0.0/24",
)
ADDRESSES = ("10.77.10.5", "10.77.10.6", "10.77.10.7", "10.77.10.200", "10.77.11.5", "10.77.11.9", "10.77.99.1")
PUBLIC = ("198.51.100.3", "198.51.100.99", "10.78.0.1", "203.0.113.1")
PORTS = (22, 80, "20-90", "80-8080", 8042)


@st.composite
def flows(draw):
    made = []
    for number in range(draw(st.integers(1, 7))):
        protocol = draw(st.sampled_from(["tcp", "tcp", "udp", "icmp"]))
        made.append(
            flow(
                f"f{number}",
                draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)),
                draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)),
                protocol,
                draw(st.lists(st.sampled_from(PORTS), min_size=1, max_size=2)) if protocol != "icmp" else [],
                draw(st.sampled_from([None, None, "2026-11-21", "2026-11-22", "2027-01-31"])),
            )
        )
    return made


def flow(name, sources, targets, protocol="tcp", ports=(22,), expires=None):
    return {
        "name": name,
        "source_subnets": sources,
        "destination_addresses": [],
        "destination_subnets": targets,
        "protocol": protocol,
        "ports": list(ports),
        "expires": expires,
    }


def compiled(made):
    return [element.as_dict() for element in compile_rules(made, TODAY, [addresses(OWN)])]


def holds(place, address):
    """Whether a place of a flow holds an address: the internet is what is not the hospital's."""
    if place == "0.0.0.0/0":
        return IPv4Address(address) not in IPv4Network(OWN)
    return IPv4Address(address) in IPv4Network(place)


def port_in(port, ports):
    ends = [(first, last or first) for first, _dash, last in (str(p).partition("-") for p in ports)]
    return any(int(first) <= port <= int(last) for first, last in ends)


def allowed(made, source, target, protocol, port, until):
    """Names of the flows that allow a packet, read from the flows alone."""
    inside = [IPv4Address(end) in IPv4Network(OWN) for end in (source, target)]
    return {
        f["name"]
        for f in made
        if any(inside)
        and f["protocol"] == protocol
        and f["expires"] == until
        and (until is None or until >= str(TODAY))
        and any(holds(place, source) for place in f["source_subnets"])
        and any(holds(place, target) for place in f["destination_subnets"])
        and (protocol == "icmp" or port_in(port, f["ports"]))
    }


def matching(elements, source, target, protocol, port, until):
    """Elements that a packet matches; the kind says on which side of the outside interface its ends are."""
    inside = tuple(IPv4Address(end) in IPv4Network(OWN) for end in (source, target))
    kind = {(True, True): "inside", (False, True): "from_outside", (True, False): "to_outside"}.get(inside)
    return [
        e
        for e in elements
        if e["kind"] == kind
        and (e["protocol"], e["until"]) == (protocol, until)
        and _within(source, e["source"])
        and _within(target, e["destination"])
        and (e["ports"] is None or port_in(port, [e["ports"]]))
    ]


def _within(address, text):
    if text is None:
        return True
    first, last = addresses(text)
    return first <= int(IPv4Address(address)) <= last


@settings(max_examples=60, deadline=None)
@given(flows(), st.randoms(use_true_random=False))
def test_exactly_what_the_flows_allow(made, random):
    elements = compiled(made)
    for _packet in range(40):
        packet = (
            random.choice(ADDRESSES + PUBLIC),
            random.choice(ADDRESSES + PUBLIC),
            random.choice(["tcp", "udp", "icmp"]),
            random.choice([19, 20, 22, 79, 80, 90, 91, 8042, 8080, 8081]),
            random.choice([None, "2026-11-21", "2026-11-22", "2027-01-31"]),
        )
        names, found = allowed(made, *packet), matching(elements, *packet)
        assert len(found) == bool(names)
        assert all(names <= set(element["flows"]) for element in found)


@settings(max_examples=60, deadline=None)
@given(flows())
def test_no_two_elements_of_a_set_overlap(made):
    sets = {}
    for element in compile_rules(made, TODAY, [addresses(OWN)]):
        sets.setdefault(element.group, []).append(element.box)
    assert not [pair for found in sets.values() for pair in combinations(found, 2) if pair[0] & pair[1]]


@settings(max_examples=30, deadline=None)
@given(flows(), st.randoms(use_true_random=False))
def test_the_order_of_flows_does_not_matter(made, random):
    shuffled = random.sample(made, len(made))
    assert compiled(shuffled) == compiled(made)


def test_equal_boxes_are_one_with_both_names():
    (element,) = compiled(
        [flow("b", ["10.77.10.0/24"], ["10.77.11.5/32"]), flow("a", ["10.77.10.0/24"], ["10.77.11.5"])]
    )
    assert element == {
        "flows": ["a", "b"],
        "kind": "inside",
        "source": "10.77.10.0/24",
        "destination": "10.77.11.5",
        "protocol": "tcp",
        "ports": "22",
        "until": None,
    }


def test_a_covered_flow_adds_its_name_only():
    wide, narrow = flow("wide", [OWN], [OWN], ports=["1-100"]), flow("narrow", ["10.77.10.5/32"], ["10.77.11.5/32"])
    (element,) = compiled([narrow, wide])
    assert (element["flows"], element["ports"]) == (["narrow", "wide"], "1-100")


def test_the_internet_is_never_cut_into_ranges():
    made = [flow("vendor", ["198.51.100.0/28"], ["10.77.0.0/16"]), flow("all", ["0.0.0.0/0"], ["10.77.10.5/32"])]
    elements = compiled(made)
    assert {e["kind"] for e in elements} == {"from_outside"}
    assert [e["destination"] for e in elements if e["source"] is None] == ["10.77.10.5"]
    assert {e["source"] for e in elements if "all" not in e["flows"]} == {"198.51.100.0/28"}


def test_an_expired_flow_is_left_out_on_the_day_after():
    made = [flow("over", [OWN], [OWN], expires="2026-11-21"), flow("last", [OWN], [OWN], expires="2026-11-22")]
    (element,) = compiled(made)
    assert (element["flows"], element["until"]) == (["last"], "2026-11-22")


def test_protocols_without_ports():
    (element,) = compiled([flow("vrrp", ["10.77.10.5/32"], ["224.0.0.18/32"], "vrrp", [])])
    assert (element["kind"], element["destination"], element["ports"]) == ("inside", "224.0.0.18", None)
