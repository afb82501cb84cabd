# SPDX-License-Identifier: GPL-3.0-or-later
"""Modalities: devices that make images and speak DICOM with a PACS."""

from __future__ import annotations

from typing import Literal

from .types import Address, AeTitle, DnsLabel, Field, Part, Port, StrictBool, Text

# Defined terms of DICOM PS3.3 C.7.3.1.1.1 for devices found in hospitals.
ModalityType = Literal[
    "BMD", "CR", "CT", "DX", "ECG", "ES", "IO", "IVUS", "MG", "MR", "NM", "OCT", "OP", "OPT", "OT", "PT", "PX", "RF",
    "RG", "SM", "US", "XA", "XC",
]  # fmt: skip
Operation = Literal["echo", "store", "find", "move", "worklist", "commit"]


class Modality(Part):
    """One device."""

    name: DnsLabel = Field(description="Short name, a DNS label")
    type: ModalityType = Field(description="DICOM modality: CT, MR, DX (X-ray), US (ultrasound), MG (breast) ...")
    ae_title: AeTitle = Field(description="Its AE title, unique in the hospital")
    address: Address = Field(description="Its IPv4 address")
    port: Port = Field(104, description="TCP port where it listens")
    segment: str = Field(description="Segment with the purpose clients")
    vendor: Text | None = Field(None, description="Maker")
    service: str = Field(description="The pacs that it sends to")
    operations: tuple[Operation, ...] = Field(("echo", "store"), description="What it may ask of the pacs")
    tls: StrictBool = Field(False, description="Does it speak DICOM over TLS?")
