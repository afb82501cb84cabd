# SPDX-License-Identifier: GPL-3.0-or-later
import json
from pathlib import Path

from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.guest import guest_domains, guest_files

IMAGE = Path(__file__).parents[4] / "roles" / "guest_image" / "files" / "orthanc.json"
GUEST = {
    "cluster": "main",
    "role": "pacs_single",
    "service": "pacs",
    "image": "pacs",
    "vcpus": 2,
    "memory_mib": 640,
    "limits": {"cpu_shares": 2048, "iops": 1000},
    "segment": "pacs",
    "nics": [{"segment": "pacs", "bridge": "br-pacs", "mac": "m", "address": "a", "prefix": 24, "gateway": "g"}],
    "volumes": [{"name": "pacs1-root", "pool": "guests", "capacity_gib": 4, "purpose": "root"}],
    "settings": {"ae_title": "LABPACS", "dicom_port": 4242, "http_port": 8042},
}


def test_the_archive_gets_each_setting_from_one_place():
    file = guest_files({"pacs1": GUEST}, {"pacs_http_passwords": {"pacs": "word"}})["pacs1"][0]
    assert file["content"]["RegisteredUsers"] == {"hospital": "word"}
    assert file["owner"] == "root:orthanc" and file["mode"] == "0640"
    # Orthanc refuses to start when two of its files name the same setting.
    assert set(file["content"]).isdisjoint(json.loads(IMAGE.read_text()))


def test_domains_hold_what_the_role_takes_and_only_guests_of_the_cluster():
    guests = {"pacs1": GUEST, "his1": {**GUEST, "cluster": "other"}}
    (domain,) = guest_domains(guests, "main")
    assert domain["name"] == "pacs1"
    assert "segment" not in domain["nics"][0]
