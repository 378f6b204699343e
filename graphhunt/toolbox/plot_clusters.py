"""Clusters as an offline scatter plot: `plot_cluster` under msticpy's name and signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from graphhunt.errors import UsageError
from graphhunt.svg import PALETTE, TEXT_WIDTH, Canvas, Plot, fitting

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.cluster import DBSCAN

_WIDTH, _HEIGHT, _MARGIN = 900.0, 560.0, 60.0
_NAME_WIDTH, _NAME_HEIGHT = 180.0, 12.0
_NOISE = -1
_NOISE_COLOUR = "#8a94a0"


def cluster_marks(
    labels: NDArray[np.int64], x_data: NDArray[np.float64], features: tuple[int, int], texts: list[str], cut_off: int
) -> list[dict[str, Any]]:
    """Compute the marks of a cluster plot: one per cluster, at its middle, and one per unclustered row.

    The size of each mark is its own cluster's number of rows.
    """
    marks = []
    for label in np.unique(labels).tolist():
        rows = np.flatnonzero(labels == label)
        places = x_data[rows][:, [features[0], features[1]]]
        if label == _NOISE:
            marks += [_mark(label, 1, p, texts[i], True) for p, i in zip(places, rows.tolist(), strict=True)]
        else:
            marks.append(_mark(label, len(rows), places.mean(axis=0), texts[rows[0]], len(rows) < cut_off))
    return marks


def _mark(label: int, size: int, place: NDArray[np.float64], text: str, outlier: bool) -> dict[str, Any]:
    return {
        "cluster": label,
        "size": size,
        "x": float(place[0]),
        "y": float(place[1]),
        "label": text,
        "outlier": outlier,
    }


def plot_cluster(  # noqa: PLR0913 - the signature is the one a msticpy user knows
    db_cluster: DBSCAN,
    data: pd.DataFrame,
    x_predict: NDArray[np.float64],
    plot_label: str | None = None,
    plot_features: tuple[int, int] = (0, 1),
    verbose: bool = False,
    cut_off: int = 3,
    xlabel: str | None = None,
    ylabel: str | None = None,
) -> Plot:
    """Draw clusters by two of their features.

    Args:
        db_cluster: The model `dbcluster_events` gave.
        data: The events that were clustered.
        x_predict: The features `dbcluster_events` gave.
        plot_label: Column that names the marks.
        plot_features: The two features to draw, by position.
        verbose: Accepted for compatibility; the numbers stand in the drawing.
        cut_off: Clusters of fewer rows are marked as outliers.
        xlabel: Name of the first feature.
        ylabel: Name of the second.

    Raises:
        UsageError: A feature doesn't exist, or both are the same.
    """
    most = x_predict.shape[1] - 1
    if not all(0 <= f <= most for f in plot_features) or plot_features[0] == plot_features[1]:
        raise UsageError(f"plot_features are two different numbers from 0 to {most}", where=repr(plot_features))
    named = plot_label is not None and plot_label in getattr(data, "columns", ())
    texts = data[plot_label].astype(str).tolist() if named else [""] * len(x_predict)
    marks = cluster_marks(np.asarray(db_cluster.labels_), x_predict, plot_features, texts, cut_off)
    return _draw(marks, xlabel or f"feature {plot_features[0]}", ylabel or f"feature {plot_features[1]}")


def _draw(marks: list[dict[str, Any]], xlabel: str, ylabel: str) -> Plot:
    """Draw the marks, larger clusters larger and first, so that small ones stay visible."""
    clusters = sum(m["cluster"] != _NOISE for m in marks)
    title = f"{clusters} clusters, {len(marks) - clusters} events in none"
    canvas = Canvas(_WIDTH, _HEIGHT, title)
    canvas.text(20, 24, title, "t")
    xs, ys = (_scale([m[k] for m in marks], *ends) for k, ends in (
        ("x", (_MARGIN, _WIDTH - _MARGIN)), ("y", (_HEIGHT - _MARGIN, _MARGIN))))  # fmt: skip
    canvas.line((_MARGIN, _HEIGHT - _MARGIN + 12, _WIDTH - _MARGIN, _HEIGHT - _MARGIN + 12))
    canvas.line((_MARGIN - 12, _MARGIN, _MARGIN - 12, _HEIGHT - _MARGIN))
    canvas.text(_WIDTH / 2, _HEIGHT - 18, xlabel, "m", "middle")
    canvas.text(14, _MARGIN - 10, ylabel, "m")
    largest = max((m["size"] for m in marks), default=1)
    for i in sorted(range(len(marks)), key=lambda i: -marks[i]["size"]):
        mark = marks[i]
        noise = mark["cluster"] == _NOISE
        colour = _NOISE_COLOUR if noise else PALETTE[mark["cluster"] % len(PALETTE)]
        what = "no cluster" if noise else f"cluster {mark['cluster']}, {mark['size']} events"
        canvas.circle((xs[i], ys[i], _radius(mark, largest)), colour, f"{mark['label']}\n{what}".strip(), 0.55)
    _name(canvas, marks, list(zip(xs, ys, strict=True)), largest)
    for end, x in zip(_ends(marks, "x"), (_MARGIN, _WIDTH - _MARGIN), strict=True):
        canvas.text(x, _HEIGHT - _MARGIN + 28, end, "m", "middle")
    for end, y in zip(_ends(marks, "y"), (_HEIGHT - _MARGIN, _MARGIN), strict=True):
        canvas.text(_MARGIN - 16, y + 4, end, "m", "end")
    return Plot(canvas, {"title": title, "marks": marks})


def _ends(marks: list[dict[str, Any]], axis: str) -> tuple[str, str]:
    """Write the least and the largest value of an axis, as short as tells them apart."""
    values = [mark[axis] for mark in marks] or [0.0]
    low, high = min(values), max(values)
    digits = next((d for d in range(3, 7) if f"{low:.{d}g}" != f"{high:.{d}g}"), 3)
    return f"{low:.{digits}g}", f"{high:.{digits}g}"


def _radius(mark: dict[str, Any], largest: int) -> float:
    """Give the size a mark is drawn with; outliers are dots."""
    return 4.0 if mark["outlier"] else 4 + 20 * float(mark["size"] / largest) ** 0.5


def _name(canvas: Canvas, marks: list[dict[str, Any]], places: list[tuple[float, float]], largest: int) -> None:
    """Name marks where there is room, outliers first; the others' names show when pointed at."""
    taken: list[tuple[float, float, float]] = []
    for i in sorted(range(len(marks)), key=lambda i: (not marks[i]["outlier"], -marks[i]["size"])):
        label = fitting(marks[i]["label"], _NAME_WIDTH)
        radius = _radius(marks[i], largest)
        wide = len(label) * TEXT_WIDTH
        x = places[i][0] + radius + 2
        x = x if x + wide < _WIDTH else places[i][0] - radius - 2 - wide
        y = places[i][1] + 4
        free = all(abs(y - at) > _NAME_HEIGHT or x > end or x + wide < begin for begin, end, at in taken)
        if label and free:
            canvas.text(x, y, label)
            taken.append((x, x + wide, y))


def _scale(values: list[float], low: float, high: float) -> list[float]:
    """Place values between two positions."""
    if not values:
        return []
    least, width = min(values), (max(values) - min(values)) or 1.0
    return [low + (v - least) / width * (high - low) for v in values]
