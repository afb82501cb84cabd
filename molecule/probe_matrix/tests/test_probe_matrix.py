# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan allows passes and nothing else does; and the matrix that shows it finds what is made wrong by hand."""

import json
import re
from dataclasses import dataclass
from itertools import permutations

import pytest
from proof.lab import playbook
from proof.routing import Routing

SEED = 20261122
SOURCE, TARGET = "modality-a", "pacs"
# Both of TCP and of UDP, ping, IPv6, and a false source at least.
ASKED_AT_LEAST = 20 + 20 + 1 + 1 + 1
TABLE = "inet medvirt_gateway"


@dataclass(frozen=True)
class Seen:
    """What probe.yml said, and the evidence that it wrote."""

    code: int
    text: str
    evidence: dict

    @property
    def findings(self) -> list[str]:
        return self.evidence["findings"]


@pytest.fixture
def look(tmp_path):
    """look(): run probe.yml, with the same seed each time."""

    def call() -> Seen:
        done = playbook("probe", "-e", f"probe_seed={SEED}", "-e", f"probe_evidence={tmp_path}")
        written = tmp_path / "probe_matrix.json"
        assert written.exists(), done.stdout[-4000:] + done.stderr[-2000:]
        evidence = json.loads(written.read_text())
        written.unlink()
        return Seen(done.returncode, done.stdout, evidence)

    return call


@pytest.fixture
def active(lab):
    """The gateway that routes, with its own rules again afterwards."""
    routing = Routing(lab)
    routing.wait_until_whole()
    gateway = routing.active()
    yield gateway
    gateway.output("systemctl reload medvirt-gateway.service")


def assert_clean(seen: Seen) -> None:
    assert (seen.code, seen.findings) == (0, []), seen.text[-6000:]
    counts = seen.evidence["counts"]
    assert counts["unplanned_passed"] == 0
    assert counts["planned_passed"] + counts["planned_unproved"] == counts["planned"]


def open_a_hole(lab, gateway) -> str:
    """Let a whole segment into another; returns the probe's address there."""
    segments = lab.plan["segments"]
    ends = f"ip saddr {segments[SOURCE]['subnet']} ip daddr {segments[TARGET]['subnet']}"
    gateway.output(f"nft 'insert rule {TABLE} forward {ends} tcp dport 5000-65535 accept'")
    probe = next(iter(lab.probes.values()))
    return probe.plan["addresses"][TARGET]


def close_a_flow(archive, gateway) -> None:
    rule = f"ip daddr {archive.address} tcp dport {archive.dicom_port} drop"
    gateway.output(f"nft 'insert rule {TABLE} forward {rule}'")


def test_every_pair_is_asked_and_only_planned_packets_pass(lab, look):
    seen = look()
    assert_clean(seen)
    evidence = seen.evidence
    routed = lab.plan["gateways"]["main"]["segments"]
    assert evidence["seed"] == SEED
    assert evidence["plan_sha256"] == lab.plan["hashes"]["content_sha256"]
    segments = [label for label in evidence["segments"] if label != "internet"]
    assert set(segments) == set(lab.plan["segments"])
    asked = {pair: evidence["cells"][pair[0]][pair[1]]["unplanned"] for pair in permutations(segments, 2)}
    assert {pair: number for pair, number in asked.items() if number < ASKED_AT_LEAST} == {}
    planned = {pair for pair in permutations(segments, 2) if evidence["cells"][pair[0]][pair[1]]["planned"]}
    assert planned and planned <= set(permutations(routed, 2))
    assert evidence["counts"]["connections"] > 0
    print(f"\n{seen.text[seen.text.index('msg: |') :].split('PLAY [')[0]}")


def test_one_hole_is_found_and_named(lab, look, active):
    address = open_a_hole(lab, active)
    seen = look()
    assert seen.code != 0
    start = rf"From {SOURCE} \(10\.[0-9.]+\) tcp \d+"
    holes = [line for line in seen.findings if re.match(start, line)]
    # A packet to a guest may be heard, too, while the switch does not know where the guest is.
    assert holes == seen.findings, seen.findings
    assert any(f"reached {TARGET} ({address}): no flow of the plan allows it" in line for line in holes)
    assert active.name in holes[0]
    leaking = {
        (row, column) for row, line in seen.evidence["cells"].items() for column, c in line.items() if c["leaked"]
    }
    assert leaking == {(SOURCE, TARGET)}
    print(f"\n{holes[0]}")


def test_one_closed_flow_is_found_and_named(archive, look, active):
    close_a_flow(archive, active)
    seen = look()
    assert seen.code != 0
    port = f"({archive.address}) on tcp {archive.dicom_port}:"
    closed = [line for line in seen.findings if port in line]
    assert closed == seen.findings and closed, seen.findings
    assert any(re.match(rf"Flow \S+ does not pass from {SOURCE} ", line) for line in closed)
    assert seen.evidence["counts"]["unplanned_passed"] == 0
    print("\n" + "\n".join(closed))


def test_the_next_run_of_site_mends_what_was_changed_by_hand(lab, archive, look, active):
    open_a_hole(lab, active)
    close_a_flow(archive, active)
    assert look().findings
    done = playbook("site", "--limit", "gateways,localhost")
    assert done.returncode == 0, done.stdout[-4000:]
    assert_clean(look())


def test_nothing_crosses_without_gateways(lab, look):
    for gateway in lab.gateways.values():
        gateway.cut_power()
    seen = look()
    assert seen.code != 0
    counts = seen.evidence["counts"]
    assert counts["crossed"] == 0 and counts["connections"] > 0, counts
    crossing = [cell for row, line in seen.evidence["cells"].items() for column, cell in line.items() if row != column]
    assert sum(cell["planned"] for cell in crossing) > 0
    assert sum(cell["passed"] + cell["leaked"] for cell in crossing) == 0
    assert seen.findings[0].startswith("Nothing passes between segments at main: the gateways")
    print(f"\n{seen.findings[0]} {counts['sent']} packets were sent, {counts['crossed']} crossed.")
    lab.mend()
    Routing(lab).wait_until_whole()
    assert_clean(look())
