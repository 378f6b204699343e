"""Fits the table of weights of lateral movement on made-up estates and writes it.

    python benchmarks/fit_lateral_weights.py [--seeds 100 … 119] [--compare 75 76 …] [--out FILE]

Every estate draws its own shares of honest work that looks like an intruder's. The model is additive: boosted stumps,
one term each, whose direction is fixed by `SIGNS`, so that what comes out is a table of steps. It is fitted to the rows
twice, as logons alone show them and with host events beside. `--compare` measures seeds that nothing was fitted on.
Never fit on seeds 1 to 5, nor look at them here: they are for reporting only.
"""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.synthetic import synthetic_case
from graphhunt.lateral.detector import corroborate, score_hops
from graphhunt.lateral.detector.terms import terms_of
from graphhunt.lateral.detector.weights import Weights
from graphhunt.lateral.paths.table import Flags, Floats, Ints

SIGNS = {
    "target_for_account": ("rarity", 1),
    "target_for_source": ("rarity", 1),
    "account_for_source": ("rarity", 1),
    "days_of_target": ("rarity", -1),
    "logons_at_source": ("rarity", -1),
    "logons_at_target": ("rarity", -1),
    "type_surprise": ("rarity", 1),
    "switch": ("switch", 1),
    "home_share": ("switch", 1),
    "home_new": ("switch", 1),
    "relay": ("switch", 1),
    "hours_since_own_screen": ("switch", 1),
    "hours_since_own_arrival": ("switch", 1),
    "own_arrival_of_late": ("context", -1),
    "logons_today": ("routine", -1),
    "targets_today": ("routine", -1),
    "heat_in": ("context", 1),
    "heat_out": ("context", 1),
    "rotations": ("context", 1),
    "failures": ("context", 1),
    "hours_since_arrival": ("context", -1),
    "off_hours": ("time", 1),
    "hours_of_rest": ("time", 1),
    "haste": ("time", -1),
    "host_events": ("host", 1),
    "source_events": ("host", 1),
    "remote_process": ("host", 1),
    "service_install": ("host", 1),
    "task_install": ("host", 1),
    "explicit_credentials": ("host", 1),
    "local_switch": ("proof", 1),
    "proved_switch": ("proof", 1),
    "proved_relay": ("proof", 1),
}
"""Class and direction of each term."""

CAPS = {"rarity": 8.0, "switch": 6.0, "routine": 6.0, "context": 4.0, "time": 4.0, "host": 6.0, "proof": 6.0}
"""Most nats of a class: what is said there in many ways is still one thing."""

HOST = frozenset({"host", "proof"})
"""Classes that logons alone know nothing of."""

RESERVED = frozenset(range(1, 6))
WINDOW = 30
_ORDINARY_SHARE, _KEPT, _FEW = 0.05, 0.5, 5
_LEAST_STEP = 0.05
_OPERATING = 200
"""Honest units a day that come to more than an ordinary hop."""


class Rows(NamedTuple):
    """Ranked rows of one estate: terms by name, whose they are, their units and the days."""

    values: dict[str, Floats]
    labels: Ints
    unit: Ints
    days: int


def rows_of(case: LabelledCase) -> Rows:
    """Take the terms of a case's ranked rows."""
    support = None if case.events is None else corroborate(case.table, case.events)
    scores, tested = score_hops(case.table, support), case.tested
    values = {name: column[tested] for name, column in terms_of(case.table, scores.known, WINDOW)}
    unit = np.unique(case.units()[tested], return_inverse=True)[1].ravel()
    return Rows(values, case.labels[tested].astype(np.int64), unit, case.days)


def taught(seed: int) -> list[Rows]:
    """Make an estate to fit on, with host events beside and with none."""
    seen = rows_of(synthetic_case(seed).with_hosts())
    blind = {name: np.zeros_like(seen.values[name]) for name, (group, _) in SIGNS.items() if group in HOST}
    return [seen, seen._replace(values=seen.values | blind)]


def both(seed: int) -> list[Rows]:
    """Make an estate as logons alone show it, and with host events beside."""
    case = synthetic_case(seed)
    return [rows_of(case.logons_alone()), rows_of(case.with_hosts())]


def chosen(rows: Rows, draw: np.random.Generator) -> Ints:
    """Choose rows to fit on: few of those that are plainly ordinary, which are never near the top of a list."""
    values, bad = rows.values, rows.labels >= 0
    telling = values["host_events"] > 0
    telling |= np.minimum(values["logons_at_source"], values["logons_at_target"]) < _FEW
    share = np.where(bad, 1.0, np.where(telling, _KEPT, _ORDINARY_SHARE))
    return np.flatnonzero(draw.random(len(bad)) < share)


def fitted(parts: list[Rows], rounds: int, bins: int) -> dict[str, tuple[list[float], list[float]]]:
    """Fit boosted stumps and give each term's edges and nats."""
    draw = np.random.default_rng(0)
    picks = [chosen(rows, draw) for rows in parts]
    matrix = np.concatenate(
        [np.column_stack([rows.values[n][kept] for n in SIGNS]) for rows, kept in zip(parts, picks, strict=True)]
    )
    bad = np.concatenate([rows.labels[kept] >= 0 for rows, kept in zip(parts, picks, strict=True)])
    model = HistGradientBoostingClassifier(
        max_iter=rounds, max_leaf_nodes=2, min_samples_leaf=50, l2_regularization=5.0, learning_rate=0.15,
        max_bins=bins, early_stopping=False, random_state=0, monotonic_cst=[sign for _, sign in SIGNS.values()],
    )  # fmt: skip
    with threadpool_limits(1):
        model.fit(matrix, bad)
    return {name: steps(_stumps(model, place)) for place, name in enumerate(SIGNS)}


def _stumps(model: Any, place: int) -> dict[float, tuple[float, float]]:
    """Sum the stumps of one term: nats below and above each threshold."""
    found: dict[float, tuple[float, float]] = {}
    for (tree,) in model._predictors:
        root = tree.nodes[0]
        if root["is_leaf"] or root["feature_idx"] != place:
            continue
        below, above = (float(tree.nodes[root[side]]["value"]) for side in ("left", "right"))
        edge = float(f"{root['num_threshold']:.3g}")
        before = found.get(edge, (0.0, 0.0))
        found[edge] = (before[0] + below, before[1] + above)
    return found


def steps(stumps: dict[float, tuple[float, float]]) -> tuple[list[float], list[float]]:
    """Give edges and nats of steps, the least of them 0; steps that differ by next to nothing become one."""
    edges = sorted(stumps)
    nats = [
        sum(stumps[edge][0 if place <= at else 1] for at, edge in enumerate(edges)) for place in range(len(edges) + 1)
    ]
    kept_edges: list[float] = []
    kept = [nats[0]]
    for edge, value in zip(edges, nats[1:], strict=True):
        if abs(value - kept[-1]) >= _LEAST_STEP:
            kept_edges.append(edge)
            kept.append(value)
    return kept_edges, [round(value - min(kept), 2) for value in kept]


def table_of(parts: list[Rows], steps_of: dict[str, tuple[list[float], list[float]]]) -> dict[str, Any]:
    """Make the table: what an ordinary hop comes to is what the operating number of honest units a day exceeds."""
    terms = {
        name: {"class": SIGNS[name][0], "sign": SIGNS[name][1], "edges": edges, "nats": nats}
        for name, (edges, nats) in steps_of.items()
        if edges
    }
    raw = {"ordinary": 0.0, "caps": CAPS, "terms": terms}
    weights = Weights.parse(raw)
    levels = []
    for rows in parts:
        honest = np.sort(_best(rows, total(weights, rows), rows.labels < 0))[::-1]
        levels.append(honest[min(_OPERATING * rows.days, len(honest)) - 1])
    return raw | {"ordinary": round(float(np.median(levels)), 2)}


def total(weights: Weights, rows: Rows) -> Floats:
    """Add up the classes of a table."""
    return np.asarray(np.sum(list(weights.classes(rows.values.items()).values()), axis=0))


def recall(rows: Rows, score: Floats, budget: int) -> float:
    """Give the share of attacks that come, each ranked alone among the honest units, within a daily budget."""
    honest = np.sort(_best(rows, score, rows.labels < 0))[::-1]
    level = honest[min(budget * rows.days, len(honest)) - 1]
    tops = [score[rows.labels == number].max() for number in np.unique(rows.labels[rows.labels >= 0])]
    return float(np.mean(np.array(tops) > level))


def _best(rows: Rows, score: Floats, kept: Flags) -> Floats:
    best = np.full(int(rows.unit.max()) + 1, -np.inf)
    np.maximum.at(best, rows.unit[kept], score[kept])
    return best[np.isfinite(best)]


def written(table: dict[str, Any], seeds: list[int], figures: dict[str, float]) -> str:
    """Write the table as TOML."""
    made_with = version("graphhunt")
    lines = [
        "# Nats of each term of a hop, as benchmarks/fit_lateral_weights.py writes them.",
        "# nats[i] is for numbers up to edges[i], the last one for all above. A class counts its cap at most,",
        "# and a hop scores what it comes to above an ordinary one.",
        f'version = "{made_with}"',
        f"seeds = {seeds}",
        f"ordinary = {table['ordinary']}",
        "",
        "[caps]",
        *(f"{name} = {nats}" for name, nats in table["caps"].items()),
        "",
        "[figures]",
        *(f'"{name}" = {value:.2f}' for name, value in figures.items()),
    ]
    for name, term in table["terms"].items():
        lines += ["", f"[terms.{name}]", f'class = "{term["class"]}"', f"sign = {term['sign']}"]
        lines += [f"edges = {[float(edge) for edge in term['edges']]}", f"nats = {term['nats']}"]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(100, 120)))
    parser.add_argument("--compare", type=int, nargs="*", default=[75, 76, 77, 78])
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--bins", type=int, default=64)
    parser.add_argument("--out", type=Path, default=Path("graphhunt/lateral/detector/weights.toml"))
    arguments = parser.parse_args()
    if RESERVED & {*arguments.seeds, *arguments.compare}:
        parser.error("seeds 1 to 5 are only reported")
    parts = [rows for seed in arguments.seeds for rows in taught(seed)]
    table = table_of(parts, fitted(parts, arguments.rounds, arguments.bins))
    weights, figures = Weights.parse(table), {}
    for seed in arguments.compare:
        for name, rows in zip(("logons", "host events"), both(seed), strict=True):
            score = total(weights, rows)
            for budget in (9, 20):
                figures[f"seed {seed}, {name}, at {budget} units a day"] = recall(rows, score, budget)
    for name, value in figures.items():
        print(f"{value:.3f}\t{name}")
    arguments.out.write_text(written(table, arguments.seeds, figures), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
