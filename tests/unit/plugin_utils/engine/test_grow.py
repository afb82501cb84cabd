# SPDX-License-Identifier: GPL-3.0-or-later
from dataclasses import replace

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.grow import Candidate, how_many, which_host
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.place import Placed, place
from ansible_collections.medvirt.hospital.tests.unit.plugin_utils.engine.placing import (
    cluster,
    clusters,
    good,
    guest,
    host,
    placements,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

THREE = [host("h1"), host("h2"), host("h3")]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(clusters(most_hosts=3, most_guests=3), st.sampled_from((30, 50)))
def test_the_count_is_what_enumeration_finds(instance, memory):
    answer = place(instance, {})
    assume(isinstance(answer, Placed))
    index = [h.name for h in instance.hosts].index
    before = tuple(index(answer.hosts[g.name]) for g in instance.guests)
    shape = guest("new", 25, memory)
    growth = how_many(instance, before, shape)
    more = [replace(shape, name=f"new{n}") for n in range(growth.count + 1)]
    at = {**answer.hosts, **{g.name: where for g, where in zip(more, growth.hosts, strict=False)}}
    assert good(replace(instance, guests=(*instance.guests, *more[:-1])), at)
    assert growth.count <= growth.bound
    if growth.proved:
        pinned = [replace(g, hosts=frozenset({answer.hosts[g.name]})) for g in instance.guests]
        free = replace(instance, guests=(*instance.guests, *more))
        stay = (all_at for all_at in placements(free) if all(all_at[g.name] == answer.hosts[g.name] for g in pinned))
        assert next(stay, None) is None


def test_a_failure_limits_the_growth():
    growth = how_many(cluster(THREE, [guest("a", memory=40)]), (0,), guest("x", memory=20))
    assert (growth.count, growth.bound, growth.limit) == (8, 8, "h1")
    alone = how_many(cluster(THREE, [guest("a", memory=40)], n_plus=0), (0,), guest("x", memory=20))
    assert (alone.count, alone.limit) == (13, "capacity")


def test_replicas_grow_to_one_a_host():
    growth = how_many(cluster(THREE, [guest("a", group="g")]), (0,), guest("x", group="g"))
    assert growth.count == 2


def test_a_cluster_that_absorbs_no_failure_takes_nothing():
    instance = cluster(THREE[:2], [guest("a", memory=80), guest("b", memory=80)])
    growth = how_many(instance, (0, 1), guest("x"))
    assert (growth.count, growth.limit) == (0, "h1")


def test_the_cheapest_hosts_that_make_the_plan_feasible():
    instance = cluster(THREE[:2], [guest("a", memory=80), guest("b", memory=80)])
    small = Candidate(host("small", memory=60), 4)
    right = Candidate(host("right", memory=100), 10)
    large = Candidate(host("large", memory=500), 25)
    bought = which_host(instance, {"a": "h1", "b": "h2"}, [large, right, small])
    assert (bought.candidate.host.name, bought.count, bought.price) == ("right", 1, 10)
    assert bought.hosts["a"] == "h1"
    assert which_host(instance, {}, [small], most=2) is None


def test_several_hosts_are_bought_where_one_is_too_little():
    instance = cluster(THREE[:2], [guest(name, memory=60) for name in "abcd"])
    bought = which_host(instance, {}, [Candidate(host("new", memory=70), 1)])
    assert bought.count == 3
