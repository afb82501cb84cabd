# SPDX-License-Identifier: GPL-3.0-or-later
"""The guest moves while a modality stores images; then site.yml leaves it where it went."""

import re

from proof.dicom import Sender, fresh_study, sample_files
from proof.lab import playbook, wait_for

IMAGES = 240


def boot_identity(lab, guest, host):
    """Changes when the guest boots."""
    request = '{"execute":"guest-file-open","arguments":{"path":"/proc/sys/kernel/random/boot_id","mode":"r"}}'
    virsh = f"virsh -c qemu:///system qemu-agent-command {guest}"
    handle = re.search(r'"return":\s*(\d+)', lab[host].output(f"{virsh} '{request}'")).group(1)
    read = '{"execute":"guest-file-read","arguments":{"handle":%s}}' % handle
    answer = lab[host].output(f"{virsh} '{read}'")
    lab[host].output(f"{virsh} '" + '{"execute":"guest-file-close","arguments":{"handle":%s}}' % handle + "'")
    return re.search(r'"buf-b64":\s*"([^"]+)"', answer).group(1)


def test_no_image_is_lost_and_the_guest_stays_where_it_went(lab, cluster, archive, guest):
    home = cluster.host_of(guest)
    target = lab.others(home)[0].name
    booted = boot_identity(lab, guest, home)
    files = sample_files(12)
    study = [data for _round in range(IMAGES // len(files)) for data in fresh_study(files)]
    sender = Sender(archive, study, pause_seconds=0.1)
    sender.start()
    wait_for("the first images", lambda: len(sender.acknowledged) > 20, 120)
    lab[home].output(f"crm_resource --move --resource {guest} --node {target}")
    wait_for("the guest on its new host", lambda: cluster.at_rest(guest, target), 180, 1)
    before = len(sender.acknowledged)
    lab[home].output(f"crm_resource --clear --resource {guest}")
    sender.join(300)
    print(
        f"\nLive migration {home} -> {target}: {len(sender.acknowledged)} images acknowledged, {before} of them until "
        f"the move ended, {sender.retries} tries again, longest gap {sender.longest_gap_seconds:.1f} s"
    )
    assert len(sender.acknowledged) == len(study)
    assert before < len(study), "the sender had ended before the guest had moved: nothing was shown"
    assert boot_identity(lab, guest, target) == booted, "the guest booted anew: it was not a live migration"
    assert [uid for uid in sender.acknowledged if archive.copies(uid) != 1] == []

    again = playbook("site")
    assert again.returncode == 0, again.stdout[-3000:]
    assert re.findall(r"changed=([1-9]\d*)", again.stdout) == [], again.stdout[-1500:]
    assert cluster.host_of(guest) == target
