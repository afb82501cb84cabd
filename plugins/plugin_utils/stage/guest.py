# SPDX-License-Identifier: GPL-3.0-or-later
"""Slices of the plan as the variables of the roles guest_image and guest. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HTTP_USER = "hospital"
DOMAIN_KEYS = ("image", "vcpus", "memory_mib", "limits")
NIC_KEYS = ("bridge", "mac", "address", "prefix", "gateway")
VOLUME_KEYS = ("name", "pool", "capacity_gib", "purpose")


def guest_domains(guests: Mapping[str, Mapping[str, Any]], cluster_name: str) -> list[dict[str, Any]]:
    """Return guest_domains: the guests of one cluster.

    guests: {name: slice} of all guests.
    """
    return [
        {
            "name": name,
            **{key: guest[key] for key in DOMAIN_KEYS},
            "nics": [{key: nic[key] for key in NIC_KEYS} for nic in guest["nics"]],
            "volumes": [{key: volume[key] for key in VOLUME_KEYS} for volume in guest["volumes"]],
        }
        for name, guest in guests.items()
        if guest["cluster"] == cluster_name
    ]


def _archive_settings(guest: Mapping[str, Any], password: str) -> dict[str, Any]:
    settings = guest["settings"]
    return {
        "DicomAet": settings["ae_title"],
        "DicomPort": settings["dicom_port"],
        "HttpPort": settings["http_port"],
        "RegisteredUsers": {HTTP_USER: password},
    }


def guest_files(guests: Mapping[str, Mapping[str, Any]], secrets: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return guest_files: what each guest gets at its first start, by its role.

    secrets: hospital_secrets; the files hold secrets.
    """
    return {
        name: [
            {
                "path": "/etc/orthanc/site.json",
                "content": _archive_settings(guest, secrets["pacs_http_passwords"][guest["service"]]),
                "mode": "0640",
                "owner": "root:orthanc",
            }
        ]
        for name, guest in guests.items()
        if guest["role"] == "pacs_single"
    }
