# SPDX-License-Identifier: GPL-3.0-or-later
"""kvm_host: who listens, read from the kernel's tables."""

from __future__ import annotations

from ansible_collections.medvirt.hospital.plugins.module_utils.kvm_host import LIBVIRT_PORTS, listening

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue\n"
TLS = "   0: 0B16610A:4082 00000000:0000 0A 00000000:00000000\n"
ESTABLISHED = "   1: 0B16610A:4082 0C16610A:D431 01 00000000:00000000\n"
SSH = "   2: 00000000:0016 00000000:0000 0A 00000000:00000000\n"
PLAIN6 = "   0: 00000000000000000000000000000000:407D 00000000000000000000000000000000:0000 0A 0:0\n"


def test_only_listening_libvirt_ports():
    assert listening([HEAD + TLS + ESTABLISHED + SSH, HEAD], LIBVIRT_PORTS) == ["10.97.22.11:16514"]


def test_plain_port_on_every_address_is_seen():
    assert listening([HEAD, HEAD + PLAIN6], LIBVIRT_PORTS) == ["[::]:16509"]
