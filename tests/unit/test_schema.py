# SPDX-License-Identifier: GPL-3.0-or-later
"""The committed schema is fresh, and editors that use it agree with the planner."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "schema/hospital.schema.json"
EXAMPLES = sorted(ROOT.glob("inventories/*/hospital.yml"))


def read(path):
    """YAML as editors see it: dates are text."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text()), default=str))


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_schema_is_fresh():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/schema", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_there_are_examples():
    assert ROOT / "inventories/lab/hospital.yml" in EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_examples_are_valid_and_name_the_schema(path, validator):
    assert [error.message for error in validator.iter_errors(read(path))] == []
    first = path.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../schema/hospital.schema.json"


def test_every_key_has_its_help(validator):
    schema = validator.schema
    parts = {"": schema, **schema["$defs"]}
    bare = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, value in part.get("properties", {}).items()
        if "description" not in value
    ]
    assert bare == []


def invalid(key, value):
    data = read(ROOT / "inventories/lab/hospital.yml")
    data[key] = value
    return data


@pytest.mark.parametrize(
    "key, value",
    [
        ("demand", {"bed": 3}),
        ("demand", {"studies_per_year": {"CTT": 3}}),
        ("demand", {"beds": -1}),
        ("services", [{"name": "x", "type": "pasc"}]),
        ("services", [{"name": "x", "tier": "9"}]),
        ("policies", {"vcpu_ratio": {"critical": 11}}),
        ("policies", {"vcpu_ratio": {"criticl": 1}}),
        ("supernet", "10.77.0.0"),
        ("segments", [{"name": "longer-than-12", "purpose": "guests"}]),
        ("flows", [{"name": "x", "source": "any", "destination": "pacs", "protocol": "tcp", "ports": [0]}]),
        ("colour", "blue"),
    ],
)
def test_editors_complain(key, value, validator):
    assert list(validator.iter_errors(invalid(key, value)))


def test_the_reference_names_every_key(validator):
    text = (ROOT / "docs/intent.md").read_text()
    schema = validator.schema
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part.get("properties", {})}
    assert sorted(key for key in keys if not any(f"{a}{key}{b}" in text for a in "`." for b in "`[:.")) == []
    types = schema["$defs"]["Service"]["properties"]["type"]["enum"]
    assert [name for name in types if f"`{name}`" not in text] == []


def test_the_smallest_intent_is_small_and_valid(validator):
    block = (ROOT / "docs/intent.md").read_text().split("```yaml\n")[1].split("```")[0]
    assert len(block.splitlines()) < 40
    assert list(validator.iter_errors(yaml.safe_load(block))) == []
