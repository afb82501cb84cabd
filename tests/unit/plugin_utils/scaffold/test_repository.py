# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.scaffold.repository import (
    ScaffoldError,
    Values,
    check,
    repository,
)

REQUIREMENTS = """\
# What everything needs.

# Ansible with the collections that galaxy.yml names
ansible==1.0

# What runs on the controller
pydantic==2.0

# Tests
pytest==3.0

# Checks of the sources
ruff==4.0
yamllint==5.0
"""
TEMPLATES = {
    "dot_gitignore": "/.venv/\n",
    "hospital.yml": "hospital: __hospital__\ndomain: __domain__\n",
    "requirements.yml": "collections:\n  - __collection__\n",
    "scripts/plan": "#!/bin/sh\n",
}


def made(collection: str = ""):
    values = Values("clinic", "clinic.internal", collection, "0.1.0")
    return {file.path: file for file in repository(TEMPLATES, "{}\n", REQUIREMENTS, values)}


def test_templates_are_filled_and_named_and_scripts_can_be_run():
    files = made()
    assert files["hospital.yml"].text == "hospital: clinic\ndomain: clinic.internal\n"
    assert {path for path, file in files.items() if file.mode == 0o755} == {"scripts/plan"}
    assert ".gitignore" in files and files["hospital.schema.json"].text == "{}\n"


def test_requirements_are_what_operators_need_and_constraints_are_all():
    files = made()
    assert [line for line in files["requirements.txt"].text.splitlines() if "==" in line] == [
        "ansible==1.0",
        "pydantic==2.0",
        "yamllint==5.0",
    ]
    assert "--constraint constraints.txt" in files["requirements.txt"].text
    assert {"pytest==3.0", "ruff==4.0"} < set(files["constraints.txt"].text.splitlines())


@pytest.mark.parametrize(
    ("collection", "entry"),
    [
        ("", {"name": "medvirt.hospital", "version": "==0.1.0"}),
        ('/srv/a "new" artefact.tar.gz', {"name": '/srv/a "new" artefact.tar.gz'}),
    ],
)
def test_collection_comes_from_its_server_or_from_where_it_is_said_to_lie(collection, entry):
    assert yaml.safe_load(made(collection)["requirements.yml"].text) == {"collections": [entry]}


@pytest.mark.parametrize(
    ("hospital", "domain", "name"),
    [
        ("Clinic", "clinic.internal", "hospital_name"),
        ("clinic-", "clinic.internal", "hospital_name"),
        ("c" * 64, "clinic.internal", "hospital_name"),
        ("clinic", "internal", "hospital_domain"),
        ("clinic", "clinic..internal", "hospital_domain"),
    ],
)
def test_names_that_the_intent_would_refuse_are_refused(hospital, domain, name):
    with pytest.raises(ScaffoldError, match=f"^{name} "):
        check(Values(hospital, domain, "", "0.1.0"))
    check(Values("c" * 63, "a-1.internal", "", "0.1.0"))
