# SPDX-License-Identifier: GPL-3.0-or-later
"""Action plugin medvirt.hospital.verdict: judges on the controller what validate.yml has registered on the hosts."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.gateways import (
    gateway_findings,
    gateways_sound,
)
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.matrix_report import (
    packet_findings,
    packet_remarks,
)
from ansible_collections.medvirt.hospital.plugins.plugin_utils.validation.verdict import sound, verdict, waived

REGISTERED = {
    "guests": "__validate_guests",
    "cluster": "__validate_cluster",
    "bmcs": "__validate_bmcs",
    "storage": "__validate_storage",
}
PACKETS, GATEWAY = "__validate_packets", "__validate_gateway"


class ActionModule(ActionBase):
    """Runs on the controller only."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the findings; fail when there is one."""
        super().run(tmp, task_vars)
        _result, args = self.validate_argument_spec(
            argument_spec={
                "clusters": {"type": "dict", "required": True},
                "guests": {"type": "dict", "required": True},
                "gateways": {"type": "dict", "default": {}},
                "segments": {"type": "dict", "default": {}},
            }
        )
        hostvars = task_vars["hostvars"]
        said, good, waivers = [], [], []
        for name, cluster in args["clusters"].items():
            answers = {
                host: {key: hostvars[host].get(variable) for key, variable in REGISTERED.items()}
                for host in cluster["hosts"]
            }
            guests = {guest: content for guest, content in args["guests"].items() if content["cluster"] == name}
            found = verdict(answers, guests)
            said += found
            good += [] if found else [sound(name, cluster, guests)]
            waivers += waived(name, cluster)
        for site, pair in args["gateways"].items():
            answers = {name: hostvars[name].get(GATEWAY) for name in pair["hosts"]}
            found = gateway_findings(pair, args["segments"], answers)
            said += found
            good += [] if found else [gateways_sound(site, pair, answers)]
        probed = {name: hostvars[name]["hospital"]["site"] for name in task_vars["groups"].get("probes", [])}
        packets = {name: hostvars[name].get(PACKETS) for name in probed}
        said += packet_findings(packets)
        good += packet_remarks(packets, args["clusters"], probed)
        for line in [*waivers, *said]:
            self._display.warning(line)
        message = f"{said[0]} ({len(said)} in all, each in a line above.)" if said else good + waivers
        return {"changed": False, "failed": bool(said), "findings": said, "msg": message}
