"""LogonTracer's view of accounts and hosts: PageRank with a damping per node, change points and odd sequences.

For users who come from that tool. Differences where it is wrong: names are compared whole, not as parts of each
other (10.0.0.1 is not 10.0.0.10); several logons between two nodes weigh as often as they occur; what a node
keeps back is shared out, so that the ranks add up to 1; ChangeFinder starts from the data; and in place of the
decoded hidden states, a sequence is odd by `-ln P(next event | event)`, per account with back-off to everybody.

References:
    JPCERTCC/LogonTracer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import sparse

from graphhunt.toolbox.change_points import change_scores

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

HOUR = 3_600_000_000
ITERATIONS = 30
_ADMIN, _ACCOUNT, _HOST = 0.6, 0.85, 0.8
_ODD_SEQUENCE, _NTLM, _CHANGE = 0.2, 0.1, 200.0
_LEAST_DAMPING = 0.1
_BACKOFF = 2.0
_LONGEST_HOURS = 24 * 90


def damped_pagerank(
    edges: pl.DataFrame, damping: Mapping[str, float] | float = _HOST, iterations: int = ITERATIONS
) -> pl.DataFrame:
    """Rank the nodes of an undirected multigraph by a random walk that gives up at a rate of each node's own.

    Args:
        edges: `a`, `b` (node ids) and optionally `weight` (parallel edges; 1).
        damping: Chance to walk on from a node, 0 to 1, for all or by id (0.8 where not given).
        iterations: Rounds of the power iteration.

    Returns:
        `id`, `rank` (adds up to 1) and `scaled` (0 to 1), by id.
    """
    schema = pl.Schema({"id": pl.String(), "rank": pl.Float64(), "scaled": pl.Float64()})
    if edges.is_empty():
        return pl.DataFrame(schema=schema)
    names = pl.concat([edges["a"], edges["b"].alias("a")]).unique().sort()
    at = {name: i for i, name in enumerate(names)}
    rows, columns = (np.array([at[v] for v in edges[c]]) for c in ("a", "b"))
    weight = edges["weight"].to_numpy() if "weight" in edges.columns else np.ones(len(edges))
    n = len(names)
    matrix = sparse.coo_matrix((weight.astype(float), (rows, columns)), shape=(n, n)).tocsr()
    matrix = matrix + matrix.T
    keep = _damping(damping, names)
    rank = np.full(n, 1 / n)
    spread = matrix.multiply(1 / matrix.sum(axis=1)).T.tocsr()
    for _ in range(iterations):
        rank = spread @ (keep * rank) + ((1 - keep) * rank).sum() / n
    width = float(np.ptp(rank))
    scaled = (rank - rank.min()) / width if width > 1e-15 else np.zeros(n)
    return pl.DataFrame({"id": names, "rank": rank, "scaled": scaled}, schema=schema)


def _damping(damping: Mapping[str, float] | float, names: Iterable[str]) -> NDArray[np.float64]:
    """Give each node's damping."""
    if isinstance(damping, float | int):
        return np.array([float(damping) for _ in names])
    return np.array([damping.get(n, _HOST) for n in names])


def account_view(events: pl.DataFrame, admins: Iterable[str] = ()) -> pl.DataFrame:
    """Rank accounts and hosts as LogonTracer's first screen does.

    Args:
        events: `account`, `host` (an address or name), `time` (µs), `event` (its number or name), `ntlm`
            (whether the logon used it).
        admins: Accounts with administrator rights.

    Returns:
        `id`, `kind` (account, host), `rank`, `scaled`, `change` (largest change score; null for hosts), `odd`
        (mean surprise of the account's sequence of events, in nats; null for hosts), by rank.
    """
    frame = events.drop_nulls(["account", "host", "time"])
    odd, change = sequence_oddness(frame), account_changes(frame)
    ntlm = set(frame.filter(pl.col("ntlm").fill_null(value=False))["account"])
    high = np.quantile(list(odd.values()), 0.95) if odd else 0.0
    chosen = set(admins)
    damping = dict.fromkeys(frame["host"].unique(), _HOST)
    for account in frame["account"].unique():
        keep = _ADMIN if account in chosen else _ACCOUNT
        keep -= _ODD_SEQUENCE if odd.get(account, 0.0) > high else 0.0
        keep -= _NTLM if account in ntlm else 0.0
        keep -= min(change.get(account, 0.0), 50.0) / _CHANGE
        damping[account] = max(_LEAST_DAMPING, keep)
    edges = frame.group_by(a="account", b="host").agg(weight=pl.len())
    ranked = damped_pagerank(edges, damping)
    is_account = pl.col("id").is_in(frame["account"].unique().to_list())
    ids = ranked["id"].to_list()
    return ranked.with_columns(
        kind=pl.when(is_account).then(pl.lit("account")).otherwise(pl.lit("host")),
        change=pl.Series([change.get(i) for i in ids], dtype=pl.Float64),
        odd=pl.Series([odd.get(i) for i in ids], dtype=pl.Float64),
    ).sort(["rank", "id"], descending=[True, False])


def account_changes(events: pl.DataFrame) -> dict[str, float]:
    """Give each account's largest change score over its hourly counts (the last 90 days), primed with the mean."""
    if events.is_empty():
        return {}
    hours = events.with_columns(hour=pl.col("time") // HOUR)
    last = int(hours["hour"].max())  # type: ignore[arg-type]
    first = max(int(hours["hour"].min()), last - _LONGEST_HOURS + 1)  # type: ignore[arg-type]
    counted = hours.filter(pl.col("hour") >= first).group_by("account", "hour").agg(n=pl.len())
    accounts = counted["account"].unique().sort().to_list()
    at = {a: i for i, a in enumerate(accounts)}
    series = np.zeros((len(accounts), last - first + 1))
    rows = np.array([at[a] for a in counted["account"]])
    series[rows, counted["hour"].to_numpy() - first] = counted["n"].to_numpy()
    scores = change_scores(series, prime=series.mean(axis=0)).max(axis=1)
    return {a: round(max(0.0, float(s)), 4) for a, s in zip(accounts, scores, strict=True)}


def sequence_oddness(events: pl.DataFrame) -> dict[str, float]:
    """Give the mean of -ln P(next event | event) of each account's sequences per host and day."""
    day = pl.col("time") // (24 * HOUR)
    ordered = events.sort("time", "account", "host").with_columns(
        following=pl.col("event").shift(-1).over("account", "host", day)
    )
    steps = ordered.drop_nulls("following").group_by("account", "event", "following").agg(n=pl.len())
    if steps.is_empty():
        return {}
    kinds = max(1, events["event"].n_unique())
    general = pl.col("n").sum().over("event", "following") + 1.0
    base = general / (pl.col("n").sum().over("event") + kinds)
    own = pl.col("n").sum().over("account", "event")
    surprise = -((pl.col("n") - 1 + _BACKOFF * base) / (own - 1 + _BACKOFF)).log()
    scored = (
        steps.with_columns(surprise=surprise)
        .group_by("account")
        .agg(odd=(pl.col("surprise") * pl.col("n")).sum() / pl.col("n").sum())
    )
    return {a: round(float(o), 4) for a, o in scored.sort("account").iter_rows()}
