# SPDX-License-Identifier: GPL-3.0-or-later
"""Size of a guest and what it costs its host."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..catalogue.entries import ServiceClass


@dataclass(frozen=True)
class GuestSizing:
    """vcpus and memory_mib as the guest sees them; hv_memory_mib is what its host gives up for it.

    iops: limit of the root volume.
    """

    vcpus: int
    memory_mib: int
    root_gib: int
    hv_memory_mib: int
    iops: int


def size_guest(
    catalogue_sizing: dict[str, int],
    wanted: dict[str, int | None],
    service_class: ServiceClass,
    defaults: dict[str, float],
) -> GuestSizing:
    """Size one guest.

    catalogue_sizing: vcpus (or native_cores: cores that the demand took on a physical machine), memory_mib, root_gib,
    perhaps iops (default: that of the class)
    wanted: the intent's own sizes, None where it has none; they win
    """
    vcpus = wanted.get("vcpus") or catalogue_sizing.get("vcpus")
    memory = wanted.get("memory_mib") or catalogue_sizing["memory_mib"]
    return GuestSizing(
        vcpus=vcpus or native_to_vcpus(catalogue_sizing["native_cores"], service_class.overhead_percent),
        memory_mib=memory,
        root_gib=wanted.get("root_gib") or catalogue_sizing["root_gib"],
        hv_memory_mib=hypervisor_memory(memory, defaults),
        iops=catalogue_sizing.get("iops", service_class.iops),
    )


def native_to_vcpus(cores: int, overhead_percent: int) -> int:
    """vCPUs that do the work of physical cores: cores x (1 + overhead), rounded up."""
    return math.ceil(cores * (100 + overhead_percent) / 100)


def hypervisor_memory(memory_mib: int, defaults: dict[str, float]) -> int:
    """Memory that the host loses: the guest's + 256 MiB + 2 %, rounded up."""
    percent = defaults["qemu_memory_percent"]
    return memory_mib + int(defaults["qemu_memory_mib"]) + math.ceil(memory_mib * percent / 100)
