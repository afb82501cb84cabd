# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.catalogue.entries import Quantity
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.quantity import MissingDemand, amount

PER_BED = {"per": "beds", "of": 300}


def test_a_number_is_itself():
    assert amount(3, {}) == 3


@pytest.mark.parametrize(
    ("quantity", "beds", "result"),
    [
        (Quantity(8, **PER_BED), 300, 8),
        (Quantity(8, **PER_BED), 301, 9),
        (Quantity(8, **PER_BED, min=2), 40, 2),
        (Quantity(8, **PER_BED, max=32), 3000, 32),
        (Quantity(8, **PER_BED, step=2), 200, 6),
        (Quantity(65536, **PER_BED, step=1024), 100, 22528),
        (Quantity(0.1, per="beds"), 30, 3),
    ],
)
def test_scaled_rounded_up_and_kept_within_bounds(quantity, beds, result):
    assert amount(quantity, {"beds": beds}) == result


def test_no_figure_for_it():
    with pytest.raises(MissingDemand) as caught:
        amount(Quantity(1, per="images_gib"), {})
    assert caught.value.key == "images_gib"
    assert "demand.beds" in str(caught.value)
