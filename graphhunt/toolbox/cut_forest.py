"""Robust random cut forests: `identify_outliers_rrcf` under msticpy's name and signature.

A point's score is its collusive displacement: how many points stand aside, for each of those it would take along,
if it were not there; the mean over trees of the largest such ratio on its way to the root. Each point is scored as
if it came alone, so that outliers don't hide one another.

References:
    Guha, Mishra, Roy, Schrijvers: Robust Random Cut Forest Based Anomaly Detection on Streams (ICML 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphhunt.toolbox.outliers import sample_size, two_tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SEED = 42


class _Tree:
    """A tree of random cuts; node 0 is the root, a node without children (-1) holds equal points."""

    def __init__(self, points: Floats, rng: np.random.Generator) -> None:
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.size: list[int] = []
        self.cut: list[tuple[int, float]] = []
        self.children: list[list[int]] = []
        todo = [(points, -1, 0)]
        while todo:
            part, above, side = todo.pop()
            node = self._add(part, above, side)
            span = self.high[node] - self.low[node]
            if not span.any():
                continue
            axis = int(rng.choice(len(span), p=span / span.sum()))
            place = self.low[node][axis] + rng.random() * span[axis]
            self.cut[node] = (axis, place)
            is_left = part[:, axis] <= place
            todo += [(part[is_left], node, 0), (part[~is_left], node, 1)]

    def _add(self, part: Floats, above: int, side: int) -> int:
        """Put a node below another and give its number."""
        node = len(self.size)
        self.low.append(part.min(axis=0))
        self.high.append(part.max(axis=0))
        self.size.append(len(part))
        self.cut.append((0, 0.0))
        self.children.append([-1, -1])
        if above >= 0:
            self.children[above][side] = node
        return node

    def displacement(self, points: Floats, rng: np.random.Generator) -> Floats:
        """Score points as if each were put into the tree alone."""
        found = np.zeros(len(points))
        todo = [(0, np.arange(len(points)))]
        while todo:
            node, rows = todo.pop()
            apart = self._cut_off(node, points[rows], rng)
            found[rows[apart]] = np.maximum(found[rows[apart]], self.size[node])
            rows = rows[~apart]
            left, right = self.children[node]
            if left < 0 or not len(rows):
                continue
            axis, place = self.cut[node]
            is_left = points[rows, axis] <= place
            for below, other, part in ((left, right, rows[is_left]), (right, left, rows[~is_left])):
                found[part] = np.maximum(found[part], self.size[other] / (self.size[below] + 1))
                if len(part):
                    todo.append((below, part))
        return found

    def _cut_off(self, node: int, points: Floats, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Cut the box around a node and each point at random; tell where the cut lies between the two."""
        low, high = np.minimum(self.low[node], points), np.maximum(self.high[node], points)
        reach = np.cumsum(high - low, axis=1)
        drawn = rng.random(len(points)) * reach[:, -1]
        axis = np.minimum((reach <= drawn[:, None]).sum(axis=1), points.shape[1] - 1)
        at = np.arange(len(points))
        place = high[at, axis] - (reach[at, axis] - drawn)
        outside = (place < self.low[node][axis]) | (place >= self.high[node][axis])
        apart: NDArray[np.bool_] = outside & (reach[:, -1] > 0)
        return apart


class RobustRandomCutForest:
    """A forest of random cuts.

    Args:
        num_trees: Trees to build.
        tree_size: Most points in one tree.
        contamination: Share of the judged rows that `predict` calls outliers.
        max_samples: Points of one tree, as number or share; 100 or all by default.
        max_features: Features of one tree, as number or share, drawn anew for each tree; by default the square root
            of their number.
    """

    def __init__(
        self,
        num_trees: int = 100,
        tree_size: int = 256,
        contamination: float = 0.05,
        max_samples: float | None = None,
        max_features: float | None = None,
    ) -> None:
        self.num_trees, self.tree_size, self.contamination = num_trees, tree_size, contamination
        self.max_samples, self.max_features = max_samples, max_features
        self.n_features_in_ = 0
        self._trees: list[tuple[NDArray[np.int64], _Tree]] = []
        self._learnt: Floats = np.empty((0, 0))

    def fit(self, x: NDArray[Any]) -> RobustRandomCutForest:
        """Build the trees; the same rows give the same trees each time."""
        self._learnt, _ = two_tables(x, x)
        rng = np.random.default_rng(_SEED)
        rows, self.n_features_in_ = self._learnt.shape
        samples = min(sample_size(self.max_samples, rows), self.tree_size)
        few = self._features()
        self._trees = []
        for _ in range(self.num_trees):
            columns = np.sort(rng.choice(self.n_features_in_, few, replace=False))
            drawn = rng.choice(rows, samples, replace=False)
            self._trees.append((columns, _Tree(self._learnt[drawn][:, columns], rng)))
        return self

    def _features(self) -> int:
        """Give the number of features of one tree."""
        n, asked = self.n_features_in_, self.max_features
        wanted = np.sqrt(n) if asked is None else asked * n if isinstance(asked, float) and 0 < asked < 1 else asked
        return max(1, min(int(wanted), n))

    def decision_function(self, x: NDArray[Any]) -> Floats:
        """Score rows; higher is odder."""
        _, judged = two_tables(self._learnt, x)
        rng = np.random.default_rng(_SEED)
        scores = np.zeros(len(judged))
        for columns, tree in self._trees:
            scores += tree.displacement(judged[:, columns], rng)
        scores /= max(1, len(self._trees))
        return scores

    def predict(self, x: NDArray[Any] | None = None) -> NDArray[np.int64]:
        """Call the oddest share of rows outliers (-1), the others 1; without rows, of those learnt from."""
        scores = self.decision_function(self._learnt if x is None else x)
        labels = np.ones(len(scores), dtype=np.int64)
        labels[np.argsort(-scores, kind="stable")[: int(np.ceil(len(scores) * self.contamination))]] = -1
        return labels

    def get_train_samples(self) -> Floats:
        """Give the rows it learnt from."""
        return self._learnt


def identify_outliers_rrcf(  # noqa: PLR0913 - the signature is the one a msticpy user knows
    x: NDArray[Any],
    x_predict: NDArray[Any],
    contamination: float = 0.05,
    num_trees: int = 100,
    tree_size: int = 256,
    max_features: float | None = None,
    max_samples: float | None = None,
) -> tuple[RobustRandomCutForest, NDArray[Any], NDArray[np.int64]]:
    """Build a robust random cut forest of one set of rows and tell the outliers of another.

    Args:
        x: Rows to learn from.
        x_predict: Rows to judge; may be the same.
        contamination: Share of the judged rows to call outliers.
        num_trees: Trees to build.
        tree_size: Most points in one tree.
        max_features: Features per tree, as number or share; by default the square root of their number.
        max_samples: Rows per tree, as number or share; by default 100 or all.

    Returns:
        The model, the outlying rows of `x_predict`, and -1 (outlier) or 1 for each of its rows. The same rows
        give the same answer each time.

    Raises:
        UsageError: The arrays aren't two-dimensional, have no rows, or don't have the same columns.
    """
    learn, judge = two_tables(x, x_predict)
    model = RobustRandomCutForest(num_trees, tree_size, contamination, max_samples, max_features).fit(learn)
    predicted = model.predict(judge)
    return model, judge[predicted == -1], predicted
