# SPDX-License-Identifier: GPL-3.0-or-later
"""The pair of gateways as a proof sees it: who routes, and whether the other is ready to."""

import json

from proof.lab import Host, Lab, wait_for


class Routing:
    """Questions to the gateways of the lab's only site."""

    def __init__(self, lab: Lab):
        self.lab = lab
        (self.pair,) = lab.plan["gateways"].values()
        self.virtual = {lab.plan["segments"][key]["gateway"] for key in self.pair["segments"]}

    def held_by(self, gateway: Host) -> set[str]:
        """The virtual addresses that a gateway has now; none of one that is off."""
        answer = gateway.inside.run("ip -json -4 address") if gateway.state() == "running" else None
        if answer is None or answer.rc:
            return set()
        return {entry["local"] for link in json.loads(answer.stdout) for entry in link["addr_info"]} & self.virtual

    def active(self) -> Host:
        """The one gateway that has all virtual addresses, while the other has none."""
        held = {name: self.held_by(gateway) for name, gateway in self.lab.gateways.items()}
        owners = [name for name, addresses in held.items() if addresses]
        assert len(owners) == 1 and held[owners[0]] == self.virtual, f"the virtual addresses lie at {held}"
        return self.lab[owners[0]]

    def is_whole(self) -> bool:
        """Whether one gateway routes and the services of both run."""
        held = [self.held_by(gateway) for gateway in self.lab.gateways.values()]
        services = "systemctl is-active --quiet keepalived conntrackd"
        return sorted(map(len, held)) == [0, len(self.virtual)] and all(
            gateway.succeeds(services) for gateway in self.lab.gateways.values()
        )

    def wait_until_whole(self, timeout_seconds: float = 120) -> None:
        wait_for("one gateway that routes and one that is ready to", self.is_whole, timeout_seconds, 1)
