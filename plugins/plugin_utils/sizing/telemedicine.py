# SPDX-License-Identifier: GPL-3.0-or-later
"""Telemedicine: what calls ask of the hospital's link."""

from __future__ import annotations

from collections.abc import Mapping

from ..catalogue.entries import Catalogue
from .policies import PlanningPolicies


def telemedicine_figures(
    demand: Mapping[str, float], catalogue: Catalogue, _policies: PlanningPolicies
) -> dict[str, float]:
    """Figures of telemedicine; none when no calls are known.

    A forwarding unit (SFU) takes in one stream of each of n participants and sends each to the n - 1 others. What a
    relay (TURN) carries passes the link once more.

    telemedicine_in_mbps, telemedicine_mbps    into the hospital, and out of it (the larger)
    telemedicine_uplink_mbps                   what the link to the internet should have
    """
    if "calls" not in demand:
        return {}
    figures = catalogue.defaults
    participants = demand["participants_per_call"]
    relayed = demand["relayed_percent"] / 100 * (figures["telemedicine_relay_factor"] - 1)
    stream = figures["telemedicine_mbps_per_participant"] * (1 + figures["telemedicine_overhead_percent"] / 100)
    each_mbps = stream * (1 + relayed)
    out = demand["calls"] * participants * max(0.0, participants - 1) * each_mbps
    return {
        "telemedicine_in_mbps": demand["calls"] * participants * each_mbps,
        "telemedicine_mbps": out,
        "telemedicine_uplink_mbps": max(figures["telemedicine_uplink_mbps_min"], out),
    }
