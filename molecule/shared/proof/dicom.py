# SPDX-License-Identifier: GPL-3.0-or-later
"""A modality and a reader: real DICOM files sent by C-STORE, read back over HTTP and compared by MD5."""

import hashlib
import io
import logging
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pydicom
import requests
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid
from pynetdicom import AE, StoragePresentationContexts

from proof.secrets import read_secrets

# Each try again would be an error in its log; the sender counts them instead.
logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)

UNCOMPRESSED = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


def sample_files(count: int) -> list[Path]:
    """Real image files that pydicom ships, uncompressed ones, smallest first."""
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    found = []
    for path in sorted(folder.glob("*.dcm"), key=lambda path: path.stat().st_size):
        try:
            data = pydicom.dcmread(path, stop_before_pixels=True)
        except pydicom.errors.InvalidDicomError:
            continue
        syntax = data.file_meta.get("TransferSyntaxUID")
        complete = all(
            data.get(key) for key in ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
        )
        known = any(context.abstract_syntax == data.get("SOPClassUID") for context in StoragePresentationContexts)
        if syntax in UNCOMPRESSED and complete and known and "Rows" in data:
            found.append(path)
    return found[:count]


def fresh_study(paths: list[Path]) -> list[pydicom.Dataset]:
    """The files as one new study of one new patient, so that each proof counts only its own images."""
    study, patient = generate_uid(), f"PROOF{time.time_ns()}"
    datasets = []
    for path in paths:
        data = pydicom.dcmread(path)
        data.StudyInstanceUID, data.SeriesInstanceUID, data.SOPInstanceUID = study, generate_uid(), generate_uid()
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        data.PatientID = patient
        datasets.append(data)
    return datasets


@dataclass
class Archive:
    """The guest that keeps the images."""

    address: str
    ae_title: str
    dicom_port: int
    http_port: int
    password: str = field(repr=False)
    user: str = "hospital"

    @classmethod
    def of_guest(cls, guest: dict, name: str) -> "Archive":
        settings = guest["settings"]
        return cls(
            guest["nics"][0]["address"],
            settings["ae_title"],
            settings["dicom_port"],
            settings["http_port"],
            read_secrets()["pacs_http_passwords"][guest["service"]],
        )

    def _get(self, path: str, timeout_seconds: float = 5) -> requests.Response:
        answer = requests.get(
            f"http://{self.address}:{self.http_port}{path}", auth=(self.user, self.password), timeout=timeout_seconds
        )
        answer.raise_for_status()
        return answer

    def _post(self, path: str, body: dict, timeout_seconds: float = 10):
        answer = requests.post(
            f"http://{self.address}:{self.http_port}{path}",
            json=body,
            auth=(self.user, self.password),
            timeout=timeout_seconds,
        )
        answer.raise_for_status()
        return answer.json()

    def md5(self, instance_uid: str) -> str | None:
        """MD5 of the stored file as it is read back now; None when the archive does not answer or lacks it."""
        try:
            ids = self._post("/tools/find", {"Level": "Instance", "Query": {"SOPInstanceUID": instance_uid}})
            return hashlib.md5(self._get(f"/instances/{ids[0]}/file").content).hexdigest() if len(ids) == 1 else None
        except (requests.RequestException, ValueError):
            return None

    def pixels(self, instance_uid: str) -> bytes:
        """Pixel data of the stored file, as it is read back now."""
        found = self._post("/tools/find", {"Level": "Instance", "Query": {"SOPInstanceUID": str(instance_uid)}})
        file = self._get(f"/instances/{found[0]}/file").content
        return pydicom.dcmread(io.BytesIO(file)).PixelData

    def copies(self, instance_uid: str) -> int:
        """How many instances the index has under that UID."""
        return len(self._post("/tools/find", {"Level": "Instance", "Query": {"SOPInstanceUID": instance_uid}}))


@dataclass
class Sender(threading.Thread):
    """A modality that keeps each image until it is acknowledged (status 0x0000), and tries again on anything else.

    ``acknowledged``: SOP instance UID -> seconds since the epoch of the answer.
    """

    archive: Archive
    datasets: list
    pause_seconds: float = 0.0
    acknowledged: dict = field(default_factory=dict)
    retries: int = 0
    longest_gap_seconds: float = 0.0

    def __post_init__(self):
        super().__init__(daemon=True)
        self._ended = threading.Event()

    __hash__ = threading.Thread.__hash__

    def _associate(self):
        entity = AE(ae_title="PROOFSCU")
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 10
        entity.connection_timeout = 5
        for syntax in sorted({data.SOPClassUID for data in self.datasets}):
            entity.add_requested_context(syntax, list(UNCOMPRESSED))
        return entity.associate(self.archive.address, self.archive.dicom_port, ae_title=self.archive.ae_title)

    def _send(self, association, data) -> bool:
        try:
            status = association.send_c_store(data)
        except (RuntimeError, ValueError):
            return False
        return "Status" in status and status.Status == 0x0000

    def run(self) -> None:
        association, last = None, time.time()
        for data in self.datasets:
            while not self._ended.is_set():
                if association is None or not association.is_established:
                    association = self._associate()
                if association.is_established and self._send(association, data):
                    now = time.time()
                    self.longest_gap_seconds, last = max(self.longest_gap_seconds, now - last), now
                    self.acknowledged[str(data.SOPInstanceUID)] = now
                    break
                self.retries += 1
                time.sleep(0.5)
            if self._ended.wait(self.pause_seconds):
                break
        if association is not None and association.is_established:
            association.release()

    def end(self) -> None:
        self._ended.set()
        self.join(30)
