# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probes' registered results say to somebody who reads the verdict of a whole hospital. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def packet_findings(results: Mapping[str, Any]) -> list[str]:
    """Return what the packets of all sites showed that the plan does not say. results: {probe: registered result}."""
    said = []
    for name, result in results.items():
        if not isinstance(result, Mapping) or result.get("unreachable"):
            said.append(f"Probe {name} does not answer over SSH, so no packets were sent.")
        elif "findings" in result:
            said += result["findings"]
        elif not result.get("skipped"):
            said.append(f"Probe {name}: {result.get('msg', 'its packets could not be read')}")
    return said


def packet_remarks(results: Mapping[str, Any], sites: Iterable[str], probed: Mapping[str, str]) -> list[str]:
    """Return what was shown by packets and, for each site, that it was not where it was not.

    sites: all sites; probed: {probe: its site}.
    """
    said = [
        f"Site {site} has no probe (a host with use: probe), so which flows pass there was not proved by packets."
        for site in sites
        if site not in probed.values()
    ]
    for name, result in results.items():
        if isinstance(result, Mapping) and result.get("skipped"):
            said.append(
                f"The packets of site {probed[name]} were left out (probe=false): which flows pass was not proved."
            )
        elif isinstance(result, Mapping) and "findings" in result and not result["findings"]:
            said += result["remarks"]
    return said
