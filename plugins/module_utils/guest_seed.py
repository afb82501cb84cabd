# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud-init NoCloud seeds: pure functions to the three documents, and the ISO image made by genisoimage.

cloud-init reads JSON as YAML, so no YAML library is needed here.
Source of the formats: cloud-init 25.1, "NoCloud" and "Networking config version 2".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import tempfile

FORMAT = 1
LABEL = "cidata"
TIMEOUT_SECONDS = 60


class SeedError(Exception):
    """A seed that cannot be made; the message names the guest."""


def network_config(nics):
    """Version 2 network configuration; nics: [{mac, address, prefix, gateway?, nameservers?}], addresses as text.

    Interfaces are matched by MAC and keep their kernel name; without an address an interface stays unconfigured.
    """
    ethernets = {}
    for index, nic in enumerate(nics):
        entry = {"match": {"macaddress": nic["mac"].lower()}, "dhcp4": False, "dhcp6": False, "accept-ra": False}
        if nic.get("address"):
            entry["addresses"] = [f"{nic['address']}/{nic['prefix']}"]
        if nic.get("gateway"):
            entry["routes"] = [{"to": "0.0.0.0/0", "via": nic["gateway"]}]
        if nic.get("nameservers"):
            entry["nameservers"] = {"addresses": list(nic["nameservers"])}
        ethernets[f"nic{index}"] = entry
    return {"version": 2, "ethernets": ethernets}


def user_data(guest):
    """cloud-config of a guest: {name, domain, user, ssh_keys, ntp_servers, files, commands}."""
    files = [write_file(entry) for entry in guest.get("files") or []]
    if guest.get("ntp_servers"):
        content = f"[Time]\nNTP={' '.join(guest['ntp_servers'])}\n"
        files.append(write_file({"path": "/etc/systemd/timesyncd.conf.d/medvirt.conf", "content": content}))
    account = {
        "name": guest["user"],
        "lock_passwd": True,
        "shell": "/bin/bash",
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "ssh_authorized_keys": list(guest.get("ssh_keys") or []),
    }
    return {
        "hostname": guest["name"],
        "fqdn": f"{guest['name']}.{guest['domain']}" if guest.get("domain") else guest["name"],
        "users": [account],
        "ssh_pwauth": False,
        "write_files": files,
        "runcmd": list(guest.get("commands") or []),
    }


def write_file(entry):
    """cloud-init's form of {path, content (text, or data that becomes JSON), mode, owner}."""
    content = entry["content"]
    if not isinstance(content, str):
        content = json.dumps(content, indent=2, sort_keys=True)
    return {
        "path": entry["path"],
        "content": content if not content or content.endswith("\n") else content + "\n",
        "permissions": entry.get("mode") or "0644",
        "owner": entry.get("owner") or "root:root",
    }


def documents(guest):
    """{file name: text} of a seed. The instance id follows the content, so that a changed seed is a new instance."""
    user = json.dumps(user_data(guest), indent=1, sort_keys=True)
    network = json.dumps(network_config(guest["nics"]), indent=1, sort_keys=True)
    digest = hashlib.sha256(f"{FORMAT}\n{guest['name']}\n{user}\n{network}".encode()).hexdigest()
    meta = json.dumps({"instance-id": f"{guest['name']}-{digest[:16]}", "local-hostname": guest["name"]})
    return {"meta-data": meta + "\n", "user-data": f"#cloud-config\n{user}\n", "network-config": network + "\n"}


def seed_hash(texts):
    """Fingerprint of a seed's documents (hex).

    A keyed hash: the fingerprint is stored beside the seed and must not help to guess a password in it from
    a list of candidates without the whole document.
    """
    body = "".join(f"{name}\0{texts[name]}\0" for name in sorted(texts)).encode()
    return hmac.new(f"medvirt.seed.{FORMAT}".encode(), body, hashlib.sha256).hexdigest()


def fingerprint(texts):
    """The text in the ISO's volume set identifier, which the guest compares at each boot."""
    return f"medvirt-{seed_hash(texts)[:32]}"


def iso_image(texts):
    """The seed as ISO 9660 image (bytes); the documents pass through a private directory in memory."""
    parent = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(prefix="medvirt-seed.", dir=parent) as work:
        for name, text in texts.items():
            with open(os.path.join(work, name), "w", encoding="utf-8") as handle:
                handle.write(text)
        command = ["genisoimage", "-quiet", "-V", LABEL, "-volset", fingerprint(texts), "-J", "-R", work]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        except FileNotFoundError as error:
            raise SeedError("the command genisoimage is missing; install the package genisoimage") from error
    if done.returncode:
        raise SeedError(
            f"genisoimage ended with code {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
        )
    return done.stdout
