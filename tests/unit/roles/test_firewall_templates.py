# SPDX-License-Identifier: GPL-3.0-or-later
"""What the templates of host_firewall and segment_gateway make of their variables."""

from __future__ import annotations

import pathlib
import re

import jinja2
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.nftables import nft_flow_sets

ROLES = pathlib.Path(__file__).parents[3] / "roles"
ELEMENT = {
    "flows": ["reading"],
    "kind": "inside",
    "source": "10.77.151.0/24",
    "destination": "10.77.130.5",
    "protocol": "tcp",
    "ports": "443",
    "until": None,
}
BOOKING = {**ELEMENT, "flows": ["booking"], "kind": "from_outside", "source": None}
PACKAGES = {**ELEMENT, "flows": ["packages"], "kind": "to_outside", "destination": None}
VENDOR = {**ELEMENT, "flows": ["vendor"], "until": "2026-12-31"}
SIDES = yaml.safe_load((ROLES / "host_firewall/vars/main.yml").read_text())
LEGS = [
    {"segment": "mgmt", "interface": "mgmt0", "subnet": "10.77.10.0/24", "prefix": 24, "outside": False}
    | {"virtual_address": "10.77.10.1", "address": "10.77.10.14"},
    {"segment": "outside", "interface": "bond0.250", "subnet": "10.77.250.0/24", "prefix": 24, "outside": True}
    | {"virtual_address": "10.77.250.1", "address": "10.77.250.14"},
]


def render(role, name, **variables):
    loader = jinja2.FileSystemLoader(ROLES / role / "templates")
    environment = jinja2.Environment(
        loader=loader, trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["flatten"] = lambda lists: [item for items in lists for item in items]
    return environment.get_template(name).render(variables)


def chain(text, name):
    """The rules of a chain."""
    body = re.search(rf"\tchain {name} {{\n(.*?)\n\t}}", text, re.DOTALL).group(1)
    return [line.strip() for line in body.splitlines() if not line.strip().startswith("#")]


def host(elements, **variables):
    return render(
        "host_firewall",
        "medvirt_host.nft.j2",
        **{
            "host_firewall_inside_subnets": ["10.77.0.0/16"],
            "host_firewall_addresses": ["10.77.10.11"],
            "host_firewall_denied_log_per_second": 10,
            "__host_firewall_sets": nft_flow_sets(elements),
            "__host_firewall_sides": SIDES["__host_firewall_sides"],
            **variables,
        },
    )


def blocks_of(sets):
    return sorted({found["block"] for found in sets} - {None})


def guests(elements, bindings):
    sets = nft_flow_sets(elements, blocks=True)
    return render(
        "host_firewall",
        "medvirt_guests.nft.j2",
        host_firewall_inside_subnets=["10.77.0.0/16"],
        host_firewall_denied_log_per_second=10,
        host_firewall_bridges=[{"bridge": "br-pacs", "uplinks": ["pacs0"]}],
        host_firewall_guests=bindings,
        __host_firewall_bridge_sets=sets,
        __host_firewall_blocks=blocks_of(sets),
        __host_firewall_sides=SIDES["__host_firewall_sides"],
        __host_firewall_reply_sides=SIDES["__host_firewall_reply_sides"],
    )


def gateway(elements, legs=tuple(LEGS)):
    outside = next((leg for leg in legs if leg["outside"]), {})
    sets = nft_flow_sets(elements, blocks=True)
    sides = {"inside": "", "from_outside": 'iifname "bond0.250" ', "to_outside": 'oifname "bond0.250" '}
    return render(
        "segment_gateway",
        "medvirt_gateway.nft.j2",
        segment_gateway_inside_subnets=["10.77.0.0/16"],
        segment_gateway_denied_log_per_second=10,
        segment_gateway_segments=legs,
        segment_gateway_sync_segment="mgmt",
        segment_gateway_peer_addresses={"mgmt": "10.77.10.15", "outside": "10.77.250.15"},
        __segment_gateway_sync=legs[0],
        __segment_gateway_outside=outside,
        __segment_gateway_sides=sides if outside else {"inside": ""},
        __segment_gateway_sets=sets,
        __segment_gateway_blocks=blocks_of(sets),
    )


def test_each_table_replaces_itself_and_no_other():
    for text in (host([ELEMENT]), guests([ELEMENT], []), gateway([ELEMENT])):
        tables = re.findall(r"^(?:delete )?table (\S+ \S+)", text, re.MULTILINE)
        assert len(tables) == 3 and len(set(tables)) == 1
        assert "flush" not in text


def test_a_machine_denies_what_no_set_has():
    rules = chain(host([ELEMENT, BOOKING, VENDOR]), "input")
    assert rules[0].endswith("policy drop;")
    assert rules[-1] == "goto denied"
    lookups = [rule for rule in rules if "@" in rule]
    assert [re.search(r"dport @(\S+)", rule).group(1) for rule in lookups] == [
        "from_outside",
        "inside",
        "inside_until_2026_12_31",
    ]
    assert lookups[0].startswith("ip saddr != @inside_subnets ")


def test_connections_of_a_flow_end_with_it():
    text = host([ELEMENT, VENDOR])
    assert "ct mark set 20819 accept" in chain(text, "input")[-2]
    assert chain(text, "established") == [
        "ct mark 0 accept",
        "ct mark 20819 meta time < 1798761600 accept",
        "goto denied",
    ]


def test_a_mark_of_a_flow_that_has_gone_is_denied():
    assert chain(host([ELEMENT]), "established") == ["ct mark 0 accept", "goto denied"]


def test_a_gateway_checks_senders_before_it_knows_connections():
    rules = chain(gateway([ELEMENT]), "senders")
    assert "priority raw" in rules[0]
    assert rules[-1] == "goto spoofed"
    assert 'iifname "bond0.250" ip saddr != @inside_subnets ip saddr != @unroutable accept' in rules


def test_a_gateway_hides_the_hospital_behind_the_address_of_the_pair():
    assert chain(gateway([PACKAGES]), "outward")[-1].endswith("ip daddr != @inside_subnets snat ip to 10.77.250.1")


def test_a_gateway_without_an_outside_leg_lets_nothing_out():
    text = gateway([ELEMENT, BOOKING, PACKAGES], LEGS[:1])
    assert not [rule for rule in chain(text, "forward") if "_outside" in rule]
    assert chain(text, "to_10_77_130_0") == ["ip saddr . ip daddr . meta l4proto . th dport @inside_10_77_130_0 accept"]
    assert "snat" not in text


def test_a_bridge_answers_but_asks_nothing():
    text = guests([ELEMENT, {**ELEMENT, "destination": "10.0.0.0/8"}], [])
    assert chain(text, "to_10_77_130_0")[0].endswith("th dport @inside_10_77_130_0 accept")
    assert chain(text, "from_10_77_130_0")[0].endswith("th sport @inside_10_77_130_0 accept")
    rules = chain(text, "forward")
    assert rules.index("10.77.130.0 : jump to_10_77_130_0,") < rules.index("10.77.130.0 : jump from_10_77_130_0,")
    asked = next(i for i, rule in enumerate(rules) if "th dport @inside accept" in rule)
    barred = rules.index("tcp flags & (syn | ack) == syn goto denied")
    answered = next(i for i, rule in enumerate(rules) if "th sport @inside accept" in rule)
    assert asked < barred < answered
    assert rules[-1] == "goto denied"
    assert not [rule for rule in rules if rule.startswith("ct ")]


def test_a_guest_may_have_two_addresses_and_an_address_two_guests():
    one, two = "52:54:00:00:00:01", "52:54:00:00:00:02"
    pairs = [(one, "10.77.130.5"), (one, "10.77.130.9"), (two, "10.77.130.9")]
    text = guests([ELEMENT], [{"guest": "pacs", "mac": mac, "address": address} for mac, address in pairs])
    assert [line for line in text.splitlines() if line.endswith('comment "pacs",')] == [
        f'\t\t\t{mac} . {address} comment "pacs",' for mac, address in pairs
    ]
    assert text.count(f"\t\t\t{one},\n") == 1
    assert text.count("\t\t\t10.77.130.9,\n") == 1


def test_all_addresses_of_a_pair_move_together_and_stay():
    text = render(
        "segment_gateway",
        "keepalived.conf.j2",
        inventory_hostname="gw1",
        segment_gateway_segments=LEGS,
        segment_gateway_router_id=77,
        segment_gateway_priority=150,
        segment_gateway_advert_ms=500,
    )
    assert re.search(r"group \{\s+mgmt\s+outside\s+\}", text)
    assert text.count("state BACKUP") == text.count("nopreempt") == text.count("advert_int 0.5") == len(LEGS)
    assert "10.77.250.1/24" in text


def test_the_gateways_own_connections_are_not_kept_in_step():
    text = render(
        "segment_gateway",
        "conntrackd.conf.j2",
        segment_gateway_segments=LEGS,
        segment_gateway_sync_segment="mgmt",
        segment_gateway_peer_addresses={"mgmt": "10.77.10.15", "outside": "10.77.250.15"},
        __segment_gateway_sync=LEGS[0],
    )
    ignored = re.findall(r"^ {12}IPv4_address (\S+)$", text, re.MULTILINE)
    assert ignored == ["127.0.0.1", "10.77.10.14", "10.77.10.15", "10.77.250.14", "10.77.250.15"]
    assert "IPv4_Destination_Address 10.77.10.15" in text
