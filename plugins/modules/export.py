#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin C(export); the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: export
short_description: Write a plan's tables and DNS zones
version_added: 0.1.0
description:
  - Writes what those need who configure what Ansible does not reach. Switch ports, cabling, VLANs, addresses, the
    flows of each site (for firewall appliances), and the order in which the hospital is powered down and up come as
    CSV and as Markdown, the DNS data as zone files (RFC 1035).
  - Cells that a spreadsheet would take for a formula begin with an apostrophe in CSV.
  - The same plan gives the same bytes. Runs on the controller and reaches no machine.
author: The medvirt.hospital developers (@medvirt)
options:
  plan:
    description: Path of the plan; a relative one starts at the current directory.
    type: path
    required: true
  directory:
    description: Where to write. It defaults to C(build/<hospital>/export).
    type: path
  serial:
    description:
      - Serial of all zones, 1 to 4294967295.
      - By default the first 32 bits of the plan's content hash. That one is the same for the same plan but does not
        rise with the next, so secondaries need a rising one from you.
    type: int
  name_servers:
    description:
      - Name servers of the zones; a name without a dot is in the hospital's domain. By default the guests of the
        plan that have a check named C(dns).
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Says which files would change and writes nothing.
    support: full
  diff_mode:
    description: Names the files that change, not their text.
    support: partial
"""

EXAMPLES = r"""
- name: Write tables and zones
  medvirt.hospital.export:
    plan: inventories/lab/hosts.yml
    directory: build/export
    serial: 2026112101
"""

RETURN = r"""
directory:
  description: Absolute path of the folder.
  type: str
  returned: success
files:
  description: All files of the export, relative to it.
  type: list
  elements: str
  returned: success
"""
