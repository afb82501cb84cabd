# SPDX-License-Identifier: GPL-3.0-or-later
"""Emulated machines with Debian's own kernel, and the wires between them."""
