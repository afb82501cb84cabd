# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make lab` built, looked at from outside: one promise, one test. Changes nothing."""

import json
import re
import subprocess
import xml.etree.ElementTree as ET

import pytest
import requests
import yaml
from ansible_collections.medvirt.hospital.plugins.plugin_utils.stage.storage import ceph_keys
from proof.cluster import assert_healthy
from proof.lab import INVENTORY, ROOT, STATE, playbook, run
from proof.secrets import needles, read_secrets
from pynetdicom import AE
from pynetdicom.sop_class import Verification

HOSTS = ["kvm1", "kvm2", "kvm3"]
MAIN = "main"
PKI = "/etc/pki/libvirt"


@pytest.fixture(scope="module", autouse=True)
def baseline():
    """Nothing is broken here: one look before all tests is enough."""
    assert_healthy()


@pytest.fixture(params=HOSTS)
def host(lab, request):
    return lab[request.param]


def configuration(lab) -> ET.Element:
    """The CIB's configuration."""
    return ET.fromstring(lab[HOSTS[0]].output("cibadmin --query --scope configuration"))


def numbers(element: ET.Element) -> dict[str, int]:
    """The utilization below an element of the CIB."""
    return {pair.get("name"): int(pair.get("value")) for pair in element.findall("utilization/nvpair")}


# --- Hosts


def test_the_bare_host_got_its_packages_from_the_playbook(lab):
    bare = yaml.safe_load((ROOT / "inventories/lab/group_vars/machines/lab.yml").read_text())["lab_bare_hosts"]
    assert bare
    packages = "libvirt-daemon-system pacemaker ceph-osd"
    list_packages = ["dpkg-query", "--show", "--showformat=${Package} "]
    for name in set(bare) & set(HOSTS):
        image = run("podman", "inspect", "--format", "{{.Image}}", lab[name].container).strip()
        before = run("podman", "run", "--rm", "--network=none", image, *list_packages)
        assert not set(packages.split()) & set(before.split()), "the image held what the playbook should install"
        assert lab[name].succeeds(f"dpkg-query --status {packages}")


def test_ipv6_is_off(host):
    addresses = host.output("ip -6 -oneline address").splitlines()
    assert [line for line in addresses if line.split()[1] != "lo"] == []


def test_ssh_takes_no_password(host):
    address = host.plan["addresses"]["mgmt"]
    done = subprocess.run(
        ["ssh", "-o", f"UserKnownHostsFile={STATE}/known_hosts", "-o", "StrictHostKeyChecking=yes"]
        + ["-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=0", f"root@{address}", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 255
    assert "Permission denied (publickey)." in done.stderr, "the host offers more than keys"


def test_only_security_updates_install_themselves(host):
    settings = host.output("apt-config dump")
    origins = re.findall(r'^Unattended-Upgrade::(?:Origins-Pattern|Allowed-Origins):: "(.*)";', settings, re.MULTILINE)
    assert origins and all("-security" in origin for origin in origins)
    assert 'APT::Periodic::Unattended-Upgrade "1";' in settings
    assert 'Unattended-Upgrade::Automatic-Reboot "false";' in settings
    assert host.inside.service("apt-daily-upgrade.timer").is_running


def test_time_service_runs(host):
    assert host.inside.service("chrony").is_enabled
    assert host.inside.service("chrony").is_running


def test_only_the_guests_bridge_carries_guests(lab, host):
    bridges = {nic["bridge"]: nic["name"] for nic in host.plan["nics"] if nic["bridge"]}
    links = json.loads(host.output("ip -json -details link"))
    kinds = {link["ifname"]: link.get("linkinfo", {}).get("info_kind") for link in links}
    assert {name for name, kind in kinds.items() if kind == "bridge"} == set(bridges)
    physical = {link["ifname"]: link["master"] for link in links if "master" in link and kinds[link["ifname"]] != "tun"}
    assert physical == {port: bridge for bridge, port in bridges.items()}
    taps = {link["master"] for link in links if kinds[link["ifname"]] == "tun"}
    assert taps <= {nic["bridge"] for guest in lab.guests.values() for nic in guest["nics"]}
    for bridge in bridges:
        assert json.loads(host.output(f"ip -json address show dev {bridge}"))[0]["addr_info"] == []


# --- libvirt


def test_libvirt_listens_with_tls_on_the_migration_address_only(lab, host):
    segment = lab.plan["clusters"][MAIN]["migration"]
    sockets = host.output("ss --no-header --listening --tcp --numeric '( sport = :16509 or sport = :16514 )'")
    assert [line.split()[3] for line in sockets.splitlines()] == [f"{host.plan['addresses'][segment]}:16514"]


def test_libvirt_refuses_a_client_without_certificate(lab, host):
    """libvirt greets each client that it admits with one byte of value 1."""
    client = lab.others(host.name)[0]
    connect = f"openssl s_client -quiet -connect {host.name}-migration:16514 -CAfile /etc/pki/CA/cacert.pem"
    certificate = f"-cert {PKI}/clientcert.pem -key {PKI}/private/clientkey.pem"
    ask = "sleep 2 | timeout 5 {} 2>/dev/null | od --address-radix=n --format=x1"
    assert client.output(ask.format(f"{connect} {certificate}")).split() == ["01"]
    assert client.output(ask.format(connect)).split() == []


def test_domain_is_the_same_on_every_host(lab, guest):
    definitions = {lab[name].output(f"cat /etc/medvirt/guests/{guest}.xml") for name in HOSTS}
    assert len(definitions) == 1
    domain = ET.fromstring(definitions.pop())
    plan = lab.guests[guest]
    assert domain.findtext("vcpu") == str(plan["vcpus"])
    assert (domain.find("memory").get("unit"), domain.findtext("memory")) == ("MiB", str(plan["memory_mib"]))
    sources = [(nic.find("source").get("bridge"), nic.find("mac").get("address")) for nic in domain.iter("interface")]
    assert sources == [(nic["bridge"], nic["mac"]) for nic in plan["nics"]]


# --- Cluster


def test_corosync_has_two_encrypted_links(lab, host):
    shown = host.output("corosync-cfgtool -s")
    rings = lab.plan["clusters"][MAIN]["rings"]
    assert re.findall(r"addr\s*= (\S+)", shown) == [host.plan["addresses"][ring] for ring in rings]
    assert len(rings) == 2
    assert "transport knet" in shown and "disconnected" not in shown
    settings = host.output("corosync-cmapctl totem.")
    crypto = dict(re.findall(r"^totem\.(crypto_\w+) \(str\) = (\S+)", settings, re.MULTILINE))
    assert crypto == {"crypto_cipher": "aes256", "crypto_hash": "sha256"}


def test_cluster_has_quorum_and_fences(lab, cluster):
    state = cluster.status()
    assert state["quorate"] and state["stonith_enabled"] and not state["maintenance_mode"]
    assert all(state["nodes"][name]["online"] for name in HOSTS)
    for name in HOSTS:
        device = state["resources"][f"fence-bmc-{name}"]
        assert (device["role"], device["failed"]) == ("Started", False)
        assert name not in device["nodes"], f"{name} watches its own controller"
    levels = {level.get("target"): level.get("devices") for level in configuration(lab).iter("fencing-level")}
    assert levels == {name: f"fence-bmc-{name},fence-ceph-blocklist" for name in HOSTS}


def test_utilization_is_that_of_the_plan(lab):
    cib = configuration(lab)
    for node in cib.findall("nodes/node"):
        capacity = lab[node.get("uname")].plan["capacity"]
        assert numbers(node) == {"cpu": capacity["cpu_millicores"], "hv_memory": capacity["memory_mib"]}
    for name, guest in lab.guests.items():
        assert numbers(cib.find(f".//primitive[@id='{name}']")) == guest["utilization"]


# --- Storage


def test_pools_keep_three_copies(lab):
    storage = lab.plan["storage"][MAIN]
    pools = json.loads(lab[HOSTS[0]].output("ceph osd pool ls detail --format json"))
    sizes = {pool["pool_name"]: (pool["size"], pool["min_size"]) for pool in pools if pool["pool_name"] != ".mgr"}
    assert sizes == {pool["name"]: (3, 2) for pool in storage["pools"]}


def planned_keys(lab) -> list[dict]:
    """What storage_ceph is given: users of the storage, their rights and hosts."""
    groups = yaml.safe_load(INVENTORY.read_text())["all"]["children"]
    return ceph_keys(lab.plan["storage"][MAIN], HOSTS, list(groups["image_builders"]["hosts"]))


def test_storage_users_may_do_what_the_plan_says_and_no_more(lab):
    users = json.loads(lab[HOSTS[0]].output("ceph auth ls --format json"))["auth_dump"]
    own = {
        user["entity"]: user["caps"]
        for user in users
        if user["entity"].startswith("client.") and not user["entity"].startswith(("client.admin", "client.bootstrap-"))
    }
    assert own == {key["name"]: key["caps"] for key in planned_keys(lab)}
    assert not any("allow *" in caps.values() for caps in own.values())


def test_each_host_holds_only_the_keys_that_it_uses(lab, host):
    files = host.output("stat --format='%n %a %U' /etc/ceph/ceph.client.*.keyring").splitlines()
    names = [f"/etc/ceph/ceph.{key['name']}.keyring" for key in planned_keys(lab) if host.name in key["hosts"]]
    assert sorted(files) == sorted(f"{name} 600 root" for name in [*names, "/etc/ceph/ceph.client.admin.keyring"])


# --- Secrets


def secrets_in(text: str, secrets: dict[str, str]) -> list[str]:
    """Names of the secrets that a text holds; never their values, for these are printed."""
    return [name for name, secret in secrets.items() if secret in text]


def test_no_secret_in_processes_cluster_configuration_or_journal(host):
    users = json.loads(host.output("ceph auth ls --format json"))["auth_dump"]
    secrets = {**needles(read_secrets()), **{user["entity"]: user["key"] for user in users}}
    # The search finds what is there: the password that the fence agent reads.
    assert secrets_in(host.output(f"cat /etc/medvirt/fencing/{host.name}"), secrets) == [f"bmc_passwords.{host.name}"]
    texts = {
        "process list": host.output("ps -eww -o args"),
        "CIB": host.output("cibadmin --query"),
        "journal": host.output("journalctl --quiet --no-pager --all"),
    }
    assert {where: secrets_in(text, secrets) for where, text in texts.items()} == {where: [] for where in texts}


# --- The archive


@pytest.mark.parametrize("login", [None, ("hospital", "not-the-password")])
def test_archive_refuses_requests_without_password(archive, login):
    answer = requests.get(f"http://{archive.address}:{archive.http_port}/system", auth=login, timeout=10)
    assert answer.status_code == 401


def test_archive_answers_only_to_its_own_title(archive):
    modality = AE("PROOFSCU")
    modality.add_requested_context(Verification)
    right = modality.associate(archive.address, archive.dicom_port, ae_title=archive.ae_title)
    assert right.is_established and right.send_c_echo().Status == 0x0000
    right.release()
    wrong = modality.associate(archive.address, archive.dicom_port, ae_title="NOTTHISONE")
    assert wrong.is_rejected


# --- The playbook on the built lab


def test_check_mode_runs_to_the_end_and_would_change_nothing(lab):
    done = playbook("site", "--check", "--diff")
    assert done.returncode == 0, done.stdout[-4000:]
    recap = done.stdout.rpartition("PLAY RECAP")[2]
    changes = dict(re.findall(r"^(\S+)\s*:.* changed=(\d+)", recap, re.MULTILINE))
    assert changes == dict.fromkeys(["localhost", *lab.machines], "0"), recap
