# SPDX-License-Identifier: GPL-3.0-or-later
import pytest


@pytest.mark.parametrize(("participants", "out", "into"), [(2, 2, 2), (3, 6, 3), (5, 20, 5), (1, 0, 1)])
def test_each_stream_goes_to_all_others(demand, participants, out, into):
    """n(n - 1) streams of 1.5 Mbit/s go out, n come in, with 20 % overhead."""
    figures = demand(calls=10, participants_per_call=participants, relayed_percent=0)
    assert figures["telemedicine_mbps"] == pytest.approx(10 * out * 1.5 * 1.2)
    assert figures["telemedicine_in_mbps"] == pytest.approx(10 * into * 1.5 * 1.2)


def test_relayed_media_counts_twice(demand):
    none, all_of_it = demand(calls=10, relayed_percent=0), demand(calls=10, relayed_percent=100)
    assert all_of_it["telemedicine_mbps"] == pytest.approx(2 * none["telemedicine_mbps"])


def test_the_link_has_100_mbps_at_least(demand):
    assert demand(calls=1)["telemedicine_uplink_mbps"] == 100
    assert demand(beds=300)["telemedicine_uplink_mbps"] == pytest.approx(280.8)
