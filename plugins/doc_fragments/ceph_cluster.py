# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that talk to a Ceph cluster, as ceph_client.connection_arguments() takes them."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation only."""

    DOCUMENTATION = r"""
options:
  fsid:
    description: Identity of the cluster; monitors of another cluster are refused.
    type: str
    required: true
  admin_key:
    description: Secret key of C(client.admin). It stays in the memory of the module.
    type: str
    required: true
  timeout:
    description: Seconds to wait for a quorum of the monitors.
    type: int
    default: 60
"""
