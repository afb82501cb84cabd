# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.matrix_report import (
    packet_findings,
    packet_remarks,
)
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.matrix_table import table


def test_findings_of_all_probes_are_joined():
    results = {
        "probe1": {"findings": ["A hole."]},
        "probe2": {"unreachable": True},
        "probe3": {"failed": True, "msg": "The probe has no port."},
        "probe4": {"skipped": True},
    }
    assert packet_findings(results) == [
        "A hole.",
        "Probe probe2 does not answer over SSH, so no packets were sent.",
        "Probe probe3: The probe has no port.",
    ]


def test_a_site_without_probe_or_packets_says_so():
    results = {"probe1": {"skipped": True}, "probe2": {"findings": [], "remarks": ["All passed."]}}
    said = packet_remarks(results, ["main", "north", "south"], {"probe1": "main", "probe2": "north"})
    assert said[0].startswith("Site south has no probe")
    assert said[1].startswith("The packets of site main were left out (probe=false)")
    assert said[2:] == ["All passed."]


def test_a_table_of_many_segments_is_split_into_blocks():
    labels = [f"segment-{number}" for number in range(40)]
    lines = table(labels, {})
    assert max(map(len, lines)) <= 120
    assert sum(line.endswith("40") or " 40" in line for line in lines) >= 1
    assert len(lines) == 2 * 41 + 2
