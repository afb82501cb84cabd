# SPDX-License-Identifier: GPL-3.0-or-later
"""Verbs on a running cluster: from the plan and what the hosts say to the placement engine, and back to people."""
