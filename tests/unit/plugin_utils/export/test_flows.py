# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.export.flows import flow_list, flow_pages


def rows(data):
    table = flow_list(data)
    return [dict(zip(table.heads, row, strict=True)) for row in table.rows]


def lines(text, site):
    """The two tables of a site as lists of cells."""
    section = text.split(f"## {site}\n")[1].split("\n## ")[0]
    tables = section.split("### ")[1:]
    return [[line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")] for table in tables]


def test_each_site_has_its_flows_and_a_refusal(data):
    found = rows(data)
    assert [row["action"] for row in found if row["site"] == "main"] == ["allow"] * 17 + ["deny"]
    north = [row for row in found if row["site"] == "north"]
    assert [row["rule"] for row in north] == list(range(1, len(north) + 1)) and north[-1]["flow"] == "rest"
    assert "telemedicine-web" not in {row["flow"] for row in north}


def test_a_row_says_all_of_a_flow(data):
    (vendor,) = (row for row in rows(data) if row["flow"] == "vendor-ct")
    assert (vendor["source_subnets"], vendor["destination_addresses"]) == ("198.51.100.0/28", "10.20.210.0/24")
    assert (vendor["protocol"], vendor["ports"], vendor["between_segments"]) == ("tcp", "22", "yes")
    assert (vendor["expires"], vendor["owner"]) == ("2027-03-31", "radiology")


def test_a_flow_within_a_segment_never_reaches_the_gateway(data):
    flow = data.plan["flows"][0]
    flow["source_subnets"], flow["destination_addresses"] = ["10.20.130.101/32"], ["10.20.130.102"]
    assert [row["between_segments"] for row in rows(data) if row["flow"] == flow["name"]] == ["no"]
    flow["source_subnets"].append("0.0.0.0/0")
    assert rows(data)[0]["between_segments"] == "yes"


def test_a_flow_between_places_of_no_site_is_in_all_lists(data):
    flow = data.plan["flows"][0]
    flow["source_subnets"], flow["destination_addresses"] = ["0.0.0.0/0"], ["192.0.2.1"]
    assert [row["site"] for row in rows(data) if row["flow"] == flow["name"]] == ["main", "north"]


def test_overview_counts_flows_between_zones(data):
    overview, listed = lines(flow_pages(data), "Campus main")
    head, _rule, *body = overview
    count = {(row[0], zone): number for row in body for zone, number in zip(head[1:], row[1:], strict=False)}
    assert head[0] == "from / to" and "apps (north)" in head
    assert (count["clinical", "pacs"], count["internet", "dmz"], count["modality", "pacs (north)"]) == ("2", "2", "1")
    assert ("modality (north)", "pacs (north)") not in {pair for pair, number in count.items() if number}
    assert [row[1] for row in listed[2:]] == [row["flow"] for row in rows(data) if row["site"] == "main"]


def test_multicast_stays_in_its_segment(data):
    flow = data.plan["flows"][0]
    flow["source_subnets"], flow["destination_addresses"] = ["10.20.130.11/32", "10.20.120.11/32"], []
    flow["destination_subnets"] = ["224.0.0.18/32"]
    assert rows(data)[0]["between_segments"] == "no"
    overview, _listed = lines(flow_pages(data), "Campus main")
    assert "pacs" not in {row[0] for row in overview}
