"""Link prediction by Poisson matrix factorisation: how well a connection fits the structure of history.

Binary day-deduplicated matrices (account by destination, source by destination, source by account) are
factorised under the Kullback-Leibler divergence, which is the maximum likelihood of a Poisson model
(Sanna Passino, Turcotte and Heard, AOAS 2022; non-negative matrix factorisation by multiplicative updates).
The surprise of a pair is `-ln(1 - exp(-w_i · h_j))`. It only ever learns from rows before the scored period.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from graphhunt.paths.table import Codes, Flags, Floats, LogonTable

FACTORS = 20
_ITERATIONS = 150
_LEAST_RATE = 1e-9
MOST_SURPRISE = 20.72
"""-ln of the least rate: the surprise of a pair the model thinks impossible."""


def link_surprise(table: LogonTable, history: Flags, *, factors: int = FACTORS, seed: int = 0) -> Floats:
    """Sum the three views' surprise for every row, from a model of the rows in `history`.

    Args:
        table: The logons.
        history: Rows to learn from; all must be before the scored period.
        factors: Number of factors.
        seed: Seed of the factorisation; the same seed gives the same scores.

    Returns:
        Nats per row; 0 for all when there is too little history to learn from.
    """
    views = ((table.acct, table.dst), (table.src, table.dst), (table.src, table.acct))
    sizes = {id(table.acct): len(table.accounts), id(table.src): len(table.hosts), id(table.dst): len(table.hosts)}
    usable = history & table.usable() & (table.src >= 0) & (table.acct >= 0)
    total = np.zeros(len(table))
    for rows, columns in views:
        shape = (sizes[id(rows)], sizes[id(columns)])
        if int(usable.sum()) and min(shape) > 1:
            total += _view(rows, columns, usable, shape, min(factors, min(shape)), seed)
    return total


def _view(rows: Codes, columns: Codes, known: Flags, shape: tuple[int, int], factors: int, seed: int) -> Floats:
    # Not at the top: they take three seconds of CPU, and paths that aren't scored have no use for them.
    import scipy.sparse as sp
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    ones = np.ones(int(known.sum()))
    matrix: Any = sp.coo_matrix((ones, (rows[known], columns[known])), shape).tocsr()
    matrix.data[:] = 1.0
    model = NMF(
        factors, beta_loss="kullback-leibler", solver="mu", init="nndsvda", max_iter=_ITERATIONS, random_state=seed
    )
    with warnings.catch_warnings():
        # Stopping after a fixed number of rounds is meant: the ranking settles long before the divergence does.
        warnings.simplefilter("ignore", ConvergenceWarning)
        left = model.fit_transform(matrix)
    right = model.components_.T
    rate = np.zeros(len(rows))
    for low in range(0, len(rows), 1_000_000):
        part = slice(low, low + 1_000_000)
        rate[part] = np.einsum("ij,ij->i", left[rows[part]], right[columns[part]])
    missing = (rows < 0) | (columns < 0)
    return np.where(missing, 0.0, -np.log(-np.expm1(-np.maximum(rate, _LEAST_RATE))))
