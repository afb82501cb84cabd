# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter of the roles that write rule sets for nftables."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError
from ansible_collections.medvirt.hospital.plugins.plugin_utils.network import nftables


def nft_flow_sets(elements, blocks=False):
    """Turn elements into sets; what is no element is one sentence, not a traceback."""
    try:
        return nftables.nft_flow_sets(elements, blocks)
    except (KeyError, TypeError, AttributeError, ValueError) as exc:
        raise AnsibleFilterError(f"nft_flow_sets: these are not the elements that it takes ({exc!r}).") from exc


class FilterModule:
    """Filters of the collection."""

    def filters(self):
        return {"nft_flow_sets": nft_flow_sets}
