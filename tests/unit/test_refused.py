# SPDX-License-Identifier: GPL-3.0-or-later
"""Designs that must be refused: tests/refused/<case>.yml with the sentences of <case>.txt, no more and no less.

After a sentence was changed on purpose: REFUSED=write .venv/bin/pytest tests/unit/test_refused.py, then read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.catalogue.loader import load_catalogue
from ansible_collections.medvirt.hospital.plugins.plugin_utils.plan.planner import make_plan

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "tests/refused").glob("*.yml"))


@pytest.fixture(scope="module")
def catalogue():
    folder = ROOT / "plugins/plugin_utils/catalogue/data"
    return load_catalogue({str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*.yml")})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_refused(case, catalogue):
    result = make_plan(case.read_text(), None, catalogue, case.name, "hosts.yml")
    assert result.findings and not result.text
    sentences = [finding.sentence(case.name) for finding in result.findings]
    expected = case.with_suffix(".txt")
    if os.environ.get("REFUSED") == "write":
        expected.write_text("\n".join(sentences) + "\n")
    assert sentences == expected.read_text().splitlines()


def test_there_are_many_and_each_is_small():
    assert len(CASES) >= 40
    assert [case.name for case in CASES if len(case.read_text().splitlines()) > 40] == []


def test_no_sentence_is_left_over():
    assert {path.stem for path in CASES} == {path.stem for path in (ROOT / "tests/refused").glob("*.txt")}


def test_many_faults_are_said_at_once():
    sentences = (ROOT / "tests/refused/many_faults.txt").read_text().splitlines()
    keys = {sentence.split(": ")[1].split("[")[0].split(".")[0] for sentence in sentences}
    assert len(keys) >= 5
