"""Isolation Forest and robust random cut forest on arrays, and what is drawn of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from graphhunt.errors import UsageError
from graphhunt.toolbox import identify_outliers, identify_outliers_rrcf, plot_outlier_results, remove_common_items


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


def test_cut_forests_find_planted_rows_and_repeat() -> None:
    rng = np.random.default_rng(0)
    normal = rng.normal(0, 1, (300, 3))
    judged = np.vstack([normal[:48], [[12, -9, 15]], [[-20, 20, 11]]])
    model, outliers, predicted = identify_outliers_rrcf(normal, judged, contamination=0.04)
    assert predicted[-2:].tolist() == [-1, -1]
    assert (predicted == -1).sum() == 2
    assert (outliers == judged[-2:]).all()
    assert (identify_outliers_rrcf(normal, judged, contamination=0.04)[2] == predicted).all()
    assert (model.predict() == model.predict(model.get_train_samples())).all()
    scores = model.decision_function(judged)
    assert scores[-2:].min() > 5 * np.median(scores)


def test_cut_forests_score_each_row_as_if_it_came_alone() -> None:
    rng = np.random.default_rng(1)
    normal = rng.normal(0, 1, (200, 2))
    crowd = np.vstack([normal[:20], np.full((60, 2), 9.0)])  # many equal outliers don't hide one another
    model, _, _ = identify_outliers_rrcf(normal, crowd, num_trees=200)
    scores = model.decision_function(crowd)
    alone = model.decision_function(crowd[-1:])
    assert scores[20:].min() > 3 * scores[:20].max()
    assert scores[20:] == pytest.approx(alone[0], rel=0.3)


def test_every_feature_is_looked_at_and_equal_rows_are_no_trouble() -> None:
    rng = np.random.default_rng(2)
    learn = np.hstack([rng.normal(0, 1, (150, 3)), np.ones((150, 1))])
    for feature in range(4):
        judged = learn[:40].copy()
        judged[0, feature] = 25
        assert identify_outliers_rrcf(learn, judged, contamination=0.02)[2][0] == -1
    same = np.ones((30, 2))
    model, _, predicted = identify_outliers_rrcf(same, same)
    assert model.decision_function(same).tolist() == [0.0] * 30
    assert predicted.tolist().count(-1) == 2  # the share that is asked for


def test_displacement_of_a_small_tree_is_as_calculated_by_hand() -> None:
    # One feature, points 0, 0, 0 and 10: a point at 10 goes with the other 10 or is cut off from it, never from both.
    learn = np.array([[0.0], [0], [0], [10]])
    model, _, _ = identify_outliers_rrcf(learn, learn, num_trees=1500, max_samples=4)
    at_zero, at_ten, beyond = model.decision_function(np.array([[0.0], [10], [30]]))
    assert at_zero == pytest.approx(1 / 4)  # joins three equal ones; the other side has one, its own four
    assert at_ten == pytest.approx(3 / 2)  # joins the one; the other side has three, its own two
    # Two thirds of the box 0 to 30 cut it off at the root: 4 stand aside. Else it goes right: 3/2, then 1 beside it.
    assert beyond == pytest.approx(4 * 2 / 3 + 1.5 / 3, abs=0.1)


@pytest.mark.parametrize("judge", [identify_outliers, identify_outliers_rrcf])
def test_results_are_drawn(judge: Callable[..., Any], tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(0, 1, (60, 2))
    model, outliers, _ = judge(x, x, contamination=0.05)
    plot = plot_outlier_results(model, x, x, outliers, ["<b>", "b"], "Logons <i>")
    (panel,) = plot.data["panels"]
    assert panel["points"] == {"training": 60, "regular": 60 - len(outliers), "outlier": len(outliers)}
    scores = np.array(panel["scores"])
    assert scores[0, 0] > np.median(scores[10:18, 10:18])  # a corner is odder than the middle
    page = plot.to_html(tmp_path / "o.html").read_text("utf-8")
    assert "<b>" not in page
    assert "<i>" not in page
    wide = rng.normal(0, 1, (50, 3))
    model, outliers, _ = judge(wide, wide)
    drawn = plot_outlier_results(model, wide, wide, outliers, list("abc"), "t")
    assert {(p["x"], p["y"]) for p in drawn.data["panels"]} == {(a, b) for a in "abc" for b in "abc" if a != b}
    with pytest.raises(UsageError, match="feature_columns"):
        plot_outlier_results(model, wide, wide, outliers, ["a", "b"], "t")


def test_a_drawing_says_what_it_leaves_out() -> None:
    x = np.random.default_rng(4).normal(0, 1, (4100, 2))
    model, outliers, _ = identify_outliers(x, x[:10])
    plot = plot_outlier_results(model, x, x[:10], outliers, ["a", "b"], "t")
    assert plot.data["notes"] == ["Of 4,100 training points 4,000 are drawn."]
    assert "Of 4,100 training points" in plot.page()


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
