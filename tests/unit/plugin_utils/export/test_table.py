# SPDX-License-Identifier: GPL-3.0-or-later
import csv
import io

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.export.table import Table, to_csv, to_markdown
from hypothesis import given
from hypothesis import strategies as st


def one(value):
    return Table("t", "things", "What to do.", ("name", "number"), ((value, 7),))


@pytest.mark.parametrize("value", ['=HYPERLINK("x")', "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_spreadsheet_calculates_nothing(value):
    (_heads, row) = csv.reader(io.StringIO(to_csv(one(value)), newline=""))
    assert row == [f"'{value}", "7"]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_csv_gives_back_every_text(value):
    (_heads, row) = csv.reader(io.StringIO(to_csv(one(value)), newline=""))
    assert row[0] in (value, f"'{value}")
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_lines_of_csv_end_as_rfc_4180_says():
    assert to_csv(one('a "b", c')) == 'name,number\r\n"a ""b"", c",7\r\n'


def test_markdown():
    text = "# lab: things\n\nWhat to do.\n\n| name | number |\n| --- | --- |\n| a\\|b c | 7 |\n"
    assert to_markdown(one("a|b\nc"), "lab") == text
    assert to_markdown(Table("t", "things", "What to do.", ("name",), ()), "lab").endswith("\n\nNone.\n")
