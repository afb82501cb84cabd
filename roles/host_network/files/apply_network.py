# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the kernel's links what the files 10-medvirt-* of systemd-networkd say; `check` only says whether they are.

`networkctl reload` neither removes devices whose file is gone nor changes a VLAN's id or parent or a bond's mode. Here
such devices are deleted and made anew; a link that did not change is not touched, a bridge that stays keeps its ports.
usage: apply_network.py apply|check
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

FOLDER = "/etc/systemd/network"
PREFIX = "10-medvirt-"
# Both are forgotten by a restart of the host, as the links are.
RECORD = "/run/medvirt/network.json"
BEFORE = "/run/medvirt/network-before.json"
NETWORKD = "systemd-networkd.service"
# Files of a bond and what `ip -json -details link` calls the same.
BOND_OPTIONS = {
    "Mode": "mode",
    "MIIMonitorSec": "miimon",
    "ARPIntervalSec": "arp_interval",
    "LACPTransmitRate": "ad_lacp_rate",
    "TransmitHashPolicy": "xmit_hash_policy",
}
# Seconds after which a link is reconfigured, networkd restarted, and the whole given up.
RECONFIGURE, RESTART, GIVE_UP = 2.0, 8.0, 20.0


class ApplyError(Exception):
    """A sentence for the operator."""


def run(*argv: str) -> str:
    """Standard output of a command that has to succeed."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ApplyError(f"'{' '.join(argv)}' failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def parse(text: str) -> list[tuple[str, str, str]]:
    """(section, key, value) of each line; sections and keys may come more than once."""
    section, found = "", []
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.append((section, key, value))
    return found


def wanted_from(files: dict[str, str]) -> dict:
    """{netdevs: {name: {kind, id, parent, bond}}, links: {name: {mtu, addresses, master, routes}}} of {file: text}."""
    netdevs, links = {}, {}
    for name, text in sorted(files.items()):
        lines = parse(text)
        first = {f"{section}.{key}": value for section, key, value in reversed(lines)}
        if name.endswith(".netdev"):
            bond = {BOND_OPTIONS[key]: value for section, key, value in lines if key in BOND_OPTIONS}
            netdevs[first["NetDev.Name"]] = {
                "kind": first["NetDev.Kind"],
                "id": int(first["VLAN.Id"]) if "VLAN.Id" in first else None,
                "parent": None,
                "bond": {key: int(v[:-2]) if v.endswith("ms") else v for key, v in bond.items()},
            }
        elif name.endswith(".network"):
            gateway = first.get("Network.Gateway")
            links[first["Match.Name"]] = {
                "mtu": int(first["Link.MTUBytes"]) if "Link.MTUBytes" in first else None,
                "addresses": [value for section, key, value in lines if (section, key) == ("Network", "Address")],
                "master": first.get("Network.Bridge") or first.get("Network.Bond"),
                "vlans": [value for _section, key, value in lines if key == "VLAN"],
                "routes": [("default", gateway)] * bool(gateway) + _routes(lines),
            }
    for name, link in links.items():
        for vlan in link["vlans"]:
            netdevs[vlan]["parent"] = name
    return {"netdevs": netdevs, "links": links}


def _routes(lines: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    values = {
        key: [v for section, k, v in lines if (section, k) == ("Route", key)] for key in ("Destination", "Gateway")
    }
    return list(zip(values["Destination"], values["Gateway"], strict=True))


def wrong_devices(wanted: dict, seen: dict[str, dict]) -> list[str]:
    """Devices that have to be deleted and made anew, VLANs before what they lie on."""
    found = []
    for name, netdev in wanted["netdevs"].items():
        link = seen.get(name)
        info = (link or {}).get("linkinfo", {})
        data = info.get("info_data", {})
        if link and (
            info.get("info_kind") != netdev["kind"]
            or (netdev["kind"] == "vlan" and (data.get("id"), link.get("link")) != (netdev["id"], netdev["parent"]))
            or any(data.get(key, value) != value for key, value in netdev["bond"].items())
        ):
            found.append(name)
    return sorted(found, key=lambda name: wanted["netdevs"][name]["kind"] != "vlan")


def differences(wanted: dict, seen: dict[str, dict], routes: list[dict], record: dict) -> dict[str, str]:
    """{link to reconfigure: sentence} of what is not as wanted."""
    found = {}
    for name in wrong_devices(wanted, seen):
        found[wanted["netdevs"][name]["parent"] or name] = f"{name} is of another kind, parent, id or mode."
    for name, netdev in wanted["netdevs"].items():
        if name not in seen:
            found[netdev["parent"] or name] = f"{name} does not exist."
    for name, link in wanted["links"].items():
        if name in seen and name not in found:
            problem = _different(name, link, seen[name], routes)
            if problem:
                found[name] = problem
    for name in record["netdevs"]:
        if name in seen and name not in wanted["netdevs"]:
            found[name] = f"{name} still exists."
    return found


def _different(name: str, link: dict, seen: dict, routes: list[dict]) -> str | None:
    has = {f"{entry['local']}/{entry['prefixlen']}" for entry in seen.get("addr_info", []) if entry["family"] == "inet"}
    missing = [address for address in link["addresses"] if address not in has]
    known = {(route["dst"], route.get("gateway")) for route in routes if route.get("dev") == name}
    unrouted = [f"{to} via {gateway}" for to, gateway in link["routes"] if (to, gateway) not in known]
    if link["mtu"] and seen["mtu"] != link["mtu"]:
        return f"{name} has the MTU {seen['mtu']}, not {link['mtu']}."
    if seen.get("master") != link["master"]:
        return f"{name} is a port of {seen.get('master') or 'nothing'}, not of {link['master'] or 'nothing'}."
    if missing:
        return f"{name} has no address {', '.join(missing)}."
    return f"{name} has no route to {', '.join(unrouted)}." if unrouted else None


class Host:
    """What is read from and done to this host; replaced in tests."""

    def wanted(self) -> dict:
        files = {}
        for name in os.listdir(FOLDER) if os.path.isdir(FOLDER) else []:
            if name.startswith(PREFIX):
                with open(os.path.join(FOLDER, name), encoding="utf-8") as stream:
                    files[name] = stream.read()
        return wanted_from(files)

    def seen(self) -> dict[str, dict]:
        return {link["ifname"]: link for link in json.loads(run("ip", "-json", "-details", "address", "show"))}

    def routes(self) -> list[dict]:
        return json.loads(run("ip", "-json", "-4", "route", "show") or "[]")

    def running(self) -> bool:
        return subprocess.run(["systemctl", "is-active", "--quiet", NETWORKD], check=False).returncode == 0

    def differences(self) -> dict[str, str]:
        return differences(self.wanted(), self.seen(), self.routes(), load(RECORD))


def load(path: str) -> dict:
    """What an earlier run wrote down: {netdevs: [names], links: {name: [addresses]}}."""
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except FileNotFoundError:
        return {"netdevs": [], "links": {}}


def store(path: str, content: dict) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as stream:
        json.dump(content, stream)
    os.rename(path + ".new", path)


def apply(host: Host) -> None:
    """Bring the links about, and wait until they are."""
    wanted, seen, record = host.wanted(), host.seen(), load(RECORD)
    own = {"netdevs": list(wanted["netdevs"]), "links": {n: v["addresses"] for n, v in wanted["links"].items()}}
    started = host.running()
    if not started and wanted["links"]:
        store(BEFORE, {"links": seen, "routes": host.routes()})
    store(
        RECORD, {"netdevs": sorted({*record["netdevs"], *own["netdevs"]}), "links": {**record["links"], **own["links"]}}
    )
    gone = [name for name in record["netdevs"] if name in seen and name not in wanted["netdevs"]]
    _refuse_guests(gone, seen, {*record["links"], *wanted["links"]})
    affected = _delete([*gone, *wrong_devices(wanted, seen)], wanted, seen)
    _release(record["links"], wanted["links"], seen)
    _raise_mtus(wanted, host.seen())
    if wanted["links"] or not os.path.exists(BEFORE):
        run("networkctl", "reload") if started else run("systemctl", "start", NETWORKD)
        _reconfigure(affected)
        _wait(host)
    else:
        _as_before(json_file(BEFORE))
    store(RECORD, own)


def _refuse_guests(gone: list[str], seen: dict[str, dict], ours: set[str]) -> None:
    for name in gone:
        guests = sorted(port for port, link in seen.items() if link.get("master") == name and port not in ours)
        if guests and seen[name]["linkinfo"]["info_kind"] == "bridge":
            raise ApplyError(
                f"{name} is to go and still carries guests ({', '.join(guests)}); move or stop them first."
            )


def _delete(names: list[str], wanted: dict, seen: dict[str, dict]) -> set[str]:
    """Delete devices; the links below and in them that have to be configured again."""
    affected: set[str] = set()
    for name in names:
        subprocess.run(["ip", "link", "delete", "dev", name], check=False, capture_output=True)
        affected |= {other for other, link in wanted["links"].items() if name in (*link["vlans"], link["master"])}
    return {name for name in affected if name in seen and name not in names}


def _release(before: dict[str, list[str]], wanted: dict[str, dict], seen: dict[str, dict]) -> None:
    """Take from links that are no longer ours what was ours."""
    for name, addresses in before.items():
        if name in wanted or name not in seen:
            continue
        for address in addresses:
            subprocess.run(["ip", "address", "delete", address, "dev", name], check=False, capture_output=True)
        if "master" in seen[name]:
            subprocess.run(["ip", "link", "set", "dev", name, "nomaster"], check=False, capture_output=True)


def _raise_mtus(wanted: dict, seen: dict[str, dict]) -> None:
    """Larger packets from below upwards: a VLAN can't be larger than what it lies on."""
    order = {"vlan": 1, "bridge": 2}
    for name in sorted(wanted["links"], key=lambda n: order.get(wanted["netdevs"].get(n, {}).get("kind"), 0)):
        mtu = wanted["links"][name]["mtu"]
        if mtu and name in seen and mtu > seen[name]["mtu"]:
            run("ip", "link", "set", "dev", name, "mtu", str(mtu))


def _reconfigure(names: set[str]) -> None:
    if names:
        run("networkctl", "reconfigure", *sorted(names))


def _wait(host: Host) -> None:
    begun, steps = time.monotonic(), [RECONFIGURE, RESTART]
    while found := host.differences():
        seconds = time.monotonic() - begun
        if seconds > GIVE_UP:
            raise ApplyError(" ".join(found.values()))
        if steps and seconds > steps[0]:
            if steps.pop(0) == RECONFIGURE:
                _reconfigure({name for name in found if name in host.seen()})
            else:
                run("systemctl", "restart", NETWORKD)
        time.sleep(0.3)


def json_file(path: str) -> dict:
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def _as_before(before: dict) -> None:
    """No file of ours is left: what ran before the first of them runs on, with the addresses it had given."""
    run("systemctl", "stop", "systemd-networkd.socket", NETWORKD)
    for name, link in before["links"].items():
        for entry in link.get("addr_info", []):
            if entry["family"] == "inet" and name != "lo":
                run("ip", "address", "replace", f"{entry['local']}/{entry['prefixlen']}", "dev", name)
        if "UP" in link["flags"]:
            run("ip", "link", "set", "dev", name, "mtu", str(link["mtu"]), "up")
    for route in before["routes"]:
        if "gateway" in route:
            run("ip", "route", "replace", route["dst"], "via", route["gateway"], "dev", route["dev"])
    os.unlink(BEFORE)


def main(arguments: list[str]) -> int:
    host = Host()
    try:
        if arguments == ["check"]:
            found = host.differences() or ({} if host.running() else {NETWORKD: f"{NETWORKD} does not run."})
            print(" ".join(found.values()), end="\n" if found else "")
            return 1 if found else 0
        apply(host)
    except ApplyError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
