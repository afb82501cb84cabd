# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantities of the catalogue as numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..catalogue.entries import Amount

# Demand is made of products of decimal figures: 0.25 x 1200 must not become 301.
DIGITS = 9


class MissingDemand(Exception):
    """A quantity depends on a demand that neither the intent nor a default gives."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no figure for {key}: set demand.beds")
        self.key = key


def amount(quantity: Amount, demand: Mapping[str, float]) -> int:
    """A whole number as it is; else value x demand[per] / of, rounded up to the step, then clamped. MissingDemand."""
    if isinstance(quantity, int):
        return quantity
    if quantity.per not in demand:
        raise MissingDemand(quantity.per)
    exact = quantity.value * demand[quantity.per] / quantity.of
    steps = math.ceil(round(exact / quantity.step, DIGITS))
    least = max(quantity.min, steps * quantity.step)
    return least if quantity.max is None else min(least, quantity.max)
