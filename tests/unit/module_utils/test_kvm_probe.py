# SPDX-License-Identifier: GPL-3.0-or-later
"""kvm_probe: the presence of /dev/kvm proves nothing."""

from __future__ import annotations

import pytest
from ansible_collections.medvirt.hospital.plugins.module_utils import kvm_probe
from ansible_collections.medvirt.hospital.plugins.module_utils.kvm_probe import ProbeError, Result, probe, still_valid

NOW = {"qemu": "QEMU 10.0", "kernel": "6.12", "boot": "b1"}


def runner(**outcomes):
    return lambda accelerator, limit: outcomes[accelerator]


def test_boot_sector_is_bootable():
    assert len(kvm_probe.BOOT_SECTOR) == 512 and kvm_probe.BOOT_SECTOR[-2:] == b"\x55\xaa"


def test_working_kvm(tmp_path):
    (tmp_path / "kvm").touch()
    assert probe(NOW, runner(kvm=None), str(tmp_path / "kvm")).accelerator == "kvm"


def test_device_that_hangs_the_guest_means_emulation(tmp_path):
    (tmp_path / "kvm").touch()
    result = probe(NOW, runner(kvm="the test guest did not finish within 5 seconds", tcg=None), str(tmp_path / "kvm"))
    assert result.accelerator == "tcg" and "did not finish" in result.reason


def test_no_device_means_emulation(tmp_path):
    assert probe(NOW, runner(tcg=None), str(tmp_path / "kvm")).reason.endswith(f"there is no {tmp_path}/kvm")


def test_nothing_runs_is_an_error(tmp_path):
    with pytest.raises(ProbeError, match="runs no guest at all"):
        probe(NOW, runner(tcg="QEMU ended with code 1: broken"), str(tmp_path / "kvm"))


def test_record_is_believed_until_circumstances_change(tmp_path):
    path = str(tmp_path / "x/accelerator")
    assert kvm_probe.recall(path) is None
    result = Result("tcg", "words", **NOW)
    kvm_probe.remember(result, path)
    assert kvm_probe.recall(path) == result and still_valid(result, NOW)
    for key in NOW:
        assert not still_valid(result, {**NOW, key: "other"})


def test_damaged_record_is_no_record(tmp_path):
    (tmp_path / "a").write_text('{"accelerator": "kvm"}')
    assert kvm_probe.recall(str(tmp_path / "a")) is None
