# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the rule set's benchmark, from made-up samples."""

from ansible_collections.medvirt.hospital.tests.bench.firewall import growth, share, table
from ansible_collections.medvirt.hospital.tests.bench.ruleset import RuleSet


def samples(*rates):
    return [{"bulk": r, "packets": r, "connections": r, "firsts": r, "load_seconds": 0.02} for r in rates]


SETS = [RuleSet(0, 0, ""), RuleSet(100, 210, ""), RuleSet(2000, 4000, "")]
FOUND = {0: samples(1000, 2000, 1000), 100: samples(900, 1800, 900), 2000: samples(810, 1620, 500)}


def test_shares_are_those_of_each_round():
    assert share(FOUND[100], FOUND[0], "firsts") == 0.9
    assert growth(SETS, FOUND) == "From 100 to 2000 flows: connections -10 %, first packets -10 %."


def test_a_line_for_each_rule_set():
    lines = table(SETS, FOUND)
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| empty", "| 100", "| 2000"]
    assert lines[3] == "| 100 | 210 | 7.5 (90 %) | 900 (90 %) | 900 (90 %) | 900 (90 %) | 20 |"
