# SPDX-License-Identifier: GPL-3.0-or-later
"""The cables between emulated machines: bridges of this machine that pass frames on as they are, tags included."""

from pathlib import Path

from proof.lab import run

PREFIX = "mdv-"
LACP_ADDRESSES = "4"  # 01:80:c2:00:00:02, which a bridge keeps to itself unless a port is told otherwise


class Wires:
    """Two switches with a link between them, two plain cables, and a management network on which this machine is .1.

    ``ports``: by machine, its interfaces on this machine in the order of its NICs:
    management, switch 1, switch 2, cable 1, cable 2.
    """

    mtu = 9000
    management = "10.97.0.1/24"
    bridges = ("mgmt", "sw1", "sw2", "wire1", "wire2")

    def __init__(self, machines: tuple[str, ...]):
        self.ports = {name: [f"{PREFIX}{name}-{number}" for number in range(len(self.bridges))] for name in machines}
        self.stranger = f"{PREFIX}stranger"

    def lay(self) -> None:
        for bridge in self.bridges:
            run("ip", "link", "add", PREFIX + bridge, "type", "bridge", "stp_state", "0", "mcast_snooping", "0")
            self._up(PREFIX + bridge)
        for ports in self.ports.values():
            for bridge, port in zip(self.bridges, ports, strict=True):
                run("ip", "tuntap", "add", port, "mode", "tap")
                self._plug(port, bridge)
                if bridge.startswith("wire"):
                    run("ip", "link", "set", port, "type", "bridge_slave", "group_fwd_mask", LACP_ADDRESSES)
        self._cable(PREFIX + "link1", "sw1", PREFIX + "link2", "sw2")
        self._cable(PREFIX + "port", "sw1", self.stranger, None)
        run("ip", "address", "add", self.management, "dev", PREFIX + "mgmt")

    def remove(self) -> None:
        """Remove every interface of these wires; also what an interrupted run has left."""
        for interface in self.present():
            if Path("/sys/class/net", interface).exists():
                run("ip", "link", "delete", interface)

    @staticmethod
    def present() -> list[str]:
        return sorted(path.name for path in Path("/sys/class/net").iterdir() if path.name.startswith(PREFIX))

    def _cable(self, end: str, bridge: str, other_end: str, other_bridge: str | None) -> None:
        run("ip", "link", "add", end, "type", "veth", "peer", "name", other_end)
        self._plug(end, bridge)
        self._plug(other_end, other_bridge)

    def _plug(self, interface: str, bridge: str | None) -> None:
        if bridge:
            run("ip", "link", "set", interface, "master", PREFIX + bridge)
        self._up(interface)

    def _up(self, interface: str) -> None:
        """Without IPv6, so that this machine says nothing of its own on the wires."""
        Path("/proc/sys/net/ipv6/conf", interface, "disable_ipv6").write_text("1")
        run("ip", "link", "set", interface, "mtu", str(self.mtu), "up")
