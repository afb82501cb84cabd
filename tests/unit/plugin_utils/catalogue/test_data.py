# SPDX-License-Identifier: GPL-3.0-or-later
"""The data files fit together, and every figure says where it comes from."""

import re

import pytest
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.model.prohibited import prohibition
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.demand import PlanningPolicies, resolve
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.expand import expand

SOURCE = re.compile(r"\[[VMET]\]")
PURPOSES = {"management", "out_of_band", "cluster", "migration", "storage", "guests", "clients", "outside"}
PROTOCOLS = {"tcp", "udp", "icmp", "vrrp"}
POLICIES = PlanningPolicies(5, 20, 10, 20)


@pytest.fixture(scope="module")
def data(catalogue_texts):
    return {name: yaml.safe_load(text) for name, text in catalogue_texts.items()}


@pytest.fixture(scope="module")
def profiles(catalogue):
    """(type, profile's name, profile) of everything that can be planned."""
    return [(name, key, p) for name, entry in catalogue.services.items() for key, p in entry.profiles.items()]


def _sourced(data):
    for file, key in (
        ("classes.yml", "classes"),
        ("tiers.yml", "tiers"),
        ("planning.yml", "defaults"),
        ("demand.yml", "demand"),
        ("imaging.yml", "modalities"),
        ("imaging.yml", "figures"),
        ("suitability.yml", "figures"),
    ):
        yield from ((f"{file} {name}", entry) for name, entry in data[file][key].items())
    yield from ((f"prohibited.yml {entry['name']}", entry) for entry in data["prohibited.yml"]["prohibited"])
    for file in ("segments.yml", "flows.yml"):
        yield file, data[file]
    for file, service in data.items():
        for profile in service.get("profiles", {}).values():
            for guest in profile["guests"]:
                yield f"{file} {guest['role']}", guest["sizing"]
                yield from ((f"{file} {guest['role']} {v['purpose']}", v) for v in guest.get("volumes", ()))
            yield from ((f"{file} {v['purpose']}", v) for v in profile.get("shared_volumes", ()))


def test_every_figure_says_how_sure_it_is(data):
    where = dict(_sourced(data))
    assert len(where) > 150
    assert [name for name, entry in where.items() if not SOURCE.search(entry.get("source", ""))] == []


def test_classes_and_segments(catalogue):
    assert all(1 <= entry.vcpu_ratio <= 10 for entry in catalogue.classes.values())
    assert len(set(catalogue.vlans.values())) == len(catalogue.vlans)
    for name, entry in catalogue.segments.items():
        assert len(name) <= 12 and 2 <= entry.vlan <= 4094 and entry.purpose in PURPOSES
        assert entry.zone == name or entry.purpose == "clients"


def test_guests_name_what_exists(catalogue, profiles):
    roles = []
    for service, _name, profile in profiles:
        for guest in profile.guests:
            roles.append(guest.role)
            assert guest.role.startswith(f"{service}_")
            assert guest.service_class in catalogue.classes
            assert catalogue.segments[guest.segment].purpose == "guests"
            assert guest.apart in ("host", "rack", "none")
            assert 1 <= guest.recovery_stage <= 10
            assert guest.checks and all(c.protocol in PROTOCOLS and 1 <= c.port <= 65535 for c in guest.checks)
        for volume in profile.shared_volumes:
            assert volume.consumers and set(volume.consumers) <= {guest.role for guest in profile.guests}
    assert len(roles) == len(set(roles))


def test_services_name_what_exists(catalogue):
    for entry in catalogue.services.values():
        assert entry.tier in catalogue.tiers
        assert entry.default_profile in entry.profiles
        assert set(entry.depends_on) <= set(catalogue.services)


def test_flows_name_what_exists(catalogue, profiles):
    zones = {entry.zone for entry in catalogue.segments.values()}
    purposes = {f"purpose:{purpose}" for purpose in PURPOSES}
    sources = zones | purposes | {"any", "internet", "same"} | {f"service:{name}" for name in catalogue.services}
    brought = [({guest.role for guest in profile.guests} | {""}, profile.flows) for __, __, profile in profiles]
    own = {"gateways"}
    for roles, flows in [*brought, (own, catalogue.flows)]:
        assert len({flow.name for flow in flows}) == len(flows)
        for flow in flows:
            assert flow.source in sources | (roles & own), flow
            assert flow.destination in roles | zones | purposes | {"any"}, flow
            assert flow.protocol in PROTOCOLS and flow.reason
            assert bool(flow.ports) == (flow.protocol in ("tcp", "udp")), flow
            assert all(_is_port(port) for port in flow.ports), flow


def _is_port(port):
    ends = [int(end) for end in str(port).split("-")]
    return len(ends) in (1, 2) and all(1 <= end <= 65535 for end in ends) and ends == sorted(set(ends))


def test_no_flow_from_outside_reaches_data(catalogue, profiles):
    """Only what stands in a DMZ is reached from the internet, and databases only by their own service."""
    segments = {guest.role: guest.segment for __, __, profile in profiles for guest in profile.guests}
    for _service, _name, profile in profiles:
        for flow in profile.flows:
            targets = [flow.destination] if flow.destination else [guest.role for guest in profile.guests]
            reached = {segments[role] for role in targets if role in segments}
            if flow.source == "internet":
                assert reached <= {"telemed-dmz", "external-dmz"}
            if "clinical-db" in reached:
                assert flow.source == "same"


def test_untrusted_zones_start_nothing_but_the_jump_host(catalogue, profiles):
    untrusted = {entry.zone for entry in catalogue.segments.values() if entry.untrusted}
    starts = {(service, flow.source) for service, __, p in profiles for flow in p.flows if flow.source in untrusted}
    assert starts == {("remote", "vendor")}


def test_prohibitions_name_what_exists(catalogue):
    zones = {entry.zone for entry in catalogue.segments.values()}
    words = zones | {f"purpose:{purpose}" for purpose in PURPOSES} | {"*"}
    names = [entry.name for entry in catalogue.prohibited]
    assert len(names) == len(set(names)) >= 8
    for entry in catalogue.prohibited:
        assert set(entry.sources) <= words | {"internet", "any"}, entry
        assert {*entry.destinations, *entry.but} <= words, entry
        assert entry.because and entry.remedy and entry.sources and entry.destinations


def test_services_bring_nothing_that_is_prohibited(catalogue, profiles):
    for _service, _name, profile in profiles:
        zones = {guest.role: catalogue.segments[guest.segment].zone for guest in profile.guests}
        for flow in profile.flows:
            for role in [flow.destination] if flow.destination else list(zones):
                assert not prohibition(catalogue.prohibited, {flow.source}, {zones.get(role, role)}, flow.ports), flow


def test_media_ports_stay_below_live_migration(catalogue):
    (media,) = [f for f in catalogue.services["telemedicine"].profiles["standard"].flows if f.name == "media"]
    assert (media.protocol, media.ports) == ("udp", ("50000-59999",))
    (moves,) = [flow for flow in catalogue.flows if flow.name == "live-migration"]
    assert "49152-49215" in moves.ports


def test_dependencies_have_no_cycle_and_come_up_first(catalogue):
    """A service is whole when its last guests are up: later than everything it depends on."""
    last = {
        name: max(guest.recovery_stage for p in entry.profiles.values() for guest in p.guests)
        for name, entry in catalogue.services.items()
    }
    for name, entry in catalogue.services.items():
        for other in entry.depends_on:
            later = last[other] < last[name] or (last[other] == last[name] == 10)
            assert later, f"{name} depends on {other}"
    done = []
    while len(done) < len(catalogue.services):
        ready = [n for n, e in catalogue.services.items() if n not in done and set(e.depends_on) <= set(done)]
        assert ready, "a cycle"
        done += ready


def test_recovery_follows_the_order_of_the_platform(profiles):
    stages = {guest.role: guest.recovery_stage for __, __, profile in profiles for guest in profile.guests}
    assert all(stage == 4 for role, stage in stages.items() if role.endswith("_database"))
    order = ["infra_directory", "his_database", "integration_engine", "emr_app", "pacs_archive", "vdi_session"]
    order += ["telemedicine_media", "research_node"]
    assert [stages[role] for role in order] == [2, 4, 5, 6, 7, 8, 9, 10]


def test_demand_refers_to_earlier_keys(catalogue):
    seen = set()
    for name, entry in catalogue.demand.items():
        assert entry.per is None or entry.per in seen
        assert not entry.split or sum(entry.split.values()) == 100
        seen.add(name)
    assert set(catalogue.demand["studies_per_year"].split) == set(catalogue.modalities)


@pytest.mark.parametrize("beds", [10, 40, 300, 3000])
def test_every_service_can_be_sized_from_beds_alone(catalogue, profiles, beds):
    demand = resolve({"beds": beds}, {}, catalogue, POLICIES)
    for _service, _name, profile in profiles:
        expanded = expand(profile, demand, {}, catalogue)
        assert {guest.entry.role for guest in expanded.guests} == {guest.role for guest in profile.guests}
        assert all(1 <= guest.sizing.vcpus <= 32 for guest in expanded.guests)
        assert all(guest.sizing.memory_mib >= 2048 for guest in expanded.guests)


def test_a_clinic_gets_small_machines_that_two_hosts_can_carry(catalogue, profiles):
    """What a clinic runs keeps replicas apart on two hosts; only a cluster of archives needs three."""
    demand = resolve({"beds": 40}, {}, catalogue, POLICIES)
    for service, name, profile in profiles:
        guests = expand(profile, demand, {}, catalogue).guests
        for entry in profile.guests:
            if entry.apart != "none" and (service, name) != ("pacs", "cluster"):
                assert sum(guest.entry is entry for guest in guests) <= 2
        if (service, name) != ("pacs", "single"):
            assert max(guest.sizing.vcpus for guest in guests) <= 4
