# SPDX-License-Identifier: GPL-3.0-or-later
from fractions import Fraction

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.storage.arithmetic import (
    disk_iops,
    erasure_coded,
    fill_state,
    heals,
    raid_usable_gib,
    raw_needed_gib,
    replicated,
    usable_gib,
    with_snapshots_gib,
)

FILL = 85  # percent: nearfull of Ceph
FOUR = dict.fromkeys(("a", "b", "c", "d"), 10_000)


def test_three_copies_keep_one_host_free_to_heal():
    """raw x (hosts - 1) / hosts x 0.85 / 3."""
    assert usable_gib(FOUR, replicated(3, 2), FILL) == Fraction(40_000 * 3, 4) * Fraction(85, 100) / 3


def test_the_largest_host_is_the_one_that_may_fail():
    assert usable_gib({**FOUR, "e": 90_000}, replicated(3, 2), fill_percent=100) == Fraction(40_000, 3)
    assert usable_gib({**FOUR, "e": 90_000}, replicated(3, 2), fill_percent=100, failures=2) == 10_000


def test_three_hosts_keep_three_copies_but_wait_for_a_lost_one():
    three = dict.fromkeys("abc", 10_000)
    assert usable_gib(three, replicated(3, 2), FILL) == Fraction(20_000 * 85, 300)
    assert not heals(3, replicated(3, 2)) and heals(4, replicated(3, 2))
    assert not heals(6, erasure_coded(4, 2)) and heals(7, erasure_coded(4, 2))


def test_too_few_hosts_hold_nothing():
    assert usable_gib(dict.fromkeys("ab", 10_000), replicated(3, 2), FILL) == 0


def test_erasure_coding():
    code = erasure_coded(4, 2)
    assert (code.efficiency, code.min_size, code.spread) == (Fraction(2, 3), 5, 6)
    assert usable_gib(dict.fromkeys(range(7), 1000), code, FILL) == 6000 * Fraction(85, 100) * Fraction(2, 3)


@pytest.mark.parametrize("protection", [replicated(3, 2), erasure_coded(4, 2)])
def test_what_is_bought_is_enough(protection):
    raw = raw_needed_gib(12_345, 8, protection, FILL)
    each = -(-raw // 8)
    assert usable_gib(dict.fromkeys(range(8), each), protection, FILL) >= 12_345
    assert usable_gib(dict.fromkeys(range(8), each - 2), protection, FILL) < 12_345


def test_impossible_protection_is_refused():
    for wrong in ((3, 1), (2, 3)):
        with pytest.raises(ValueError, match="min_size"):
            replicated(*wrong)
    with pytest.raises(ValueError, match="erasure code 4"):
        erasure_coded(4, 0)
    with pytest.raises(ValueError, match="6 are needed"):
        raw_needed_gib(1, 5, erasure_coded(4, 2), FILL)


@pytest.mark.parametrize(("level", "disks", "gib"), [("1", 2, 1000), ("10", 8, 4000), ("5", 6, 5000), ("6", 8, 6000)])
def test_raid_capacity(level, disks, gib):
    assert raid_usable_gib(level, disks, 1000) == gib


@pytest.mark.parametrize(("level", "disks"), [("6", 3), ("10", 5), ("0", 2)])
def test_impossible_raid_is_refused(level, disks):
    with pytest.raises(ValueError, match=f"RAID {level}"):
        raid_usable_gib(level, disks, 1000)


@pytest.mark.parametrize(("level", "seen"), [("10", 1300), ("5", 1900), ("6", 2500)])
def test_writes_cost_more_than_one_operation(catalogue, level, seen):
    """1000 IOPS, 70 % of them reads."""
    assert disk_iops(1000, 70, int(catalogue.defaults[f"raid{level}_write_penalty"])) == seen


def test_snapshots_take_a_fifth(catalogue):
    assert with_snapshots_gib(101, int(catalogue.defaults["snapshot_space_percent"])) == 122


def test_fill_states(catalogue):
    names = ("storage_warn_percent", "storage_critical_percent", "ceph_full_percent")
    limits = [(name, catalogue.defaults[name]) for name in names]
    found = [fill_state(used, 1000, limits) for used in (749, 750, 850, 950)]
    assert found == ["ok", *names]
