# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones in which a flow could do harm. After NIST SP 1800-24, and NHS England's pattern for medical devices (2023)."""

from __future__ import annotations

# Where the internet may reach: video consultations, booking and results, remote access.
PUBLIC = ("telemed-dmz", "external-dmz", "remote")
# Databases answer applications only.
DATABASES = ("clinical-db",)
# Reached from the internet, hence never let into databases and archives directly, only through integration.
EXPOSED = ("telemed-dmz", "external-dmz")
ARCHIVES = ("pacs", "vna")
# What machines that nobody vouches for (`untrusted` in the catalogue's segments) must not reach.
CLINICAL = (
    *DATABASES,
    *ARCHIVES,
    "his-app",
    "ehr-app",
    "lis",
    "ris",
    "integration",
    "analyser",
    "poct",
    "modality",
    "viewer",
    "clinical",
    "vdi",
)
# Segments of the hosts themselves.
INFRASTRUCTURE_PURPOSES = ("management", "out_of_band", "cluster", "migration", "storage")
