#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Removes the containers, networks, packet filter, disks and emulator of one lab, and nothing else.
# usage: remove_lab.sh NAME STATE_DIR NETWORK...
set -eu
name=$1 own=$2
shift 2
# Those of the plan, and those that an older plan had and hosts still hang on.
networks=$(
    printf '%s\n' "$@"
    podman ps --all --filter "label=medvirt.lab=$name" --format '{{.Networks}}' | tr -d '[]' | tr ', ' '\n'
)
states=$(podman ps --all --filter "label=medvirt.lab=$name" --format '{{index .Labels "medvirt.lab.state_dir"}}' | sort -u)
for state in $states "$own"; do
    [ -d "$state" ] || continue
    if [ -e "$state/bmc/pid" ]; then
        start-stop-daemon --stop --oknodo --quiet --retry=5 --remove-pidfile --pidfile "$state/bmc/pid"
        echo "stopped the baseboard controllers"
    fi
done
for container in $(podman ps --all --filter "label=medvirt.lab=$name" --format '{{.Names}}'); do
    podman rm --force --time 0 --volumes "$container" > /dev/null
    echo "removed host $container"
done
for network in $(printf '%s\n' "$networks" | grep "^medvirt-$name-" | sort -u); do
    podman network exists "$network" || continue
    bridge=$(podman network inspect "$network" --format '{{.NetworkInterface}}')
    podman network rm "$network" > /dev/null
    # Podman takes a bridge away with its last machine, but not one on which machines died or changed cables.
    [ ! -e "/sys/class/net/$bridge" ] || ip link delete "$bridge"
    echo "removed network $network"
done
nft delete table inet "medvirt_$(echo "$name" | tr - _)" 2> /dev/null && echo "removed the packet filter of the switches"
for state in $states "$own"; do
    for disk in "$state"/disks/*; do
        [ -e "$disk" ] || continue
        for loop in $(losetup --associated "$disk" --output NAME --noheadings); do
            losetup --detach "$loop"
        done
        rm "$disk"
        echo "removed disk $disk"
    done
    rm -rf "$state/hosts" "$state/authorized" "$state/known_hosts" "$state/bmc" "$state/switches.nft"
done
