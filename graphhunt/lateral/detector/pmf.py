"""Link prediction by Poisson matrix factorisation: how well a connection fits the structure of history.

Binary day-deduplicated matrices (account by destination, source by destination, source by account) are
factorised under the Kullback-Leibler divergence, which is the maximum likelihood of a Poisson model
(Sanna Passino, Turcotte and Heard, AOAS 2022; non-negative matrix factorisation by multiplicative updates).
The surprise of a pair is `-ln(1 - exp(-w_i · h_j))`. It only ever learns from rows before the scored period.

A matrix of low rank, which a small estate has, gets fewer factors than its rank; the usual start of the
factorisation divides by zero where it has as many. Where that start gives no numbers all the same, a random one
takes its place. Below the least sizes the model has nothing to learn and says so.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class LinkModel:
    """How the model is fitted, and what the libraries said while it was.

    Attributes:
        factors: Most factors.
        seed: Seed of the factorisation; the same seed gives the same scores.
        said: Warnings of the libraries, each once.
    """

    factors: int = FACTORS
    seed: int = 0
    said: list[str] = field(default_factory=list)

    def surprise(self, table: LogonTable, history: Flags) -> Floats:
        """Sum the three views' surprise for every row, from a model of the rows in `history`; see `link_surprise`."""
        views = (
            (table.acct, table.dst, (len(table.accounts), len(table.hosts))),
            (table.src, table.dst, (len(table.hosts), len(table.hosts))),
            (table.src, table.acct, (len(table.hosts), len(table.accounts))),
        )
        usable = _usable(table, history)
        total = np.zeros(len(table))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for rows, columns, shape in views:
                if usable.any() and min(shape) > 1:
                    total += self._view(rows, columns, usable, shape)
        self.said.extend(dict.fromkeys(str(one.message) for one in caught))
        require_finite("the surprise of the link model", total)
        return total

    def _view(self, rows: Codes, columns: Codes, known: Flags, shape: tuple[int, int]) -> Floats:
        # Not at the top: they take three seconds of CPU, and paths that aren't scored have no use for them.
        import scipy.sparse as sp

        ones = np.ones(int(known.sum()))
        matrix: Any = sp.coo_matrix((ones, (rows[known], columns[known])), shape).tocsr()
        matrix.data[:] = 1.0
        left, right = _factors(matrix, number_of_factors(matrix, self.factors), self.seed)
        rate = np.zeros(len(rows))
        for low in range(0, len(rows), 1_000_000):
            part = slice(low, low + 1_000_000)
            rate[part] = np.einsum("ij,ij->i", left[rows[part]], right[columns[part]])
        missing = (rows < 0) | (columns < 0)
        return np.where(missing, 0.0, -np.log(-np.expm1(-np.maximum(rate, _LEAST_RATE))))


def link_surprise(table: LogonTable, history: Flags, *, factors: int = FACTORS, seed: int = 0) -> Floats:
    """Sum the three views' surprise for every row, from a model of the rows in `history`.

    Args:
        table: The logons.
        history: Rows to learn from; all must be before the scored period.
        factors: Most factors.
        seed: Seed of the factorisation; the same seed gives the same scores.

    Returns:
        Nats per row; 0 for all when there is nothing to learn from.

    Raises:
        AnalysisError: The factorisation gives numbers that aren't finite.
    """
    return LinkModel(factors, seed).surprise(table, history)


def number_of_factors(matrix: Any, most: int = FACTORS) -> int:
    """Give how many factors a binary matrix can carry: fewer than its rank, a fifth of its different rows and columns.

    Args:
        matrix: Sparse, rows by columns; empty ones don't count.
        most: Never more than this.
    """
    kept = matrix[np.diff(matrix.indptr) > 0].tocsc()
    kept = kept[:, np.diff(kept.indptr) > 0]
    rows, columns = _different(kept.tocsr()), _different(kept.T.tocsr())
    limit = min(most, rows // 5, columns // 5)
    return max(1, min(limit, _rank(kept, limit + 1) - 1))


def _different(matrix: Any) -> int:
    """Count the different rows of a sparse matrix of ones."""
    matrix.sort_indices()
    parts = zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)
    return len({matrix.indices[low:high].tobytes() for low, high in parts})


def _rank(matrix: Any, most: int) -> int:
    """Give the rank of a sparse matrix, counted up to `most`: the number of its leading singular values above zero."""
    from sklearn.utils.extmath import randomized_svd

    if min(matrix.shape) == 0 or most < 2:
        return 0
    _, values, _ = randomized_svd(matrix, min(most, *matrix.shape), random_state=0)
    return int((values > values[0] * max(matrix.shape) * np.finfo(np.float64).eps).sum())


def _usable(table: LogonTable, history: Flags) -> Flags:
    return history & table.usable() & (table.src >= 0) & (table.acct >= 0)


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
