# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.demand import resolve


def test_everything_follows_from_beds(demand):
    figures = demand(beds=300)
    assert figures["staff"] == 1200
    assert figures["concurrent_users"] == 300
    assert figures["encounters_per_year"] == 150_000
    assert figures["studies_per_year"] == 60_000
    assert figures["studies_per_year.CT"] == 19_200
    assert figures["calls"] == 20


def test_without_beds_only_what_needs_none_is_known(catalogue, policies):
    figures = resolve({}, {}, catalogue, policies)
    assert figures["participants_per_call"] == 3
    assert figures["database_growth_factor"] == 1.611
    assert not {"beds", "studies_per_year", "images_gib", "vdi_vcpus", "telemedicine_mbps"} & set(figures)


def test_parts_replace_the_mix(demand):
    figures = demand(studies_per_year={"CT": 20_000, "MR": 9_000})
    assert figures["studies_per_year"] == 29_000
    assert (figures["studies_per_year.CT"], figures["studies_per_year.DX"]) == (20_000, 0)
    assert figures["images_mb_per_study"] == round((20_000 * 300 + 9_000 * 150) / 29_000, 3)


def test_a_sum_is_split_by_the_usual_mix(demand):
    figures = demand(vdi_users=200)
    assert [figures[f"vdi_users.{kind}"] for kind in ("light", "medium", "heavy", "power")] == [40, 130, 28, 2]


def test_the_service_wins_over_the_hospital(catalogue, policies):
    figures = resolve({"beds": 300, "calls": 4}, {"beds": 100}, catalogue, policies)
    assert (figures["beds"], figures["studies_per_year"], figures["calls"]) == (100, 20_000, 4)


def test_the_years_emr_documents_add_up(demand):
    figures = demand(beds=300, mb_per_encounter=5)
    assert figures["emr_documents_gib"] == round(5 * 150_000 * 5e6 / 2**30, 3)


def test_genomes_only_where_they_are_sequenced(demand):
    assert demand()["genomics_gib"] == 0
    assert demand(genomes_per_year=100)["genomics_gib"] == 100 * 150 * 5
