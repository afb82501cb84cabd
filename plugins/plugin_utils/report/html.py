# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one page. Nothing in it is loaded from elsewhere: its content security policy forbids it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from .units import plural
from .view import View

PAGE, STYLE, SCRIPT = "page.html.j2", "style.css", "script.js"
FILES = (
    PAGE,
    "macros.html.j2",
    "machines.html.j2",
    "services.html.j2",
    "network.html.j2",
    "operation.html.j2",
    STYLE,
    SCRIPT,
)


def render(view: View, templates: Mapping[str, str]) -> str:
    """templates: name -> text of each of FILES. The same view gives the same bytes."""
    environment = Environment(
        loader=DictLoader(dict(templates)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plural"] = plural
    script = templates[SCRIPT]
    return environment.get_template(PAGE).render(
        view=view, style=Markup(templates[STYLE]), script=Markup(script), script_hash=_csp_hash(script)
    )


def _csp_hash(script: str) -> str:
    """How a content security policy names one inline script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
