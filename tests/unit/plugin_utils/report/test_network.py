# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.view import view


def plan_of(inventory):
    return inventory["all"]["vars"]["hospital_plan"]


def cells(shown):
    return {(cell.source, cell.destination): cell for _zone, _outside, row in shown.matrix.rows for cell in row}


def flow(**more):
    return {
        "name": "x",
        "service": None,
        "source": "apps",
        "source_subnets": ["10.20.120.0/24"],
        "destination": "pacs",
        "destination_addresses": [],
        "destination_subnets": [],
        "protocol": "tcp",
        "ports": [22],
        "reason": "r",
        "owner": None,
        "expires": None,
        **more,
    }


def test_the_matrix_counts_all_flows(inventory):
    shown = view(inventory)
    assert cells(shown)["internet", "dmz"].flows == 2
    assert sum(cell.flows for cell in cells(shown).values()) == len(shown.flows)
    assert cells(shown)["internet", "pacs"].flows == 0


def test_what_is_outside_stands_first(inventory):
    shown = view(inventory)
    assert [zone for zone, outside, _row in shown.matrix.rows if outside] == ["198.51.100.0/28", "internet"]
    assert [outside for _zone, outside, _row in shown.matrix.rows][:3] == [True, True, False]
    assert {f.name for f in shown.flows if f.outside} == {"telemedicine-web", "telemedicine-media", "vendor-ct"}


def test_a_subnet_of_the_hospital_is_not_outside(inventory):
    plan_of(inventory)["flows"] = [flow(source="10.20.220.0/25", source_subnets=["10.20.220.0/25"])]
    assert not view(inventory).flows[0].outside


def test_ends_that_are_no_zone(inventory):
    plan_of(inventory)["flows"] = [
        flow(source="service:his", destination="ct1"),
        flow(source="purpose:cluster", destination="purpose:out_of_band"),
        flow(source="apps, pacs", destination="any", protocol="icmp", ports=[]),
    ]
    first, second, third = view(inventory).flows
    assert (first.source, first.source_zones, first.destination_zones) == ("service his", ("apps",), ("modality",))
    assert second.source == "cluster network" and second.source_zones == ("ring0", "ring1")
    assert second.destination == "out of band network" and second.destination_zones == ("oob",)
    assert third.source_zones == ("apps", "pacs") and third.destination_zones == ("any",) and third.ports == "icmp"


def test_colour_of_a_cell(inventory):
    plan_of(inventory)["flows"] = [
        *(flow(name=f"a{i}") for i in range(4)),
        *(flow(name=f"b{i}", destination="vdi") for i in range(2)),
        flow(destination="dmz"),
    ]
    shown = cells(view(inventory))
    assert [shown["apps", zone].level for zone in ("pacs", "vdi", "dmz")] == [3, 2, 1]
    assert shown["apps", "pacs"].tip.splitlines()[:2] == ["apps to pacs", "tcp 22  a0"]


def test_a_plan_without_flows(inventory):
    plan_of(inventory)["flows"] = []
    assert view(inventory).matrix.rows == ()


def test_segments_count_their_addresses(inventory):
    members = {segment.key: segment.members for segment in view(inventory).segments}
    assert (members["mgmt"], members["oob"], members["modality"], members["clinical"]) == (6, 6, 7, 0)
    guests = inventory["all"]["children"]["guests"]["hosts"].values()
    assert members["pacs"] == 6 + sum(guest["hospital"]["segment"] == "pacs" for guest in guests)


def test_segments_stand_by_site_and_vlan(inventory):
    keys = [(segment.site, segment.vlan) for segment in view(inventory).segments]
    assert keys == sorted(keys)
