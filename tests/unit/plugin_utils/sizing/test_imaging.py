# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.policies import kept

GIB_OF_MB = 10**6 / 2**30


def test_the_usual_study_is_near_the_published_figures(demand):
    """Purview plans with 200 MB a study, the Orthanc Book reports 214 MB."""
    assert 180 <= demand()["images_mb_per_study"] <= 220


def test_a_year_of_300_beds(demand):
    figures = demand(beds=300)
    assert figures["images_mb_per_study"] == 190.3
    assert figures["images_gib_per_year"] == pytest.approx(60_000 * 190.3 * GIB_OF_MB, abs=0.01)


def test_five_years_with_growth(demand):
    """1 + 1.2 + 1.44 + 1.728 + 2.0736 = 7.4416 times the first year."""
    figures = demand(studies_per_year={"CT": 10_000})
    year = 10_000 * 300 * GIB_OF_MB
    assert figures["images_gib"] == pytest.approx(7.4416 * year, abs=0.01)
    assert figures["archive_images_gib"] == pytest.approx(7.4416 * year / 2.5, abs=0.01)


def test_images_leave_the_archive_after_the_online_months(demand):
    figures = demand(studies_per_year={"CT": 10_000}, online_months=18)
    year = 10_000 * 300 * GIB_OF_MB
    assert figures["images_online_years"] == 1.5
    assert figures["images_gib"] == pytest.approx((1.2**4 + 0.5 * 1.2**3) * year, abs=0.01)
    assert figures["archive_images_gib"] == pytest.approx(7.4416 * year / 2.5, abs=0.01)


def test_what_is_taken_over_comes_on_top(demand):
    without, with_old = demand(beds=300), demand(beds=300, existing_images_gib=5000)
    assert with_old["images_gib"] - without["images_gib"] == pytest.approx(5000, abs=0.01)
    assert with_old["archive_existing_gib"] == 2000


def test_index_is_0_65_percent_of_the_images(demand):
    figures = demand()
    assert figures["image_index_gib"] / figures["images_gib"] == pytest.approx(0.0066, abs=0.0001)


def test_ingest_of_300_beds(demand):
    """Below 10 instances/s on average, about 50 at the peak: 200 Mbit/s."""
    figures = demand(beds=300)
    instances_per_year = 60_000 * 190.3 / 0.5
    assert figures["ingest_instances_per_second"] == pytest.approx(instances_per_year / (2500 * 3600), abs=0.001)
    assert figures["ingest_peak_instances_per_second"] == pytest.approx(50.7, abs=0.1)
    assert figures["ingest_peak_mbps"] == pytest.approx(203, abs=0.5)


def test_a_quarter_of_the_reading_rooms_loads_at_once(demand):
    """500 MB in 4 s is 1 Gbit/s for each workstation."""
    assert demand(reading_workstations=12, studies_per_year=60_000)["reading_peak_mbps"] == 3000


def test_no_studies_need_no_archive(demand):
    figures = demand(studies_per_year=0)
    assert (figures["images_gib"], figures["image_index_gib"], figures["images_mb_per_study"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("years", "keep", "growth", "total"),
    [(0, 20, 20, 0), (1, 20, 20, 1), (3, 20, 0, 3), (3, 2, 0, 2), (3, 2, 100, 6), (3, 1.5, 100, 5)],
)
def test_kept_years(years, keep, growth, total):
    assert kept(years, keep, growth) == pytest.approx(total)
