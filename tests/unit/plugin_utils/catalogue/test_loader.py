# SPDX-License-Identifier: GPL-3.0-or-later
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.catalogue.loader import load_catalogue


def test_every_entry_names_its_source(catalogue_texts):
    data = {name: yaml.safe_load(text) for name, text in catalogue_texts.items()}
    entries = [*data["classes.yml"]["classes"].values(), *data["tiers.yml"]["tiers"].values()]
    entries += [*data["planning.yml"]["defaults"].values(), data["planning.yml"]["vlans"]]
    for service in data["services.yml"]["services"].values():
        entries += [guest["sizing"] for profile in service["profiles"].values() for guest in profile["guests"]]
    assert all(entry["source"] for entry in entries)


def test_entries_fit_together(catalogue):
    assert all(1 <= entry.vcpu_ratio <= 10 for entry in catalogue.classes.values())
    assert len(set(catalogue.vlans.values())) == len(catalogue.vlans)
    for service in catalogue.services.values():
        for profile in service.profiles.values():
            assert all(guest.service_class in catalogue.classes for guest in profile.guests)


def test_hash_changes_with_values_not_with_comments(catalogue, catalogue_texts):
    texts = {**catalogue_texts, "classes.yml": "# more words\n" + catalogue_texts["classes.yml"]}
    assert load_catalogue(texts).sha256 == catalogue.sha256
    texts["classes.yml"] = catalogue_texts["classes.yml"].replace("iops: 1000", "iops: 1001")
    assert load_catalogue(texts).sha256 != catalogue.sha256
