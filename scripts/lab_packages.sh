#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Says in one sentence each why this machine cannot carry the lab; else installs the Debian packages that are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=(podman runc netavark aardvark-dns mmdebstrap qemu-system-x86 qemu-utils iptables nftables iproute2 openssh-client e2fsprogs)
memory_gib=${MEDVIRT_LAB_MEMORY_GIB:-10}
disk_gib=${MEDVIRT_LAB_DISK_GIB:-25}
intent=inventories/lab/hospital.yml
faults=0

fault() { printf 'lab: %s\n' "$*" >&2; faults=1; }

missing_packages() {
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' | awk '$2 == "installed" {print $1}' | sort -u | comm -13 - <(printf '%s\n' "${packages[@]}" | sort)
}

# Whether containers of the lab exist: running ones without an argument, in any state with --all.
lab_has() { command -v podman >/dev/null && [ -n "$(podman ps --quiet --filter label=medvirt.lab=lab "$@")" ]; }

check_memory() {
    local memory
    memory=$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo)
    [ "$memory" -ge "$memory_gib" ] ||
        fault "the lab needs $memory_gib GiB of available memory and this machine has $memory GiB; end other work or use a larger machine"
}

check_disk() {
    local disk
    disk=$(df --output=avail -BG . | tail -n 1 | tr -dc 0-9)
    [ "$disk" -ge "$disk_gib" ] ||
        fault "the lab needs $disk_gib GiB of free disk and $PWD has $disk GiB; free some or clone to a larger file system"
}

# The lab's own addresses must not exist here yet, and nobody may listen where its baseboard controllers will.
check_network() {
    local supernet routes listeners
    supernet=$(sed -n 's/^supernet: *\([0-9./]*\).*/\1/p' "$intent")
    routes=$(ip -4 route show root "${supernet:-10.77.0.0/16}")
    [ -z "$routes" ] ||
        fault "the lab's addresses ${supernet:-10.77.0.0/16} are in use here ($(echo "$routes" | head -n 1)); change supernet in $intent"
    listeners=$(ss -Hltn 'sport = :443' | awk '$4 ~ /^(0\.0\.0\.0|\*|\[::\]):/ {print $4}' | sort -u | paste -sd' ')
    [ -z "$listeners" ] ||
        fault "something listens on port 443 of every address ($listeners), which the lab's baseboard controllers need; end it"
}

[ "$(id -u)" -eq 0 ] || fault "the lab needs root, because its hosts are privileged containers; run it as root or with sudo"
command -v apt-get >/dev/null || fault "the lab is built with Debian's packages and this machine has no apt-get; use Debian 12 or later"
if ! lab_has; then
    check_memory
    lab_has --all || check_disk
    if command -v ip >/dev/null && command -v ss >/dev/null; then check_network; fi
fi
[ "$faults" -eq 0 ] || exit 1

missing=$(missing_packages)
if [ -n "$missing" ]; then
    mapfile -t missing <<<"$missing"
    echo "lab: installing ${missing[*]}"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
fi
