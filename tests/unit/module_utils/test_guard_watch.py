# SPDX-License-Identifier: GPL-3.0-or-later
"""guard_watch: the controller confirms over a connection that is newer than the change, and tells what became of it."""

from __future__ import annotations

from ansible_collections.medvirt.hospital.plugins.module_utils.guard_watch import GRACE_SECONDS, Ended, verdict, watch


def said(step, reason="", problems=()):
    return {"step": step, "reason": reason, "problems": list(problems)}


def follow(*answers, confirm_seconds=60):
    """(how it ended, what was asked); the last answer repeats, each question takes 5 s."""
    now, asked = [0.0], []

    def ask(confirm):
        asked.append(confirm)
        now[0] += 5
        return answers[min(len(asked), len(answers)) - 1]

    return watch(ask, confirm_seconds, lambda: now[0], lambda seconds: None), asked


def test_confirms_only_after_an_answer_that_it_was_applied():
    ended, asked = follow(said("armed"), said("applied"), said("confirmed"))
    assert (ended.step, ended.lost, asked) == ("confirmed", False, [False, False, True])


def test_connection_lost_after_the_answer_begins_again():
    ended, asked = follow(said("applied"), None, said("applied"), said("confirmed"))
    assert (ended.step, ended.lost, asked) == ("confirmed", True, [False, True, False, True])


def test_waits_for_the_rollback():
    ended, _asked = follow(None, None, said("rolling_back"), said("rolled_back", "late"))
    assert ended == Ended("rolled_back", 20, True, "late")


def test_gives_up_long_after_the_rollback_was_due():
    ended, _asked = follow(None)
    assert ended.step == "silent" and 60 + GRACE_SECONDS < ended.seconds <= 70 + GRACE_SECONDS


PATHS = ["/etc/a", "/etc/b", "/etc/c", "/etc/d"]


def test_sentence_for_a_host_that_was_cut_off():
    text = verdict("kvm1", "network", PATHS, 60, Ended("rolled_back", 71.6, True, "late"))
    assert text.startswith(
        "kvm1 could not be reached within 60 s of the change of network (/etc/a, /etc/b, /etc/c and 1 more), so it put "
        "the old configuration back by itself and was reachable again 72 s after the change."
    )


def test_sentence_for_a_change_that_failed():
    text = verdict("kvm1", "firewall", ["/etc/a"], 60, Ended("rolled_back", 3, False, "'nft' ended with 1: no."))
    assert text == (
        "kvm1 put the old configuration back 3 s after the change: the change of firewall (/etc/a) failed, because "
        "'nft' ended with 1: no."
    )


def test_sentence_for_a_host_that_stays_silent_names_what_helps():
    text = verdict("kvm1", "network", [], 60, Ended("silent", 181, True))
    assert "could not be reached for 181 s" in text and "a restart takes the change back too" in text


def test_sentence_for_a_rollback_that_failed_says_where_the_old_files_are():
    text = verdict("kvm1", "network", [], 60, Ended("rollback_failed", 9, True, "late.", ("/etc/a is in the way.",)))
    assert "/etc/a is in the way." in text and "/var/lib/medvirt/guard/network/pending" in text


def test_sentence_tells_what_did_not_go_back():
    text = verdict("kvm1", "network", [], 60, Ended("rolled_back", 9, True, "late", ("'x' ended with 1: no.",)))
    assert "Not everything went back: 'x' ended with 1: no." in text
