# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.model.source import read_yaml


def test_lines_of_paths():
    source = read_yaml("a: 1\nhosts:\n  - name: x\n    rack: r1\n")
    assert source.data == {"a": 1, "hosts": [{"name": "x", "rack": "r1"}]}
    assert source.line_of(("hosts", 0, "rack")) == 4
    assert source.line_of(("hosts", 0, "missing")) == 3


def test_duplicate_key_names_both_lines():
    source = read_yaml("hosts:\n  - name: x\n    rack: r1\n    name: y\n")
    assert [f.sentence("f.yml") for f in source.findings] == [
        "f.yml:4: hosts[0].name: written twice (lines 2 and 4); keep one of them."
    ]


def test_bad_yaml_names_the_line():
    source = read_yaml("a: 1\nb: [1, 2\nc: 3\n")
    assert len(source.findings) == 1
    assert "not valid YAML" in source.findings[0].problem
    assert source.findings[0].line == 3


def test_keys_are_text():
    for text in ("1: x\n", "yes: x\n", "? [a]\n: x\n", "~: x\n"):
        assert [f.problem for f in read_yaml(text).findings] == ["a key that is not text"]


def test_merge_keys_are_allowed():
    source = read_yaml("base: &b {a: 1}\nmore: {<<: *b, c: 2}\n")
    assert source.data["more"] == {"a": 1, "c": 2}


def test_unsafe_tags_and_recursion_are_refused():
    assert read_yaml("a: !!python/object/apply:os.getcwd []\n").findings
    assert "contains itself" in read_yaml("a: &x [*x]\n").findings[0].problem
