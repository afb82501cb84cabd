# SPDX-License-Identifier: GPL-3.0-or-later
"""Live migrations as data, and one wave over a cluster that only exists in memory."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import guest_migration as wave
from ansible_collections.medvirt.hospital.plugins.module_utils.guest_migration_run import Refused, run
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_run import ClusterError
from ansible_collections.medvirt.hospital.plugins.module_utils.pacemaker_status import FLAGS

CIB = """
<cib><configuration>
  <resources><primitive id="pacs1"><operations>
    <op name="migrate_to" timeout="300s"/><op name="migrate_from" timeout="120s"/>
  </operations></primitive><primitive id="emr1"/></resources>
  <constraints>
    <rsc_location id="medvirt-prefer-pacs1-kvm1" rsc="pacs1" node="kvm1" score="200"/>
    <rsc_location id="cli-prefer-emr1" rsc="emr1" node="kvm3" score="INFINITY"/>
    <rsc_location id="medvirt-move-emr1" rsc="emr1"/>
  </constraints>
</configuration></cib>
"""
MOVE = {"guest": "pacs1", "source": "kvm1", "target": "kvm2"}
OTHER = {"guest": "emr1", "source": "kvm3", "target": "kvm1"}
HOSTS = ["kvm1", "kvm2", "kvm3"]


def entry(*nodes, **changes):
    plain = {"role": "Started", "managed": True, "failed": False, "blocked": False}
    return {"nodes": list(nodes), **plain, **changes}


def status(**resources):
    node = {**dict.fromkeys(FLAGS, False), "online": True}
    return {
        "quorate": True,
        "maintenance_mode": False,
        "nodes": {name: dict(node) for name in HOSTS},
        "resources": {"pacs1": entry("kvm1"), "emr1": entry("kvm3"), **resources},
        "failures": [],
    }


def migration(move):
    return {"resource": move["guest"], "action": "migrate", "source": move["source"], "target": move["target"]}


FAILURE = {
    "node": "kvm1",
    "task": "migrate_to",
    "resource": "pacs1",
    "reason": "no route",
    "exit": "error",
    "when": "12:00",
}
REASON = "migrate_to: no route; on kvm1, journalctl -u pacemaker --grep pacs1_migrate_to says more"


def identities(cib):
    return [element.get("id") for element in cib.iter("rsc_location")]


def test_a_move_is_one_constraint_that_ends_by_itself():
    cib = ET.fromstring(CIB)
    asked = wave.with_moves(cib, [MOVE], "2026-01-31 12:00:00Z")
    assert identities(asked) == ["medvirt-prefer-pacs1-kvm1", "cli-prefer-emr1", "medvirt-move-pacs1"]
    rule = asked.find(".//rsc_location[@id='medvirt-move-pacs1']/rule")
    assert rule.get("score") == "INFINITY"
    assert rule.find("expression").get("value") == "kvm2"
    assert rule.find("date_expression").get("end") == "2026-01-31 12:00:00Z"
    assert identities(wave.without_moves(asked)) == ["medvirt-prefer-pacs1-kvm1", "cli-prefer-emr1"]
    assert "medvirt-move-emr1" in identities(cib), "the argument was changed"


def test_what_operators_hold_is_told():
    assert wave.held(ET.fromstring(CIB)) == {"emr1": ["cli-prefer-emr1"]}


def test_patience_is_that_of_the_slowest_guest():
    cib = ET.fromstring(CIB)
    assert wave.patience_seconds(cib, [MOVE]) == 60 + 300 + 120
    assert wave.patience_seconds(cib, [OTHER]) == 60 + 2 * wave.DEFAULT_TIMEOUT_SECONDS


def test_a_healthy_cluster_is_not_refused():
    assert wave.refusals(status(), [MOVE, OTHER], HOSTS) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quorate": False}, "no quorum"),
        ({"maintenance_mode": True}, "in maintenance mode"),
        ({"nodes": {"kvm2": {"online": True, "standby": True}}}, "Host kvm2 takes no guest: it is in standby"),
        ({"nodes": {"kvm3": {"online": False}}}, "Host kvm3 is not online"),
        ({"nodes": {"kvm3": {"online": True, "unclean": True}}}, "Host kvm3 is not online"),
        ({"resources": {"pacs1": entry("kvm3")}}, "Guest pacs1 runs on kvm3 and not on kvm1; plan again."),
        ({"resources": {"pacs1": entry("kvm1", "kvm2", role="Migrating")}}, "not at rest (Migrating)"),
        ({"resources": {"pacs1": entry("kvm1", managed=False)}}, "Guest pacs1 is unmanaged"),
        ({"resources": {"pacs1": entry("kvm1", blocked=True, managed=False)}}, "10 minutes after the failure"),
        ({"resources": {"pacs1": entry(role="Stopped")}}, "Guest pacs1 runs on no host"),
    ],
)
def test_what_must_not_begin(changes, said):
    state = status()
    for key, value in changes.items():
        state[key] = {**state[key], **value} if isinstance(value, dict) else value
    assert said in " ".join(wave.refusals(state, [MOVE], HOSTS))


def test_a_guest_that_the_cluster_does_not_know():
    assert wave.refusals(status(), [{**MOVE, "guest": "his1"}], HOSTS) == [
        "The cluster knows no guest his1; run site.yml."
    ]


def test_the_scheduler_must_do_these_moves_and_nothing_else():
    nothing = {"actions": []}
    assert wave.contradictions(nothing, {"actions": [migration(MOVE)]}, [MOVE]) == []
    assert wave.contradictions(nothing, nothing, [MOVE]) == [
        "Pacemaker would leave pacs1 on kvm1, and not move it to kvm2: its rules or its utilization forbid it."
    ]
    cold = {**migration(MOVE), "action": "move"}
    assert "Pacemaker would move pacs1 from kvm1 to kvm2." in wave.contradictions(nothing, {"actions": [cold]}, [MOVE])
    both = {"actions": [migration(MOVE), migration(OTHER)]}
    assert wave.contradictions(nothing, both, [MOVE]) == ["Pacemaker would migrate emr1 from kvm3 to kvm1."]
    assert wave.contradictions({"actions": [migration(OTHER)]}, both, [MOVE]) == [], "it would do that anyway"


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.seconds = 0.0

    def now(self):
        return self.seconds

    def sleep(self, seconds):
        self.seconds += seconds


class Cluster:
    """Stands in for pacemaker_run.Cluster: each look shows the next of ``views``, the last one for ever."""

    def __init__(self, views, actions=()):
        self.views, self.actions = list(views), list(actions)
        self.live, self.asked, self.forgotten = ET.fromstring(CIB), [], []

    def status(self):
        view = self.views.pop(0) if len(self.views) > 1 else self.views[0]
        if view is None:
            raise ClusterError("crm_mon failed (102): not connected")
        return copy.deepcopy(view)

    def cib(self):
        return copy.deepcopy(self.live)

    def simulate(self, cib):
        asked = any(identity == "medvirt-move-pacs1" for identity in identities(cib))
        return {"actions": self.actions if asked else []}

    def apply(self, _old, new):
        self.live = copy.deepcopy(new)
        self.asked.append(identities(new))

    def forget(self, guest, node):
        self.forgotten.append((guest, node))

    def wait_until_settled(self):
        assert self.asked == [], "the move had begun"


def test_a_guest_moves_and_nothing_is_left_behind():
    moving = status(pacs1=entry("kvm1", "kvm2", role="Migrating"))
    cluster = Cluster([status(), moving, moving, status(pacs1=entry("kvm2"))], [migration(MOVE)])
    assert run(cluster, [MOVE], HOSTS, False, Time()) == {
        "changed": True,
        "moved": [{**MOVE, "seconds": 2}],
        "failed": [],
    }
    assert "medvirt-move-pacs1" in cluster.asked[0]
    assert identities(cluster.live) == ["medvirt-prefer-pacs1-kvm1", "cli-prefer-emr1"]
    assert cluster.forgotten == [("pacs1", "kvm2"), ("pacs1", "kvm3")], "earlier migrations must be forgotten"


def test_a_cluster_that_does_not_answer_for_a_moment_is_asked_again():
    cluster = Cluster([status(), None, None, status(pacs1=entry("kvm2"))], [migration(MOVE)])
    assert run(cluster, [MOVE], HOSTS, False, Time())["moved"] == [{**MOVE, "seconds": 2}]


def test_only_the_guest_that_still_moves_keeps_its_constraint():
    both = [MOVE, OTHER]
    stuck = {
        **status(
            pacs1=entry("kvm1", "kvm2", failed=True, blocked=True, managed=False),
            emr1=entry("kvm3", "kvm1", role="Migrating"),
        ),
        "failures": [FAILURE],
    }
    cluster = Cluster([status(), stuck], [migration(MOVE), migration(OTHER)])
    done = run(cluster, both, HOSTS, False, Time())
    assert [(move["guest"], move["now"]) for move in done["failed"]] == [("pacs1", ""), ("emr1", "")]
    assert "medvirt-move-emr1" in identities(cluster.live)
    assert "medvirt-move-pacs1" not in identities(cluster.live), "the move that failed would begin again"


def test_check_mode_asks_the_scheduler_and_changes_nothing():
    cluster = Cluster([status()], [migration(MOVE)])
    assert run(cluster, [MOVE], HOSTS, True, Time())["changed"]
    assert cluster.asked == cluster.forgotten == []
    with pytest.raises(Refused, match="Pacemaker would leave pacs1"):
        run(Cluster([status()]), [MOVE], HOSTS, True, Time())


def test_a_guest_at_its_target_is_left_alone():
    cluster = Cluster([status(pacs1=entry("kvm2"))])
    assert run(cluster, [MOVE], HOSTS, False, Time()) == {"changed": False, "moved": [], "failed": []}
    assert cluster.asked == []


def test_a_failed_move_is_forgotten_and_told():
    blocked = {
        **status(pacs1=entry("kvm1", "kvm2", failed=True, blocked=True, managed=False)),
        "failures": [FAILURE],
    }
    cluster = Cluster([status(), blocked, blocked, status()], [migration(MOVE)])
    done = run(cluster, [MOVE], HOSTS, False, Time())
    assert done["failed"] == [{**MOVE, "reason": REASON, "now": "kvm1"}]
    assert cluster.forgotten[2:] == [("pacs1", node) for node in ("kvm2", "kvm3", "kvm1")], "the source must be last"
    assert "medvirt-move-pacs1" not in identities(cluster.live)


def test_a_guest_that_pacemaker_recovers_itself_is_left_to_it():
    broken = {**status(pacs1=entry(role="Stopping")), "failures": [{**FAILURE, "task": "migrate_from"}]}
    cluster = Cluster([status(), broken, broken, status(pacs1=entry("kvm2"))], [migration(MOVE)])
    assert run(cluster, [MOVE], HOSTS, False, Time())["failed"][0]["now"] == "kvm2"
    assert ("pacs1", "kvm1") not in cluster.forgotten


def test_an_old_failure_is_not_taken_for_a_new_one():
    before = {**status(), "failures": [FAILURE]}
    after = {**status(pacs1=entry("kvm2")), "failures": [FAILURE]}
    done = run(Cluster([before, after], [migration(MOVE)]), [MOVE], HOSTS, False, Time())
    assert [move["guest"] for move in done["moved"]] == ["pacs1"]


def test_a_move_that_never_ends_is_given_up():
    moving = status(pacs1=entry("kvm1", "kvm2", role="Migrating"))
    cluster = Cluster([status(), moving], [migration(MOVE)])
    done = run(cluster, [MOVE], HOSTS, False, Time())
    assert done["failed"] == [{**MOVE, "reason": "it has not ended after 480 s", "now": ""}]
    assert "medvirt-move-pacs1" in identities(cluster.live), "it must not be taken away under a guest that moves"
