# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.continuity.recovery import recovery_order


def test_waves():
    assert recovery_order({"pacs2": 7, "db1": 4, "pacs1": 7}) == [["db1"], ["pacs1", "pacs2"]]
    assert recovery_order({}) == []
