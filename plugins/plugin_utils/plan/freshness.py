# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a plan still the plan of its intent? Answers in one sentence. Needs no third-party package but PyYAML."""

from __future__ import annotations

from typing import Any

from ..model.source import read_yaml
from .hashes import content_hash, intent_hash
from .previous import dig, plan_of


def staleness(plan_text: str, intent_text: str, catalogue_sha256: str, plan_file: str, intent_file: str) -> str | None:
    """None when the plan is fresh, else why it is not, with the command that mends it."""
    command = f"run ansible-playbook playbooks/plan.yml -e hospital={intent_file}"
    plan_source = read_yaml(plan_text)
    inventory = plan_source.data
    if plan_source.findings:
        return f"{plan_file} was edited by hand ({plan_source.findings[0].problem}): {command} --diff and review it"
    if plan_of(inventory) is None:
        return f"{plan_file} holds no plan (all.vars.hospital_plan is missing): {command}"
    hashes = dig(inventory, "all", "vars", "hospital_plan", "hashes")
    if not isinstance(hashes, dict) or hashes.get("content_sha256") != content_hash_or_none(inventory):
        return f"{plan_file} was edited by hand since it was generated: put the change into {intent_file} and {command}"
    intent = read_yaml(intent_text)
    if intent.findings:
        return f"{intent_file} can't be read ({intent.findings[0].sentence()[:-1]}): correct it and {command}"
    changed = []
    if hashes.get("intent_sha256") != intent_hash(intent.data):
        changed.append(f"the intent {intent_file}")
    if hashes.get("catalogue_sha256") != catalogue_sha256:
        changed.append("the collection's catalogue (an upgrade changed defaults)")
    if changed:
        return f"{plan_file} is stale, {' and '.join(changed)} changed since: {command}"
    return None


def content_hash_or_none(inventory: dict[str, Any]) -> str | None:
    """The content hash; None when the file has not the shape of a plan."""
    try:
        return content_hash(inventory)
    except (KeyError, TypeError, AttributeError):
        return None
