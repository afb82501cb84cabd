# SPDX-License-Identifier: GPL-3.0-or-later
from dataclasses import replace

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.catalogue.entries import SuitabilityEntry
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.suitability import Baseline, SiteFacts, judge

GOOD = SiteFacts(hosts=3, fencing=True, shared_storage=True)
BUSY = Baseline(days=28, cpu_mean_percent=55, cpu_max_percent=90, iops_p95=800)


@pytest.fixture
def verdict(catalogue):
    """verdict(type, site, baseline) -> Verdict."""

    def call(name, site=GOOD, baseline=BUSY):
        return judge(catalogue.services[name], site, baseline=baseline)

    return call


def test_a_picture_archive_needs_a_cluster_first(verdict):
    answer = verdict("pacs")
    assert (answer.verdict, answer.missing) == ("cluster_only", ())
    assert "it needs fencing of a lost host" in answer.reasons


def test_each_guarantee_that_is_missing_is_named_with_its_remedy(verdict):
    answer = verdict("pacs", SiteFacts(hosts=1, fencing=False, shared_storage=False, n_plus=0))
    assert answer.verdict == "cluster_only"
    assert answer.missing == ("cluster", "fencing", "shared_storage", "n_plus")
    for remedy in ("add hypervisors", "'bmc'", "use: osd", "policies.n_plus"):
        assert any("does not give that" in reason and remedy in reason for reason in answer.reasons)


def test_what_asks_for_nothing_is_virtualised(verdict):
    assert verdict("portal").verdict == "virtualise"


def test_hardware_that_no_host_has_keeps_it_physical(verdict):
    answer = verdict("ai")
    assert answer.verdict == "physical"
    assert "feature gpu" in answer.reasons[0] and "'features'" in answer.reasons[0]
    assert verdict("ai", replace(GOOD, features=frozenset({"gpu"}))).verdict == "virtualise"


def test_ties_to_a_machine(verdict):
    bound = replace(BUSY, hardware=("a dongle", "a frame grabber"), unsupported=True)
    answer = verdict("lis", baseline=bound)
    assert answer.verdict == "physical"
    assert answer.reasons[:3] == ("its vendor forbids it", "it is bound to a dongle", "it is bound to a frame grabber")


def test_a_type_may_say_itself_that_it_stays_physical(catalogue):
    service = replace(catalogue.services["portal"], suitability=SuitabilityEntry(physical=("it drives a scanner",)))
    assert judge(service, GOOD).verdict == "physical"


def test_more_io_than_the_storage_bears(verdict):
    site = replace(GOOD, pool_iops=20_000)
    assert verdict("lis", site, replace(BUSY, iops_p95=20_000)).verdict == "cluster_only"
    answer = verdict("lis", site, replace(BUSY, iops_p95=20_001))
    assert answer.verdict == "physical"
    assert "20001 IOPS" in answer.reasons[0] and "20000" in answer.reasons[0]


def test_heavy_io_is_said(verdict):
    assert any("without pause" in reason for reason in verdict("pacs").reasons)
    assert any("without pause" in reason for reason in verdict("lis").reasons)


def test_low_use_is_advice_and_forbids_nothing(verdict):
    idle = replace(BUSY, cpu_mean_percent=4, cpu_max_percent=30)
    answer = verdict("portal", baseline=idle)
    assert answer.verdict == "virtualise"
    assert any("4 % on average" in reason for reason in answer.reasons)
    assert not any("on average" in reason for reason in verdict("portal").reasons)


def test_nothing_or_little_measured_is_said(verdict):
    assert any("two to four weeks" in reason for reason in verdict("portal", baseline=None).reasons)
    short = verdict("portal", baseline=replace(BUSY, days=3))
    assert any("3 days" in reason and "14" in reason for reason in short.reasons)
