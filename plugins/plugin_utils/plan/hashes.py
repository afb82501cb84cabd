# SPDX-License-Identifier: GPL-3.0-or-later
"""Hashes of the intent and of the plan. Only the standard library: they must work where nothing is installed."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any


def canonical(data: Any) -> str:
    """JSON with sorted keys and no spaces; dates and addresses as text."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)


def sha256_of(data: Any) -> str:
    """Hash of the canonical form."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def normalised(data: Any) -> Any:
    """Data without its empty parts: a key with nothing in it says the same as no key."""
    if isinstance(data, dict):
        parts = {str(key): normalised(value) for key, value in data.items()}
        return {key: value for key, value in parts.items() if value is not None and value not in ({}, [])}
    if isinstance(data, list):
        return [normalised(value) for value in data]
    return data


def intent_hash(data: Any) -> str:
    """Hash of the intent's data: comments, key order, quoting and empty keys do not count."""
    return sha256_of(normalised(data))


def content_hash(inventory: dict[str, Any]) -> str:
    """Hash of everything in the plan's file except this hash itself."""
    rest = copy.deepcopy(inventory)
    rest["all"]["vars"]["hospital_plan"]["hashes"].pop("content_sha256", None)
    return sha256_of(rest)
