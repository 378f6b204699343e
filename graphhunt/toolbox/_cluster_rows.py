"""DBSCAN on distinct weighted rows, and the two cuts that directions alone can't make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.cluster import DBSCAN

NOISE = -1
_LENGTH_FACTOR = 2.0
"""Rows of exactly one direction are different events where their lengths jump by this factor or more."""

_SAME_DIRECTION = 1e-9


class Points:
    """Feature rows, folded to the distinct ones.

    Attributes:
        compared: All rows as DBSCAN compares them (nulls as 0, scaled to length 1 where asked).
        distinct: The distinct rows, as compared.
        weights: How many rows each distinct one stands for.
        inverse: For each row, its distinct row.
        lengths: Length of each distinct row before scaling; all 1 where nothing is scaled.
        pattern: Number of each distinct row's set of null features.
    """

    def __init__(self, features: NDArray[np.float64], normalize: bool | str) -> None:
        null = np.isnan(features)
        filled = np.where(null, 0.0, features)
        by_row = normalize is True
        lengths = np.sqrt((filled**2).sum(axis=1)) if by_row else np.ones(len(filled))
        lengths[lengths == 0] = 1.0
        self.compared = _column_scaled(filled) if normalize == "columns" else filled / lengths[:, None]
        _, patterns = np.unique(null, axis=0, return_inverse=True)
        key = np.column_stack([filled, patterns])
        _, first, inverse, counts = np.unique(key, axis=0, return_index=True, return_inverse=True, return_counts=True)
        self.inverse = inverse.reshape(-1)
        self.distinct = self.compared[first]
        self.weights = counts
        self.lengths = lengths[first]
        self.pattern = patterns.reshape(-1)[first]


def _column_scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale each column to 0..1; a constant column becomes 0."""
    if not len(values):
        return values
    low, width = values.min(axis=0), np.ptp(values, axis=0)
    scaled: NDArray[np.float64] = (values - low) / np.where(width == 0, 1.0, width)
    return scaled


def cluster_points(points: Points, model: DBSCAN) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Cluster and give each row's label and whether it is a core row."""
    n = len(points.distinct)
    labels = np.full(n, NOISE, dtype=np.int64)
    core = np.zeros(n, dtype=bool)
    for pattern in range(int(points.pattern.max(initial=-1)) + 1):
        rows = np.flatnonzero(points.pattern == pattern)
        model.fit(points.distinct[rows], sample_weight=points.weights[rows])
        found = model.labels_.astype(np.int64)
        labels[rows] = np.where(found == NOISE, NOISE, found + labels.max(initial=NOISE) + 1)
        core[rows[model.core_sample_indices_]] = True
    labels = _cut_by_length(labels, points, int(model.min_samples))
    core &= labels != NOISE
    return labels[points.inverse], core[points.inverse]


def _cut_by_length(labels: NDArray[np.int64], points: Points, least: int) -> NDArray[np.int64]:
    """Part clusters that are a single ray where their lengths jump; no part gets too small to be a cluster."""
    order = np.lexsort([points.lengths, labels])
    ordered, lengths = labels[order], points.lengths[order]
    if not len(ordered):
        return labels
    new = np.ones(len(ordered), dtype=bool)
    jump = lengths[1:] >= lengths[:-1] * (_LENGTH_FACTOR * (1 - 1e-12))
    new[1:] = (ordered[1:] != ordered[:-1]) | (jump & _rays(ordered, points.distinct[order])[1:])
    part = np.cumsum(new) - 1
    sizes = np.bincount(part, weights=points.weights[order])
    joined = _joined(ordered[new], sizes, least)[part]
    result = np.full(len(labels), NOISE, dtype=np.int64)
    result[order] = np.where(ordered != NOISE, joined, NOISE)
    return result


def _joined(clusters: NDArray[np.int64], sizes: NDArray[Any], least: int) -> NDArray[np.int64]:
    """Join neighbouring parts of a cluster until each has enough rows; give each part's new number."""
    numbers = np.arange(len(clusters))
    first, held, previous = 0, 0.0, -1
    for i, size in enumerate(sizes.tolist()):
        if i and clusters[i] != clusters[i - 1]:
            first, held, previous = i, 0.0, -1
        elif held >= least:
            first, held, previous = i, 0.0, first
        numbers[i] = first
        held += size
        last = i + 1 == len(clusters) or clusters[i + 1] != clusters[i]
        if last and held < least and previous >= 0:
            numbers[first : i + 1] = previous
    return numbers


def _rays(ordered: NDArray[np.int64], rows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the rows of clusters whose rows all have the same direction; `ordered` is sorted."""
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    spread = np.maximum.reduceat(rows, starts) - np.minimum.reduceat(rows, starts)
    single = (spread <= _SAME_DIRECTION).all(axis=1)
    counts = np.diff(np.append(starts, len(ordered)))
    marked: NDArray[np.bool_] = np.repeat(single, counts)
    return marked


def renumber(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number clusters from 0 in the order their first rows stand; noise stays -1."""
    values, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.full(len(values), NOISE, dtype=np.int64)
    real = np.flatnonzero(values != NOISE)
    rank[real[np.argsort(first[real])]] = np.arange(len(real))
    return rank[inverse.reshape(-1)]
