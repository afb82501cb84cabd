# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan of format 2 without the planner: build(hosts_main, hosts_north, guests) -> parsed hosts.yml.

Its figures are plausible and consistent (placement, failover and headroom add up), not sized.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

RATIO = {"critical_db": 1, "critical_io": 2, "important": 3, "vdi": 5, "infra": 4}
# service: type, title, tier, zone, class, vCPU, memory GiB, image volume GiB, bare, depends on
SERVICES = {
    "infra": ("infra", "Identity, DNS, time", "0", "infra", "infra", 2, 8, 0, False, []),
    "integration": ("integration", "HL7 and FHIR engine", "1", "apps", "important", 4, 16, 0, True, ["infra"]),
    "his": ("his", "Hospital information system", "1", "apps", "critical_db", 8, 64, 0, True, ["infra"]),
    "emr": ("emr", "Electronic medical record", "1", "apps", "critical_db", 8, 48, 0, True, ["infra", "his"]),
    "pacs": ("pacs", "Picture archive", "1", "pacs", "critical_io", 8, 32, 12000, False, ["infra"]),
    "lis": ("lis", "Laboratory", "1b", "apps", "important", 4, 24, 0, True, ["infra", "integration"]),
    "ris": ("ris", "Radiology", "1b", "apps", "important", 4, 16, 0, True, ["infra", "pacs"]),
    "telemedicine": ("telemedicine", "Video consultations", "2", "dmz", "important", 4, 8, 0, True, ["infra"]),
    "vdi": ("vdi", "Desktops", "2", "vdi", "vdi", 8, 32, 0, True, ["infra"]),
    "ai": ("ai", "Image analysis", "3", "research", "important", 16, 64, 500, True, ["pacs"]),
    "backup": ("backup", "Backup", "2", "infra", "infra", 4, 16, 6000, True, ["infra"]),
}
SEGMENTS = [  # name, vlan, purpose, zone
    ("mgmt", 10, "management", "mgmt"),
    ("oob", 11, "out_of_band", "oob"),
    ("ring0", 20, "cluster", "ring0"),
    ("ring1", 21, "cluster", "ring1"),
    ("migration", 22, "migration", "migration"),
    ("storage", 30, "storage", "storage"),
    ("infra", 110, "guests", "infra"),
    ("apps", 120, "guests", "apps"),
    ("pacs", 130, "guests", "pacs"),
    ("dmz", 140, "guests", "dmz"),
    ("vdi", 150, "guests", "vdi"),
    ("research", 160, "guests", "research"),
    ("modality", 210, "clients", "modality"),
    ("clinical", 220, "clients", "clinical"),
]
FLOWS = [  # service, name, source, protocol, ports, reason
    ("pacs", "dicom", "modality", "tcp", [4242], "modalities store images (C-STORE, C-ECHO)"),
    ("pacs", "dicom-clinical", "clinical", "tcp", [4242], "workstations query and retrieve (C-FIND, C-MOVE)"),
    ("pacs", "http-clinical", "clinical", "tcp", [8042], "viewers read studies (REST)"),
    ("pacs", "http-ai", "research", "tcp", [8042], "image analysis reads studies and writes results"),
    ("his", "https", "clinical", "tcp", [443], "wards work in the record"),
    ("emr", "https", "clinical", "tcp", [443], "wards work in the record"),
    ("lis", "hl7", "apps", "tcp", [2575], "orders and results (HL7 v2)"),
    ("ris", "worklist", "modality", "tcp", [4243], "modalities fetch their worklist"),
    ("integration", "mllp", "apps", "tcp", [2575], "applications exchange HL7 messages"),
    ("infra", "dns-clinical", "clinical", "udp", [53], "names"),
    ("infra", "ntp", "any", "udp", [123], "time"),
    ("infra", "ldap", "apps", "tcp", [389, 636], "people sign in"),
    ("telemedicine", "web", "internet", "tcp", [443], "patients join a consultation"),
    ("telemedicine", "media", "internet", "udp", ["50000-59999"], "sound and picture (WebRTC)"),
    ("vdi", "rdp", "clinical", "tcp", [3389], "people open their desktop"),
    ("backup", "agents", "apps", "tcp", [8022], "guests send their backups"),
]
CLINICAL = ["his", "emr", "pacs", "lis", "ris", "telemedicine"]
MODALITIES = [("ct1", "CT"), ("ct2", "CT"), ("mr1", "MR"), ("dx1", "DX"), ("us1", "US"), ("mg1", "MG"), ("xa1", "XA")]


def build(hosts_main: int = 6, hosts_north: int = 3, guests: int = 40) -> dict[str, Any]:
    """The inventory as data; a sixth of the guests is at the site north; a site of two hypervisors has a witness."""
    sites = {"main": hosts_main, "north": hosts_north}
    hosts, witnesses, slices, failures = {}, {}, {}, {}
    segments = {key: entry for site in sites for key, entry in _segments(site)}
    for number, site in enumerate(sites):
        names = [f"{'kvm' if site == 'main' else 'kvn'}{i + 1}" for i in range(sites[site])]
        hosts |= {name: _host(name, site, i, segments) for i, name in enumerate(names)}
        if sites[site] == 2:
            witnesses[f"witness-{site}"] = _witness(_host(f"witness-{site}", site, 2, segments), segments)
        count = guests // 6 if number else guests - guests // 6
        slices |= _guests(site, count, names, hosts, segments, failures)
    for guest in slices.values():
        host = hosts[guest["placement"]["host"]]["utilization"]
        host["cpu_millicores"] += guest["utilization"]["cpu"]
        host["memory_mib"] += guest["utilization"]["hv_memory"]
        host["guests"] += 1
    plan = _plan(hosts, slices, segments, failures)
    inventory = {"all": {"vars": {"hospital_plan": plan}, "children": _groups(hosts, witnesses, slices)}}
    text = json.dumps(inventory, sort_keys=True, separators=(",", ":"), default=str)
    plan["hashes"]["content_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    return inventory


def _key(site: str, name: str) -> str:
    return name if site == "main" else f"{site}-{name}"


def _segments(site: str) -> list[tuple[str, dict[str, Any]]]:
    second = 20 if site == "main" else 21
    return [
        (
            _key(site, name),
            {
                "name": name,
                "site": site,
                "vlan": vlan,
                "subnet": f"10.{second}.{vlan}.0/24",
                "prefix": 24,
                "gateway": f"10.{second}.{vlan}.1",
                "purpose": purpose,
                "zone": zone,
                "tenant": "uni" if name == "research" else None,
                "bridge": f"br-{name}" if purpose == "guests" else None,
                "mtu": 9000 if purpose == "storage" else 1500,
                "title": None,
            },
        )
        for name, vlan, purpose, zone in SEGMENTS
    ]


def _address(segment: dict[str, Any], last: int) -> str:
    return segment["subnet"].rsplit(".", 1)[0] + f".{last}"


def _host(name: str, site: str, index: int, segments: dict[str, Any]) -> dict[str, Any]:
    mine = {
        key: s for key, s in segments.items() if s["site"] == site and s["purpose"] not in ("clients", "out_of_band")
    }
    gpu = site == "main" and index < 2
    return {
        "kind": "host",
        "use": "hypervisor",
        "site": site,
        "rack": f"r{index % 3 + 1}",
        "cluster": site,
        "node_id": index + 1,
        "profile": "gpu_node" if gpu else "node",
        "cores": 48,
        "memory_mib": 786432,
        "features": ["gpu"] if gpu else [],
        "maintenance": False,
        "capacity": {"cpu_millicores": 44000, "memory_mib": 745472},
        "utilization": {"cpu_millicores": 0, "memory_mib": 0, "guests": 0},
        "emulation_allowed": False,
        "addresses": {key: _address(s, 11 + index) for key, s in mine.items()},
        "nics": [_nic(key, s, index) for key, s in mine.items()],
        "trunks": [
            {"name": "bond0", "nics": ["eno1", "eno2"], "mode": "802.3ad", "mtu": 1500},
            {"name": "bond1", "nics": ["ens1f0", "ens1f1"], "mode": "active-backup", "mtu": 9000},
        ],
        "disks": [
            {"device": f"/dev/disk/by-id/nvme-{i}", "use": "osd", "capacity_gib": 7150, "media": "nvme"}
            for i in range(4)
        ],
        "bmc": {
            "protocol": "redfish",
            "address": _address(segments[_key(site, "oob")], 111 + index),
            "port": 443,
            "system": "1",
            "user": "fence",
            "verify_tls": True,
        },
    }


def _witness(host: dict[str, Any], segments: dict[str, Any]) -> dict[str, Any]:
    """It votes and monitors the storage; no disks, no guests, only the segments that this needs."""
    nics = [nic for nic in host["nics"] if segments[nic["segment"]]["purpose"] in ("management", "cluster", "storage")]
    nothing = {"cpu_millicores": 0, "memory_mib": 0}
    return {
        **host,
        "use": "witness",
        "cores": 4,
        "memory_mib": 16384,
        "features": [],
        "capacity": nothing,
        "utilization": {**nothing, "guests": 0},
        "addresses": {nic["segment"]: nic["address"] for nic in nics},
        "nics": nics,
        "disks": [],
    }


def _nic(key: str, segment: dict[str, Any], index: int) -> dict[str, Any]:
    access = segment["name"] == "mgmt"
    trunk = "bond1" if segment["purpose"] == "storage" else "bond0"
    return {
        "name": "eno3" if access else f"{trunk}.{segment['vlan']}",
        "segment": key,
        "address": _address(segment, 11 + index),
        "prefix": 24,
        "gateway": segment["gateway"] if access else None,
        "bridge": segment["bridge"],
        "mtu": segment["mtu"],
        "parent": None if access else trunk,
        "vlan": None if access else segment["vlan"],
    }


def _guests(
    site: str, count: int, names: list[str], hosts: dict[str, Any], segments: dict[str, Any], failures: dict[str, Any]
) -> dict[str, Any]:
    """Each guest on the host with most free memory, its target the next one; replicas of infra stay down."""
    load = dict.fromkeys(names, 0)
    failures.update({name: {} for name in names})
    made: dict[str, Any] = {}
    for number in range(count):
        service = list(SERVICES)[number % len(SERVICES)]
        turn = number // len(SERVICES) + 1
        name = f"{service}{turn}" if site == "main" else f"{service}-{site}{turn}"
        first, second = sorted(names, key=lambda host: (load[host], names.index(host)))[:2]
        guest = _guest(name, service, site, number, first, segments)
        load[first] += guest["utilization"]["hv_memory"]
        target = None if service == "infra" and turn > 1 else second
        failures[first][name] = target
        if target:
            guest["placement"]["preferences"].append({"host": target, "score": 100})
        made[name] = guest
    for name, guest in made.items():
        if guest["service"] == "infra":
            guest["placement"]["apart_from"] = [n for n, g in made.items() if g["service"] == "infra" and n != name]
    return made


def _guest(name: str, service: str, site: str, number: int, host: str, segments: dict[str, Any]) -> dict[str, Any]:
    kind, _title, tier, zone, klass, vcpus, memory_gib, images_gib, bare, _needs = SERVICES[service]
    key = _key(site, zone)
    segment = segments[key]
    neighbours = [other for other, entry in SERVICES.items() if entry[3] == zone]
    volumes = [{"name": f"{name}-root", "pool": "guests", "capacity_gib": 60, "purpose": "root"}]
    if images_gib:
        volumes.append({"name": f"{name}-data", "pool": "guests", "capacity_gib": images_gib // 4, "purpose": "images"})
    return {
        "kind": "guest",
        "service": service,
        "type": kind,
        "role": f"{kind}_node",
        "tier": tier,
        "class": klass,
        "site": site,
        "cluster": site,
        "tenant": "uni" if service == "ai" else None,
        "owner": "radiology" if service in ("pacs", "ris", "ai") else "IT",
        "segment": key,
        "image": "debian-13",
        "bare": bare,
        "vcpus": vcpus,
        "memory_mib": memory_gib * 1024,
        "utilization": {"cpu": -(-vcpus * 1000 // RATIO[klass]), "hv_memory": int(memory_gib * 1024 * 1.02) + 256},
        "nics": [
            {
                "segment": key,
                "bridge": segment["bridge"],
                "mac": f"52:54:00:{number >> 8:02x}:{number & 255:02x}:{1 if site == 'main' else 2:02x}",
                "address": _address(segment, 101 + 25 * neighbours.index(service) + number // len(SERVICES)),
                "prefix": 24,
                "gateway": segment["gateway"],
            }
        ],
        "volumes": volumes,
        "limits": {"cpu_shares": 2048, "iops": 2000},
        "needs": ["gpu"] if service == "ai" and site == "main" else [],
        "placement": {
            "host": host,
            "preferences": [{"host": host, "score": 200}],
            "apart_from": [],
            "why": "most room left",
        },
        "settings": {},
        "checks": [{"name": "https", "protocol": "tcp", "port": 443}],
        "recovery_order": list(SERVICES).index(service) + 1,
    }


def _flow(service: str, name: str, source: str, rest: tuple[Any, ...], slices: Any, segments: Any) -> dict[str, Any]:
    protocol, ports, reason = rest
    subnets = [s["subnet"] for s in segments.values() if s["zone"] == source]
    return {
        "name": f"{service}-{name}",
        "service": service,
        "source": source,
        "source_subnets": subnets or ["0.0.0.0/0"],
        "destination": SERVICES[service][3],
        "destination_subnets": [],
        "destination_addresses": [g["nics"][0]["address"] for g in slices.values() if g["service"] == service],
        "protocol": protocol,
        "ports": ports,
        "reason": reason,
        "owner": "catalogue",
        "expires": None,
    }


def _plan(hosts: Any, slices: Any, segments: Any, failures: Any) -> dict[str, Any]:
    sites = list(dict.fromkeys(h["site"] for h in hosts.values()))
    flows = [_flow(service, name, source, tuple(rest), slices, segments) for service, name, source, *rest in FLOWS]
    flows.append(
        {
            "name": "vendor-ct",
            "service": None,
            "source": "198.51.100.0/28",
            "source_subnets": ["198.51.100.0/28"],
            "destination": "modality",
            "destination_addresses": [],
            "destination_subnets": ["10.20.210.0/24"],
            "protocol": "tcp",
            "ports": [22],
            "reason": "remote maintenance of the scanners <vendor & partner>",
            "owner": "radiology",
            "expires": "2027-03-31",
        }
    )
    return {
        "format": 2,
        "name": "st-elsewhere",
        "domain": "st-elsewhere.example",
        "hashes": {"intent_sha256": "8e" * 32, "catalogue_sha256": "62" * 32},
        "intent_file": "hospital.yml",
        "sites": {
            site: {"title": f"Campus {site}", "racks": ["r1", "r2", "r3"], "supernet": f"10.{20 + i}.0.0/16"}
            for i, site in enumerate(sites)
        },
        "demand": {"beds": 300, "studies_per_year": 60000, "users": 1500},
        "segments": segments,
        "flows": flows,
        "clusters": {site: _cluster(site, hosts) for site in sites},
        "storage": {site: _storage(site, hosts, slices) for site in sites},
        "services": {name: _service(name, slices) for name in SERVICES},
        "modalities": [
            {
                "name": name,
                "type": kind,
                "ae_title": name.upper(),
                "address": f"10.20.210.{11 + i}",
                "port": 104,
                "segment": "modality",
                "vendor": "Imaging & Co",
                "service": "pacs",
                "operations": ["echo", "store", "worklist"],
                "tls": kind == "MR",
            }
            for i, (name, kind) in enumerate(MODALITIES)
        ],
        "tenants": {
            "uni": {
                "title": "University",
                "quota": {"vcpus": 64, "memory_mib": 262144, "storage_gib": 4000},
                "used": {
                    "vcpus": sum(g["vcpus"] for g in slices.values() if g["tenant"]),
                    "memory_mib": sum(g["memory_mib"] for g in slices.values() if g["tenant"]),
                    "storage_gib": sum(v["capacity_gib"] for g in slices.values() if g["tenant"] for v in g["volumes"]),
                },
            }
        },
        "growth": {site: _growth(site, hosts, slices) for site in sites},
        "timing": TIMING,
        "n_plus": {
            "k": dict.fromkeys(sites, 1),
            "failures": failures,
            "headroom": {name: _headroom(name, hosts) for name in hosts},
        },
        "recovery_order": [
            [name for name, guest in slices.items() if guest["service"] == service] for service in SERVICES
        ],
        "power_down": [
            {"step": 1, "what": "stop desktops and research", "members": ["vdi", "ai"]},
            {"step": 2, "what": "stop clinical services", "members": CLINICAL[::-1]},
            {"step": 3, "what": "stop infrastructure", "members": ["backup", "integration", "infra"]},
            {"step": 4, "what": "freeze the storage, stop the hosts", "members": list(hosts)},
        ],
        "power_up": [
            {"step": 1, "what": "start the hosts, wait for quorum", "members": list(hosts)},
            {"step": 2, "what": "start infrastructure", "members": ["infra", "integration", "backup"]},
            {"step": 3, "what": "start clinical services", "members": CLINICAL},
            {"step": 4, "what": "start desktops and research", "members": ["vdi", "ai"]},
        ],
        "hardware": {
            profile: {
                "count": sum(h["profile"] == profile for h in hosts.values()),
                "cores": 48,
                "memory_mib": 786432,
                "disks_gib": [7150] * 4,
                "nics": 5,
                "power_watts": 900 if profile == "node" else 1400,
                "rack_units": 2,
            }
            for profile in dict.fromkeys(h["profile"] for h in hosts.values())
        },
        "tiers": TIERS,
        "waivers": [
            {
                "rule": "fencing",
                "reason": "the controllers of site north arrive with the order of January",
                "owner": "head of IT",
                "until": "2027-01-31",
            }
        ],
    }


TIMING = {
    "token_ms": 4000,
    "consensus_ms": 4800,
    "fence_timeout_seconds": 20,
    "worst_case": {
        "detect_seconds": 8.8,
        "fence_seconds": 20,
        "storage_seconds": 2,
        "start_seconds": 60,
        "sum_seconds": 90.8,
    },
}
TIERS = {
    tier: {
        "title": title,
        "rto_local_minutes": rto,
        "rto_site_minutes": site,
        "rpo_local_minutes": rpo,
        "rpo_site_minutes": loss,
    }
    for tier, title, rto, site, rpo, loss in [
        ("0", "identity, DNS, time", 5, 15, 0, 5),
        ("1", "HIS, EMR, PACS ingest", 5, 60, 0, 5),
        ("1b", "LIS, RIS", 15, 240, 0, 30),
        ("2", "telemedicine, VDI", 30, 480, 15, 240),
        ("3", "AI, research", 240, 4320, 1440, 1440),
        ("4", "test, training", 1440, None, 1440, None),
    ]
}


def _cluster(site: str, hosts: Any) -> dict[str, Any]:
    return {
        "site": site,
        "hosts": [name for name, host in hosts.items() if host["site"] == site],
        "witnesses": [],
        "rings": [_key(site, "ring0"), _key(site, "ring1")],
        "migration": _key(site, "migration"),
        "fencing": {"enabled": site == "main", "waiver": None if site == "main" else "fencing"},
    }


def _storage(site: str, hosts: Any, slices: Any) -> dict[str, Any]:
    names = [name for name, host in hosts.items() if host["site"] == site]
    raw = sum(d["capacity_gib"] for name in names for d in hosts[name]["disks"])
    planned = sum(v["capacity_gib"] for g in slices.values() if g["site"] == site for v in g["volumes"])
    return {
        "backend": "ceph",
        "fsid": "40e59313-fb3c-59fd-b661-55a4c5e86beb",
        "public": _key(site, "storage"),
        "mons": names[:3],
        "mgrs": names[:2],
        "osds": [{"host": name, **d} for name in names for d in hosts[name]["disks"]],
        "size": 3,
        "min_size": 2,
        "copies_per_host": 1,
        "pools": [{"name": "guests", "purpose": "guests"}],
        "raw_gib": raw,
        "usable_gib": raw * 3 // 4 // 3,
        "planned_gib": planned,
    }


def _growth(site: str, hosts: Any, slices: Any) -> list[dict[str, Any]]:
    storage = _storage(site, hosts, slices)
    volumes = [v for g in slices.values() if g["site"] == site for v in g["volumes"]]
    images = sum(v["capacity_gib"] for v in volumes if v["purpose"] == "images")
    other = storage["planned_gib"] - images
    return [
        {
            "year": year,
            "image_gib": round(images * 1.2**year),
            "database_gib": round(other * 0.6 * 1.1**year),
            "storage_gib": round(images * 1.2**year) + round(other * 0.6 * 1.1**year) + round(other * 0.4),
            "usable_gib": storage["usable_gib"],
        }
        for year in range(6)
    ]


def _headroom(failed: str, hosts: Any) -> dict[str, int]:
    left = [h for name, h in hosts.items() if name != failed and h["site"] == hosts[failed]["site"]]
    lost = hosts[failed]["utilization"]
    return {
        key: sum(h["capacity"][key] - h["utilization"][key] for h in left) - lost[key]
        for key in ("cpu_millicores", "memory_mib")
    }


def _service(name: str, slices: Any) -> dict[str, Any]:
    kind, title, tier, zone, _class, _vcpus, _memory, _images, bare, needs = SERVICES[name]
    mine = {n: g for n, g in slices.items() if g["service"] == name}
    return {
        "type": kind,
        "profile": "single",
        "title": title,
        "tier": tier,
        "site": "main",
        "tenant": "uni" if name == "ai" else None,
        "owner": "radiology" if name in ("pacs", "ris", "ai") else "IT",
        "zones": [zone],
        "segments": list(dict.fromkeys(g["segment"] for g in mine.values())),
        "guests": list(mine),
        "depends_on": needs,
        "volumes_gib": sum(v["capacity_gib"] for g in mine.values() for v in g["volumes"]),
        "demand": {"studies_per_year": 60000} if name == "pacs" else {},
        "suitability": {
            "verdict": "cluster_only" if name == "ai" else "virtualise",
            "reasons": ["needs a GPU that only two hosts have"] if name == "ai" else [],
        },
        "bare": bare,
    }


def _groups(hosts: Any, witnesses: Any, slices: Any) -> dict[str, Any]:
    return {
        "kvm_hosts": {
            "hosts": {
                name: {"ansible_host": host["addresses"][_key(host["site"], "mgmt")], "hospital": host}
                for name, host in hosts.items()
            }
        },
        "witnesses": {
            "hosts": {
                name: {"ansible_host": host["addresses"][_key(host["site"], "mgmt")], "hospital": host}
                for name, host in witnesses.items()
            }
        },
        "guests": {
            "hosts": {
                name: {"ansible_host": guest["nics"][0]["address"], "hospital": guest} for name, guest in slices.items()
            }
        },
    }
