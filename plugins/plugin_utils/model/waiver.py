# SPDX-License-Identifier: GPL-3.0-or-later
"""Written waivers: a rule that the hospital knowingly leaves, by whom and until when."""

from __future__ import annotations

import datetime
from typing import Literal

from .types import DnsLabel, Field, Part, Text


class Waiver(Part):
    """A rule knowingly left. Every report repeats it."""

    rule: Literal["fencing", "cluster_links", "n_plus", "flow"] = Field(
        description="fencing: a host without bmc. cluster_links: one cluster segment instead of two. n_plus: 0. "
        "flow: a flow that the catalogue prohibits"
    )
    flow: DnsLabel | None = Field(None, description="The flow, for the rule flow only")
    reason: Text = Field(description="Why")
    owner: Text = Field(description="Who answers for it")
    until: datetime.date = Field(description="Last day; planning warns afterwards")
