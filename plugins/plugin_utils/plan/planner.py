# SPDX-License-Identifier: GPL-3.0-or-later
"""plan = f(intent, last plan, catalogue), to the byte. Text in, text out; no file is touched here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..catalogue.entries import Catalogue
from ..model.finding import Finding
from ..model.intent import Intent
from ..model.source import read_yaml
from ..model.validate import validate
from .decide import decide
from .diff import compare
from .freshness import content_hash_or_none
from .hashes import content_hash, intent_hash
from .layout import inventory
from .previous import dig, plan_of, read_previous
from .render import render
from .report import flow_remarks, n_plus_table, timing_table


@dataclass
class Result:
    """What planning gave: the file's text and what people read, or findings."""

    text: str = ""
    plan: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    report: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class NotAPlan(Exception):
    """The file to be written exists and is no plan: its sentence says so."""


def make_plan(
    intent_text: str,
    previous_text: str | None,
    catalogue: Catalogue,
    intent_file: str,
    plan_file: str,
) -> Result:
    """Plan. intent_file and plan_file are base names, for sentences and the header."""
    last_data, warnings = _last_plan(previous_text, plan_file)
    source = read_yaml(intent_text)
    intent, findings = validate(source, catalogue)
    if intent is None:
        return Result(findings=findings, warnings=warnings)
    last = read_previous(last_data)
    made = decide(intent, last, catalogue)
    if made.findings:
        return Result(findings=_with_lines(made.findings, source), warnings=warnings)
    data = inventory(intent, catalogue, last, made)
    plan = data["all"]["vars"]["hospital_plan"]
    plan["intent_file"] = intent_file
    plan["hashes"] = {"intent_sha256": intent_hash(source.data), "catalogue_sha256": catalogue.sha256}
    plan["hashes"]["content_sha256"] = content_hash(data)
    return Result(
        text=render(data, intent_file),
        plan=plan,
        changes=compare(last_data, data),
        report=[*timing_table(plan["timing"]), *n_plus_table(data), *flow_remarks(data), *_waived(intent)],
        warnings=[*warnings, *made.warnings],
    )


def _last_plan(text: str | None, plan_file: str) -> tuple[Any, list[str]]:
    """The last plan's data; NotAPlan when the file is something else."""
    if text is None or not text.strip():
        return None, []
    source = read_yaml(text)
    if source.findings:
        raise NotAPlan(
            f"{plan_file} can't be read ({source.findings[0].sentence()[:-1]}), and its addresses must be kept: "
            "restore it from version control, or remove it to plan anew."
        )
    if plan_of(source.data) is None:
        raise NotAPlan(
            f"{plan_file} exists and holds no plan (all.vars.hospital_plan is missing): "
            "move it away, or name another file with the option 'plan'."
        )
    stored = dig(plan_of(source.data), "hashes", "content_sha256")
    if stored != content_hash_or_none(source.data):
        return source.data, [f"{plan_file} was edited by hand; what the intent does not say is overwritten"]
    return source.data, []


def _with_lines(findings: list[Finding], source: Any) -> list[Finding]:
    return [Finding(f.loc, f.problem, f.remedy, f.line or source.line_of(f.loc)) for f in findings]


def _waived(intent: Intent) -> list[str]:
    return [
        f"WAIVED {w.rule}{f' {w.flow}' if w.flow else ''} until {w.until} by {w.owner}: {w.reason}"
        for w in intent.waivers
    ]
