# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipes, versions and the scripts made from them."""

import subprocess

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import guest_image_build as build
from ansible_collections.medvirt.hospital.plugins.module_utils import guest_image_recipe as recipes

BASE = {"packages": ["udev", "cloud-init"], "root_mib": 1024, "masked_units": ["a.timer"]}


def merged(**recipe):
    return recipes.merge_recipes(BASE, {"name": "pacs", **recipe})


def test_lists_of_the_base_come_first_and_packages_are_sorted():
    recipe = merged(packages=["orthanc", "udev"], masked_units=["b.timer"])
    assert recipe["packages"] == ["cloud-init", "orthanc", "udev"]
    assert recipe["masked_units"] == ["a.timer", "b.timer"]


def test_unknown_key_is_named():
    with pytest.raises(recipes.RecipeError, match="image recipe pacs: unknown key 'package'"):
        merged(package=["orthanc"])


def test_too_small_root_is_refused_with_the_limit():
    with pytest.raises(recipes.RecipeError, match="root_mib is 100, below the least size 512"):
        merged(root_mib=100)


def test_hash_follows_the_content_and_not_the_order_of_keys():
    one = merged(packages=["orthanc"])
    assert recipes.recipe_hash(one) == recipes.recipe_hash(dict(reversed(one.items())))
    assert recipes.recipe_hash(one) != recipes.recipe_hash(merged(packages=["dcmtk"]))


def test_version_follows_recipe_packages_and_date():
    version = recipes.image_version("ab", {"orthanc": "1"}, "20260102")
    assert version.startswith("20260102-")
    others = {
        recipes.image_version("ac", {"orthanc": "1"}, "20260102"),
        recipes.image_version("ab", {"orthanc": "2"}, "20260102"),
        recipes.image_version("ab", {"orthanc": "1"}, "20260103"),
    }
    assert len(others) == 3 and version not in others


def test_scripts_are_valid_shell_whatever_the_content(tmp_path):
    recipe = merged(
        files=[{"path": "/etc/o'dd name", "content": "$x `y`", "owner": "a:b"}],
        commands=["echo 'it''s'; false"],
        initramfs_modules=["ext4"],
    )
    for text in (recipes.essential_script(recipe), recipes.customize_script(recipe, "u", str(tmp_path))):
        subprocess.run(["sh", "-n"], input=text, text=True, check=True)


def test_content_ends_with_a_newline_and_data_becomes_json():
    assert recipes.file_content({"content": "a"}) == "a\n"
    assert recipes.file_content({"content": ""}) == ""
    assert recipes.file_content({"content": {"b": 1}}) == '{\n  "b": 1\n}\n'


def test_newest_manifest_ignores_an_image_without_its_raw_file(tmp_path):
    manifest = {"name": "pacs", "version": "1"}
    (tmp_path / "pacs-1.json").write_text('{"name": "pacs", "version": "1"}')
    assert build.newest_manifest(str(tmp_path), "pacs") is None
    (tmp_path / "pacs-1.raw").write_bytes(b"")
    assert build.newest_manifest(str(tmp_path), "pacs") == manifest
    assert build.newest_manifest(str(tmp_path), "other") is None
    assert build.newest_manifest(str(tmp_path / "missing"), "pacs") is None


def test_copy_sparse_writes_data_at_the_offset(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(build.MIB) + b"data")
    target.write_bytes(b"\xff" * 16)
    build.copy_sparse(str(source), str(target), 8)
    content = target.read_bytes()
    assert content[:16] == b"\xff" * 16
    assert content[build.MIB + 8 :] == b"data"
