# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows: which walls must stand."""

import pytest

FLOW = {"name": "f", "protocol": "tcp", "ports": [443], "reason": "r", "owner": "o"}


@pytest.fixture
def flow(clinic):
    """flow(source, destination, ...): the clinic with one flow."""

    def call(source, destination, **changes):
        clinic["flows"] = [{**FLOW, "source": source, "destination": destination, **changes}]
        return clinic

    return call


def only(sentences):
    assert len(sentences) == 1, sentences
    return sentences[0]


ALLOWED = [
    ("internet", "telemed-dmz"),
    ("internet", "external-dmz"),
    ("internet", "remote"),
    ("203.0.114.0/24", "remote"),
    ("10.99.0.0/24", "pacs"),
    ("any", "infra"),
    ("any", "pacs"),
    ("guest-wifi", "external-dmz"),
    ("external-dmz", "integration"),
    ("vendor", "remote"),
    ("clinical", "his-app"),
    ("partner", "pacs"),
    ("mgmt", "internet"),
    ("any", "internet"),
]


@pytest.mark.parametrize("source, destination", ALLOWED)
def test_allowed(accepted, flow, source, destination):
    assert accepted(flow(source, destination)).flows[0].source == source


REFUSED = [
    ("internet", "pacs", "only telemed-dmz, external-dmz, remote may be reached from the internet"),
    ("8.8.8.0/24", "clinical-db", "may be reached from the internet"),
    ("guest-wifi", "his-app", "a zone of machines that nobody vouches for"),
    ("voice", "clinical", "a zone of machines that nobody vouches for"),
    ("cctv", "mgmt", "a zone of machines that nobody vouches for"),
    ("vendor", "modality", "and suppliers come in through the jump hosts only"),
    ("vendor", "internet", "and suppliers come in through the jump hosts only"),
    ("outside", "infra", "only telemed-dmz, external-dmz, remote may be reached from the internet"),
    ("clinical", "storage", "only hosts talk there"),
    ("ring0", "infra", "which nothing leaves"),
    ("external-dmz", "clinical-db", "a zone that the internet reaches"),
    ("telemed-dmz", "pacs", "a zone that the internet reaches"),
    ("any", "clinical-db", "databases answer only named zones"),
    ("any", "mgmt", "hosts answer only named zones"),
]


@pytest.mark.parametrize("source, destination, why", REFUSED)
def test_walls(accepted, refusals, flow, source, destination, why):
    clinic = flow(source, destination)
    sentence = only(refusals(clinic))
    assert sentence.startswith(f"flows[0].source: flow f opens {destination}")
    assert why in sentence and sentence.endswith(", or add a waiver for the rule flow.")
    clinic["waivers"] = [{"rule": "flow", "flow": "f", "reason": "r", "owner": "o", "until": "2030-01-31"}]
    assert accepted(clinic).waiver("flow", "f").owner == "o"


def test_a_waiver_opens_the_flow_that_it_names(refusals, flow):
    clinic = flow("any", "mgmt")
    waiver = {"rule": "flow", "flow": "f", "reason": "r", "owner": "o", "until": "2030-01-31"}
    clinic["waivers"] = [{**waiver, "flow": "g"}]
    assert [s.partition(";")[0] for s in refusals(clinic)] == [
        "flows[0].source: flow f opens mgmt to any, hosts answer only named zones",
        "waivers[0].flow: the waiver names the unknown flow 'g' (known: f)",
    ]
    clinic["waivers"] = [{key: value for key, value in waiver.items() if key != "flow"}]
    assert "the waiver for the rule flow names no flow; add 'flow', its name" in refusals(clinic)[1]
    clinic["waivers"] = [waiver, {**waiver, "rule": "n_plus"}]
    assert "waivers[1].flow: the waiver for the rule n_plus names the flow f" in only(refusals(clinic))
    clinic["waivers"] = [waiver, waiver]
    assert "waiver for flow f occurs twice" in only(refusals(clinic))


def test_libvirt_without_encryption(refusals, flow):
    for ports in ([16509], ["16000-17000"]):
        assert "and 16509 is libvirt without encryption" in only(refusals(flow("mgmt", "infra", ports=ports)))


def test_a_service_stands_for_the_zones_of_its_guests(accepted, refusals, flow):
    clinic = flow("any", "archive")
    clinic["services"] = [{"name": "archive", "type": "pacs", "profile": "cluster"}]
    assert "flow f opens archive (zone clinical-db) to any" in only(refusals(clinic))
    clinic["flows"][0].update(source="internet", destination="video")
    clinic["services"] = [{"name": "video", "type": "telemedicine"}]
    assert accepted(clinic).flows[0].destination == "video"


def test_a_zone_is_what_is_in_it(refusals, flow):
    clinic = flow("guest-wifi", "images")
    clinic["segments"] = [{"name": "images", "purpose": "guests"}]
    clinic["services"][0]["segment"] = "images"
    assert "flow f opens images to guest-wifi" in only(refusals(clinic))
    clinic["segments"][0]["zone"] = "telemed-dmz"
    clinic["flows"][0].update(source="internet", destination="pacs")
    assert "flow f opens pacs (zone telemed-dmz) to internet" in only(refusals(clinic))


def test_walls_of_a_tenant(refusals, flow):
    clinic = flow("internet", "a-pacs")
    clinic["tenants"] = [{"name": "a"}]
    clinic["segments"] = [{"name": "images", "purpose": "guests", "tenant": "a", "zone": "pacs"}]
    assert "flow f opens a-pacs to internet" in only(refusals(clinic))


def test_a_public_supernet_is_not_the_internet(accepted, flow):
    clinic = flow("8.8.0.0/24", "pacs")
    clinic["sites"][0]["supernet"] = "8.8.0.0/16"
    assert accepted(clinic).flows[0].source == "8.8.0.0/24"


def test_ends(refusals, flow):
    sentence = only(refusals(flow("clinicl", "pacs")))
    assert "flow f comes from the unknown zone 'clinicl' (did you mean 'clinical'? sources: internet, any, " in sentence
    assert "flow f leads to 'pasc', neither a service, a zone nor internet (did you mean 'pacs'? " in only(
        refusals(flow("clinical", "pasc"))
    )
    assert "flow f comes from viewer and leads to it" in only(refusals(flow("viewer", "viewer")))
    assert "flow f comes from 0.0.0.0/0, which is larger than a /8" in only(refusals(flow("0.0.0.0/0", "pacs")))


def test_ports(refusals, flow):
    assert "flow f opens no port, and tcp needs one" in only(refusals(flow("clinical", "pacs", ports=[])))
    assert "flow f has ports 443, and icmp has none" in only(refusals(flow("clinical", "pacs", protocol="icmp")))
    overlap = flow("clinical", "pacs", ports=[443, "100-500"])
    assert "flows[0].ports[1]: flow f: ports 443 and 100-500 overlap" in only(refusals(overlap))


def test_reason_and_owner_are_required(refusals, flow):
    clinic = flow("clinical", "pacs")
    del clinic["flows"][0]["owner"]
    clinic["flows"][0]["reason"] = " "
    assert sorted(s.split(":")[0] for s in refusals(clinic)) == ["flows[0].owner", "flows[0].reason"]
