# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.plan.hashes import intent_hash
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.source import NotReadable
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.view import view


def hosts_in(inventory):
    return {name: entry["hospital"] for name, entry in inventory["all"]["children"]["kvm_hosts"]["hosts"].items()}


def cards_of(shown):
    return {card.name: card for site in shown.sites for rack in site.racks for card in rack.hosts}


def test_every_host_is_drawn_in_its_rack_with_the_plans_load(inventory):
    shown = view(inventory)
    cards = cards_of(shown)
    assert list(shown.sites[0].racks[0].hosts) == [cards["kvm1"], cards["kvm4"]]
    for name, host in hosts_in(inventory).items():
        cpu, memory = cards[name].loads
        used, room = host["utilization"]["cpu_millicores"], host["capacity"]["cpu_millicores"]
        assert cpu.percent == pytest.approx(100 * used / room, abs=0.01)
        for load in (cpu, memory):
            assert sum(part.percent for part in load.parts) == pytest.approx(load.percent, abs=0.1)
        assert len(cards[name].guests) == host["utilization"]["guests"]


def test_guests_of_a_host_stand_by_tier(inventory):
    for card in cards_of(view(inventory)).values():
        assert [tile.tier for tile in card.guests] == sorted(tile.tier for tile in card.guests)


def test_gateways_and_probes_are_drawn_and_carry_nothing(plan, routed):
    routed["waivers"] = [{"rule": "flow", "flow": "names", "reason": "r", "owner": "o", "until": "2030-01-31"}]
    shown = view(yaml.safe_load(plan(routed).text))
    cards, (site,) = cards_of(shown), shown.sites
    assert {name: card.use for name, card in cards.items() if not card.loads} == {
        "gw1": "gateway",
        "gw2": "gateway",
        "probe1": "probe",
    }
    assert (site.hypervisors, site.others) == (3, ((2, "gateway", "gateways"), (1, "probe", "probes")))
    assert shown.figures[0].note == "1 site, 3 racks, 2 gateways, 1 probe"
    assert [failure.host for failure in shown.promises[0].failures] == ["kvm1", "kvm2", "kvm3"]
    assert [waiver.rule for waiver in shown.waivers] == ["flow names"]


def test_a_witness_has_neither_load_nor_guests(small):
    shown = view(small)
    witness = cards_of(shown)["witness-north"]
    assert witness.use == "witness" and not witness.loads and not witness.guests
    assert (shown.sites[1].hypervisors, shown.sites[1].others) == (2, ((1, "witness", "witnesses"),))
    assert [failure.host for failure in shown.promises[1].failures] == ["kvn1", "kvn2"]
    assert shown.figures[0].note == "2 sites, 6 racks, 1 witness"


def test_failures_say_where_guests_go_and_what_is_left(inventory):
    plan = inventory["all"]["vars"]["hospital_plan"]
    shown = view(inventory)
    for promise in shown.promises:
        for failure in promise.failures:
            told = {guest: move.target or None for move in failure.moves for guest in move.guests}
            assert told == plan["n_plus"]["failures"][failure.host]
    kvm5 = shown.promises[0].failures[4]
    assert kvm5.moves[-1].target == "" and kvm5.moves[-1].guests == ("infra2",)
    capacity = 5 * 745472
    assert kvm5.memory_percent == pytest.approx(
        100 * plan["n_plus"]["headroom"]["kvm5"]["memory_mib"] / capacity, abs=0.01
    )


def test_a_plan_that_absorbs_nothing(inventory):
    n_plus = inventory["all"]["vars"]["hospital_plan"]["n_plus"]
    n_plus.update(k={"main": 0, "north": 1}, failures={}, headroom={})
    shown = view(inventory)
    assert [promise.k for promise in shown.promises] == [0, 1]
    assert shown.figures[2].value == "N+0 / N+1"
    assert shown.promises[0].failures[0].moves == ()


def test_key_figures(inventory):
    figures = {figure.label: figure for figure in view(inventory).figures}
    assert figures["Hypervisors"].value == "9"
    assert figures["Guests"].note == "11 services, 31 guests built bare"
    assert figures["Longest failover"].value == "91 s"
    assert figures["Beds"].value == "300"
    assert figures["Failures absorbed"].note == "tightest without kvm1: 118.2 cores left"
    assert figures["CPU planned"].share == pytest.approx(100 * 125.0 / 396, abs=0.1)


def test_without_beds_the_segments_are_counted(inventory):
    inventory["all"]["vars"]["hospital_plan"]["demand"] = {}
    assert view(inventory).figures[-1].label == "Segments"


def test_a_plan_without_optional_parts(inventory):
    plan = inventory["all"]["vars"]["hospital_plan"]
    for key in ("growth", "tenants", "modalities", "power_up", "power_down", "hardware", "waivers", "demand"):
        del plan[key]
    shown = view(inventory)
    assert not (shown.curves or shown.tenants or shown.modalities or shown.hardware or shown.waivers)


def test_demand_names_what_people_know_and_keeps_the_rest(inventory):
    plan = inventory["all"]["vars"]["hospital_plan"]
    plan["demand"] = {"ingest_peak_mbps": 159.62, "beds": 300, "calls": 0, "studies_per_year": {"CT": 18000}}
    shown = view(inventory)
    assert shown.demand == (("beds", "300"), ("studies per year", "CT 18\u202f000"))
    assert ("ingest peak mbps", "159.6") in shown.derived and "calls" not in dict(shown.derived)


def test_services_and_tenants(inventory):
    shown = view(inventory)
    services = {service.name: service for service in shown.services}
    assert (services["lis"].rto, services["lis"].rpo) == ("15 min / 4 h", "0 min / 30 min")
    assert services["pacs"].vcpus == 32 and not services["pacs"].bare
    assert services["ai"].verdict_text == "only in a cluster"
    (uni,) = shown.tenants
    assert uni.use[0] == ("vCPU", "48 of 64", 75.0)


def test_a_tenant_without_quota(inventory):
    inventory["all"]["vars"]["hospital_plan"]["tenants"]["uni"]["quota"] = {"vcpus": None}
    assert view(inventory).tenants[0].use[0] == ("vCPU", "48, no quota", None)


def test_hand_made_changes_are_told(inventory):
    assert not view(inventory).edited
    inventory["all"]["vars"]["hospital_plan"]["domain"] = "elsewhere.example"
    assert view(inventory).edited


def test_the_intent_beside_the_plan(inventory):
    assert view(inventory).intent is None
    text = "hospital: st-elsewhere\n# a comment\n"
    stale = view(inventory, text).intent
    assert (stale.file, stale.lines, stale.fresh) == ("hospital.yml", 2, False)
    inventory["all"]["vars"]["hospital_plan"]["hashes"]["intent_sha256"] = intent_hash({"hospital": "st-elsewhere"})
    assert view(inventory, text).intent.fresh
    assert not view(inventory, "hospital: [").intent.fresh


def test_another_format_is_refused(inventory):
    inventory["all"]["vars"]["hospital_plan"]["format"] = 1
    with pytest.raises(NotReadable, match="its format is 1 and this version reads format 2: make it anew"):
        view(inventory)
    with pytest.raises(NotReadable, match="it holds no plan"):
        view({"all": {}})
