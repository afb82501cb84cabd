# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles, hosts, clusters, witnesses, policies."""

WAIVER = {"reason": "bench", "owner": "IT", "until": "2027-01-31"}


def only(sentences):
    assert len(sentences) == 1, sentences
    return sentences[0]


def pair(clinic):
    """The clinic with two hypervisors and a witness."""
    thin = {"name": "thin", "cores": 4, "memory_mib": 16384, "trunks": clinic["host_profiles"][0]["trunks"]}
    clinic["host_profiles"].append(thin)
    clinic["hosts"][2].update(use="witness", profile="thin")
    return clinic


def test_two_hosts_with_one_bmc(refusals, lab):
    lab["hosts"][1]["bmc"]["address"] = "10.77.11.111"
    assert "10.77.11.111 is the baseboard controller of host kvm1 and of host kvm2" in only(refusals(lab))


def test_missing_bmc_needs_a_complete_waiver(accepted, refusals, lab):
    del lab["hosts"][2]["bmc"]
    assert "hosts[2].bmc: host kvm3 has no baseboard controller" in only(refusals(lab))
    lab["waivers"] = [{"rule": "fencing", "reason": "test bench"}]
    text = " ".join(refusals(lab))
    assert "waivers[0].owner: missing" in text and "waivers[0].until: missing" in text
    lab["waivers"] = [{"rule": "fencing", **WAIVER}]
    assert accepted(lab).hosts[2].bmc is None


def test_numbers_of_hypervisors_and_witnesses(accepted, refusals, clinic):
    pair(clinic)
    assert len(accepted(clinic).witnesses_of("main")) == 1
    witness = clinic["hosts"].pop()
    assert "site main has 2 hypervisors (kvm1, kvm2) and 0 witnesses" in only(refusals(clinic))
    second = {**witness, "name": "w2", "bmc": {"address": "10.20.11.119", "system": "1"}}
    clinic["hosts"] += [witness, second]
    assert "and 2 witnesses, two hypervisors need 1 witness for their quorum; keep one of kvm3, w2" in only(
        refusals(clinic)
    )
    clinic["hosts"].pop()
    clinic["hosts"][1]["use"] = "witness"
    assert "site main has 1 hypervisor (kvm1), a cluster needs 3, or 2 and a witness" in refusals(clinic)[0]
    clinic["hosts"][1]["use"] = "hypervisor"
    clinic["hosts"].append({**second, "use": "hypervisor", "profile": "node"})
    assert "which need no witness, and kvm3 is one" in only(refusals(clinic))


def test_a_witness_has_no_disks_and_needs_fewer_segments(accepted, refusals, clinic):
    pair(clinic)
    thin = clinic["host_profiles"][1]
    thin["trunks"] = [{**thin["trunks"][0], "segments": ["mgmt", "ring0", "ring1", "storage"]}]
    assert accepted(clinic).hosts[2].use == "witness"
    thin["disks"] = clinic["host_profiles"][0]["disks"]
    assert "witness kvm3 has the profile thin with 1 disk, a witness keeps no data" in only(refusals(clinic))
    del thin["disks"]
    thin["trunks"][0]["segments"].remove("storage")
    assert "profile thin has no NIC on storage" in only(refusals(clinic))


def test_profile_without_storage_nic(refusals, lab):
    lab["host_profiles"][0]["nics"] = [n for n in lab["host_profiles"][0]["nics"] if n["segment"] != "storage"]
    assert "profile lab_node has no NIC on storage" in only(refusals(lab))


def test_a_profile_that_no_host_has_may_be_incomplete(accepted, clinic):
    clinic["host_profiles"].append({"name": "future", "cores": 64, "memory_mib": 1048576})
    assert len(accepted(clinic).host_profiles) == 2


def test_copies_of_the_data_need_hosts_with_disks(refusals, clinic):
    clinic["host_profiles"].append({**clinic["host_profiles"][0], "name": "bare", "disks": []})
    clinic["hosts"][2]["profile"] = "bare"
    assert "site main has 2 hypervisors with disks for the storage (kvm1, kvm2), its copies of the data need 3" in only(
        refusals(clinic)
    )


def test_reserve_larger_than_host(refusals, lab):
    lab["policies"]["host_reserve"]["cores"] = 2
    assert "profile lab_node has cores 2, and the hosts' own reserve takes 2" in only(refusals(lab))


def test_n_plus_zero_needs_a_waiver(accepted, refusals, lab):
    lab["policies"]["n_plus"] = 0
    assert "policies.n_plus: 0 means that a host failure stops guests for good" in only(refusals(lab))
    lab["waivers"] = [{"rule": "n_plus", **WAIVER}]
    assert accepted(lab).policies.n_plus == 0


def test_n_plus_two_needs_five_votes(accepted, refusals, clinic):
    clinic["policies"] = {"n_plus": 2}
    assert "when 2 of the 3 hosts of site main fail, 1 of 3 votes are left" in only(refusals(clinic))
    for n in (4, 5):
        bmc = {"address": f"10.20.11.11{n}", "system": "1"}
        clinic["hosts"].append({**clinic["hosts"][0], "name": f"kvm{n}", "bmc": bmc})
    assert accepted(clinic).policies.n_plus == 2


def test_a_rack_that_fails_leaves_a_majority(accepted, refusals, clinic):
    clinic["policies"] = {"survive_rack": True}
    assert accepted(clinic).policies.survive_rack
    clinic["hosts"][1]["rack"] = "r1"
    assert "rack r1 of site main holds 2 of 3 hosts: when it fails, 1 of 3 votes are left" in only(refusals(clinic))


def test_all_in_maintenance(refusals, clinic):
    for host in clinic["hosts"]:
        host["maintenance"] = True
    assert "all in maintenance" in only(refusals(clinic))


def test_vcpu_ratio(accepted, refusals, clinic):
    clinic["policies"] = {"vcpu_ratio": {"critical": 10}}
    assert accepted(clinic).policies.vcpu_ratio == {"critical": 10}
    clinic["policies"] = {"vcpu_ratio": {"critical": 11, "criticl": 2}}
    sentences = refusals(clinic)
    assert "11 is not allowed (allowed: 1 to 10 vCPUs for each core (RHEL 10 documentation))" in sentences[0]
    assert "policies.vcpu_ratio.criticl: unknown class of guests (did you mean 'critical'?" in sentences[1]


def test_processors(refusals, clinic):
    profile = clinic["host_profiles"][0]
    for threads in (31, 65):
        profile["threads"] = threads
        assert f"profile node has 32 cores and {threads} threads" in only(refusals(clinic))
    profile.update(threads=64, numa_nodes=3)
    assert "profile node has 32 cores, which 3 NUMA nodes can't share evenly" in only(refusals(clinic))


def test_interfaces_serve_once(refusals, clinic):
    clinic["host_profiles"][0]["nics"] = [{"name": "eno1", "segment": "mgmt"}]
    assert "interface eno1 is the access port on segment mgmt and part of trunk bond0" in only(refusals(clinic))


def test_access_port_takes_its_segment_from_an_all_trunk(accepted, clinic):
    clinic["host_profiles"][0]["nics"] = [{"name": "eno3", "segment": "mgmt"}]
    assert accepted(clinic).host_profiles[0].nics[0].segment == "mgmt"


def test_trunk_modes(accepted, refusals, clinic):
    trunk = clinic["host_profiles"][0]["trunks"][0]
    trunk["mode"] = "single"
    assert "trunk bond0 has the mode single and 2 interfaces (eno1, eno2)" in only(refusals(clinic))
    trunk.update(nics=["eno1"], mode="802.3ad")
    assert "trunk bond0 has the mode 802.3ad and 1 interface (eno1), 2 needed" in only(refusals(clinic))
    trunk.update(mode="single", name="eno1")
    assert accepted(clinic).host_profiles[0].trunks[0].name == "eno1"
    trunk.update(mode="active-backup", nics=["eno1", "eno2"])
    assert "trunk eno1 has the name of an interface" in only(refusals(clinic))


def test_trunk_segments(refusals, clinic):
    profile = clinic["host_profiles"][0]
    first = profile["trunks"][0]
    profile["trunks"] = [first, {**first, "name": "bond1", "nics": ["e3", "e4"]}]
    assert "profile node has 2 trunks with segments: all" in only(refusals(clinic))
    profile["trunks"][1]["segments"] = ["viewer", "nothing", "pacs", "pacs"]
    sentences = refusals(clinic)
    assert "trunk bond1 leads to segment viewer, which has the purpose clients" in sentences[0]
    assert "trunk bond1 leads to the unknown segment 'nothing'" in sentences[1]
    assert "profile node reaches segment pacs by trunk bond1 and by trunk bond1" in sentences[2]
