#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin C(report); the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Render a plan for people
version_added: 0.1.0
description:
  - Renders the plan (C(hosts.yml)) as one self-contained HTML page with pictures, or as Markdown for a merge request.
  - The page shows the intent too when it lies beside the plan; it is not needed.
  - The same plan gives the same bytes. Runs on the controller and reaches no machine.
author: The medvirt.hospital developers (@medvirt)
options:
  plan:
    description: Path of the plan; a relative one starts at the current directory.
    type: path
    required: true
  file:
    description:
      - Path of the report. With O(format=html) it defaults to C(build/<hospital>/report.html); with O(format=text)
        nothing is written by default.
    type: path
  format:
    description: V(html) is the page, V(text) is Markdown.
    type: str
    choices: [html, text]
    default: html
  previous:
    description:
      - Path of the last plan. With O(format=text) the summary then says what changes. An empty file stands for no
        last plan.
    type: path
attributes:
  check_mode:
    description: Says whether the file would change and writes nothing.
    support: full
  diff_mode:
    description: Names the file and its length, not its text.
    support: partial
"""

EXAMPLES = r"""
- name: Render the page
  medvirt.hospital.report:
    plan: inventories/lab/hosts.yml
    file: build/report.html

- name: Summarise a merge request
  medvirt.hospital.report:
    plan: inventories/lab/hosts.yml
    format: text
    previous: build/last_plan.yml
"""

RETURN = r"""
file:
  description: Absolute path of the report.
  type: str
  returned: when a file is wanted
text:
  description: The summary as lines of Markdown.
  type: list
  elements: str
  returned: O(format=text)
"""
