#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Attaches one sparse file per disk to a loop device, and names it inside the host by a link made at each boot.
# usage: attach_disks.sh STATE_DIR HOST DEVICE=CAPACITY_GIB...
set -eu
state=$1 host=$2
shift 2
rules=$state/hosts/$host/tmpfiles.d
mkdir -p "$rules"
: > "$rules/disks.conf.new"
for disk in "$@"; do
    device=${disk%=*} capacity_gib=${disk##*=}
    file=$state/disks/$host-$(basename "$device")
    [ -e "$file" ] || truncate --size "${capacity_gib}G" "$file"
    loop=$(losetup --associated "$file" --output NAME --noheadings)
    if [ -z "$loop" ]; then
        loop=$(losetup --find --show "$file")
        echo "attached $device of $host to $loop"
    fi
    printf 'd %s 0755 root root -\nL+ %s - - - - %s\n' "$(dirname "$device")" "$device" "$loop" >> "$rules/disks.conf.new"
done
mv "$rules/disks.conf.new" "$rules/disks.conf"
