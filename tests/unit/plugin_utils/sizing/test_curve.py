# SPDX-License-Identifier: GPL-3.0-or-later
from dataclasses import replace

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.curve import capacity_curve, stored_gib
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.expand import SizedVolume

IMAGES = SizedVolume("images", 74416, 500, "images")
DATABASE = SizedVolume("data", 161051, 500, "databases")
RECORDS = SizedVolume("documents", 500, None, "records")
OTHER = SizedVolume("queue", 100, None, "none")


def test_images_pile_up_with_growth(policies):
    """10 000 GiB in the first year, 20 % more each year."""
    rows = capacity_curve([IMAGES], policies)
    assert [row["image_gib"] for row in rows] == [0, 10000, 22000, 36400, 53680, 74416]
    assert [row["year"] for row in rows] == [0, 1, 2, 3, 4, 5]


def test_images_leave_after_their_time_on_the_volume(policies):
    short = replace(IMAGES, capacity_gib=38016, keep_years=2)
    assert [row["image_gib"] for row in capacity_curve([short], policies)] == [0, 10000, 22000, 26400, 31680, 38016]


def test_retention_is_the_longest_that_images_stay(policies):
    one = replace(policies, retention_years=1, image_growth_percent=0)
    assert [round(stored_gib(replace(IMAGES, keep_years=9), year, one)) for year in (0, 1, 5)] == [0, 74416, 74416]


def test_what_was_taken_over_is_there_from_the_start(policies):
    rows = capacity_curve([replace(IMAGES, capacity_gib=75416, initial_gib=1000)], policies)
    assert (rows[0]["image_gib"], rows[1]["image_gib"], rows[5]["image_gib"]) == (1000, 11000, 75416)


def test_databases_grow_towards_the_planned_size(policies):
    rows = capacity_curve([DATABASE], policies)
    assert [row["database_gib"] for row in rows] == [100000, 110000, 121000, 133100, 146410, 161051]


def test_records_grow_evenly(policies):
    assert [row["database_gib"] for row in capacity_curve([RECORDS], policies)] == [0, 100, 200, 300, 400, 500]


def test_storage_is_everything(policies):
    rows = capacity_curve([IMAGES, DATABASE, RECORDS, OTHER], policies, fixed_gib=40)
    assert rows[0]["storage_gib"] == 100000 + 100 + 40
    assert rows[5]["storage_gib"] == 74416 + 161051 + 500 + 100 + 40


@pytest.mark.parametrize("years", [1, 3, 10])
def test_one_row_for_each_year_of_the_horizon(policies, years):
    rows = capacity_curve([IMAGES, DATABASE], replace(policies, horizon_years=years))
    assert len(rows) == years + 1
    assert rows[-1]["storage_gib"] == 74416 + 161051
    assert rows == sorted(rows, key=lambda row: row["storage_gib"])
