# SPDX-License-Identifier: GPL-3.0-or-later
"""VLANs, bonds and bridges on Debian's own kernel: what is seen on the wires, and what arrives where."""

import json
from collections import Counter

import pytest
from proof.lab import wait_for
from proof.vm.frames import (
    ARP,
    IPV4,
    IPV6,
    LACP,
    SERVICE_VLAN,
    VLAN,
    Capture,
    Frame,
    build,
    datagram,
    echo_to_all,
    send,
)
from proof.vm.pair import GUESTS, SCENARIO, STORAGE, recap
from proof.vm.wires import PREFIX

EVERYBODY = "ff:ff:ff:ff:ff:ff"
STRANGER = "52:54:00:97:ff:ff"
NEIGHBOUR_SOLICITATION = 135  # ICMPv6
MARKER = "medvirt-vlan-"
# VLAN ids that belong on each of a machine's cables, in the order of its ports.
CABLES = {1: set(GUESTS.values()), 2: set(GUESTS.values()), 3: {STORAGE}, 4: {STORAGE}}
# Interfaces inside a machine by the VLAN whose untagged packets they carry.
SEGMENTS = {f"{kind}{name}": vlan for name, vlan in GUESTS.items() for kind in ("br-", "v-")}
SEGMENTS |= {"bond0.130": 130, "bond0.150": 150, "storage": STORAGE}


def test_check_mode_tells_what_the_first_run_does_and_changes_nothing(network):
    runs, state = network
    changed = {name: {host: counts["changed"] for host, counts in recap(run).items()} for name, run in runs.items()}
    assert state["check"] == state["first"], "the check run changed something"
    assert changed["check"] == changed["first"] and changed["check"]["vm1"] > 0
    assert "+Name=bond1" in runs["check"].stdout


def test_second_run_changes_nothing(network):
    runs, _state = network
    assert {host: counts["changed"] for host, counts in recap(runs["second"]).items()} == {"vm1": 0, "vm2": 0}


def test_every_segment_carries_packets_of_its_full_size_and_none_larger(traffic):
    _frames, pings = traffic
    passed = {key: done.returncode == 0 for key, done in pings.items()}
    largest = {"pacs": 1500, "ward": 1500, "storage": 9000}
    assert passed == {(where, size): size <= largest[where] for where, size in passed}, pings
    print(f"\nLargest packets that passed unfragmented, in bytes: {largest}.")


def test_lacp_is_agreed_on_both_cables(vm1, vm2, network):
    for machine, other in ((vm1, vm2), (vm2, vm1)):
        wait_for(f"LACP between {machine.name} and {other.name}", lambda m=machine, o=other: agreed(m, o), 30, 2)


def agreed(machine, other) -> bool:
    text = machine.output("cat /proc/net/bonding/bond1; cat /sys/class/net/bond1/bonding/ad_*; echo")
    partner = text.split("Partner Mac Address: ")[1].split()[0]
    return "Number of ports: 2" in text and partner in (other.mac(3), other.mac(4))


def test_frames_carry_the_tag_of_their_segment_and_no_other(pair, traffic):
    frames, _pings = traffic
    table, wrong = Counter(), []
    for machine in pair.machines.values():
        for frame in (frame for frame in frames if frame.interface in machine.ports[1:] and not frame.sent):
            cable = machine.ports.index(frame.interface)
            table[machine.name, cable, tuple(frame.vlans), frame.ethertype] += 1
            if not belongs(frame, cable):
                wrong.append(frame)
    print("\nmachine cable                  tags    type     frames")
    for (name, cable, tags, kind), count in sorted(table.items()):
        print(f"{name:7} {pair.wires.bridges[cable]:22} {'/'.join(map(str, tags)) or 'none':7} 0x{kind:04x} {count:8}")
    assert wrong == []
    tags = {vlan for (_name, _cable, vlans, _kind) in table for vlan in vlans}
    assert tags == {*GUESTS.values(), STORAGE}
    assert max(frame.size_bytes for frame in frames) == 14 + 9000


def belongs(frame: Frame, cable: int) -> bool:
    """Whether a machine may put this frame on this cable."""
    if frame.vlans == [] and frame.ethertype == LACP:
        return cable >= 3 and frame.destination == "01:80:c2:00:00:02"
    if len(frame.vlans) != 1 or frame.vlans[0] not in CABLES[cable] or frame.ethertype not in (IPV4, ARP):
        return False
    return str(frame.address).startswith(f"10.97.{frame.vlans[0]}.")


# By name: tags from the outermost inwards, and the VLAN in which the packet may arrive, if any.
INTO_THE_TRUNK = {
    "tagged-130": ([(VLAN, 130)], {130}),
    "tagged-150": ([(VLAN, 150)], {150}),
    "untagged": ([], set()),
    "priority-only": ([(VLAN, 0)], set()),
    "unknown-140": ([(VLAN, 140)], set()),
    "other-trunk-30": ([(VLAN, 30)], set()),
    "double-130-150": ([(VLAN, 130), (VLAN, 150)], set()),
    "double-140-130": ([(VLAN, 140), (VLAN, 130)], set()),
    "double-1-130": ([(VLAN, 1), (VLAN, 130)], set()),
    "service-130": ([(SERVICE_VLAN, 130)], set()),
    "service-130-150": ([(SERVICE_VLAN, 130), (VLAN, 150)], set()),
}
FROM_A_GUEST = {
    "untagged": ([], {130}),
    "tagged-130": ([(VLAN, 130)], set()),
    "tagged-150": ([(VLAN, 150)], set()),
    "double-130-150": ([(VLAN, 130), (VLAN, 150)], set()),
    "double-150-130": ([(VLAN, 150), (VLAN, 130)], set()),
    "priority-150": ([(VLAN, 0), (VLAN, 150)], set()),
    "service-150": ([(SERVICE_VLAN, 150)], set()),
}


def written(cases: dict) -> list[bytes]:
    """Two frames for each case to everybody, each with its case's name behind the marker."""
    return [
        build(EVERYBODY, STRANGER, tags, IPV4, datagram("10.97.130.99", "10.97.130.255", f"{MARKER}{case}".encode()))
        for case, (tags, _arrives) in cases.items()
        for _copy in range(2)
    ]


def arrivals(frames: list[Frame]) -> dict[str, set[int]]:
    """By case, the VLANs in whose segment the packet stood free of tags on some interface."""
    found: dict[str, set[int]] = {}
    for frame in frames:
        if frame.interface in SEGMENTS and not frame.vlans:
            found.setdefault(frame.payload, set()).add(SEGMENTS[frame.interface])
    return found


def wanted(cases: dict) -> dict[str, set[int]]:
    return {case: vlans for case, (_tags, vlans) in cases.items() if vlans}


def strayed(frames: list[Frame], cases: dict) -> list[Frame]:
    """Frames, tagged or not, on an interface of a segment whose VLAN is not the outermost tag they were sent with."""
    outermost = {case: {tag for _type, tag in tags[:1]} for case, (tags, _arrives) in cases.items()}
    return [f for f in frames if f.interface in SEGMENTS and SEGMENTS[f.interface] not in outermost[f.payload]]


def test_no_packet_hops_from_the_trunk_into_a_segment(pair, network):
    seen = pair.seen_inside(MARKER, 6, lambda: send(pair.wires.stranger, written(INTO_THE_TRUNK)))
    for name, frames in seen.items():
        assert arrivals(frames) == wanted(INTO_THE_TRUNK), name
        assert strayed(frames, INTO_THE_TRUNK) == [], name
        assert {frame.payload for frame in frames} >= {"untagged", "unknown-140", "double-130-150"}, "sent in vain"
    print(f"\nOf {len(INTO_THE_TRUNK)} ways into the trunk only the two segments' own tags lead anywhere.")


def test_no_packet_hops_from_a_guest_into_another_segment(pair, vm1, network):
    frames = " ".join(frame.hex() for frame in written(FROM_A_GUEST))
    with Capture(PREFIX) as capture:
        seen = pair.seen_inside(
            MARKER, 8, lambda: vm1.output(f"ip netns exec pacs python3 frames.py send eth0 {frames}")
        )
    assert arrivals(seen["vm2"]) == wanted(FROM_A_GUEST)
    for name, inside in seen.items():
        assert [frame for frame in inside if SEGMENTS.get(frame.interface, 130) != 130] == [], name
    outside = [f for f in capture.frames if f.interface in vm1.ports and not f.sent and MARKER.encode() in f.payload]
    assert {(frame.interface in vm1.ports[1:3], *frame.vlans[:1]) for frame in outside} == {(True, 130)}
    inner = sorted({"/".join(map(str, frame.vlans)) for frame in outside if len(frame.vlans) > 1})
    print(f"\nA guest's own tags stay inside its segment's: on the trunk {', '.join(inner) or 'no second tag'}.")


def test_ipv6_is_closed(pair, vm2, network):
    for machine in pair.machines.values():
        assert "::1" in machine.output("ip -6 -oneline address")
        assert machine.output("ip -6 -oneline address show scope link; ip -6 -oneline address show scope global") == ""
    assert answers_to_ipv6(pair) == []
    vm2.output("sysctl -qw net.ipv6.conf.mgmt0.disable_ipv6=0; ip address add fe80::12/64 dev mgmt0 nodad")
    try:
        # It asks for the hardware address of whom it wants to answer.
        asking = {frame.source for frame in answers_to_ipv6(pair) if frame.payload[40] == NEIGHBOUR_SOLICITATION}
        assert asking == {vm2.mac(0)}, "the question itself does not work"
    finally:
        vm2.output("sysctl -qw net.ipv6.conf.mgmt0.disable_ipv6=1")


def answers_to_ipv6(pair) -> list[Frame]:
    """IPv6 frames of the machines after an echo request to everybody in every segment and untagged on every cable."""
    packet = echo_to_all("fe80::99", b"who is there")
    everybody, own = "33:33:00:00:00:01", {machine.mac(nic) for machine in pair.machines.values() for nic in range(5)}
    with Capture(PREFIX) as capture:
        for machine in pair.machines.values():
            for port in machine.ports:
                for tags in ([], *([(VLAN, vlan)] for vlan in (*GUESTS.values(), STORAGE))):
                    send(port, [build(everybody, STRANGER, tags, IPV6, packet)])
        for machine in pair.machines.values():
            machine.output("sleep 2")
    return [frame for frame in capture.frames if frame.ethertype == IPV6 and frame.source in own and not frame.sent]


@pytest.mark.parametrize(
    ("bond", "inside", "address"),
    [("bond0", "ip netns exec pacs", "10.97.130.12"), ("bond1", "", "10.97.30.12")],
    ids=["active-backup", "802.3ad"],
)
def test_transfer_survives_a_pulled_cable(vm1, vm2, network, bond, inside, address):
    server = vm2.popen(f"{inside} python3 transfer.py receive 4000")
    assert server.stdout.readline() == "ready\n"
    client = vm1.popen(f"{inside} python3 transfer.py send {address} 4000 12")
    vm1.output("sleep 3")
    nic = busiest(vm1, bond)
    vm1.cable(nic, plugged=False)
    try:
        told, _errors = server.communicate(timeout=90)
        assert client.wait(timeout=30) == 0, client.stderr.read()
        result = json.loads(told)
        status = vm1.output(f"cat /proc/net/bonding/{bond}")
        assert "MII Status: down" in status.split(f"Slave Interface: {nic}")[1].split("Slave Interface")[0]
    finally:
        vm1.cable(nic, plugged=True)
    print(f"\n{bond}: {nic} of vm1 pulled under a transfer; longest pause {result['longest_pause_seconds']} s.")
    assert result["in_order"] and result["blocks"] == 1200
    assert result["longest_pause_seconds"] < 15
    state = f"cat /sys/class/net/{nic}/bonding_slave/mii_status"
    wait_for(f"{nic} back in {bond}", lambda: vm1.output(state) == "up\n", 20)


def busiest(machine, bond: str) -> str:
    """The port of a bond that sends most, over one second."""
    count = "echo $nic $(cat /sys/class/net/$nic/statistics/tx_bytes)"
    read = f"for nic in $(cat /sys/class/net/{bond}/bonding/slaves); do {count}; done"
    lines = machine.output(f"{read}; sleep 1; {read}").split()
    counts = Counter()
    for nic, count in zip(lines[::2], map(int, lines[1::2]), strict=True):
        counts[nic] = count - counts[nic]
    return counts.most_common(1)[0][0]


def test_machine_returns_by_itself_from_a_wrong_vlan(pair, vm1, osd_play):
    """Meanwhile vm2 gets the OSD that the last tests need."""
    before = vm1.output("ip -brief address | sort; cat /etc/systemd/network/10-medvirt-*")
    wrong = f"@{SCENARIO / 'vars' / 'wrong_vlan.yml'}"
    done = pair.play("converge.yml", "--limit", "vm1", "-e", wrong)
    said = " ".join(done.stdout.split())
    assert done.returncode != 0 and recap(done)["vm1"]["failed"] == 1, done.stdout[-3000:]
    print("\n" + said[said.index("fatal:") : said.index("PLAY RECAP")][:600])
    wait_for("SSH of vm1 at its old address", vm1.answers, 60)
    assert vm1.output("ip -brief address | sort; cat /etc/systemd/network/10-medvirt-*") == before
    assert vm1.run("ping -c 2 -W 5 10.97.30.12").returncode == 0
