# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role host_network."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.links import network_problems
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network.networkd import networkd_files


def _checked(function):
    """Wrap a function so that a value of the wrong shape is one sentence, not a traceback."""

    def filter_(*arguments):
        try:
            return function(*arguments)
        except (KeyError, TypeError, AttributeError, ValueError) as exc:
            raise AnsibleFilterError(
                f"{function.__name__}: these are not variables of host_network ({exc!r})."
            ) from exc

    return filter_


class FilterModule:
    """Filters of the collection."""

    def filters(self):
        return {function.__name__: _checked(function) for function in (networkd_files, network_problems)}
