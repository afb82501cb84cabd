# SPDX-License-Identifier: GPL-3.0-or-later
import re

from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.growth import BOTTOM, TOP, curves
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.source import read_plan


def curve_of(inventory, years):
    inventory["all"]["vars"]["hospital_plan"]["growth"] = {"main": years}
    (curve,) = curves(read_plan(inventory))
    return curve


def year(number, storage, usable=1000, image=0, database=0):
    return {
        "year": number,
        "storage_gib": storage,
        "usable_gib": usable,
        "image_gib": image,
        "database_gib": database,
    }


def test_it_says_when_it_is_full(inventory):
    curve = curve_of(inventory, [year(0, 600), year(1, 900), year(2, 1100)])
    assert curve.full and curve.sentence == "Full in year 2: more disks or hosts must be in place before."
    curve = curve_of(inventory, [year(0, 1001), year(1, 1100)])
    assert curve.sentence == "More is planned than fits: add disks or hosts now."
    curve = curve_of(inventory, [year(0, 600), year(5, 1000)])
    assert not curve.full and curve.sentence == "Enough to year 5: then 100 % of what can be used is taken."


def test_areas_are_stacked_within_the_picture(inventory):
    curve = curve_of(inventory, [year(0, 600, image=300, database=100), year(1, 800, image=450, database=150)])
    assert [(area.name, area.first, area.last) for area in curve.areas] == [
        ("databases", "100 GiB", "150 GiB"),
        ("images", "300 GiB", "450 GiB"),
        ("other", "200 GiB", "200 GiB"),
    ]
    ys = [float(y) for area in curve.areas for y in re.findall(r" (\d+\.\d\d)", area.path)]
    assert min(ys) >= TOP and max(ys) == BOTTOM
    assert curve.areas[2].path.startswith("M52.00 90.80 L392.00 56.40")


def test_parts_that_do_not_exist_are_not_drawn(inventory):
    assert [area.name for area in curve_of(inventory, [year(0, 4, 4), year(1, 4, 4)]).areas] == ["other"]


def test_axis_has_round_steps(inventory):
    curve = curve_of(inventory, [year(0, 600, 36_000), year(1, 700, 36_000)])
    assert [text for _y, text in curve.ticks_y] == ["0 TiB", "10 TiB", "20 TiB", "30 TiB", "40 TiB"]
    assert [text for _x, text in curve.ticks_x] == ["now", "1"]
    curve = curve_of(inventory, [year(0, 0, 0)])
    assert curve.ticks_y[0][1] == "0 GiB" and not curve.areas


def test_each_year_has_its_strip_and_row(inventory):
    curve = curve_of(inventory, [year(n, 600 + n, image=100) for n in range(6)])
    assert sum(strip.width for strip in curve.years) == 340
    assert curve.years[5].tip == "year 5: 605 GiB\nother 505 GiB\nimages 100 GiB"
    assert curve.rows[5] == ("5", "0 GiB", "100 GiB", "505 GiB", "605 GiB", "1\u202f000 GiB", "60 %")
