# SPDX-License-Identifier: GPL-3.0-or-later
import copy

from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.markdown import cell, table
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.text import summary


def plan_of(inventory):
    return inventory["all"]["vars"]["hospital_plan"]


def test_the_plan_in_forty_lines(inventory):
    lines = summary(inventory).splitlines()
    assert len(lines) <= 40
    assert lines[0] == "# Plan of st-elsewhere"
    assert lines[2].startswith("9 hypervisors at 2 sites, 40 guests of 11 services, N+1, longest failover 91 s.")
    assert any(line.startswith("> **Waiver fencing** until 2027-01-31, borne by head of IT") for line in lines)
    assert "| pacs: Picture archive | 1 | 4 | 32 | 128 GiB | 12.0 TiB |  | complete |" in lines
    assert any("tightest when kvm1 fails" in line for line in lines)
    assert "Changes" not in summary(inventory)


def test_a_large_plan_stays_short(large):
    services = plan_of(large)["services"]
    services |= {f"more{i}": services["vdi"] for i in range(30)}
    text = summary(large)
    assert len(text.splitlines()) < 55 and "And 21 more services." in text


def test_changes(inventory):
    last = copy.deepcopy(inventory)
    assert summary(inventory, last, compared=True).endswith("## Changes\n\nNone.\n")
    assert summary(inventory, None, compared=True).endswith("## Changes\n\nThis is the first plan.\n")
    plan_of(inventory)["domain"] = "new.example"
    text = summary(inventory, last, compared=True)
    assert "1 changed." in text and "```diff\n~ domain st-elsewhere.example -> new.example\n```" in text


def test_a_line_of_the_changes_can_not_end_their_block(inventory):
    last = copy.deepcopy(inventory)
    plan_of(inventory)["waivers"][0]["reason"] = "x\n```\n# not a heading"
    text = summary(inventory, last, compared=True)
    assert text.count("\n```") == 2 and "\n# not a heading" not in text


def test_many_changes_are_cut(inventory, large):
    text = summary(large, inventory, compared=True)
    assert "more changes, see the difference of hosts.yml." in text
    assert len(text.splitlines()) < 260


def test_a_hand_made_change_is_told(inventory):
    plan_of(inventory)["name"] = "other"
    assert "edited by hand" in summary(inventory)


def test_values_can_not_break_a_table():
    assert cell("a|b\n<c> *d* `e` guest_data _f") == r"a\|b \<c\> \*d\* \`e\` guest_data \_f"
    assert table(("a", "b"), [(1, "x|y")]) == ["| a | b |", "| --- | --- |", r"| 1 | x\|y |"]
    assert table(("a",), []) == []
