"""Isolation Forest on arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from graphhunt.analytics import identify_outliers, remove_common_items
from graphhunt.errors import UsageError


def test_planted_rows_are_found_and_runs_repeat() -> None:
    rng = np.random.default_rng(0)
    normal = rng.normal(0, 1, (400, 3))
    judged = np.vstack([normal[:50], [[12, -9, 15]], [[-20, 20, 0]]])
    model, outliers, predicted = identify_outliers(normal, judged, contamination=0.01)
    assert predicted[-2:].tolist() == [-1, -1]
    assert (outliers == judged[predicted == -1]).all()
    assert (predicted == -1).sum() <= 6
    again = identify_outliers(normal, judged, contamination=0.01)
    assert (again[2] == predicted).all()
    assert model.max_features == 1


def test_needs_nothing_but_scikit_learn() -> None:
    import importlib.util

    assert importlib.util.find_spec("rrcf") is None


@pytest.mark.parametrize(("samples", "used"), [(None, 100), (0.5, 150), (40, 40), (9999, 300)])
def test_sample_sizes(samples: float | None, used: int) -> None:
    x = np.arange(600.0).reshape(300, 2)
    assert identify_outliers(x, x, max_samples=samples)[0].max_samples_ == used


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(UsageError, match="columns"):
        identify_outliers(np.zeros((3, 2)), np.zeros((3, 1)))
    with pytest.raises(UsageError, match="no rows"):
        identify_outliers(np.zeros((0, 2)), np.zeros((0, 2)))


def test_common_items_are_removed() -> None:
    frame = pd.DataFrame({"a": [1, 1, 2, 3], "b": [1, 1, 2, 2]})
    assert remove_common_items(frame, ["a", "b"])["a"].tolist() == [2, 3]
