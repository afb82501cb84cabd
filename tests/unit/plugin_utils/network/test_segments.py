# SPDX-License-Identifier: GPL-3.0-or-later
import ipaddress

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.model.host import Host, HostProfile
from ansible_collections.medvirt.hospital.plugins.plugin_utils.model.intent import Intent
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.flows import Member, Network, service_flows
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.reach import ports_of
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.segments import Segments, Wish

TWO_SITES = {
    "hospital": "h",
    "domain": "h.example",
    "supernet": "10.20.0.0/16",
    "sites": [{"name": "main", "racks": ["r"]}, {"name": "annex", "racks": ["r"]}],
    "host_profiles": [{"name": "p", "cores": 8, "memory_mib": 8192}],
    "hosts": [],
    "tenants": [{"name": "east"}],
}


@pytest.fixture
def segments(catalogue):
    return Segments(Intent.model_validate(TWO_SITES), catalogue)


def test_the_basics_are_added_at_each_site(segments):
    assert [s.key for s in segments] == [
        "mgmt", "migration", "storage", "ring0", "ring1",
        "annex-mgmt", "annex-migration", "annex-storage", "annex-ring0", "annex-ring1",
    ]  # fmt: skip


def test_a_wish_is_fulfilled_once(segments):
    first = segments.need(Wish("pacs", "annex"))
    assert (first.key, first.zone, first.bridge(130)) == ("annex-pacs", "pacs", "br-pacs")
    assert segments.need(Wish("pacs", "annex")) is first


def test_tenants_have_segments_and_zones_of_their_own(segments):
    common, own = segments.need(Wish("clinical-db", "main")), segments.need(Wish("clinical-db", "main", "east"))
    assert (own.key, own.zone, common.zone) == ("east-clinical-db", "east-clinical-db", "clinical-db")
    assert own.bridge(207) == "br-207"
    assert segments.in_zone("clinical-db", "east") == [common, own]
    assert segments.in_zone("clinical-db", None) == [common, own]


def test_people_and_devices_get_segments_only_when_there_is_none(segments):
    segments.need_zone("modality", "main", None)
    assert [s.key for s in segments.in_zone("modality", None)] == ["modality-a", "modality-b"]
    segments.need_zone("modality", "main", None)
    assert len(segments.in_zone("modality", None)) == 2


def test_a_trunk_for_all_leaves_out_clients_controllers_and_what_has_a_port(segments):
    segments.need(Wish("pacs", "main"))
    segments.need_zone("modality", "main", None)
    profile = HostProfile.model_validate(
        {
            "name": "p",
            "cores": 8,
            "memory_mib": 8192,
            "nics": [{"name": "eno1", "segment": "mgmt"}],
            "trunks": [{"name": "bond0", "nics": ["a", "b"], "mode": "802.3ad", "segments": "all"}],
        }
    )
    host = Host.model_validate({"name": "a", "profile": "p", "site": "main", "rack": "r"})
    ports = ports_of(host, profile, segments)
    assert [(p.name, p.segment.key, p.trunk) for p in ports][0] == ("eno1", "mgmt", None)
    assert [p.segment.key for p in ports[1:]] == ["migration", "storage", "ring0", "ring1", "pacs"]
    watcher = host.model_copy(update={"use": "witness"})
    assert [p.segment.purpose for p in ports_of(watcher, profile, segments)] == [
        "management", "storage", "cluster", "cluster",
    ]  # fmt: skip


def test_a_trunk_with_a_list_comes_before_the_one_for_all(segments):
    trunks = [
        {"name": "bond0", "nics": ["a", "b"], "mode": "802.3ad", "segments": "all"},
        {"name": "bond1", "nics": ["c", "d"], "mode": "802.3ad", "segments": ["storage", "migration"]},
    ]
    profile = HostProfile.model_validate({"name": "p", "cores": 8, "memory_mib": 8192, "trunks": trunks})
    host = Host.model_validate({"name": "a", "profile": "p", "site": "main", "rack": "r"})
    carried = {p.segment.key: p.trunk for p in ports_of(host, profile, segments)}
    assert carried == {
        "mgmt": "bond0", "ring0": "bond0", "ring1": "bond0", "storage": "bond1", "migration": "bond1",
    }  # fmt: skip


def test_a_tenants_service_hears_its_own_people_and_the_common_ones(catalogue, segments):
    for tenant in (None, "east"):
        segments.need(Wish("his-app", "main", tenant))
    keys = {s.key: ipaddress.ip_network(f"10.20.{n}.0/24") for n, s in enumerate(segments)}
    net = Network(segments, keys, frozenset())
    net.members.append(Member("his", "his", "his_app", "east", "east-his-app", ipaddress.ip_address("10.20.1.9")))
    entries = [f for f in catalogue.services["his"].profiles["standard"].flows if f.source == "clinical"]
    assert service_flows("his", "east", entries, net) == []
    segments.need_zone("clinical", "main", "east")
    net.subnets = {s.key: ipaddress.ip_network(f"10.20.{n}.0/24") for n, s in enumerate(segments)}
    flow = service_flows("his", "east", entries, net)[0]
    assert flow["source_subnets"] == [str(net.subnets["east-clinical-ws"])]
    assert flow["destination_addresses"] == ["10.20.1.9"]
