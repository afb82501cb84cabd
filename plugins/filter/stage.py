# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that turn slices of the plan into variables of roles; used by the stage plays of site.yml."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage import (
    cluster,
    firewall,
    guest,
    host,
    probe,
    storage,
    unbuilt,
)


def _checked(name, function):
    """Wrap a function so that a slice that is no slice is one sentence, not a traceback."""

    def filter_(*arguments):
        try:
            return function(*arguments)
        except (KeyError, TypeError, AttributeError, ValueError, StopIteration) as exc:
            raise AnsibleFilterError(f"{name}: this is not the part of a plan that it takes ({exc!r}).") from exc

    return filter_


FUNCTIONS = (
    host.network_links,
    host.network_bonds,
    host.network_vlans,
    host.network_bridges,
    host.host_names,
    host.named,
    probe.probe_ports,
    probe.root_nics,
    storage.ceph_config,
    storage.ceph_pools,
    storage.ceph_keys,
    guest.guest_domains,
    guest.guest_files,
    cluster.cluster_nodes,
    cluster.cluster_resources,
    unbuilt.unbuilt,
    firewall.bridge_rules,
    firewall.flow_lines,
    firewall.gateway_rules,
    firewall.gateway_segments,
    firewall.guest_bindings,
    firewall.guest_bridges,
    firewall.hospital_networks,
    firewall.machine_rules,
)


class FilterModule:
    """Filters of the collection."""

    def filters(self):
        return {function.__name__: _checked(function.__name__, function) for function in FUNCTIONS}
