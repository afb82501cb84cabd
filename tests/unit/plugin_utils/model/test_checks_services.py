# SPDX-License-Identifier: GPL-3.0-or-later
"""Services, tenants, demand."""

from ansible_collections.medvirt.hospital.plugins.plugin_utils.model.demand import understood


def only(sentences):
    assert len(sentences) == 1, sentences
    return sentences[0]


def test_unknown_type_profile_tier(refusals, clinic):
    clinic["services"] = [{"name": "pasc"}, {"name": "x", "type": "pacs", "profile": "clustr", "tier": 9}]
    sentences = refusals(clinic)
    assert "services[0].name: service pasc has the unknown type 'pasc' (did you mean 'pacs'? " in sentences[0]
    assert "choose one of them with 'type', it defaults to the name." in sentences[0]
    assert "the type pacs has no profile 'clustr' (did you mean 'cluster'? profiles: single, cluster)" in sentences[1]
    assert "service x has the unknown tier '9'" in sentences[2]


def test_segment_of_a_service(refusals, lab):
    lab["services"][0]["segment"] = "storage"
    assert "segment storage has the purpose storage, guests of service pacs must not be on it" in only(refusals(lab))
    lab["services"][0]["segment"] = "pax"
    assert "service pacs is on the unknown segment 'pax'" in only(refusals(lab))


def test_segments_of_the_catalogue_may_be_named(accepted, clinic):
    clinic["services"][0]["segment"] = "vna"
    assert accepted(clinic).services[0].segment == "vna"


def test_service_at_a_site_without_its_segment(refusals, clinic):
    clinic["sites"].append({"name": "east", "racks": ["e1"]})
    clinic["segments"] = [{"name": "images", "purpose": "guests", "sites": ["east"]}]
    clinic["services"][0]["segment"] = "images"
    assert any("service pacs is at site main, and segment images only at east" in s for s in refusals(clinic))


def test_guest_larger_than_any_host(refusals, lab):
    lab["services"][0]["guest"] = {"memory_mib": 4096, "vcpus": 3}
    sentences = refusals(lab)
    assert "3 vCPUs are more than the largest host has (2 threads)" in sentences[1]
    assert "4096 MiB is more than the largest host has (2048 MiB)" in sentences[0]


def test_features_that_no_host_has(accepted, refusals, clinic):
    clinic["services"] = [{"name": "ai"}]
    sentence = only(refusals(clinic))
    assert "guests of service ai need gpu, and none of the hosts kvm1, kvm2, kvm3 has all of it" in sentence
    clinic["host_profiles"][0]["features"] = ["gpu"]
    assert accepted(clinic).services[0].type == "ai"


def test_named_hosts(accepted, refusals, clinic):
    placement = {"hosts": ["kvm1", "kvm9", "kvm1"]}
    clinic["services"][0]["placement"] = placement
    sentences = refusals(clinic)
    assert "kvm9 is no hypervisor of site main (did you mean 'kvm3'? hypervisors there: kvm1, " in sentences[0]
    assert "service pacs: host kvm1 occurs twice" in sentences[1]
    placement["hosts"] = ["kvm1", "kvm2"]
    assert accepted(clinic).services[0].placement.hosts == ("kvm1", "kvm2")
    placement["needs"] = ["licence"]
    assert "services[0].placement.needs: guests of service pacs need licence, and none of the hosts kvm1, kvm2" in only(
        refusals(clinic)
    )


def test_together(accepted, refusals, clinic):
    clinic["services"] = [{"name": f"pacs{n}", "type": "pacs", "placement": {"together": "x"}} for n in (1, 2)]
    assert len(accepted(clinic).services) == 2
    clinic["tenants"] = [{"name": "north", "own_hosts": True}]
    clinic["services"][0]["tenant"] = "north"
    assert "pacs1 and pacs2 are to run together, and tenant north has hosts of its own" in only(refusals(clinic))
    clinic["sites"].append({"name": "east", "racks": ["e1"]})
    clinic["services"][1]["site"] = "east"
    assert any("are to run together, and are at sites main and east" in s for s in refusals(clinic))


def test_hosts_reach_the_segments_of_guests(accepted, refusals, clinic):
    trunk = clinic["host_profiles"][0]["trunks"][0]
    trunk["segments"] = ["mgmt", "ring0", "ring1", "migration", "storage"]
    clinic["services"] = [{"name": "pacs"}, {"name": "his", "demand": {"beds": 40}}]
    assert only(refusals(clinic)).startswith("host_profiles: no hypervisor of site main has a NIC on pacs, ")
    trunk["segments"] += ["pacs"]
    clinic["services"].pop()
    assert accepted(clinic).host_profiles[0].reaches("pacs")


def test_tenants(accepted, refusals, clinic):
    clinic["tenants"] = [{"name": "a"}, {"name": "b"}]
    clinic["segments"] = [{"name": "images", "purpose": "guests", "tenant": "a"}]
    clinic["services"][0]["segment"] = "images"
    assert "segment images is tenant a's alone, and service pacs belongs to no tenant" in only(refusals(clinic))
    clinic["services"][0]["tenant"] = "b"
    assert "segment images is tenant a's alone, and service pacs belongs to tenant b" in only(refusals(clinic))
    clinic["services"][0]["tenant"] = "a"
    assert accepted(clinic).tenant("a").quota.vcpus is None
    clinic["services"][0]["tenant"] = "c"
    assert "service pacs belongs to the unknown tenant 'c' (known: a, b)" in only(refusals(clinic))


def test_words_of_demand(refusals, clinic):
    clinic["demand"] = {"bed": 40, "beds": {"a": 1}, "studies_per_year": {"CTT": 3, "MR": 2}}
    sentences = sorted(refusals(clinic))
    assert "demand.bed: unknown demand (did you mean 'beds'? " in sentences[0]
    assert "demand.beds: beds has no parts (a), it is one number (beds)" in sentences[1]
    assert "demand.studies_per_year.CTT: unknown part of studies_per_year (did you mean 'CT'? " in sentences[2]


def test_demand_that_a_service_does_not_understand(accepted, refusals, clinic):
    service = clinic["services"][0]
    service.update(profile="cluster", demand={"studies_per_year": {"CT": 9000}, "online_months": 24})
    assert accepted(clinic).services[0].demand["online_months"] == 24
    service["demand"] = {"calls": 3}
    assert "no size of service pacs (type pacs) depends on calls" in only(refusals(clinic))


def test_every_key_of_the_vocabulary_moves_some_service(catalogue):
    keys = {
        key
        for entry in catalogue.services.values()
        for profile in entry.profiles.values()
        for key in understood(profile, catalogue)
    }
    assert {"beds", "staff", "concurrent_users", "studies_per_year", "vdi_users"} <= keys
    assert keys <= set(catalogue.demand)
