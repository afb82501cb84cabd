# SPDX-License-Identifier: GPL-3.0-or-later
"""One host fails while it runs the guest; follow the guest until its images are readable elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass

from proof.cluster import Cluster, now
from proof.dicom import Archive, Sender, fresh_study, sample_files
from proof.lab import Host, Lab, wait_for
from proof.timeline import Timeline
from proof.watch import CopyWatch


def store_images(archive: Archive, count: int = 12) -> dict[str, str]:
    """Store real images as one study; {SOP instance UID: MD5 of the file as the archive gives it back}."""
    study = fresh_study(sample_files(count))
    sender = Sender(archive, study)
    sender.start()
    sender.join(180)
    assert len(sender.acknowledged) == count, f"only {len(sender.acknowledged)} of {count} images were acknowledged"
    stored = {uid: archive.md5(uid) for uid in sender.acknowledged}
    assert all(stored.values()), "an acknowledged image could not be read back before the failure"
    for data in study:
        assert archive.pixels(data.SOPInstanceUID) == data.PixelData, "an image came back with other pixels"
    return stored


@dataclass
class Failover:
    """What was seen: where the guest went, when each step happened, and the process watch."""

    lost: Host
    target: str
    timeline: Timeline
    watch: CopyWatch
    stored: dict[str, str]
    read_back: dict[str, str | None]


def fail(lab: Lab, cluster: Cluster, archive: Archive, guest: str, title: str, break_host: Callable) -> Failover:
    """Store images, break the guest's host with ``break_host(host)``, and follow the guest to its next host."""
    stored = store_images(archive)
    lost = lab[cluster.host_of(guest)]
    others = [host.name for host in lab.others(lost.name)]
    with CopyWatch(lab, guest) as watch:
        begin = now()
        break_host(lost)
        timeline = Timeline(title, begin)
        domain = wait_for("a copy of the guest elsewhere", lambda: watch.first_on(others, begin), 180, 0.2)
        target = next(name for name in others if name in watch.seen_between(domain, domain + 0.1))
        wait_for("the guest's agent", lambda: cluster.agent_answers(guest, target), 180, 1)
        agent = now()
        first = next(iter(stored))
        wait_for("the study", lambda: archive.md5(first), 180, 0.2)
        readable = now()
    _mark_steps(timeline, lab, cluster, lost, domain)
    timeline.mark("agent of the guest answers", agent)
    timeline.mark("study readable", readable)
    timeline.show()
    return Failover(lost, target, timeline, watch, stored, {uid: archive.md5(uid) for uid in stored})


def _mark_steps(timeline: Timeline, lab: Lab, cluster: Cluster, lost: Host, domain: float) -> None:
    others, begin = lab.others(lost.name), timeline.begin
    loss = f"Node {lost.name} state is now lost"
    timeline.mark("loss detected", cluster.journal_time(loss, begin, others))
    confirmed = f"Operation 'off' .*targeting {lost.name} using fence-bmc-{lost.name} returned 0"
    timeline.mark("power-off confirmed", cluster.journal_time(confirmed, begin, others))
    timeline.mark(
        "its storage clients blocklisted",
        cluster.journal_time("medvirt-fencing.*blocklisted|^blocklisted", begin, others),
    )
    timeline.mark("domain runs elsewhere", domain)


def assert_failed_over_safely(seen: Failover) -> None:
    """Fenced before started, never two copies, every image there with its MD5."""
    assert seen.watch.most() == 1, "two copies of the guest existed at the same time"
    steps = [
        seen.timeline.seconds(step)
        for step in ("power-off confirmed", "its storage clients blocklisted", "domain runs elsewhere")
    ]
    assert steps == sorted(steps), "the guest was started elsewhere before its host was powered off and shut out"
    assert seen.read_back == seen.stored, "an image is gone or changed"
