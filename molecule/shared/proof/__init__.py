# SPDX-License-Identifier: GPL-3.0-or-later
"""Tools of the proofs: the lab's machines, the cluster's state, timelines, process watch, DICOM clients."""
