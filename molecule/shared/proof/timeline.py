# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a failover with their times, printed as a table that a person reads."""


class Timeline:
    """Named moments after a beginning; all times are seconds since the epoch."""

    def __init__(self, title: str, begin: float):
        self.title = title
        self.begin = begin
        self.moments: dict[str, float | None] = {}

    def mark(self, name: str, when: float | None) -> None:
        self.moments[name] = when

    def seconds(self, name: str) -> float:
        """Seconds from the beginning to a moment; an error when it was never seen."""
        when = self.moments[name]
        assert when is not None, f"{self.title}: '{name}' was never seen"
        return when - self.begin

    def show(self) -> None:
        print(f"\n{self.title}")
        for name, when in self.moments.items():
            print(f"  {name:<34}" + (f"{when - self.begin:7.1f} s" if when is not None else "  never"))
