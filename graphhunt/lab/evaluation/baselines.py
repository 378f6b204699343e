"""Baselines that every report prints beside the detector.

Each gives one score per row of a case and learns only from rows before the test period or before the row's
own day. They are deliberately the simple methods of the literature, not weakened ones.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from sklearn.ensemble import IsolationForest

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lateral.detector.habits import count_habits
from graphhunt.lateral.detector.pmf import link_surprise
from graphhunt.lateral.paths import find_paths
from graphhunt.lateral.paths.rarity import hop_rarity
from graphhunt.lateral.paths.table import DAY, HOUR, Floats

_DAMPING = 0.85
_ROUNDS = 30
_FOREST_SAMPLE = 200_000
_CHAINS = 2_000


def random_order(case: LabelledCase) -> Floats:
    """Score by chance, with a fixed seed: what luck finds."""
    return np.random.default_rng(0).random(len(case.table))


def edgebank(case: LabelledCase) -> Floats:
    """1 where nobody went from the source to the destination on an earlier day (EdgeBank's memory)."""
    return np.asarray(count_habits(case.table).src_dst == 0, dtype=np.float64)


def rarity_sum(case: LabelledCase) -> Floats:
    """Sum of the surprises of destination given account, destination given source and account given source."""
    return hop_rarity(case.table).total


def rarity_chained(case: LabelledCase) -> Floats:
    """Score a logon by the rarest time-respecting path it is part of; those in none, by their own rarity, below."""
    table = case.table
    own = hop_rarity(table).total
    paths = find_paths(table, scores=np.where(case.tested, own, 0.0), since=case.since, k=_CHAINS, max_dwell_us=DAY)
    chained = np.zeros(len(table))
    for path in paths.paths:
        rows = [row for hop in path.hops for row in hop.rows]
        chained[rows] = np.maximum(chained[rows], path.score)
    least = min((path.score for path in paths.paths), default=0.0)
    return np.where(chained > 0, chained, least * own / (1.0 + np.max(own, initial=0.0)))


def link_model(case: LabelledCase) -> Floats:
    """Link-prediction surprise from Poisson factorisation of the history."""
    return link_surprise(case.table, case.table.t < case.since)


def isolation_forest(case: LabelledCase) -> Floats:
    """Isolation Forest on nine features of a logon, fitted on the history."""
    table, habits = case.table, count_habits(case.table)
    hour = table.t // HOUR % 24
    features = np.column_stack(
        [
            habits.acct_src == 0, habits.acct_dst == 0, habits.src_dst == 0, np.log1p(habits.acct),
            np.log1p(habits.src), np.log1p(habits.dst), habits.home, hour, table.logon_type,
        ]
    ).astype(np.float32)  # fmt: skip
    past = np.flatnonzero((table.t < case.since) & table.usable())
    if len(past) > _FOREST_SAMPLE:
        past = np.random.default_rng(0).choice(past, _FOREST_SAMPLE, replace=False)
    if not len(past):
        return np.zeros(len(table))
    forest = IsolationForest(n_estimators=200, max_samples=min(256, len(past)), random_state=0).fit(features[past])
    score, rows = np.full(len(table), -np.inf), case.tested
    if rows.any():
        score[rows] = -np.asarray(forest.score_samples(features[rows]), dtype=np.float64)
    return score


def pagerank(case: LabelledCase) -> Floats:
    """PageRank on the undirected graph of accounts and source machines of the row's day (LogonTracer's view).

    A logon scores what its account and source have together; 30 rounds, damping 0.85.
    """
    table = case.table
    rank = np.zeros(len(table))
    day = table.t // DAY
    for one in np.unique(day[case.tested]):
        rows = np.flatnonzero(case.tested & (day == one))
        value = _pagerank(table.src[rows], table.acct[rows] + len(table.hosts), len(table.hosts) + len(table.accounts))
        rank[rows] = value[table.src[rows]] + value[table.acct[rows] + len(table.hosts)]
    return rank


def _pagerank(left: np.ndarray, right: np.ndarray, size: int) -> Floats:
    ones = np.ones(len(left))
    links = sp.coo_matrix((ones, (left, right)), (size, size)).tocsr()
    links = links + links.T
    degree = np.asarray(links.sum(axis=1)).ravel()
    share = np.divide(1.0, degree, out=np.zeros(size), where=degree > 0)
    active = degree > 0
    value = active / max(1, int(active.sum()))
    rest = (1 - _DAMPING) * value
    for _ in range(_ROUNDS):
        value = rest + _DAMPING * (links @ (value * share))
    return np.asarray(value, dtype=np.float64)


BASELINES = {
    "random": random_order, "edgebank": edgebank, "rarity_sum": rarity_sum, "rarity_chained": rarity_chained,
    "link_model": link_model, "pagerank": pagerank, "isolation_forest": isolation_forest,
}  # fmt: skip
"""Every baseline that reads no labels, by name."""
