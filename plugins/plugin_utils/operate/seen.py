# SPDX-License-Identifier: GPL-3.0-or-later
"""One cluster as a verb sees it: its part of the plan, and what its hosts answered. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..engine.instance import Assignment, Instance
from . import observed
from .instance import assignment, engine_instance

REGISTERED = {"guests": "__look_guests", "cluster": "__look_cluster", "storage": "__look_storage"}


@dataclass(frozen=True)
class Seen:
    """A cluster. hosts, guests: {name: slice of the plan}; answers: see observed.py; n_plus: failures to absorb."""

    name: str
    n_plus: int
    hosts: observed.Slices
    guests: observed.Slices
    answers: observed.Answers

    def refusals(self) -> list[str]:
        """Why nothing may be moved in it now."""
        return observed.refusals(self.answers, self.hosts, self.guests)

    def situation(self) -> observed.Situation:
        """Where its guests run; only when nothing is refused."""
        return observed.situation(self.answers, self.hosts, self.guests)

    def instance(self) -> tuple[Instance, Assignment]:
        """The engine's view of it."""
        now = self.situation()
        return (
            engine_instance(self.name, self.n_plus, self.hosts, self.guests, now),
            assignment(self.hosts, self.guests, now),
        )


def clusters_of(
    plan: Mapping[str, Any], hosts: observed.Slices, guests: observed.Slices, variables: Mapping[str, Any]
) -> list[Seen]:
    """Every cluster of a plan.

    plan: hospital_plan; hosts, guests: all slices by name; variables: {host: its variables}, with what look.yml
    registered.
    """
    return [
        Seen(
            name,
            plan["n_plus"]["k"][cluster["site"]],
            {host: hosts[host] for host in cluster["hosts"]},
            {guest: content for guest, content in guests.items() if content["cluster"] == name},
            {
                host: {key: variables[host].get(variable) for key, variable in REGISTERED.items()}
                for host in cluster["hosts"]
            },
        )
        for name, cluster in plan["clusters"].items()
    ]
