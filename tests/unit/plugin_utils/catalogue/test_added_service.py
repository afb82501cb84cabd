# SPDX-License-Identifier: GPL-3.0-or-later
"""A service is added by one more file, without any code."""

from ansible_collections.medvirt.hospital.plugins.plugin_utils.catalogue.loader import load_catalogue
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.demand import PlanningPolicies, resolve
from ansible_collections.medvirt.hospital.plugins.plugin_utils.sizing.expand import expand

PHARMACY = """
title: Pharmacy
tier: "2"
default_profile: standard
depends_on: [infra, integration]
profiles:
  standard:
    guests:
      - role: pharmacy_app
        title: Application server
        count: {value: 1, per: beds, of: 200, min: 2, max: 4}
        class: critical
        image: debian
        segment: his-app
        recovery_stage: 6
        sizing: {native_cores: 2, memory_mib: 8192, root_gib: 40, source: "[E] measured on the old machine"}
        volumes:
          - purpose: data
            capacity_gib: {value: 100, per: beds, of: 300}
            iops: 400
            growth: databases
            source: "[E]"
        checks: [{name: https, protocol: tcp, port: 443}]
    flows:
      - {name: users, source: clinical, protocol: tcp, ports: [443], reason: wards order drugs}
    shared_volumes:
      - {purpose: leaflets, capacity_gib: 20, consumers: [pharmacy_app], source: "[E]"}
"""


def test_one_more_file_is_one_more_service(catalogue, catalogue_texts):
    grown = load_catalogue({**catalogue_texts, "services/pharmacy.yml": PHARMACY})
    assert set(grown.services) - set(catalogue.services) == {"pharmacy"}
    assert grown.sha256 != catalogue.sha256

    demand = resolve({"beds": 450}, {}, grown, PlanningPolicies(5, 20, 10, 20))
    profile = grown.services["pharmacy"].profiles["standard"]
    made = expand(profile, demand, {}, grown)
    assert [(g.entry.role, g.sizing.vcpus, g.sizing.memory_mib) for g in made.guests] == [("pharmacy_app", 3, 8192)] * 3
    assert [(v.purpose, v.capacity_gib, v.iops) for v in made.guests[0].volumes] == [("data", 242, 400)]
    assert [(v.purpose, v.capacity_gib, v.consumers) for v in made.shared_volumes] == [
        ("leaflets", 20, ("pharmacy_app",))
    ]
    assert [(f.name, f.source, f.ports) for f in profile.flows] == [("users", "clinical", (443,))]
