#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scaffold
short_description: Write the files of a hospital's own repository
version_added: 0.1.0
author: The medvirt.hospital developers (@medvirt)
description:
  - Writes an intent to begin with and its schema, Ansible's configuration, pinned requirements, scripts for each verb,
    and pipelines for GitLab and GitHub that run the same scripts.
  - Nothing that exists is ever overwritten. While one of the files is there with another content, nothing is written.
  - Runs on the controller.
options:
  directory:
    description: Where to write; made when it is missing. A relative path starts at the current directory.
    type: path
    required: true
  hospital:
    description: Name of the hospital, a DNS label.
    type: str
    required: true
  domain:
    description: DNS domain of hosts and guests. The default is the name of the hospital below C(internal).
    type: str
  collection:
    description:
      - Path or address of the artefact from which C(ansible-galaxy) installs this collection. Without it, its server is
        asked by name and version.
    type: str
    default: ''
attributes:
  check_mode:
    description: Says which files would be written.
    support: full
  diff_mode:
    description: Shows the files.
    support: full
"""

EXAMPLES = r"""
- name: Begin a repository
  medvirt.hospital.scaffold:
    directory: clinic
    hospital: clinic
    domain: clinic.example
"""

RETURN = r"""
directory:
  description: Absolute path of the repository.
  returned: success
  type: str
files:
  description: The files that were, or in check mode would be, written.
  returned: success
  type: list
  elements: str
"""
