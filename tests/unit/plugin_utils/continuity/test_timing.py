# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.continuity.timing import derive_timing


def test_the_labs_values():
    assert derive_timing(4, 20, 60) == {
        "token_ms": 4000,
        "token_coefficient_ms": 0,
        "consensus_ms": 4800,
        "fence_timeout_seconds": 20,
        "mon_lease_seconds": 2,
        "osd_heartbeat_interval_seconds": 3,
        "osd_heartbeat_grace_seconds": 12,
        "watch_timeout_seconds": 15,
        "blocklist_seconds": 3600,
        "guest_start_timeout_seconds": 120,
        "guest_stop_timeout_seconds": 60,
        "worst_case": {
            "detect_seconds": 8.8,
            "fence_seconds": 20,
            "storage_seconds": 2,
            "start_seconds": 60,
            "sum_seconds": 90.8,
        },
    }


@pytest.mark.parametrize("token", [1, 2, 3, 5, 10, 30])
@pytest.mark.parametrize("fence", [5, 20, 300])
def test_relations(token, fence):
    timing = derive_timing(token, fence, 30)
    worst = timing["worst_case"]
    assert timing["consensus_ms"] * 10 >= timing["token_ms"] * 12
    assert 2 * timing["osd_heartbeat_interval_seconds"] < timing["osd_heartbeat_grace_seconds"]
    assert timing["watch_timeout_seconds"] > timing["osd_heartbeat_grace_seconds"]
    assert timing["guest_start_timeout_seconds"] > worst["start_seconds"]
    down = timing["osd_heartbeat_grace_seconds"] + timing["osd_heartbeat_interval_seconds"]
    assert worst["detect_seconds"] + worst["fence_seconds"] + worst["storage_seconds"] >= down
    parts = [worst[f"{part}_seconds"] for part in ("detect", "fence", "storage", "start")]
    assert worst["sum_seconds"] == pytest.approx(sum(parts))
