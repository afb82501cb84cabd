# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS zone files (RFC 1035): one forward zone for the domain, a reverse zone for each /24 with an address."""

from __future__ import annotations

from collections.abc import Iterable

from ..report.source import Entry, PlanData
from .addresses import Address, addresses_of

TTL_SECONDS = 3600
# RFC 1912, 2.2: what secondaries wait; a plan changes seldom.
TIMERS_SECONDS = {"refresh": 7200, "retry": 1800, "expire": 1209600, "negative": 3600}
# RFC 2606: a name that can't exist, where the plan has no name server.
NO_SERVER = "ns.invalid."
MAX_SERIAL = 2**32 - 1


class BadSerial(ValueError):
    """The serial is out of the range of RFC 1035."""


def serial_of(data: PlanData, wanted: int | None) -> int:
    """The wanted serial, else the first 32 bits of the content hash: equal for equal plans, but not rising."""
    if wanted is not None:
        if not 1 <= wanted <= MAX_SERIAL:
            raise BadSerial(f"the serial {wanted} is not between 1 and {MAX_SERIAL}: give one such as 2026112101")
        return wanted
    return max(int(data.plan["hashes"]["content_sha256"][:8], 16), 1)


def zone_files(data: PlanData, serial: int, servers: Iterable[str] = ()) -> dict[str, str]:
    """Zone name -> text. servers: names of the name servers; default: the guests that answer DNS in the plan."""
    domain = data.plan["domain"].rstrip(".").lower()
    names = tuple(servers) or tuple(name for name, guest in data.guests.items() if _answers_dns(guest))
    hosts = tuple(_absolute(name, domain) for name in names) or (NO_SERVER,)
    found = addresses_of(data)
    zones = {domain: _forward(domain, found)}
    for zone in dict.fromkeys(_reverse_zone(a) for a in found):
        zones[zone] = [
            f"{str(a.address).rsplit('.', 1)[-1]:<6} IN PTR {_label(a)}.{domain}."
            for a in found
            if _reverse_zone(a) == zone
        ]
    return {zone: _zone(zone, domain, serial, hosts, records) for zone, records in zones.items()}


def _answers_dns(guest: Entry) -> bool:
    return any(check["name"] == "dns" for check in guest.get("checks") or [])


def _absolute(name: str, domain: str) -> str:
    """'ns1' is a name of the domain; 'ns1.example.org' stands as it is."""
    return f"{name.rstrip('.')}." if "." in name else f"{name}.{domain}."


def _label(address: Address) -> str:
    """The plain name for a machine's main address, '<name>-<segment>' for its others."""
    return address.machine if address.main else f"{address.machine}-{address.segment}"


def _reverse_zone(address: Address) -> str:
    one, two, three, _four = str(address.address).split(".")
    return f"{three}.{two}.{one}.in-addr.arpa"


def _forward(domain: str, addresses: Iterable[Address]) -> list[str]:
    return [f"{_label(a):<30} IN A {a.address}" for a in sorted(addresses, key=lambda a: (_label(a), a.address))]


def _zone(zone: str, domain: str, serial: int, servers: tuple[str, ...], records: list[str]) -> str:
    times = "\n".join(f"    {seconds:<10} ; {name}" for name, seconds in TIMERS_SECONDS.items())
    head = [
        f"$ORIGIN {zone}.",
        f"$TTL {TTL_SECONDS}",
        f"@ IN SOA {servers[0]} hostmaster.{domain}. (",
        f"    {serial:<10} ; serial",
        times,
        ")",
        *(f"@ IN NS {server}" for server in servers),
    ]
    if servers == (NO_SERVER,):
        head.append("; No guest of the plan answers DNS: name your servers with export_name_servers.")
    return "\n".join([*head, *records]) + "\n"
