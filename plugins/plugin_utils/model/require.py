# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence for a third-party package that the controller lacks."""

from __future__ import annotations


class MissingPackage(ImportError):
    """A Python package of the controller is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"the Python package {package} is missing on the controller: run 'make setup' "
            "(or install the packages of requirements.txt into the Python that runs Ansible)",
            name=package,
        )
