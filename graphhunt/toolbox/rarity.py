"""Process rarity: how common a parent-child pair and a command's shape are over hosts and days.

Counts are distinct (host, day) pairs, never raw events, so that automation can't drown people. The surprise of
seeing x given y is `-ln((days(x, y) + 0.5) / (days(y) + 1))`. A process scores the sum of the surprises along
its chain of ancestors (at most 5 links), its own shape's surprise given its image, and 2 for each bonus fact.
A tree scores the most of its processes. This ranks for triage; a rare process is not an alert by itself.

That services.exe starts the system's own svchost.exe surprises nobody, whatever the service: that a service's name is
seen on few machines stands among the reasons and counts nothing.

References:
    Design notes on process-tree anomaly; NodoZe (NDSS 2019) for counting host-days.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from graphhunt.toolbox._rarity_facts import bonus_facts
from graphhunt.toolbox._tree_paths import break_cycles, depths
from graphhunt.toolbox.command_shape import command_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHAIN = 5
"""Links of a chain that count."""

BONUS = 2.0
"""What each bonus fact adds: as much as a pair seen on about one host-day in seven."""

RARE_HOSTS = 2
"""A shape on at most this many hosts is called rare."""

DAY = 86_400_000_000
_SHOWN = 5


def process_rarity(processes: pl.DataFrame) -> pl.DataFrame:
    """Score processes by how unusual they are.

    Args:
        processes: `id`, `parent_id` (id or null), `machine_id`, `name`, `parent_name`, `command_line`, `start`
            (µs), and optionally `user_id`, `path`, `company`, `integrity`.

    Returns:
        One row per process, by id: `id`, `score`, `own` (its pair's and shape's surprise), `tree_score` (the
        most below the root of its tree), `shape`, `shape_hosts`, `shape_days` (host-days), `shape_users`,
        `shape_first` (µs), `pair_days`, `rare_shape` and `reasons`.
    """
    frame = _prepared(processes)
    if frame.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    frame = _counted(frame)
    parents = _parents(frame)
    facts = bonus_facts(frame)
    own = frame["pair_surprise"].to_numpy() + np.array([BONUS * len(f) for f in facts])
    score = _chain_sum(own, parents) + frame["shape_surprise"].to_numpy()
    reasons = [_reasons(row, said) for row, said in zip(frame.iter_rows(named=True), facts, strict=True)]
    return frame.select(
        "id",
        pl.Series("score", np.round(score, 4)),
        pl.Series("own", np.round(own + frame["shape_surprise"].to_numpy(), 4)),
        pl.Series("tree_score", np.round(_tree_max(score, parents), 4)),
        "shape", "shape_hosts", "shape_days", "shape_users", "shape_first", "pair_days",
        (pl.col("shape_hosts") <= RARE_HOSTS).alias("rare_shape"),
        pl.Series("reasons", reasons, dtype=pl.List(pl.String)),
    ).sort("id")  # fmt: skip


_SCHEMA = pl.Schema({
    "id": pl.String(), "score": pl.Float64(), "own": pl.Float64(), "tree_score": pl.Float64(), "shape": pl.String(),
    "shape_hosts": pl.Int64(), "shape_days": pl.Int64(), "shape_users": pl.Int64(), "shape_first": pl.Int64(),
    "pair_days": pl.Int64(), "rare_shape": pl.Boolean(), "reasons": pl.List(pl.String),
})  # fmt: skip

_OPTIONAL = ("user_id", "path", "company", "integrity")


def _prepared(processes: pl.DataFrame) -> pl.DataFrame:
    """Fold names, cut commands to shapes and give each row its host-day."""
    missing = [pl.lit(None, dtype=pl.String).alias(c) for c in _OPTIONAL if c not in processes.columns]
    frame = processes.with_columns(*missing, pl.col("parent_id").cast(pl.String)).sort("id")
    commands = frame["command_line"].fill_null("")
    distinct = commands.unique()
    shapes = pl.DataFrame({"command": distinct, "shape": [command_shape(c) for c in distinct]})
    return (
        frame.with_columns(
            command=commands,
            image=pl.col("name").fill_null("?").str.to_lowercase(),
            parent=pl.col("parent_name").fill_null("?").str.to_lowercase(),
            day=(pl.col("start").fill_null(0) // DAY),
        )
        .join(shapes, on="command", how="left", maintain_order="left")
        .with_columns(host_day=pl.struct("machine_id", "day"))
    )


def _counted(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the counts and surprises of each row's pair and shape."""
    days = pl.col("host_day").n_unique().cast(pl.Int64)
    pair, shape = ["parent", "image"], ["image", "shape"]
    return frame.with_columns(
        parent_days=days.over("parent"), pair_days=days.over(pair), image_days=days.over("image"),
        shape_days=days.over(shape), shape_hosts=pl.col("machine_id").n_unique().cast(pl.Int64).over(shape),
        shape_users=pl.col("user_id").n_unique().cast(pl.Int64).over(shape),
        shape_first=pl.col("start").min().over(shape),
    ).with_columns(
        pair_surprise=pl.when(_usual()).then(0.0).otherwise(_surprise("pair_days", "parent_days")),
        shape_surprise=pl.when(_usual()).then(0.0).otherwise(_surprise("shape_days", "image_days")),
    )  # fmt: skip


def _usual() -> pl.Expr:
    """Tell whether the service manager started the system's own service host, by its signed path."""
    own = pl.col("path").str.to_lowercase().str.contains(r"^[a-z]:\\windows\\system32\\svchost\.exe$")
    started = (pl.col("parent") == "services.exe") & (pl.col("image") == "svchost.exe")
    return (started & own).fill_null(value=False)


def _surprise(both: str, given: str) -> pl.Expr:
    """Give -ln((both + 0.5) / (given + 1)), never below 0."""
    return (-((pl.col(both) + 0.5) / (pl.col(given) + 1)).log()).clip(lower_bound=0.0)


def _parents(frame: pl.DataFrame) -> NDArray[np.int64]:
    """Give each row the position of its parent, or -1."""
    at = frame.select(parent_id="id").with_row_index("at")
    found = frame.select("parent_id").join(at, on="parent_id", how="left", maintain_order="left")["at"]
    return break_cycles(found.cast(pl.Int64).fill_null(-1).to_numpy())


def _chain_sum(own: NDArray[np.float64], parents: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum each row's surprise and its nearest ancestors'."""
    total, above = own.copy(), parents
    for _ in range(CHAIN - 1):
        known = above >= 0
        total[known] += own[above[known]]
        above = np.where(known, parents[np.maximum(above, 0)], -1)
    return total


def _tree_max(score: NDArray[np.float64], parents: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give each row the highest score in its tree."""
    level = depths(parents)
    best = score.copy()
    order = np.argsort(-level, kind="stable")
    for i in order[level[order] > 0].tolist():
        best[parents[i]] = max(best[parents[i]], best[i])
    for i in np.argsort(level, kind="stable").tolist():
        if parents[i] >= 0:
            best[i] = best[parents[i]]
    return best


def _reasons(row: dict[str, Any], facts: list[str]) -> list[str]:
    """Say in words what a score rests on."""
    said = [*facts]
    if row["pair_surprise"] > math.log(2):
        said.append(
            f"{row['parent']} started {row['image']} on {row['pair_days']} of its {row['parent_days']} host-days"
        )
    if row["shape_surprise"] > math.log(2) or row["shape_hosts"] <= RARE_HOSTS:
        said.append(
            f"this shape of {row['image']} on {row['shape_days']} of {row['image_days']} host-days, "
            f"{row['shape_hosts']} host{'s' if row['shape_hosts'] != 1 else ''}"
        )
    return said[:_SHOWN]
