# SPDX-License-Identifier: GPL-3.0-or-later
"""pydantic's errors as findings."""

from __future__ import annotations

import difflib
import types
import typing
from typing import Any

from .finding import Finding, Loc
from .intent import Intent
from .types import BaseModel

_LABEL_HINT = "lower case letters, digits and hyphens, starting with a letter"
_KINDS = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "ip_v4_address": "an IPv4 address",
    "ip_v4_network": "an IPv4 subnet such as 10.77.10.0/24, without host bits",
    "date_type": "a date as YYYY-MM-DD",
    "date_parsing": "a date as YYYY-MM-DD",
    "date_from_datetime_parsing": "a date as YYYY-MM-DD",
    "date_from_datetime_inexact": "a date as YYYY-MM-DD",
}


def explain(error: dict[str, Any]) -> Finding:
    """One entry of ValidationError.errors() as a Finding (without its line)."""
    loc: Loc = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        return _unknown_key(loc)
    if error["type"] == "missing":
        return Finding(loc, "missing", f"add the key '{loc[-1]}'")
    allowed = _allowed(error)
    return Finding(loc, f"{error['input']!r} is not allowed (allowed: {allowed})", "correct the value")


def _allowed(error: dict[str, Any]) -> str:
    kind, ctx = error["type"], error.get("ctx", {})
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in ("greater_than_equal", "less_than_equal"):
        return f"at least {ctx['ge']}" if "ge" in ctx else f"at most {ctx['le']}"
    if kind == "literal_error":
        return str(ctx["expected"])
    if kind == "string_pattern_mismatch":
        return _LABEL_HINT if ctx["pattern"].startswith("^[a-z]") else f"text that matches {ctx['pattern']}"
    if kind == "string_too_long":
        return f"at most {ctx['max_length']} characters"
    if kind in ("string_too_short", "too_short"):
        return "not empty"
    if kind == "value_error":
        return str(ctx["error"])
    return str(error["msg"])


def _unknown_key(loc: Loc) -> Finding:
    known = _keys_at(loc[:-1])
    near = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.6)
    hint = f"unknown key, did you mean '{near[0]}'?" if near else "unknown key"
    return Finding(loc, f"{hint} (known here: {', '.join(known)})", "rename or remove it")


def _keys_at(loc: Loc) -> list[str]:
    """The keys that the model has at a path."""
    model: Any = Intent
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as tuple[Host, ...] or Bmc | None."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    for inner in typing.get_args(annotation):
        found = _model_in(inner)
        if found:
            return found
    return None
