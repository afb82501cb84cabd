#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds one Debian image with systemd inside and imports it into podman.
# usage: build_image.sh WORK_DIR TAG SUITE MIRROR SECURITY_MIRROR PACKAGE[,PACKAGE...]
set -eu
work=$1 tag=$2 suite=$3 mirror=$4 security=$5 packages=$6
archive=$(mktemp "$work/image.XXXXXX.tar")
trap 'rm -f "$archive"' EXIT
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
set -- "deb [signed-by=$keyring] $mirror $suite main" "deb [signed-by=$keyring] $mirror $suite-updates main"
[ -z "$security" ] || set -- "$@" "deb [signed-by=$keyring] $security $suite-security main"
# Each host makes SSH keys of its own at its first boot.
keys='mkdir -p "$1/etc/systemd/system/ssh.service.d"; printf "[Service]\nExecStartPre=\nExecStartPre=/usr/bin/ssh-keygen -A\nExecStartPre=/usr/sbin/sshd -t\n" > "$1/etc/systemd/system/ssh.service.d/keys.conf"'
mmdebstrap --quiet --variant=minbase --include="$packages" \
    --customize-hook='rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/machine-id' \
    --customize-hook='touch "$1"/etc/machine-id' \
    --customize-hook="$keys" \
    "$suite" "$archive" "$@"
podman import --quiet "$archive" "$tag"
