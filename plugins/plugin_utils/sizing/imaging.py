# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: how much is made, kept, received at once and read at once."""

from __future__ import annotations

from collections.abc import Mapping

from ..catalogue.entries import Catalogue
from .policies import PlanningPolicies

GIB = 2**30
MB = 10**6
STUDIES = "studies_per_year."


def image_figures(demand: Mapping[str, float], catalogue: Catalogue, policies: PlanningPolicies) -> dict[str, float]:
    """Figures of the image archive; none when no studies are known.

    images_mb_per_study                 blended, uncompressed
    images_gib_per_year                 stored in the first year
    images_online_years                 how long the archive keeps an image itself
    images_gib                          on the archive at the horizon
    archive_existing_gib                taken over, on a long-term archive, compressed without loss
    archive_images_gib                  on a long-term archive at the horizon, compressed without loss
    image_index_gib                     index of the images on the archive
    ingest_instances_per_second         average while studies are made
    ingest_peak_instances_per_second, ingest_peak_mbps
    reading_peak_mbps                   workstations that load a study at the same time
    """
    if "studies_per_year" not in demand:
        return {}
    figures = catalogue.defaults
    made_mb = sum(
        studies * catalogue.modalities[key.removeprefix(STUDIES)].mb_per_study
        for key, studies in demand.items()
        if key.startswith(STUDIES)
    )
    made_gib = made_mb * MB / GIB
    lossless = figures["lossless_ratio_planning"]
    stored_gib = made_gib / figures["archive_lossless_ratio"]
    online_years = min(policies.retention_years, demand.get("online_months", 12 * policies.retention_years) / 12)
    existing = demand["existing_images_gib"]
    online_gib = stored_gib * policies.images_kept(policies.horizon_years, online_years)
    instances_online = made_mb / figures["mb_per_instance"] * online_gib / stored_gib if stored_gib else 0.0
    return {
        "images_mb_per_study": made_mb / demand["studies_per_year"] if demand["studies_per_year"] else 0.0,
        "images_gib_per_year": stored_gib,
        "images_online_years": online_years,
        "images_gib": existing + online_gib,
        "archive_existing_gib": existing / lossless,
        "archive_images_gib": (existing + made_gib * policies.images_kept(policies.horizon_years)) / lossless,
        "image_index_gib": instances_online * figures["index_bytes_per_instance"] / GIB,
        **_ingest(made_mb, figures),
        **_reading(demand, figures),
    }


def _ingest(made_mb: float, figures: Mapping[str, float]) -> dict[str, float]:
    average = made_mb / figures["mb_per_instance"] / (figures["acquisition_hours_per_year"] * 3600)
    peak = average * figures["ingest_peak_factor"]
    return {
        "ingest_instances_per_second": average,
        "ingest_peak_instances_per_second": peak,
        "ingest_peak_mbps": peak * figures["mb_per_instance"] * 8,
    }


def _reading(demand: Mapping[str, float], figures: Mapping[str, float]) -> dict[str, float]:
    if "reading_workstations" not in demand:
        return {}
    each_mbps = figures["reading_study_mb"] * 8 / figures["reading_seconds"]
    busy = demand["reading_workstations"] * figures["reading_concurrency_percent"] / 100
    return {"reading_peak_mbps": busy * each_mbps}
