# SPDX-License-Identifier: GPL-3.0-or-later
"""300 beds give the machines of the reference table; the intent's sizes win; absent demand is named."""

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.expand import expand
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.quantity import MissingDemand

# role: guests, vCPUs each, GiB of memory each, GiB of root volume, sustained IOPS of the root volume
REFERENCE = {
    "his_app": (2, 4, 16, 60, 300),
    "emr_app": (3, 8, 32, 80, 500),
    "lis_app": (2, 4, 16, 100, 500),
    "ris_app": (2, 4, 16, 100, 1000),
    "integration_engine": (2, 4, 16, 100, 1000),
    "pacs_archive": (3, 8, 16, 60, 1000),
    "telemedicine_media": (2, 8, 16, 40, 100),
    "research_node": (2, 16, 128, 200, 1000),
    "ai_inference": (1, 8, 64, 60, 1000),
}
DATABASES = {"pacs_database": (3, 8, 64, 792, 5000), "lis_database": (2, 4, 32, 806, 2500)}


@pytest.fixture
def service(catalogue, demand):
    """service(type, profile, overrides, demand) -> ExpandedService; 300 beds unless something is given."""

    def call(name, profile="standard", overrides=None, **given):
        entry = catalogue.services[name].profiles[profile]
        return expand(entry, demand(**given), overrides or {}, catalogue)

    return call


def _of(expanded, role):
    return [guest for guest in expanded.guests if guest.entry.role == role]


@pytest.mark.parametrize("role", REFERENCE)
def test_300_beds_give_the_reference_guests(service, role):
    name = role.split("_")[0]
    guests = _of(service(name, "cluster" if name == "pacs" else "standard"), role)
    sizing = guests[0].sizing
    found = (len(guests), sizing.vcpus, sizing.memory_mib / 1024, sizing.root_gib, sizing.iops)
    assert found == REFERENCE[role]


@pytest.mark.parametrize("role", DATABASES)
def test_300_beds_give_the_reference_databases(service, role):
    """A database of 500 GiB grows by 10 % a year: 806 GiB after five."""
    name = role.split("_")[0]
    guests = _of(service(name, "cluster" if name == "pacs" else "standard"), role)
    sizing, (volume,) = guests[0].sizing, guests[0].volumes
    found = (len(guests), sizing.vcpus, sizing.memory_mib / 1024, volume.capacity_gib, volume.iops)
    assert found == DATABASES[role]


def test_his_and_emr_share_the_reference_database(service):
    both = [_of(service(name), f"{name}_database") for name in ("his", "emr")]
    assert [len(guests) for guests in both] == [3, 3]
    assert sum(guests[0].sizing.vcpus for guests in both) == 8
    assert sum(guests[0].sizing.memory_mib for guests in both) == 64 * 1024


def test_infrastructure_is_eight_guests(service):
    assert sum(len(service(name).guests) for name in ("infra", "backup", "monitoring")) == 8


def test_twice_the_beds_are_twice_the_size(service):
    (app, *__), (small, *__) = _of(service("his", beds=600), "his_app"), _of(service("his"), "his_app")
    assert (app.sizing.vcpus, app.sizing.memory_mib) == (2 * small.sizing.vcpus, 2 * small.sizing.memory_mib)


def test_guests_come_in_the_order_of_the_profile(service):
    roles = [guest.entry.role for guest in service("pacs", "cluster").guests]
    assert roles == ["pacs_database"] * 3 + ["pacs_archive"] * 3 + ["pacs_gateway"] * 2


def test_images_are_shared_by_the_archive_nodes(service, demand):
    (images,) = service("pacs", "cluster", beds=300, existing_images_gib=100, online_months=24).shared_volumes
    figures = demand(beds=300, existing_images_gib=100, online_months=24)
    assert figures["images_gib"] <= images.capacity_gib < figures["images_gib"] + 1
    assert (images.consumers, images.growth, images.initial_gib, images.keep_years) == (
        ("pacs_archive",),
        "images",
        100,
        2,
    )


def test_the_intent_wins_for_every_guest(service):
    made = service("his", overrides={"vcpus": 1, "memory_mib": None, "root_gib": 9})
    assert {(guest.sizing.vcpus, guest.sizing.root_gib) for guest in made.guests} == {(1, 9)}
    assert _of(made, "his_app")[0].sizing.memory_mib == 16384


def test_volumes_of_no_size_are_left_out(service):
    assert service("research").shared_volumes == ()
    assert [v.capacity_gib for v in service("research", beds=300, genomes_per_year=10).shared_volumes] == [7500]


def test_absent_demand_is_named(catalogue, service):
    with pytest.raises(MissingDemand) as caught:
        service("his", calls=3)
    assert caught.value.key == "beds"


def test_a_service_with_fixed_sizes_needs_no_demand(service):
    (guest,) = service("pacs", "single", overrides={"vcpus": 2, "memory_mib": 640, "root_gib": 4}, calls=1).guests
    assert (guest.sizing.vcpus, guest.sizing.memory_mib, guest.sizing.root_gib) == (2, 640, 4)
    assert guest.volumes == ()


def test_inference_needs_a_gpu(service):
    assert service("ai").guests[0].entry.needs == ("gpu",)
