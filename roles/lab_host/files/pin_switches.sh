#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Gives the bridge of each network a MAC address of its own. A bridge otherwise takes the lowest one of its ports, and
# changes it when a host loses power; the others would then talk to this machine in vain until their ARP entries expire.
# usage: pin_switches.sh NETWORK...
set -eu
for network in "$@"; do
    bridge=$(podman network inspect "$network" --format '{{.NetworkInterface}}')
    # 3: the address was set and is not the kernel's choice (linux/netdevice.h, NET_ADDR_SET).
    [ "$(cat "/sys/class/net/$bridge/addr_assign_type")" != 3 ] || continue
    ip link set dev "$bridge" address "$(cat "/sys/class/net/$bridge/address")"
    echo "pinned $network"
done
