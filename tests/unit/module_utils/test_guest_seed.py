# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud-init seeds."""

import json

from ansible_collections.medvirt.hospital.plugins.module_utils import guest_seed as seed

GUEST = {
    "name": "pacs1",
    "domain": "hospital.internal",
    "user": "hospital",
    "ssh_keys": ["ssh-ed25519 AAAA"],
    "ntp_servers": ["192.0.2.1"],
    "nics": [{"mac": "52:54:00:00:00:0A", "address": "192.0.2.10", "prefix": 24, "gateway": "192.0.2.1"}],
    "files": [
        {"path": "/etc/orthanc/site.json", "content": {"DicomAet": "A"}, "mode": "0640", "owner": "root:orthanc"}
    ],
}


def test_network_is_static_and_matched_by_mac():
    nic = json.loads(seed.documents(GUEST)["network-config"])["ethernets"]["nic0"]
    assert nic["match"] == {"macaddress": "52:54:00:00:00:0a"}
    assert nic["addresses"] == ["192.0.2.10/24"] and nic["dhcp4"] is False
    assert nic["routes"] == [{"to": "0.0.0.0/0", "via": "192.0.2.1"}]


def test_user_data_is_cloud_config_with_the_files():
    head, body = seed.documents(GUEST)["user-data"].split("\n", 1)
    data = json.loads(body)
    assert head == "#cloud-config"
    assert data["fqdn"] == "pacs1.hospital.internal" and data["ssh_pwauth"] is False
    site = data["write_files"][0]
    assert (site["permissions"], site["owner"], json.loads(site["content"])) == (
        "0640",
        "root:orthanc",
        {"DicomAet": "A"},
    )


def test_instance_id_and_fingerprint_follow_the_content():
    one, same = seed.documents(GUEST), seed.documents({**GUEST})
    other = seed.documents({**GUEST, "files": []})
    assert one == same and seed.fingerprint(one) == seed.fingerprint(same)
    assert one["meta-data"] != other["meta-data"]
    assert seed.fingerprint(one) != seed.fingerprint(other)
