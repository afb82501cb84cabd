# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a hospital's own repository, from the templates in files/ and the collection's own pins and schema."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

LABEL = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
# Sections of the collection's requirements.txt that an operator needs, and what the repository's own scripts call.
SECTIONS = ("Ansible with the collections", "What runs on the controller")
PROGRAMS = ("check-jsonschema", "yamllint")


class ScaffoldError(Exception):
    """A value that cannot be used; the text says which, why, and what to give instead."""


@dataclass(frozen=True)
class Values:
    """What the templates need. `collection`: where ansible-galaxy gets the collection, empty for its server."""

    hospital: str
    domain: str
    collection: str
    version: str


@dataclass(frozen=True)
class File:
    """One file: path from the top of the repository, text, permissions."""

    path: str
    text: str
    mode: int


def check(values: Values) -> None:
    """Raise ScaffoldError for a name or domain that the intent would refuse."""
    if not LABEL.fullmatch(values.hospital):
        raise ScaffoldError(
            f"hospital_name {values.hospital!r} is no DNS label: give lower case letters, digits and hyphens,"
            " at most 63, beginning with a letter."
        )
    if not DOMAIN.fullmatch(values.domain):
        raise ScaffoldError(
            f"hospital_domain {values.domain!r} is no DNS domain: give two or more labels such as clinic.internal."
        )


def repository(templates: Mapping[str, str], schema: str, requirements: str, values: Values) -> tuple[File, ...]:
    """All files, sorted by path.

    `templates`: text by path below files/, `dot_` standing for a leading dot. `schema` and `requirements`: texts of the
    collection's schema/hospital.schema.json and requirements.txt.
    """
    texts = {path.replace("dot_", "."): _filled(text, values) for path, text in templates.items()}
    texts["hospital.schema.json"] = schema
    texts["requirements.txt"] = "# What runs on the controller.\n--constraint constraints.txt\n" + _needed(requirements)
    texts["constraints.txt"] = "# Versions of what the requirements need in turn.\n" + "".join(
        f"{line}\n" for line in requirements.splitlines() if "==" in line
    )
    return tuple(File(path, text, 0o755 if text.startswith("#!") else 0o644) for path, text in sorted(texts.items()))


def _filled(text: str, values: Values) -> str:
    collection = f"name: {json.dumps(values.collection)}" if values.collection else "name: medvirt.hospital"
    version = "" if values.collection else f'\n    version: "=={values.version}"'
    words = {"hospital": values.hospital, "domain": values.domain, "collection": collection + version}
    for word, value in words.items():
        text = text.replace(f"__{word}__", value)
    return text


def _needed(requirements: str) -> str:
    """The pins of SECTIONS and PROGRAMS; a section is a comment and the lines below it up to an empty one."""
    sections = [block.splitlines() for block in requirements.split("\n\n")]
    found = [lines[1:] for heading in SECTIONS for lines in sections if lines[0].startswith(f"# {heading}")]
    pins = [line for lines in sections for line in lines if line.partition("==")[0] in PROGRAMS]
    return "".join(f"{line}\n" for line in [*sum(found, []), *pins])
