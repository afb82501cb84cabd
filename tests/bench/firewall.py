# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gateway's rule set costs beside an empty one, and how the cost grows with the number of flows.

    .venv/bin/python tests/bench/firewall.py [--flows 100 500 1000 2000] [--rounds 25]    (root; about a minute)

Three network namespaces, client - router - server, joined by veth. Rule sets take turns, round after round; medians.
Writes docs/benchmarks_firewall.md; all values go to build/bench/firewall.json.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".venv"))

from ansible_collections.medvirt.hospital.tests.bench import machine, ruleset  # noqa: E402
from ansible_collections.medvirt.hospital.tests.bench.ruleset import CLIENT, SERVER, RuleSet  # noqa: E402

DOCUMENT = ROOT / "docs/benchmarks_firewall.md"
RESULTS = ROOT / "build/bench/firewall.json"
PREFIX = "medvirt-bench"
# MiB, packets, connections, packets: a few hundredths of a second each.
AMOUNTS = {"bulk": 200, "packets": 20_000, "connections": 500, "firsts": 10_000}
# Packets that must arrive for each; in bulk many travel as one, a queue may lose some of the small ones.
ARRIVED = 0.9
LOADING = "load_seconds"
# Rates: unit, and how it is written.
RATES = (("bulk", 8 * 2**20 / 1e9, ".1f"), ("packets", 1, ".0f"), ("connections", 1, ".0f"), ("firsts", 1, ".0f"))
# The server takes no UDP but the greeting.
SILENT = "table inet silent { chain in { type filter hook prerouting priority raw; udp length > 9 drop; }; }"
WORDS = """# The gateway's rule set

Written by `make bench` (tests/bench/firewall.py). Rates are medians of what one second of a
processor forwards, the work of sender and receiver included; in brackets the share of what the empty rule set lets
through: it looks for connections, too, and accepts everything.

- *bulk*: one TCP connection. *packets*: small UDP packets of one connection. Neither asks the flows' sets, for their
  connection is known.
- *connections*: TCP connections, one after the other, opened and reset. *first packets*: small UDP packets, each of a
  new connection. Each of these is looked up among the flows.
- *loading*: `nft --file`, in one transaction.

"""


Sample = dict[str, float]


class End:
    """A process of tests/bench/traffic.py in a namespace."""

    def __init__(self, role: str) -> None:
        command = [
            "ip",
            "netns",
            "exec",
            f"{PREFIX}-{role}",
            sys.executable,
            str(ROOT / "tests/bench/traffic.py"),
            role,
        ]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, *call: object) -> Any:
        """The answer to a call."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(call) + "\n")
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"the benchmark's process for {call[0]} has ended; what it said stands above")
        return json.loads(line)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def run(*command: str) -> None:
    """A command that must succeed."""
    subprocess.run(command, check=True)


@contextlib.contextmanager
def topology() -> Iterator[tuple[End, End, End]]:
    """Client, router and server; what a run that was killed has left is removed first."""
    names = [f"{PREFIX}-{role}" for role in ("client", "router", "server")]
    remove(names)
    try:
        for name in names:
            run("ip", "netns", "add", name)
        client, router, server = names
        for end, leg, address, subnet in ((client, "leg0", CLIENT, "10.99.10"), (server, "leg1", SERVER, "10.99.11")):
            run("ip", "link", "add", leg, "netns", router, "type", "veth", "peer", "name", "port", "netns", end)
            run("ip", "-n", end, "address", "add", f"{address}/24", "dev", "port")
            run("ip", "-n", end, "link", "set", "port", "up")
            run("ip", "-n", router, "address", "add", f"{subnet}.1/24", "dev", leg)
            run("ip", "-n", router, "link", "set", leg, "up")
            run("ip", "-n", end, "route", "add", "default", "via", f"{subnet}.1")
        run("ip", "netns", "exec", router, "sysctl", "--quiet", "net.ipv4.ip_forward=1")
        run("ip", "netns", "exec", server, "nft", SILENT)
        with contextlib.ExitStack() as stack:
            ends = [End(role) for role in ("client", "router", "server")]
            for end in ends:
                stack.callback(end.close)
            ends[2].ask("received", "port")  # answers when it listens
            yield ends[0], ends[1], ends[2]
    finally:
        remove(names)


def remove(names: Sequence[str]) -> None:
    """Remove namespaces that are there, with their links."""
    for name in names:
        if Path("/run/netns", name).exists():
            run("ip", "netns", "delete", name)


def measure(ends: tuple[End, End, End], rules: RuleSet) -> Sample:
    """All rates through one rule set."""
    client, router, server = ends
    found = {LOADING: router.ask("load", rules.text)}
    for name, amount in AMOUNTS.items():
        router.ask("forget")
        before = client.ask("cpu") + server.ask("cpu")
        packets = server.ask("received", "port")
        client.ask(name, SERVER, amount)
        if server.ask("received", "port") - packets < amount * ARRIVED:
            sys.exit(f"the rule set of {rules.flows} flows lets too little through ({name})")
        found[name] = amount / (client.ask("cpu") + server.ask("cpu") - before)
    return found


def rounds(sets: Sequence[RuleSet], count: int) -> dict[int, list[Sample]]:
    """Flows -> samples. Each round begins with another rule set; a first round only warms up."""
    found: dict[int, list[Sample]] = {rules.flows: [] for rules in sets}
    with topology() as ends:
        for number in range(count + 1):
            first = number % len(sets)
            for rules in [*sets[first:], *sets[:first]]:
                result = measure(ends, rules)
                if number:
                    found[rules.flows].append(result)
    return found


def middle(samples: Sequence[Sample], key: str) -> float:
    """Median of a rate."""
    return median(sample[key] for sample in samples)


def share(samples: Sequence[Sample], others: Sequence[Sample], key: str) -> float:
    """Median of the shares of each round: what disturbs the machine disturbs neighbours alike."""
    return median(own[key] / other[key] for own, other in zip(samples, others, strict=True))


def table(sets: Sequence[RuleSet], found: dict[int, list[Sample]]) -> list[str]:
    """Lines of Markdown."""
    lines = [
        "| flows | elements | bulk, Gbit/s | packets/s | connections/s | first packets/s | loading, ms |",
        "|" + " ---: |" * 7,
    ]
    for rules in sets:
        own = found[rules.flows]
        cells = [str(rules.flows or "empty"), str(rules.elements)]
        for key, scale, form in RATES:
            part = f" ({100 * share(own, found[0], key):.0f} %)" if rules.flows else ""
            cells.append(f"{scale * middle(own, key):{form}}{part}")
        lines.append(f"| {' | '.join([*cells, f'{1000 * middle(own, LOADING):.0f}'])} |")
    return lines


def growth(sets: Sequence[RuleSet], found: dict[int, list[Sample]]) -> str:
    """What becomes of new connections from the fewest flows to the most."""
    few, most = sets[1].flows, sets[-1].flows
    parts = [
        f"{words} {100 * (share(found[most], found[few], key) - 1):+.0f} %"
        for key, words in (("connections", "connections"), ("firsts", "first packets"))
    ]
    return f"From {few} to {most} flows: {', '.join(parts)}."


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flows", type=int, nargs="+", default=[100, 500, 1000, 2000])
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    if os.geteuid():
        sys.exit("tests/bench/firewall.py makes network namespaces: run it as root")
    facts = machine.hardware()
    sets = ruleset.make([0, *options.flows])
    found = rounds(sets, options.rounds)
    lines = [*table(sets, found), "", growth(sets, found)]
    print("\n".join(lines))
    where = f"{facts['date']}, {facts['processor']}, {facts['cores']} cores, Linux {os.uname().release}"
    DOCUMENT.write_text(WORDS + "\n".join([f"{where}; load before: {facts['load_before']}.", "", *lines]) + "\n")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": facts, "samples": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
