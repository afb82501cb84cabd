# SPDX-License-Identifier: GPL-3.0-or-later
"""What the search keeps up to date while units move is what a fresh start would compute."""

import numpy as np
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.arrays import compile
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.build import make_state, make_witness, prove
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.failures import fatal, scenarios
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.search_moves import move
from ansible_collections.medvirt.hospital.plugins.plugin_utils.engine.search_state import (
    HOST,
    UNITS_ON,
    USED_CPU,
    USED_MEMORY,
    lawful,
    room,
    score_after,
    score_chain,
    score_now,
)
from ansible_collections.medvirt.hospital.tests.unit.plugin_utils.engine.clusters import broken_rules, clusters
from hypothesis import given, settings
from hypothesis import strategies as st

WALKS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=25)


def walk(arrays, state, witness, steps):
    """Shifts and chains, as far as rules and room allow. Yields after each."""
    for a, b, c in steps:
        u, host = a % arrays.units, b % arrays.hosts
        source = int(state.unit[HOST, u])
        if host == source or not room(state, u, host) or not lawful(state, u, host, source):
            continue
        here = int(state.node[UNITS_ON, host])
        v = int(state.listing[host, c % here]) if c % 2 and here else -1
        end = source if v >= 0 and room(state, v, source) else -1
        v = v if end >= 0 else -1
        if v < 0:
            expected = score_after(state, source, host, state.unit[2, u], state.unit[3, u])
        else:
            expected = score_chain(state, source, host, end, u, v)
        before = state.unit[HOST].copy()
        moved = move(state, witness, u, v, host, end)
        yield moved, before, expected


@settings(max_examples=60, deadline=None, derandomize=True)
@given(clusters(n_plus=(0, 1, 2)), WALKS)
def test_state_and_witnesses_stay_right(drawn, steps):
    instance, assignment = drawn
    arrays = compile(instance)
    start = arrays.unit_hosts(assignment)
    state, witness = make_state(arrays, start), make_witness(arrays)
    prove(arrays, state, witness)
    kept = {scenario.name for index, scenario in enumerate(scenarios(instance)) if witness.active[index]}
    for moved, before, expected in walk(arrays, state, witness, steps):
        fresh = make_state(arrays, state.unit[HOST], home=start)
        for rows in (USED_MEMORY, USED_CPU, UNITS_ON):
            assert (state.node[rows] == fresh.node[rows]).all()
        assert (state.count == fresh.count).all()
        assert (state.colours == fresh.colours).all()
        assert np.allclose(state.sums, fresh.sums)
        if moved:
            assert abs(score_now(state) - expected) < 1e-9
            assert not broken_rules(instance, state.unit[HOST]) - broken_rules(instance, before)
        else:
            assert (state.unit[HOST] == before).all()
        lost = {scenario.name for scenario in fatal(arrays, arrays.guest_hosts(state.unit[HOST]))}
        assert not lost & kept
