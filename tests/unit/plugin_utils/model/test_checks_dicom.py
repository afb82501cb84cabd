# SPDX-License-Identifier: GPL-3.0-or-later
"""Modalities and AE titles."""

import pytest

CT = {
    "name": "ct1",
    "type": "CT",
    "ae_title": "CT1",
    "address": "10.20.140.21",
    "segment": "modality-a",
    "service": "pacs",
}


@pytest.fixture
def device(clinic):
    """device(**changes): the clinic with one modality."""

    def call(*devices):
        clinic["modalities"] = [{**CT, **changes} for changes in devices]
        return clinic

    return call


def only(sentences):
    assert len(sentences) == 1, sentences
    return sentences[0]


def test_defaults(accepted, device):
    modality = accepted(device({})).modalities[0]
    assert (modality.port, modality.operations, modality.tls) == (104, ("echo", "store"), False)


def test_titles_are_unique(refusals, device):
    sentences = refusals(device({"ae_title": "PACS"}))
    assert "PACS is the AE title of service pacs and of modality ct1" in only(sentences)
    sentences = refusals(device({}, {"name": "ct2", "ae_title": "CT1 ", "address": "10.20.140.22"}))
    assert "CT1  is the AE title of modality ct1 and of modality ct2" in only(sentences)


def test_only_archives_have_a_title_by_default(accepted, device):
    clinic = device({"ae_title": "RIS"})
    clinic["services"].append({"name": "ris"})
    assert accepted(clinic).services[1].title() == "RIS"


def test_addresses_are_unique(refusals, device):
    sentences = refusals(device({}, {"name": "ct2", "ae_title": "CT2"}))
    assert "10.20.140.21 of modality ct2 is also the address of modality ct1" in only(sentences)
    sentences = refusals(device({"address": "10.20.11.111"}))
    assert "10.20.11.111 of modality ct1 is also the address of the controller of host kvm1" in only(sentences)


def test_address_in_its_segment(accepted, refusals, device):
    clinic = device({})
    clinic["segments"] = [{"name": "modality-a", "purpose": "clients", "subnet": "10.20.200.0/24"}]
    assert "10.20.140.21 of modality ct1 is not in segment modality-a (10.20.200.0/24)" in only(refusals(clinic))
    clinic["segments"][0]["subnet"] = "10.20.140.0/24"
    assert accepted(clinic).modalities[0].segment == "modality-a"


def test_segment_is_for_devices(refusals, device):
    assert "segment pacs has the purpose guests, modality ct1 is a device" in only(
        refusals(device({"segment": "pacs"}))
    )
    assert "modality ct1 is on the unknown segment 'modality' (did you mean 'modality-b'? for devices: " in only(
        refusals(device({"segment": "modality"}))
    )


def test_service_is_an_archive(refusals, device):
    clinic = device({"service": "ris"})
    clinic["services"].append({"name": "ris"})
    assert "modality ct1 sends to service ris, which has the type ris, not pacs" in only(refusals(clinic))
    assert "modality ct1 sends to the unknown service 'pacss' (did you mean 'pacs'? pacs: pacs)" in only(
        refusals(device({"service": "pacss"}))
    )


def test_unknown_type(refusals, device):
    assert "modalities[0].type: 'CAT' is not allowed (allowed: " in only(refusals(device({"type": "CAT"})))
