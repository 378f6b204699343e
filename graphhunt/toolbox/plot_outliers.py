"""What a forest of outliers learnt and found, as an offline drawing: `plot_outlier_results` under msticpy's name."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from graphhunt.errors import UsageError
from graphhunt.svg import PALETTE, Canvas, Plot
from graphhunt.toolbox.outliers import two_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_CELLS = 28
_MARGIN, _HEAD, _FOOT = 56.0, 66.0, 44.0
_LARGE, _SMALL = (756.0, 448.0), (308.0, 224.0)  # whole units for each cell, so that no gaps show
_KINDS = (
    ("training", "training observations", "#8a94a0", 3.0),
    ("regular", "new regular observations", "#2f8f5b", 4.0),
    ("outlier", "new abnormal observations", "#b8433f", 5.5),
)
_MOST_DOTS = 4000


class Forest(Protocol):
    """What is needed of a model: a score for each row."""

    def decision_function(self, x: NDArray[Any], /) -> NDArray[Any]:
        """Score rows."""
        ...


class _Panel(NamedTuple):
    """Two features: the scores around them, and the points of each kind."""

    across: int
    down: int
    extent: tuple[float, float, float, float]
    scores: Floats
    points: dict[str, Floats]


def plot_outlier_results(
    clf: Forest,
    x: NDArray[Any],
    x_predict: NDArray[Any],
    x_outliers: NDArray[Any],
    feature_columns: Sequence[Any],
    plt_title: str,
) -> Plot:
    """Draw what was learnt from, what was judged and what is an outlier, over the model's score.

    Args:
        clf: The model `identify_outliers` or `identify_outliers_rrcf` gave.
        x: Rows it learnt from.
        x_predict: Rows it judged.
        x_outliers: Those it calls outliers.
        feature_columns: Names of the features, two or more; each pair of more than two has a drawing of its own.
        plt_title: Title.

    Returns:
        The drawing; darker ground is odder, other features than the two shown are held at their middle. Its `data`
        has the panels' features, extent and scores, and how many points of each kind there are.

    Raises:
        UsageError: There are fewer than two features, or not as many as the rows have.
    """
    learnt, judged = two_tables(x, x_predict)
    names = [str(name) for name in feature_columns]
    if len(names) < 2 or len(names) != learnt.shape[1]:
        raise UsageError("feature_columns names each feature of the rows, two or more", where=", ".join(names))
    odd = np.asarray(x_outliers, dtype=float).reshape(-1, learnt.shape[1])
    outlying = {row.tobytes() for row in odd}
    regular = judged[[row.tobytes() not in outlying for row in judged]]
    points = {"training": learnt, "regular": regular, "outlier": odd}
    pairs = [(0, 1)] if len(names) == 2 else list(permutations(range(len(names)), 2))
    panels = [_panel(clf, points, *pair) for pair in pairs]
    return _draw(panels, names, plt_title)


def _panel(clf: Forest, points: dict[str, Floats], across: int, down: int) -> _Panel:
    """Compute the scores over two features, the others held at their middle."""
    every = np.vstack(list(points.values()))
    ends = [_ends(every[:, f]) for f in (across, down)]
    steps = [low + (np.arange(_CELLS) + 0.5) / _CELLS * (high - low) for low, high in ends]
    grid = np.tile(np.median(points["training"], axis=0), (_CELLS * _CELLS, 1))
    grid[:, across], grid[:, down] = (axis.ravel() for axis in np.meshgrid(*steps))
    scores = clf.decision_function(grid)
    if hasattr(clf, "score_samples"):  # an Isolation Forest: lower is odder
        scores = -scores
    shown = {kind: rows[:, [across, down]] for kind, rows in points.items()}
    return _Panel(across, down, (*ends[0], *ends[1]), scores.reshape(_CELLS, _CELLS), shown)


def _ends(values: Floats) -> tuple[float, float]:
    """Give the range of values with a tenth of room on both sides."""
    low, high = float(values.min()), float(values.max())
    room = (high - low or 1.0) / 10
    return low - room, high + room


def _draw(panels: list[_Panel], names: list[str], title: str) -> Plot:
    """Lay the panels out, one for two features, else a row for each feature."""
    wide, tall = _LARGE if len(panels) == 1 else _SMALL
    columns = 1 if len(panels) == 1 else len(names)
    rows = 1 if len(panels) == 1 else len(names)
    canvas = Canvas(columns * (wide + _MARGIN) + 20, _HEAD + rows * (tall + _FOOT) + 10, title)
    canvas.text(20, 22, title, "t")
    many = {kind: len(rows) for kind, rows in panels[0].points.items() if len(rows) > _MOST_DOTS}
    notes = [f"Of {count:,} {kind} points {_MOST_DOTS:,} are drawn." for kind, count in many.items()]
    _legend(canvas, notes)
    for panel in panels:
        at = (0, 0) if len(panels) == 1 else (panel.across, panel.down)
        corner = (_MARGIN + at[0] * (wide + _MARGIN), _HEAD + at[1] * (tall + _FOOT))
        _draw_panel(canvas, panel, names, (*corner, wide, tall))
    return Plot(canvas, {"title": title, "notes": notes, "panels": [_plain(panel, names) for panel in panels]})


def _plain(panel: _Panel, names: list[str]) -> dict[str, Any]:
    """Give a panel as plain values."""
    return {
        "x": names[panel.across], "y": names[panel.down], "extent": panel.extent,
        "scores": panel.scores.tolist(), "points": {kind: len(rows) for kind, rows in panel.points.items()},
    }  # fmt: skip


def _legend(canvas: Canvas, notes: list[str]) -> None:
    """Name the kinds of points, and what isn't drawn."""
    at = 26.0
    for _, name, colour, radius in _KINDS:
        canvas.circle((at, 36, radius), colour)
        canvas.text(at + 10, 40, name, "m")
        at += 24 + 6.6 * len(name)
    canvas.text(at, 40, " ".join(notes), "m")


def _draw_panel(canvas: Canvas, panel: _Panel, names: list[str], box: tuple[float, float, float, float]) -> None:
    """Draw ground, points and axes of one panel."""
    left, top, wide, tall = box
    least, most = float(panel.scores.min()), float(panel.scores.max())
    cell = (wide / _CELLS, tall / _CELLS)
    for (row, column), score in np.ndenumerate(panel.scores):
        place = (left + column * cell[0], top + tall - (row + 1) * cell[1], *cell)
        canvas.cell(place, PALETTE[0], f"score {score:.3g}", 0.04 + 0.5 * (score - least) / ((most - least) or 1))
    low_x, high_x, low_y, high_y = panel.extent
    for kind, _, colour, radius in _KINDS:
        for x, y in panel.points[kind][:_MOST_DOTS].tolist():
            across = left + (x - low_x) / (high_x - low_x) * wide
            down = top + tall - (y - low_y) / (high_y - low_y) * tall
            canvas.circle((across, down, radius), colour, f"{kind}: {x:g}, {y:g}", 0.75)
    canvas.line((left, top + tall, left + wide, top + tall))
    canvas.line((left, top, left, top + tall))
    for value, x in ((low_x, left), (high_x, left + wide)):
        canvas.text(x, top + tall + 14, f"{value:.3g}", "m", "middle")
    for value, y in ((low_y, top + tall), (high_y, top + 8)):
        canvas.text(left - 5, y, f"{value:.3g}", "m", "end")
    canvas.text(left + wide / 2, top + tall + 30, names[panel.across], "m", "middle")
    canvas.text(left + 4, top - 5, names[panel.down], "m")
