# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.medvirt.hospital.plugins.filter import nftables as filters
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.nftables import nft_flow_sets


def element(**changes):
    return {
        "flows": ["reading"],
        "kind": "inside",
        "source": "10.77.151.0/24",
        "destination": "10.77.130.5",
        "protocol": "tcp",
        "ports": "443",
        "until": None,
        **changes,
    }


def test_an_element_names_its_flows():
    (found,) = nft_flow_sets([element(flows=["reading", "store"])])
    assert found["elements"] == ['10.77.151.0/24 . 10.77.130.5 . tcp . 443 comment "reading store"']
    assert (found["name"], found["closes"], found["mark"]) == ("inside", None, 0)


def test_a_packet_and_the_answer_to_it():
    (found,) = nft_flow_sets([element()])
    assert found["match"] == "ip saddr . ip daddr . meta l4proto . th dport @inside"
    assert found["reply"] == "ip daddr . ip saddr . meta l4proto . th sport @inside"


def test_protocols_without_ports_have_a_set_of_their_own():
    sets = nft_flow_sets([element(protocol="icmp", ports=None), element(), element(protocol="udp", ports="123")])
    assert [(found["name"], len(found["elements"])) for found in sets] == [("inside_no_ports", 1), ("inside", 2)]
    assert sets[0]["elements"] == ['10.77.151.0/24 . 10.77.130.5 . icmp comment "reading"']
    assert sets[0]["type"].count(" . ") == 2


def test_any_address_and_any_port_are_written_out():
    (found,) = nft_flow_sets([element(kind="from_outside", source=None, ports=None)])
    assert found["elements"] == ['0.0.0.0/0 . 10.77.130.5 . tcp . 0-65535 comment "reading"']


def test_a_last_day_closes_at_its_end_in_utc():
    (found,) = nft_flow_sets([element(until="2026-12-31")])
    assert found["name"] == "inside_until_2026_12_31"
    assert found["closes"] == 1798761600  # 2027-01-01T00:00:00Z
    assert found["mark"] == 20819
    assert found["match"].startswith("meta time < 1798761600 ip saddr . ")
    assert found["reply"].startswith("meta time < 1798761600 ip daddr . ")


def test_a_block_of_destinations_has_sets_of_its_own():
    wide = element(destination="10.77.130.200-10.77.132.9", flows=["wide"])
    sets = nft_flow_sets(
        [element(), wide, element(destination="10.0.0.0/8"), element(kind="to_outside", destination=None)], True
    )
    assert {found["name"]: found["block"] for found in sets} == {
        "inside": None,
        "to_outside": None,
        "inside_10_77_130_0": "10.77.130.0",
        "inside_10_77_131_0": "10.77.131.0",
        "inside_10_77_132_0": "10.77.132.0",
    }
    destinations = [text.split(" . ")[1] for found in sets for text in found["elements"] if found["block"]]
    assert destinations == ["10.77.130.5", "10.77.130.200-10.77.130.255", "10.77.131.0/24", "10.77.132.0-10.77.132.9"]
    assert all(found["match"].endswith("@" + found["name"]) for found in sets)


def test_a_long_comment_is_cut_to_what_the_kernel_stores():
    (found,) = nft_flow_sets([element(flows=["ü" * 40, 'quo"ted', "x" * 60])])
    comment = found["elements"][0].split('comment "')[1].removesuffix('"')
    assert comment.endswith("...") and len(comment.encode()) == 127 and "quo'ted" in comment


def test_the_filter_refuses_what_is_no_element():
    with pytest.raises(AnsibleFilterError, match="not the elements that it takes"):
        filters.nft_flow_sets([{"kind": "inside"}])
