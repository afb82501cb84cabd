# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparisons of wanted and present Ceph settings."""

from ansible_collections.medvirt.hospital.plugins.module_utils import ceph_values as values


def test_values_that_ceph_shows_otherwise_are_the_same():
    assert values.same_value("900M", "943718400")
    assert values.same_value("4Gi", 4 * 1024**3)
    assert values.same_value(2, "2.000000")
    assert values.same_value(True, "true")
    assert values.same_value("off", "false")
    assert not values.same_value("900M", "900000000")
    assert not values.same_value("a,b", "a")


def test_config_changes_set_remove_and_leave():
    present = [
        {"section": "mon", "mask": "", "name": "mon_lease", "value": "2.000000"},
        {"section": "osd", "mask": "host:kvm1", "name": "osd_memory_target", "value": "1"},
        {"section": "osd", "mask": "", "name": "debug_osd", "value": "5"},
    ]
    wanted = {
        "mon": {"mon_lease": 2, "mon_election_timeout": 2},
        "osd/host:kvm1": {"osd_memory_target": None},
        "osd": {"absent": None},
    }
    assert values.config_changes(wanted, present) == [
        {"action": "set", "who": "mon", "name": "mon_election_timeout", "value": "2", "old": None},
        {"action": "rm", "who": "osd/host:kvm1", "name": "osd_memory_target", "value": None, "old": "1"},
    ]


def test_ini_has_global_first_and_gives_its_fsid_back():
    ini = values.render_ini({"client": {"a": True}, "global": {"fsid": "x-y", "b": 1}})
    assert ini.splitlines()[1:] == ["", "[global]", "b = 1", "fsid = x-y", "", "[client]", "a = true"]
    assert values.conf_value(ini, "fsid") == "x-y"
    assert values.conf_value("", "fsid") is None
    assert values.conf_value("mon initial members = a\n", "mon_initial_members") == "a"


def test_keyring_quotes_capabilities():
    assert values.render_keyring("client.f", "k", {"mon": 'allow command "osd down"'}) == (
        '[client.f]\n\tkey = k\n\tcaps mon = "allow command \\"osd down\\""\n'
    )


POOL = {
    "pg_autoscale_mode": "on",
    "size": 3,
    "min_size": 2,
    "pg_num": 32,
    "pg_num_target": 32,
    "application_metadata": {"rbd": {}},
}


def test_pool_that_is_as_wanted_stays():
    wanted = {"name": "g", "size": 3, "min_size": 2, "pg_num": 32, "autoscale_mode": "on", "application": "rbd"}
    assert values.pool_changes(wanted, POOL) == []


def test_autoscaler_goes_off_before_pg_num_is_set():
    wanted = {"name": "g", "size": 3, "min_size": 2, "pg_num": 64, "autoscale_mode": "off", "application": "rbd"}
    assert values.pool_changes(wanted, POOL) == [("pg_autoscale_mode", "on", "off"), ("pg_num", 32, 64)]


def test_autoscaler_owns_pg_num():
    assert values.pool_changes({"name": "g", "pg_num": 64, "autoscale_mode": "on"}, POOL) == []


def test_shrinking_pool_lowers_min_size_first():
    changes = values.pool_changes({"name": "g", "size": 2, "min_size": 1}, POOL)
    assert [change[0] for change in changes] == ["min_size", "size"]


def test_application_is_enabled_when_missing():
    assert values.pool_changes({"name": "g", "application": "rbd"}, dict(POOL, application_metadata={})) == [
        ("application", "", "rbd")
    ]


def test_min_size_above_size_is_refused():
    assert values.pool_refusals([{"name": "g", "size": 2, "min_size": 3}]) == [
        "Pool g: min_size 3 must lie between 1 and size 2."
    ]
    assert values.pool_refusals([{"name": "g", "size": 3, "min_size": 2}]) == []
