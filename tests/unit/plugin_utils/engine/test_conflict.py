# SPDX-License-Identifier: GPL-3.0-or-later
from itertools import product

from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.conflict import KINDS, Conflict, Infeasible
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.conflict_filter import explain, failures_of, stuck
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.conflict_relax import (
    Requirement,
    relaxed,
    requirements,
)
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.place import place
from ansible_collections.medvirt.hospital.tests.unit.plugin_utils.engine.placing import (
    absorbable,
    cluster,
    clusters,
    guest,
    host,
    lawful,
)
from hypothesis import assume, given, settings

GPU = frozenset({"gpu"})
TWO = [host("h1"), host("h2")]
THREE = [*TWO, host("h3")]


def refused(instance):
    answer = place(instance, {})
    assert isinstance(answer, Infeasible)
    assert answer.exhaustive
    return answer


def sentences(instance):
    return list(refused(instance).words())


def test_a_guest_larger_than_every_host():
    assert sentences(cluster(THREE, [guest("db", memory=150)], n_plus=0)) == [
        "guests db must fit on hosts h1, h2, h3: 150 MiB of memory needed, 100 there, 50 too few"
    ]
    assert sentences(cluster(THREE, [guest("db", cpu=130)], n_plus=0)) == [
        "guests db must fit on hosts h1, h2, h3: 130 units of CPU needed, 100 there, 30 too few"
    ]


def test_more_volume_than_there_is():
    guests = [guest("a", memory=90), guest("b", memory=90), guest("c", memory=90)]
    found = refused(cluster(TWO, guests, n_plus=0)).conflicts
    assert [(c.kind, c.resource, c.need, c.offer, c.shortfall) for c in found] == [("capacity", "memory", 270, 200, 70)]


def test_guests_that_do_not_pack_though_the_volume_is_there():
    guests = [guest(name, memory=60) for name in "abc"]
    assert sentences(cluster(TWO, guests, n_plus=0)) == [
        "guests a, b, c must fit on hosts h1, h2: 180 MiB of memory needed, 120 there, 60 too few"
    ]


def test_a_failure_that_leaves_too_little():
    guests = [guest("a", memory=80), guest("b", memory=80)]
    found = refused(cluster(TWO, guests)).conflicts
    assert [(c.kind, c.failed, c.hosts, c.need, c.offer) for c in found] == [("n_plus", ("h1",), ("h2",), 160, 100)]
    assert sentences(cluster(TWO, guests)) == [
        "when h1 fails, guests a, b must fit on hosts h2: 160 MiB of memory needed, 100 there, 60 too few"
    ]


def test_a_failure_after_which_the_guests_do_not_pack():
    guests = [guest(name, memory=60) for name in "abc"]
    found = refused(cluster(THREE, guests)).conflicts
    assert {c.kind for c in found} == {"n_plus", "capacity"}
    assert {(c.resource, c.need, c.offer) for c in found} == {("memory", 180, 120)}


def test_a_rack_that_may_not_fail():
    hosts = [host("h1", rack="r1"), host("h2", rack="r1"), host("h3", rack="r2")]
    guests = [guest("a", memory=70), guest("b", memory=70)]
    found = refused(cluster(hosts, guests, racks=True)).conflicts
    assert found[0].failed == ("h1", "h2")
    assert found[0].words().startswith("when h1, h2 fails, guests a, b must fit on hosts h3")


def test_more_replicas_than_hosts_or_racks():
    guests = [guest(name, group="db") for name in "abc"]
    assert sentences(cluster(TWO, guests, n_plus=0)) == [
        "replicas a, b, c of group db must stand apart on hosts h1, h2: 3 hosts needed, 2 there, 1 too few"
    ]
    racks = [host("h1", rack="r1"), host("h2", rack="r1"), host("h3", rack="r2")]
    guests = [guest(name, group="db", scope="rack") for name in "abc"]
    found = refused(cluster(racks, guests, n_plus=0)).conflicts
    assert [(c.resource, c.need, c.offer) for c in found] == [("racks", 3, 2)]


def test_affinity_against_anti_affinity():
    guests = [guest("a", group="db", together="x"), guest("b", group="db", together="x")]
    assert sentences(cluster(THREE, guests)) == [
        "guests a, b must share one host (affinity label x); and "
        "replicas a, b of group db must stand apart on hosts no host: 2 hosts needed, 1 there, 1 too few"
    ]


def test_affinity_that_no_host_is_large_enough_for():
    guests = [guest("a", memory=60, together="x"), guest("b", memory=60, together="x")]
    assert [c.kind for c in refused(cluster(THREE, guests, n_plus=0)).conflicts] == ["capacity", "together"]


def test_a_feature_that_no_host_has():
    assert sentences(cluster(THREE, [guest("ai", needs=GPU)])) == [
        "guests ai need gpu, which hosts no host have: 1 hosts needed, 0 there, 1 too few"
    ]


def test_a_feature_whose_host_is_under_maintenance():
    hosts = [host("h1", features=GPU, available=False), *THREE[1:]]
    found = refused(cluster(hosts, [guest("ai", needs=GPU)])).conflicts
    assert {(c.kind, c.hosts) for c in found} == {("needs", ("h1",)), ("maintenance", ("h1",))}
    assert any(c.words() == "guests ai cannot use h1 during maintenance" for c in found)


def test_a_feature_that_one_host_has_cannot_fail_over():
    hosts = [host("h1", features=GPU), *THREE[1:]]
    found = refused(cluster(hosts, [guest("ai", needs=GPU)])).conflicts
    assert [c.kind for c in found] == ["n_plus", "needs"]
    assert found[0].failed == ("h1",)


def test_hosts_that_a_guest_may_run_on():
    pinned = guest("a", memory=90, hosts=frozenset({"h1"}))
    other = guest("b", memory=90, hosts=frozenset({"h1"}))
    found = refused(cluster(THREE, [pinned, other], n_plus=0)).conflicts
    assert {c.kind for c in found} == {"capacity", "hosts"}
    assert any(c.words() == "guests a, b may run on h1 only" for c in found)


def test_tenants_that_share_no_host():
    guests = [guest(t, tenant=t) for t in ("t1", "t2", "t3")]
    found = refused(cluster(TWO, guests, n_plus=0, tenants_apart=frozenset({"t1", "t2", "t3"}))).conflicts
    assert {c.kind for c in found} == {"tenant"}
    assert found[0].words() == "guests t2 of tenant t2 share no host with other tenants"
    bundle = [guest("a", together="x", tenant="t1"), guest("b", together="x")]
    found = refused(cluster(TWO, bundle, tenants_apart=frozenset({"t1"}))).conflicts
    assert [c.kind for c in found] == ["together", "tenant"]


def test_several_conflicts_are_told_at_once():
    guests = [guest("ai", needs=GPU), guest("db", memory=500)]
    assert len(refused(cluster(THREE, guests)).sets) == 2


def test_each_kind_has_words():
    for kind in KINDS:
        words = Conflict(kind, ("g1",), ("h1",), "label", "memory", 7, 5, ("h2",)).words()
        assert "h1" in words or "label" in words
    many = Conflict("capacity", tuple(f"g{i}" for i in range(9)), ("h1",)).words()
    assert many == "guests g0, g1, g2, g3, g4, g5 and 3 more must fit on hosts h1"


@settings(max_examples=20, deadline=None, derandomize=True)
@given(clusters())
def test_a_conflicting_set_conflicts_and_is_minimal(instance):
    assume(isinstance(place(instance, {}), Infeasible))
    answer = explain(instance, proved=True, work=20.0)
    names = {name for conflict in answer.conflicts for name in conflict.guests}
    kept = [r for r in requirements(instance) if _named(r, answer.conflicts)]
    assert not _possible(instance, kept, names)
    if answer.exhaustive:
        assert all(_possible(instance, [r for r in kept if r != one], names) for one in kept)


def _named(requirement, conflicts):
    kind, key = requirement.kind, requirement.key
    return any(
        c.kind == kind and key in (c.label, c.resource if kind == "capacity" else "", c.failed, *c.hosts[:1], *c.guests)
        for c in conflicts
    )


def _possible(instance, kept: list[Requirement], names):
    """By enumeration: is there a placement with these requirements only?"""
    smaller = relaxed(instance, kept, sorted(names))
    fails = [{instance.hosts[h].name for h in fail.hosts} for fail in failures_of(instance, kept)]
    guests = [g.name for g in smaller.guests]
    for places in product([h.name for h in smaller.hosts], repeat=len(guests)):
        at = dict(zip(guests, places, strict=True))
        if lawful(smaller, at) and all(absorbable(smaller, at, failed) for failed in fails):
            return True
    return False


def test_a_search_that_ended_says_where_it_got_stuck():
    guests = [guest(name, memory=60) for name in "abc"]
    answer = explain(cluster(TWO, guests, n_plus=0), proved=False, work=1.0)
    assert not answer.exhaustive
    assert answer.words() == (
        "guests c must fit on hosts h1, h2: 60 MiB of memory needed, 40 there, 20 too few "
        "(the search ended at its limit)",
    )
    assert stuck(cluster(TWO, [guest("a", memory=80), guest("b", memory=80)]))[0].kind == "n_plus"
