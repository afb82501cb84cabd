# SPDX-License-Identifier: GPL-3.0-or-later
"""This machine's part of the lab's networks: each podman bridge becomes a switch that only switches.

Nothing passes from one switch to another through this machine, nobody on a switch reaches an address of this machine
but those that it has there, and IPv6 is off. Reads a JSON object from standard input, prints one line per change:
    lab          name of the lab
    filter_file  where the packet filter that was loaded is kept
    networks     {podman's network: {address, own, outward, routes}}
      address    this machine's own, IPv4; null where it has none, and then it takes no part in the network at all
      own        further addresses of this machine there (baseboard controllers)
      outward    whether machines get out to the world through this machine here
      routes     [{destination, gateway}] what this machine reaches through a gateway in this network
Standard library only.
"""

import json
import pathlib
import subprocess
import sys

# linux/netdevice.h: the address was set and is not the kernel's choice.
NET_ADDR_SET = "3"
# Kernel documentation, ip-sysctl: answer ARP for addresses of this interface only, or for none.
ARP_OWN, ARP_NEVER = "1", "8"


def run(*argv, stdin=None):
    """Run a command; its standard output, or the end of this program with its complaint."""
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit("%s: %s" % (" ".join(argv), done.stderr.strip()))
    return done.stdout


def quoted(names):
    """An nftables set of interface names; they need quotes."""
    return "{ %s }" % ", ".join('"%s"' % name for name in sorted(names))


def table_name(lab):
    return "medvirt_" + lab.replace("-", "_")


def ruleset(lab, switches):
    """The table that closes the switches against each other, as text for nft.

    switches: {bridge: entry of networks}. Frames that a bridge forwards within itself pass the hook too, where
    bridge-nf-call-iptables is on; they are left alone, and not tracked where this machine takes no part.
    """
    closed = [bridge for bridge, entry in switches.items() if not entry["address"]]
    outward = [bridge for bridge, entry in switches.items() if entry["outward"]]
    everywhere, untracked, forward = quoted(switches), [], []
    doors = ["iifname %s meta nfproto ipv6 drop" % everywhere]
    if closed:
        untracked = ["iifname %s notrack" % quoted(closed)]
        doors.append("iifname %s drop" % quoted(closed))
    for bridge, entry in sorted(switches.items()):
        if entry["address"]:
            own = ", ".join([entry["address"], *entry["own"]])
            doors.append('iifname "%s" ip daddr != { %s } drop' % (bridge, own))
        forward.append('iifname "%s" oifname "%s" accept' % (bridge, bridge))
    if outward:
        forward.append("iifname %s oifname != %s accept" % (quoted(outward), everywhere))
        forward.append("oifname %s ct state established,related accept" % quoted(outward))
    forward += ["iifname %s drop" % everywhere, "oifname %s drop" % everywhere]
    chains = (("prerouting", "raw", untracked), ("input", "filter", doors), ("forward", "filter", forward))
    lines = ["table inet %s {" % table_name(lab)]
    for hook, priority, rules in chains:
        lines.append("  chain %s {" % hook)
        lines.append("    type filter hook %s priority %s; policy accept;" % (hook, priority))
        lines += ["    " + rule for rule in rules] + ["  }"]
    return "\n".join([*lines, "}", ""])


def settings(bridge, entry):
    """{file under /proc/sys/net: wanted content}."""
    return {
        "ipv6/conf/%s/disable_ipv6" % bridge: "1",
        "ipv4/conf/%s/arp_ignore" % bridge: ARP_OWN if entry["address"] else ARP_NEVER,
        "ipv4/conf/%s/forwarding" % bridge: "1" if entry["outward"] else "0",
    }


def set_kernel(bridge, entry):
    """Return the settings that had to be changed."""
    changed = []
    for name, value in settings(bridge, entry).items():
        file = pathlib.Path("/proc/sys/net", name)
        if file.exists() and file.read_text().strip() != value:
            file.write_text(value)
            changed.append(name.replace("/", "."))
    return changed


def pin(bridge):
    """Fix the MAC address: a bridge otherwise takes the lowest one of its ports, and changes it when a host dies."""
    folder = pathlib.Path("/sys/class/net", bridge)
    if (folder / "addr_assign_type").read_text().strip() == NET_ADDR_SET:
        return []
    run("ip", "link", "set", "dev", bridge, "address", (folder / "address").read_text().strip())
    return ["MAC address"]


def add_addresses(bridge, entry):
    shown = json.loads(run("ip", "-json", "-4", "address", "show", "dev", bridge))
    present = {address["local"] for link in shown for address in link.get("addr_info", [])}
    missing = [address for address in entry["own"] if address not in present]
    for address in missing:
        run("ip", "address", "add", address + "/32", "dev", bridge)
    return missing


def add_routes(bridge, entry):
    missing = []
    for route in entry["routes"]:
        way = [route["destination"], "via", route["gateway"], "dev", bridge]
        if not run("ip", "-4", "route", "show", *way).strip():
            run("ip", "route", "replace", *way, "src", entry["address"])
            missing.append("route to " + route["destination"])
    return missing


def set_table(lab, text, file):
    """Load the table unless it is there already as the file says."""
    listed = subprocess.run(["nft", "list", "table", "inet", table_name(lab)], capture_output=True, check=False)
    if listed.returncode == 0 and file.exists() and file.read_text() == text:
        return []
    name = table_name(lab)
    run("nft", "--file", "-", stdin="table inet %s {}\ndelete table inet %s\n%s" % (name, name, text))
    file.write_text(text)
    return ["packet filter"]


def main():
    config = json.load(sys.stdin)
    switches = {}
    for network, entry in config["networks"].items():
        bridge = json.loads(run("podman", "network", "inspect", network))[0]["network_interface"]
        if not pathlib.Path("/sys/class/net", bridge).exists():
            continue  # Podman makes it with the first machine that is powered on.
        switches[bridge] = entry
        changed = [
            *pin(bridge),
            *set_kernel(bridge, entry),
            *add_addresses(bridge, entry),
            *add_routes(bridge, entry),
        ]
        if changed:
            print("%s: %s" % (network, ", ".join(changed)))
    for change in set_table(config["lab"], ruleset(config["lab"], switches), pathlib.Path(config["filter_file"])):
        print("%s of the switches" % change)


if __name__ == "__main__":
    main()
