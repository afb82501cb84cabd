# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a guest fit into one NUMA node of its host?"""

from __future__ import annotations


def numa_warning(guest: str, vcpus: int, memory_mib: int, host: tuple[str, int, int, int]) -> str | None:
    """A sentence when a guest is larger than a NUMA node, else None.

    host: name of the host or profile, its physical cores, its memory in MiB, its NUMA nodes. A guest that spans nodes
    reads memory of another socket unless it sees the nodes itself (vNUMA).
    """
    name, cores, host_memory_mib, nodes = host
    node_cores, node_memory_mib = cores // nodes, host_memory_mib // nodes
    over = []
    if vcpus > node_cores:
        over.append(f"{vcpus} vCPUs, a node of {name} has {node_cores} cores")
    if memory_mib > node_memory_mib:
        over.append(f"{memory_mib} MiB, a node of {name} has {node_memory_mib} MiB")
    if not over:
        return None
    return (
        f"guest {guest} spans NUMA nodes ({'; '.join(over)}): "
        "make it smaller ('guest'), split its service, or let it see the nodes (vNUMA)"
    )
