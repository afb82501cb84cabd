#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds a Debian machine that QEMU boots directly: FOLDER/disk.img (ext4, no partitions), FOLDER/kernel, FOLDER/initrd.
# usage: build_image.sh FOLDER SUITE MIRROR SECURITY_MIRROR PACKAGE[,PACKAGE...]
# In the hooks $1 is for their own shell, not for this one.
# shellcheck disable=SC2016
set -eu
folder=$1 suite=$2 mirror=$3 security=$4 packages=$5
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
set -- "deb [signed-by=$keyring] $mirror $suite main" "deb [signed-by=$keyring] $mirror $suite-updates main"
[ -z "$security" ] || set -- "$@" "deb [signed-by=$keyring] $security $suite-security main"

# A small initial RAM disk: an emulated machine unpacks it at each boot.
initrd='mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"
echo MODULES=list > "$1/etc/initramfs-tools/conf.d/small"
printf "virtio_pci\nvirtio_blk\next4\n" > "$1/usr/share/initramfs-tools/modules.d/small"'
# The key of the machine is brought by whoever starts it, as its address and its name are.
keys='mkdir -p "$1/etc/systemd/system/ssh.service.d"
printf "HostKey /etc/ssh/ssh_host_ed25519_key\n" > "$1/etc/ssh/sshd_config.d/key.conf"
rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/machine-id"
touch "$1/etc/machine-id"'
# What nothing here needs; each unit costs an emulated machine up to a second of its boot.
idle='for unit in apt-daily.timer apt-daily-upgrade.timer blk-availability.service dev-hugepages.mount dpkg-db-backup.timer \
    e2scrub_all.timer e2scrub_reap.service fstrim.timer getty.target logrotate.timer lvm2-monitor.service \
    modprobe@configfs.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service \
    modprobe@nvme_fabrics.service nvmefc-boot-connections.service nvmf-autoconnect.service \
    proc-sys-fs-binfmt_misc.automount rbdmap.service smartmontools.service sys-fs-fuse-connections.mount \
    sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount systemd-binfmt.service \
    systemd-logind.service systemd-pstore.service systemd-tpm2-setup.service systemd-tpm2-setup-early.service \
    uuidd.socket xfs_scrub_all.timer; do ln -sf /dev/null "$1/etc/systemd/system/$unit"; done'
mmdebstrap --quiet --variant=minbase --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --setup-hook="$initrd" \
    --customize-hook="$keys" --customize-hook="$idle" \
    --customize-hook='systemctl --quiet --root "$1" enable systemd-networkd.service' \
    "$suite" "$root" "$@"
mkdir "$work/made"
cp -L "$root/vmlinuz" "$work/made/kernel"
cp -L "$root/initrd.img" "$work/made/initrd"
mkfs.ext4 -q -F -L root -E lazy_itable_init=1,lazy_journal_init=1 -d "$root" "$work/made/disk.img" 4G
mv "$work/made" "$folder"
