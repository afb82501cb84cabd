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


def missing_package(exc: ImportError) -> MissingPackage | None:
    """The sentence for an import that failed; None when what failed is a part of this collection."""
    if isinstance(exc, MissingPackage):
        return exc
    package = (exc.name or "").partition(".")[0]
    return MissingPackage(package) if package and package != "ansible_collections" else None
