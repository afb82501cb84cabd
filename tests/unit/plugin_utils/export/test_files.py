# SPDX-License-Identifier: GPL-3.0-or-later
import copy
import csv
import io

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.export.files import export
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.source import NotReadable

TABLES = ("addresses", "cabling", "flows", "power_down", "power_up", "switch_ports", "vlans")


def rows(files, name):
    return list(csv.DictReader(io.StringIO(files[name], newline="")))


def test_same_plan_same_bytes(inventory):
    first = export(copy.deepcopy(inventory))
    assert first == export(inventory) and list(first) == sorted(first)


def test_each_table_twice_and_each_zone(inventory):
    files = export(inventory)
    assert {name for name in files if not name.startswith("dns/")} == {
        f"{table}.{ending}" for table in TABLES for ending in ("csv", "md")
    }
    assert "dns/st-elsewhere.example.zone" in files and "dns/130.20.10.in-addr.arpa.zone" in files


def test_power_orders(inventory):
    files = export(inventory)
    down, up = rows(files, "power_down.csv"), rows(files, "power_up.csv")
    assert [step["step"] for step in down] == ["1", "2", "3", "4"]
    assert down[-1]["members"] == up[0]["members"] == "kvm1 kvm2 kvm3 kvm4 kvm5 kvm6 kvn1 kvn2 kvn3"


def test_no_plan(inventory):
    with pytest.raises(NotReadable, match="it holds no plan"):
        export({"all": {}})
