# SPDX-License-Identifier: GPL-3.0-or-later
import re

import pytest
from ansible_collections.medvirt.hospital.plugins.plugin_utils.export.zones import BadSerial, serial_of, zone_files

NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


def parse(text):
    """A zone file as (origin, soa, records): records are (absolute name, type, data). Fails on all it does not know."""
    lines = [line.split(";")[0].rstrip() for line in text.splitlines()]
    joined = re.sub(r"\(([^()]*)\)", lambda m: " ".join(m.group(1).split()), "\n".join(lines))
    origin, soa, records = "", [], []
    for line in filter(None, joined.splitlines()):
        words = line.split()
        if words[0] == "$ORIGIN":
            origin = words[1].rstrip(".")
        elif words[0] == "$TTL":
            assert int(words[1]) > 0
        else:
            name, kind, *rest = (words[0], words[2], *words[3:])
            assert words[1] == "IN"
            full = origin if name == "@" else f"{name}.{origin}"
            assert NAME.fullmatch(full), full
            if kind == "SOA":
                soa = [rest[0], rest[1], *map(int, rest[2:])]
            else:
                records.append((full, kind, rest[0].rstrip(".")))
    return origin, soa, records


def zones_of(data, **more):
    return {name: parse(text) for name, text in zone_files(data, serial_of(data, None), **more).items()}


def test_forward_and_reverse_agree(data):
    zones = zones_of(data)
    forward = {(name, value) for name, kind, value in zones["st-elsewhere.example"][2] if kind == "A"}
    reverse = {
        (value, ".".join(reversed(name.removesuffix(".in-addr.arpa").split("."))))
        for zone in zones.values()
        for name, kind, value in zone[2]
        if kind == "PTR"
    }
    assert forward == reverse and len(forward) == 183


def test_names(data):
    names = {name: value for name, kind, value in zones_of(data)["st-elsewhere.example"][2] if kind == "A"}
    assert names["kvm1.st-elsewhere.example"] == "10.20.10.11"
    assert names["kvm1-storage.st-elsewhere.example"] == "10.20.30.11"
    assert names["kvn1-north-ring0.st-elsewhere.example"] == "10.21.20.11"
    assert names["kvm1-bmc.st-elsewhere.example"] == "10.20.11.111"
    assert names["gw-pacs.st-elsewhere.example"] == "10.20.130.1"
    assert names["ct1.st-elsewhere.example"] == "10.20.210.11"


def test_every_zone_has_authority_and_servers(data):
    for origin, soa, records in zones_of(data, servers=["ns1", "ns2.example.org."]).values():
        assert soa[0] == "ns1.st-elsewhere.example." and soa[1] == "hostmaster.st-elsewhere.example."
        assert len(soa) == 7 and soa[3:] == [7200, 1800, 1209600, 3600]
        servers = [value for name, kind, value in records if kind == "NS" and name == origin]
        assert servers == ["ns1.st-elsewhere.example", "ns2.example.org"]


def test_guests_that_answer_dns_are_the_name_servers(data):
    text = zone_files(data, 1)["st-elsewhere.example"]
    assert "@ IN NS ns.invalid." in text and "; No guest of the plan answers DNS" in text
    for name in ("infra1", "infra2"):
        data.guests[name]["checks"].append({"name": "dns", "protocol": "tcp", "port": 53})
    servers = [value for _name, kind, value in zones_of(data)["st-elsewhere.example"][2] if kind == "NS"]
    assert servers == ["infra1.st-elsewhere.example", "infra2.st-elsewhere.example"]


def test_serial(data):
    content = data.plan["hashes"]["content_sha256"]
    assert serial_of(data, None) == int(content[:8], 16)
    assert serial_of(data, 2026112101) == 2026112101
    data.plan["hashes"]["content_sha256"] = "0" * 64
    assert serial_of(data, None) == 1
    for wrong in (0, -1, 2**32):
        with pytest.raises(BadSerial, match=f"the serial {wrong} is not between 1 and 4294967295"):
            serial_of(data, wrong)
