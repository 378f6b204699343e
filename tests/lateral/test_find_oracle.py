"""The most unusual paths against full enumeration on thousands of small random graphs."""

from __future__ import annotations

from math import isclose, sqrt
from typing import Any

import numpy as np
import pytest

from graphhunt.lateral.paths import find_paths

from . import oracle
from .test_reach_oracle import engine, random_case, rules_of, table_of  # noqa: F401 - a fixture

GRAPHS = 1_500


def expected(edges, rules, scores, query):
    """All matching paths by falling score, as (score, rows)."""
    paths = []
    for path in oracle.simple_paths(edges, rules, query["max_hops"]):
        if query["source"] is not None and edges[path[0]].src != query["source"]:
            continue
        if query["target"] is not None and edges[path[-1]].dst != query["target"]:
            continue
        if query["account"] is not None and all(edges[i].acct != query["account"] for i in path):
            continue
        paths.append((sqrt(sum(scores[i] ** 2 for i in path)), path))
    return sorted(paths, key=lambda each: -each[0])


def covering(paths):
    """Keep a path only if it has a row not shown before."""
    shown, kept = set[Any](), []
    for score, path in paths:
        if not shown.issuperset(path):
            kept.append((score, path))
            shown |= set(path)
    return kept


def random_query(rng, hosts):
    def maybe(high):
        return int(rng.integers(0, high)) if rng.random() < 0.5 else None

    return {
        "source": maybe(hosts), "target": maybe(hosts), "account": maybe(3),
        "max_hops": int(rng.integers(1, 6)), "k": int(rng.integers(1, 12)),
    }  # fmt: skip


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("every", [True, False])
def test_paths_equal_full_enumeration(every):
    rng = np.random.default_rng(99 + every)
    for _ in range(GRAPHS):
        hosts, edges, rules = random_case(rng)
        scores = rng.random(len(edges)) + 0.01
        query = random_query(rng, hosts)
        given = rules_of(rules)
        found = find_paths(
            table_of(hosts, edges), scores=scores, every=every, fold_us=-1, max_dwell_us=given.max_dwell_us,
            skew_us=given.skew_us, within_session=given.within_session, **query,
        )  # fmt: skip
        truth = expected(edges, rules, scores, query)
        if not every:
            truth = covering(truth)
        assert found.exact
        assert found.truncated == (len(truth) > query["k"])
        listed = [tuple(hop.rows[0] for hop in path.hops) for path in found.paths]
        assert listed == [path for _, path in truth[: query["k"]]]
        for path, (score, _) in zip(found.paths, truth, strict=False):
            assert isclose(path.score, score, rel_tol=1e-9)


@pytest.mark.usefixtures("engine")
def test_a_leading_score_decides_by_the_best_hop_and_the_sum_only_among_equals():
    rng = np.random.default_rng(7)
    for _ in range(GRAPHS):
        hosts, edges, rules = random_case(rng)
        scores = rng.random(len(edges)) + 0.01
        # Few values, so that hops tie: then the earlier one is the better.
        lead = rng.integers(0, 4, len(edges)).astype(float)
        query = random_query(rng, hosts)
        given = rules_of(rules)
        found = find_paths(
            table_of(hosts, edges), scores=scores, lead=lead, fold_us=-1, max_dwell_us=given.max_dwell_us,
            skew_us=given.skew_us, within_session=given.within_session, **query,
        )  # fmt: skip

        def place(path, lead=lead):
            best = min(path, key=lambda row: (-lead[row], row))
            return (-lead[best], best if lead[best] > 0 else 0)

        truth = sorted(expected(edges, rules, scores, query), key=lambda each: (*place(each[1]), -each[0]))
        listed = [tuple(hop.rows[0] for hop in path.hops) for path in found.paths]
        assert listed == [path for _, path in covering(truth)[: query["k"]]]


@pytest.mark.usefixtures("engine")
def test_no_listed_path_breaks_time_order_with_equal_scores_and_folding():
    rng = np.random.default_rng(5)
    for _ in range(GRAPHS // 3):
        hosts, edges, rules = random_case(rng)
        found = find_paths(
            table_of(hosts, edges), scores=np.ones(len(edges)), fold_us=2, k=50,
            max_dwell_us=None if rules.dwell == oracle.FOREVER else rules.dwell, skew_us=rules.skew,
        )  # fmt: skip
        plain = oracle.Rules(rules.dwell, rules.skew)
        for path in found.paths:
            assert not oracle.breaks_order(edges, tuple(hop.rows[0] for hop in path.hops), plain)
            visited = [path.hops[0].src, *(hop.dst for hop in path.hops)]
            assert len(set(visited)) == len(visited)
        rows = [row for path in found.paths for hop in path.hops for row in hop.rows]
        if not found.truncated:
            assert set(rows) == {i for i, edge in enumerate(edges) if oracle.hop_ok(edge)}
