# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.catalogue.entries import Quantity
from ansible_collections.medvirt.hospital.plugins.plugin_utils.catalogue.loader import load_catalogue


def test_hash_changes_with_values_not_with_comments(catalogue, catalogue_texts):
    texts = {**catalogue_texts, "classes.yml": "# more words\n" + catalogue_texts["classes.yml"]}
    assert load_catalogue(texts).sha256 == catalogue.sha256
    texts["classes.yml"] = catalogue_texts["classes.yml"].replace("iops: 1000", "iops: 1001")
    assert load_catalogue(texts).sha256 != catalogue.sha256
    texts = {**catalogue_texts, "services/pacs.yml": catalogue_texts["services/pacs.yml"].replace("4242", "11112")}
    assert load_catalogue(texts).sha256 != catalogue.sha256


def test_services_are_named_by_their_files(catalogue):
    assert {"pacs", "ris", "his", "emr", "lis", "vna", "integration", "telemedicine", "vdi"} < set(catalogue.services)
    assert {"research", "ai", "infra", "backup", "monitoring", "portal", "remote"} < set(catalogue.services)


def test_numbers_stay_and_mappings_become_quantities(catalogue):
    database, archive, _gateway = catalogue.services["pacs"].profiles["cluster"].guests
    assert database.count == 3
    assert archive.count == Quantity(1, "ingest_peak_instances_per_second", of=25, min=2, max=3)
    assert database.volumes[0].keep_years == "images_online_years"
    assert [(check.name, check.port) for check in archive.checks] == [("dicom", 4242), ("http", 8042)]


def test_figures_of_all_files_are_defaults(catalogue):
    assert catalogue.defaults["ceph_size"] == 3
    assert catalogue.defaults["mb_per_instance"] == 0.5
    assert catalogue.vlans["pacs"] == 130


def test_guarantees_carry_their_words(catalogue):
    first = catalogue.services["pacs"].suitability.guarantees[0]
    assert (first.name, first.title) == ("cluster", "a cluster with quorum")


def test_the_single_archive_is_what_the_lab_builds(catalogue):
    profile = catalogue.services["pacs"].profiles["single"]
    (guest,) = profile.guests
    assert (guest.role, guest.service_class, guest.image, guest.recovery_stage) == (
        "pacs_single",
        "critical_io",
        "pacs",
        7,
    )
    assert guest.sizing == {"vcpus": 8, "memory_mib": 16384, "root_gib": 60}
    assert guest.settings == {"dicom_port": 4242, "http_port": 8042}
    flows = [(flow.name, flow.source, flow.protocol, flow.ports) for flow in profile.flows]
    assert flows == [
        ("dicom", "modality", "tcp", (4242,)),
        ("dicom-clinical", "clinical", "tcp", (4242,)),
        ("http-clinical", "clinical", "tcp", (8042,)),
    ]
