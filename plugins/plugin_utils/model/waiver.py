# SPDX-License-Identifier: GPL-3.0-or-later
"""Written waivers: a rule that the hospital knowingly leaves, by whom and until when."""

from __future__ import annotations

import datetime
from typing import Literal

from .types import Part, Text


class Waiver(Part):
    """Every report repeats it."""

    rule: Literal["fencing", "cluster_links", "n_plus"]
    reason: Text
    owner: Text
    until: datetime.date
