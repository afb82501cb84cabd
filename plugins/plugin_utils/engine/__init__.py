# SPDX-License-Identifier: GPL-3.0-or-later
"""The placement engine: pure functions on plain arrays; it knows neither intent nor plan."""
