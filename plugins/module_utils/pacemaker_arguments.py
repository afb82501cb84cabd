# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specification of the module ``pacemaker_cib``."""

from __future__ import annotations

NAMES = {"type": "list", "elements": "str", "default": []}
TEXT = {"type": "str", "required": True}
MAPPING = {"type": "dict", "default": {}}

BMC = {
    "type": "dict",
    "options": {
        "address": TEXT,
        "port": {"type": "int", "default": 443},
        "system": TEXT,
        "user": TEXT,
        "verify_tls": {"type": "bool", "default": True},
    },
}

NODE = {"name": TEXT, "utilization": MAPPING, "bmc": BMC}

RESOURCE = {
    "name": TEXT,
    "config": TEXT,
    "agent": {"type": "str"},
    "utilization": MAPPING,
    "preferences": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"host": TEXT, "score": {"type": "int", "required": True}},
    },
    "start_timeout_seconds": {"type": "int", "default": 120},
    "stop_timeout_seconds": {"type": "int", "default": 60},
    "migrate_timeout_seconds": {"type": "int", "default": 300},
    "priority": {"type": "int", "default": 0},
    "anti_affinity_group": {"type": "str"},
    "order_after": NAMES,
}

ARGUMENTS = {
    "nodes": {"type": "list", "elements": "dict", "required": True, "options": NODE},
    "resources": {"type": "list", "elements": "dict", "default": [], "options": RESOURCE},
    "fencing_waiver": {"type": "dict", "options": {"reason": TEXT, "owner": TEXT, "until": TEXT}},
    "fence_timeout_seconds": {"type": "int", "default": 20},
    "password_directory": {"type": "path", "default": "/etc/medvirt/fencing", "no_log": False},
    "blocklist_client": {"type": "str", "default": ""},
    "blocklist_seconds": {"type": "int", "default": 3600},
    "storage_addresses": MAPPING,
    "migration_transport": {"type": "str", "default": "tls"},
    "migration_network_suffix": {"type": "str", "default": ""},
    "migrate_options": {"type": "str", "default": ""},
    "dc_deadtime_seconds": {"type": "int", "default": 20},
    "properties": MAPPING,
    "removed_resources": NAMES,
    "allowed_disruptions": NAMES,
}
