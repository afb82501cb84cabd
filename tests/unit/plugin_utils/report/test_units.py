# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report import units


def test_amounts():
    assert units.number(1234567) == "1\u202f234\u202f567"
    assert units.gib(60) == "60 GiB"
    assert units.gib(0.5) == "0.5 GiB"
    assert units.gib(1023.6) == "1\u202f024 GiB"
    assert units.gib(12000) == "11.7 TiB"
    assert units.mib(512) == "512 MiB"
    assert units.mib(16384) == "16 GiB"
    assert units.cores(18250) == "18.2"


def test_times():
    assert [units.minutes(m) for m in (0, 60, 240, 1440, 4320, None)] == [
        "0 min",
        "60 min",
        "4 h",
        "24 h",
        "3 d",
        "best effort",
    ]


def test_share_of_nothing_is_nothing():
    assert units.percent(5, 0) == 0.0
    assert units.percent(1, 3) == 33.33


def test_plural():
    assert units.plural(1, "witness", "witnesses") == "1 witness"
    assert units.plural(2, "host") == "2 hosts"


def test_neighbouring_addresses_are_joined_in_order():
    given = ["10.0.0.10/32", "10.0.0.9", "10.0.1.1", "10.0.0.11", "10.0.0.13", "192.168.0.0/24", "10.0.0.0/30"]
    assert units.addresses(given) == (
        "10.0.0.0/30",
        "10.0.0.9\u201311",
        "10.0.0.13",
        "10.0.1.1",
        "192.168.0.0/24",
    )
