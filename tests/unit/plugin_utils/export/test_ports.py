# SPDX-License-Identifier: GPL-3.0-or-later
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.export.ports import cabling, ports_of, switch_ports
from ansible_collections.medvirt.hospital.plugins.plugin_utils.report.source import read_plan


def rows(table, host):
    return [dict(zip(table.heads, row, strict=True)) for row in table.rows if host in row]


def test_ports_of_a_host(data):
    kvm1 = {row["port"]: row for row in rows(switch_ports(data), "kvm1")}
    assert list(kvm1) == ["eno3", "eno1", "eno2", "ens1f0", "ens1f1", "BMC"]
    assert (kvm1["eno3"]["mode"], kvm1["eno3"]["untagged_vlan"], kvm1["eno3"]["tagged_vlans"]) == ("access", 10, "")
    assert kvm1["eno1"]["tagged_vlans"] == "20 21 22 110 120 130 140 150 160"
    assert kvm1["eno1"]["switch_side"] == "LACP, one group over all ports of the bond"
    assert (kvm1["ens1f0"]["tagged_vlans"], kvm1["ens1f0"]["mtu"]) == ("30", 9000)
    assert kvm1["ens1f0"]["switch_side"] == "no group: plain ports with the same VLANs"
    assert (kvm1["BMC"]["untagged_vlan"], kvm1["BMC"]["segments"]) == (11, "oob")


def test_ports_stand_by_site_and_rack(data):
    where = [(port.site, port.rack) for port in ports_of(data)]
    assert where == sorted(where) and where[0] == ("main", "r1")


def test_a_witness_is_cabled_too(small):
    witness = {row["port"]: row for row in rows(switch_ports(small), "witness-north")}
    assert witness["eno1"]["tagged_vlans"] == "20 21"


def test_gateways_and_probes_are_cabled_too(plan, routed):
    data = read_plan(yaml.safe_load(plan(routed).text))
    gateway = {row["port"]: row["untagged_vlan"] for row in rows(switch_ports(data), "gw1")}
    assert (len(gateway), gateway["out0"], gateway["ward0"]) == (10, 250, 151)
    assert len(rows(cabling(data), "probe1")) == 14


def test_a_controller_outside_the_plans_segments(data):
    data.hosts["kvm1"]["bmc"]["address"] = "192.0.2.1"
    (bmc,) = (port for port in ports_of(data) if port.machine == "kvm1" and port.name == "BMC")
    assert bmc.untagged is None and bmc.segments == ()


def test_cables(data):
    cables = rows(cabling(data), "kvm1")
    assert [cable["cable"] for cable in cables] == [1, 2, 3, 4, 5, 6]
    bonded = cables[1]
    assert (bonded["port"], bonded["carries"], bonded["speed"]) == ("eno1", "trunk bond0", "unknown")
    assert bonded["redundancy"] == "another switch than eno2"
    assert cables[0]["redundancy"] == "" and cables[0]["switch"] == "to be filled in"
    assert len(cabling(data).rows) == 9 * 6
