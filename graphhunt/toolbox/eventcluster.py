"""Clusters of repetitive events: `dbcluster_events` under msticpy's name and signature.

DBSCAN runs on the distinct rows with their counts as weights, which gives the same clusters as running on
all rows at a fraction of the memory. Labels depend on the rows alone, never on a random state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.cluster import DBSCAN

from graphhunt.errors import UsageError
from graphhunt.toolbox._cluster_rows import NOISE, Points, cluster_points, renumber
from graphhunt.toolbox._frames import require_columns, utc_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Frame = pd.DataFrame | NDArray[Any]

_DEFAULT_TIME = "TimeCreatedUtc"
_FALLBACK_TIMES = ("TimeGenerated", "time", "start")


def dbcluster_events(  # noqa: PLR0913 - the signature is the one a msticpy user knows
    data: Frame,
    cluster_columns: Sequence[Any] | None = None,
    verbose: bool = False,
    normalize: bool | str = True,
    time_column: str = _DEFAULT_TIME,
    max_cluster_distance: float = 0.01,
    min_cluster_samples: int = 2,
    **kwargs: Any,
) -> tuple[pd.DataFrame, DBSCAN, NDArray[np.float64]]:
    """Fold events whose features are alike into one row per cluster.

    By default rows are compared by direction: each is scaled to length 1, so that a large feature drowns a
    small one and rows nearly proportional to each other are alike. Rows exactly proportional whose lengths
    are a factor of two or more apart stay apart. `normalize="columns"` compares the features themselves,
    each scaled to 0..1, and is the better choice for new work. A null equals a null and nothing else.

    Args:
        data: A frame, or a numpy array of numbers.
        cluster_columns: Feature columns by name (frame) or number (array); all columns by default.
        verbose: Accepted for compatibility.
        normalize: True compares directions, "columns" scaled features, False the numbers as they are.
        time_column: Column of times in any form; the first of it, TimeGenerated, time and start that exists.
        max_cluster_distance: DBSCAN's `eps`.
        min_cluster_samples: DBSCAN's `min_samples`.
        **kwargs: More parameters of DBSCAN.

    Returns:
        One row per cluster (the first of the frame) and each unclustered row, by first time, with `Clustered`,
        `ClusterId` (-1 for unclustered), `ClusterSize`, `FirstEventTime` and `LastEventTime`; the DBSCAN model
        with `labels_` and `core_sample_indices_` over all rows; the features as compared, over all rows.

    Raises:
        UsageError: A column is missing or isn't numeric.
    """
    frame = _as_frame(data)
    features = _features(frame, cluster_columns)
    points = Points(features, normalize)
    model = DBSCAN(eps=max_cluster_distance, min_samples=min_cluster_samples, **kwargs)
    labels, core = cluster_points(points, model)
    times = _times(frame, time_column)
    labels = renumber(labels)
    model.labels_ = labels
    model.core_sample_indices_ = np.flatnonzero(core)
    model.components_ = points.compared[core]
    return _fold(frame, labels, times), model, points.compared


def _as_frame(data: Frame) -> pd.DataFrame:
    """Accept a frame or a two-dimensional array."""
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, np.ndarray) and data.ndim == 2:
        return pd.DataFrame(data)
    raise UsageError("Events are given as a DataFrame or a two-dimensional numpy array",
                     where=type(data).__name__)  # fmt: skip


def _features(frame: pd.DataFrame, columns: Sequence[Any] | None) -> NDArray[np.float64]:
    """Take the feature columns as numbers, nulls as NaN."""
    wanted = list(frame.columns) if columns is None else list(columns)
    require_columns(frame, wanted)
    if not wanted:
        raise UsageError("the frame has no columns to compare")
    matrix = np.empty((len(frame), len(wanted)), dtype=np.float64)
    for i, name in enumerate(wanted):
        try:
            matrix[:, i] = pd.to_numeric(frame[name]).to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise UsageError(f"Column {name!r} isn't numeric",
                             hint="make a number of it, such as char_ord_score_df") from error  # fmt: skip
    return matrix


def _times(frame: pd.DataFrame, time_column: str) -> pd.Series[Any]:
    """Read the time column; without one every time is null."""
    names = (time_column, *_FALLBACK_TIMES) if time_column == _DEFAULT_TIME else (time_column,)
    found = next((n for n in names if n in frame.columns), None)
    if found is not None:
        return utc_times(frame[found])
    if time_column != _DEFAULT_TIME:
        require_columns(frame, [time_column])
    return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns, UTC]")


def _fold(frame: pd.DataFrame, labels: NDArray[np.int64], times: pd.Series[Any]) -> pd.DataFrame:
    """Keep the first row of each cluster, as the published tables do, and every unclustered row."""
    noise = labels == NOISE
    group = np.where(noise, labels.max(initial=NOISE) + 1 + np.cumsum(noise), labels)
    work = pd.DataFrame({"group": group, "time": times.array, "row": np.arange(len(frame))})
    folded = work.groupby("group", sort=False).agg(
        row=("row", "first"), size=("row", "size"), first=("time", "min"), last=("time", "max")
    )
    folded = folded.sort_values(["first", "row"], na_position="last", kind="stable")
    rows = folded["row"].to_numpy()
    result = frame.iloc[rows].copy()
    result["Clustered"] = ~noise[rows]
    result["ClusterId"] = labels[rows]
    result["ClusterSize"] = folded["size"].to_numpy()
    for column, source in (("FirstEventTime", "first"), ("LastEventTime", "last")):
        result[column] = pd.Series(folded[source].array, index=result.index)
    return result
