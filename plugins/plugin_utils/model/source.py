# SPDX-License-Identifier: GPL-3.0-or-later
"""Read YAML text: plain data, the line of each key, duplicate keys refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from .finding import Finding, Loc

# libyaml where PyYAML has it: a large plan is then read ten times faster.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEY_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge")


@dataclass
class Source:
    """A parsed file: its data, the line (from 1) of each path, and what was wrong with it as YAML."""

    data: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line_of(self, loc: Loc) -> int | None:
        """Line of a path, or of its nearest parent."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc)


def read_yaml(text: str) -> Source:
    """Parse text with PyYAML's safe loader. Never raises for bad YAML: see `findings`."""
    source = Source()
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is not None:
            _walk(node, (), source, ())
        if node is not None and not source.findings:
            source.data = loader.construct_document(node)
    except (yaml.YAMLError, ValueError) as exc:
        mark = getattr(exc, "problem_mark", None)
        problem = getattr(exc, "problem", None) or str(exc)
        line = mark.line + 1 if mark else None
        source.findings.append(
            Finding((), f"not valid YAML: {problem}", f"correct line {line}" if line else "correct the file", line)
        )
    finally:
        loader.dispose()
    return source


def _walk(node: yaml.Node, loc: Loc, source: Source, above: tuple[int, ...]) -> None:
    """Record lines and duplicate keys below a node."""
    source.lines.setdefault(loc, node.start_mark.line + 1)
    if id(node) in above:
        source.findings.append(Finding(loc, "an alias that contains itself", "remove it", source.lines[loc]))
        return
    above = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*loc, index), source, above)
    elif isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if key.tag not in _KEY_TAGS:
                source.findings.append(Finding((*loc, name), "a key that is not text", "remove or quote it", line))
            elif name in seen and name != "<<":
                source.findings.append(
                    Finding((*loc, name), f"written twice (lines {seen[name]} and {line})", "keep one of them", line)
                )
            seen[name] = line
            source.lines.setdefault((*loc, name), line)
            _walk(value, (*loc, name), source, above)
