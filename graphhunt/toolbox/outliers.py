"""Outliers by Isolation Forest: `identify_outliers` under msticpy's name and signature, and what goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import IsolationForest

from graphhunt.errors import UsageError
from graphhunt.toolbox._frames import require_columns

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_SEED = 42
_DEFAULT_SAMPLES = 100


def identify_outliers(
    x: NDArray[Any],
    x_predict: NDArray[Any],
    contamination: float | str = 0.05,
    max_features: float | None = None,
    max_samples: float | None = None,
) -> tuple[IsolationForest, NDArray[Any], NDArray[np.int64]]:
    """Fit an Isolation Forest on one set of rows and tell the outliers of another.

    Args:
        x: Rows to learn from.
        x_predict: Rows to judge; may be the same.
        contamination: Share of rows expected to be outliers, or "auto".
        max_features: Features per tree, as number or share; by default the square root of their number.
        max_samples: Rows per tree, as number or share; by default 100 or all.

    Returns:
        The model, the outlying rows of `x_predict`, and -1 (outlier) or 1 for each of its rows. The same rows
        give the same answer each time.

    Raises:
        UsageError: The arrays aren't two-dimensional, have no rows, or don't have the same columns.
    """
    learn, judge = two_tables(x, x_predict)
    model = IsolationForest(
        max_samples=sample_size(max_samples, len(learn)),
        max_features=max_features or max(1, int(np.sqrt(learn.shape[1]))),
        random_state=_SEED,
        contamination=contamination,
    )
    model.fit(learn)
    predicted = model.predict(judge) if len(judge) else np.empty(0, dtype=np.int64)
    return model, judge[predicted == -1], predicted


def two_tables(x: NDArray[Any], x_predict: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give rows to learn from and rows to judge as tables of numbers.

    Raises:
        UsageError: They aren't two-dimensional, don't have the same columns, or there is nothing to learn from.
    """
    learn, judge = np.asarray(x, dtype=float), np.asarray(x_predict, dtype=float)
    if learn.ndim != 2 or judge.ndim != 2 or learn.shape[1] != judge.shape[1]:
        raise UsageError("Both arrays need two dimensions and the same columns", where=f"{learn.shape}, {judge.shape}")
    if not len(learn):
        raise UsageError("There are no rows to learn from")
    return learn, judge


def sample_size(asked: float | None, rows: int) -> int:
    """Turn a number or share of rows into a number between 1 and all; 100 or all where none is asked for."""
    if asked is None:
        return min(_DEFAULT_SAMPLES, rows)
    wanted = asked * rows if isinstance(asked, float) and 0 < asked < 1 else asked
    return max(1, min(int(wanted), rows))


def remove_common_items(data: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Keep the rows whose combination of values occurs once."""
    require_columns(data, columns)
    return data[~data.duplicated(columns, keep=False)]
