# SPDX-License-Identifier: GPL-3.0-or-later
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.absorb import absorb
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.place import Placed, place
from ansible_collections.medvirt.hospital.tests.unit.plugin_utils.engine.placing import (
    cluster,
    clusters,
    guest,
    host,
    lawful,
)
from hypothesis import assume, given, settings

THREE = [host("h1"), host("h2"), host("h3")]


@settings(max_examples=20, deadline=None, derandomize=True)
@given(clusters())
def test_a_planned_failure_takes_nothing_down(instance):
    answer = place(instance, {})
    assume(isinstance(answer, Placed) and instance.rules.n_plus > 0)
    index = [h.name for h in instance.hosts].index
    before = tuple(index(answer.hosts[g.name]) for g in instance.guests)
    for failed in (h.name for h in instance.hosts if h.available):
        found = absorb(instance, before, [failed], answer.failures[failed])
        assert found.down == ()
        assert {**found.targets, **dict.fromkeys(found.resting)} == answer.failures[failed]
        after = {g: found.targets.get(g, where) for g, where in answer.hosts.items() if g not in found.resting}
        assert lawful(instance, after)


def test_what_does_not_fit_stays_down_and_is_named():
    instance = cluster(THREE, [guest("a", memory=60), guest("b", memory=60), guest("c", memory=90), guest("d")])
    found = absorb(instance, (0, 1, 2, 0), ["h1"])
    assert found.down == ("a",)
    assert found.targets == {"d": "h2"}


def test_a_replica_rests_when_the_others_hold_all_hosts():
    instance = cluster(THREE, [guest(name, group="g") for name in "abc"])
    found = absorb(instance, (0, 1, 2), ["h1"])
    assert (found.resting, found.down, found.targets) == (("a",), (), {})


def test_what_may_not_fail_next_is_named():
    instance = cluster(THREE, [guest(name, memory=50) for name in "abc"])
    found = absorb(instance, (0, 1, 2), ["h1"])
    assert found.down == ()
    assert found.fatal == ("h2", "h3")
