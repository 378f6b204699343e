"""Link prediction by Poisson matrix factorisation: how well a connection fits the structure of history.

Binary day-deduplicated matrices (account by destination, source by destination, source by account) are
factorised under the Kullback-Leibler divergence, which is the maximum likelihood of a Poisson model
(Sanna Passino, Turcotte and Heard, AOAS 2022; non-negative matrix factorisation by multiplicative updates).
The surprise of a pair is `-ln(1 - exp(-w_i · h_j))`. It only ever learns from rows before the scored period.

The usual start of the factorisation divides by zero on a matrix of low rank, which a small estate has; there a
random start takes its place. Below the least sizes the model has nothing to learn and says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphhunt.errors import AnalysisError
from graphhunt.lateral.paths.table import DAY, Codes, Flags, Floats, LogonTable
from graphhunt.toolbox.finite import require_finite

FACTORS = 20
_ITERATIONS = 150
_LEAST_RATE = 1e-9
MOST_SURPRISE = 20.72
"""-ln of the least rate: the surprise of a pair the model thinks impossible."""

LEAST_ACCOUNTS, LEAST_MACHINES, LEAST_DAYS = 30, 30, 10
"""Accounts and machines in use, and days with logons, below which the model has no structure to learn."""


def too_small(table: LogonTable, history: Flags) -> str | None:
    """Say why the history is too small for the model, with its sizes; None if it is large enough."""
    rows = np.flatnonzero(_usable(table, history))
    accounts = len(np.unique(table.acct[rows]))
    machines = len(np.unique(np.concatenate((table.src[rows], table.dst[rows]))))
    days = len(np.unique(table.t[rows] // DAY))
    if accounts >= LEAST_ACCOUNTS and machines >= LEAST_MACHINES and days >= LEAST_DAYS:
        return None
    return (
        f"the history has {accounts} accounts, {machines} machines and {days} days; it takes "
        f"{LEAST_ACCOUNTS}, {LEAST_MACHINES} and {LEAST_DAYS}"
    )


def link_surprise(table: LogonTable, history: Flags, *, factors: int = FACTORS, seed: int = 0) -> Floats:
    """Sum the three views' surprise for every row, from a model of the rows in `history`.

    Args:
        table: The logons.
        history: Rows to learn from; all must be before the scored period.
        factors: Number of factors.
        seed: Seed of the factorisation; the same seed gives the same scores.

    Returns:
        Nats per row; 0 for all when there is nothing to learn from.

    Raises:
        AnalysisError: The factorisation gives numbers that aren't finite.
    """
    views = ((table.acct, table.dst), (table.src, table.dst), (table.src, table.acct))
    sizes = {id(table.acct): len(table.accounts), id(table.src): len(table.hosts), id(table.dst): len(table.hosts)}
    usable = _usable(table, history)
    total = np.zeros(len(table))
    for rows, columns in views:
        shape = (sizes[id(rows)], sizes[id(columns)])
        if int(usable.sum()) and min(shape) > 1:
            total += _view(rows, columns, usable, shape, min(factors, min(shape)), seed)
    require_finite("the surprise of the link model", total)
    return total


def _usable(table: LogonTable, history: Flags) -> Flags:
    return history & table.usable() & (table.src >= 0) & (table.acct >= 0)


def _view(rows: Codes, columns: Codes, known: Flags, shape: tuple[int, int], factors: int, seed: int) -> Floats:
    # Not at the top: they take three seconds of CPU, and paths that aren't scored have no use for them.
    import scipy.sparse as sp

    ones = np.ones(int(known.sum()))
    matrix: Any = sp.coo_matrix((ones, (rows[known], columns[known])), shape).tocsr()
    matrix.data[:] = 1.0
    left, right = _factors(matrix, factors, seed)
    rate = np.zeros(len(rows))
    for low in range(0, len(rows), 1_000_000):
        part = slice(low, low + 1_000_000)
        rate[part] = np.einsum("ij,ij->i", left[rows[part]], right[columns[part]])
    missing = (rows < 0) | (columns < 0)
    return np.where(missing, 0.0, -np.log(-np.expm1(-np.maximum(rate, _LEAST_RATE))))


def _factors(matrix: Any, factors: int, seed: int) -> tuple[Floats, Floats]:
    """Factorise a matrix, from the singular vectors where they can be had and else from a random start."""
    from sklearn.decomposition import NMF

    for start in ("nndsvda", "random"):
        # Stopping after a fixed number of rounds is meant: the ranking settles long before the divergence does.
        model = NMF(
            factors, beta_loss="kullback-leibler", solver="mu", init=start, max_iter=_ITERATIONS, tol=0,
            random_state=seed,
        )  # fmt: skip
        try:
            with np.errstate(divide="raise", invalid="raise"):
                left = model.fit_transform(matrix)
        except FloatingPointError:
            continue
        if np.isfinite(left).all() and np.isfinite(model.components_).all():
            return left, model.components_.T
    raise AnalysisError("the link model could not be fitted: its factors are not finite")
