"""Reachability against brute force on thousands of small random graphs, compiled and plain."""

from __future__ import annotations

import numpy as np
import pytest

from graphhunt.lateral.paths import (
    NEVER,
    LogonTable,
    TimeRules,
    _jit,
    blast_radius,
    earliest_arrival,
    latest_departure,
    rows_between,
)

from . import oracle

GRAPHS = 2_500


@pytest.fixture(params=["plain", "compiled"])
def engine(request, monkeypatch):
    if request.param == "compiled":
        pytest.importorskip("numba")
        monkeypatch.setattr(_jit, "COMPILE_ABOVE", -1)
    else:
        monkeypatch.setenv("GRAPHHUNT_NUMBA", "0")
    return request.param


def random_case(rng):
    hosts, rows = int(rng.integers(2, 7)), int(rng.integers(0, 13))
    span = int(rng.integers(3, 25))
    edges = [
        oracle.Edge(
            t=(t := int(rng.integers(0, span))),
            end=-1 if rng.random() < 0.4 else t + int(rng.integers(0, 8)),
            src=int(rng.integers(-1, hosts)) if rng.random() < 0.2 else int(rng.integers(0, hosts)),
            dst=int(rng.integers(0, hosts)),
            acct=int(rng.integers(0, 3)),
            ok=int(rng.random() > 0.1),
        )
        for _ in range(rows)
    ]
    edges.sort(key=lambda edge: edge.t)
    dwell = oracle.FOREVER if rng.random() < 0.3 else int(rng.integers(0, 12))
    rules = oracle.Rules(dwell, int(rng.integers(0, 5)) * int(rng.random() < 0.5), bool(rng.random() < 0.5))
    return hosts, edges, rules


def table_of(hosts, edges):
    columns = {name: [getattr(edge, name) for edge in edges] for name in ("t", "src", "dst", "acct", "end", "ok")}
    return LogonTable.from_arrays(
        columns["t"], columns["src"], columns["dst"], columns["acct"], end=columns["end"], ok=columns["ok"],
        hosts=[f"h{i}" for i in range(hosts)], accounts=["a", "b", "c"],
    )  # fmt: skip


def rules_of(rules):
    dwell = None if rules.dwell == oracle.FOREVER else rules.dwell
    return TimeRules(max_dwell_us=dwell, skew_us=rules.skew, within_session=rules.within_session)


@pytest.mark.usefixtures("engine")
def test_reach_equals_brute_force():
    rng = np.random.default_rng(20260101)
    for _ in range(GRAPHS):
        hosts, edges, rules = random_case(rng)
        table, given = table_of(hosts, edges), rules_of(rules)
        host = int(rng.integers(0, hosts))
        reached = oracle.reached_rows(edges, {host}, rules)
        leading = oracle.leading_rows(edges, {host}, rules)
        arrival = earliest_arrival(table, host, given)
        departure = latest_departure(table, host, given)
        for other in set(range(hosts)) - {host}:
            when = [edges[i].t for i in reached if edges[i].dst == other]
            assert arrival[other] == (min(when) if when else NEVER)
            left = [edges[i].t for i in leading if edges[i].src == other]
            assert departure[other] == (max(left) if left else -1)
        goal = int(rng.integers(0, hosts))
        order = sorted(reached)
        onward = oracle.leading_rows([edges[i] for i in order], {goal}, rules)
        between = {order[i] for i in onward}
        assert set(rows_between(table, host, goal, given).tolist()) == between


@pytest.mark.usefixtures("engine")
def test_blast_radius_equals_brute_force():
    rng = np.random.default_rng(7)
    for _ in range(GRAPHS // 5):
        hosts, edges, rules = random_case(rng)
        table = table_of(hosts, edges)
        at = int(rng.integers(0, 6))
        late = [edge for edge in edges if edge.t >= at]
        level = oracle.fewest_hops(late, 0, rules)
        radius = blast_radius(table, 0, at, rules_of(rules))
        expected: dict[int, tuple[int, int]] = {}
        for i, hops in level.items():
            when, few = expected.get(late[i].dst, (oracle.FOREVER, oracle.FOREVER))
            expected[late[i].dst] = (min(when, late[i].t), min(few, hops))
        expected.pop(0, None)
        assert {each.host: (each.arrival, each.hops) for each in radius.reached} == expected
        for each in radius.reached:
            way = radius.way(each.host)
            assert way[-1] == each.row
            assert edges[way[0]].src == 0
            assert not oracle.breaks_order(edges, way, rules)
