"""The script that fits the table of weights: stumps become steps, and what it writes is a table that can be read."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from graphhunt.lateral.detector.weights import Weights

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "fit_lateral_weights.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("fit_lateral_weights", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def rows(script):
    """Draw 4,000 hops, each a unit, of two days: more of one thing and less of another speak for the forty bad ones."""
    rng = np.random.default_rng(1)
    labels = np.where(np.arange(4000) % 100 == 0, np.arange(4000) // 100, -1)
    values = {name: rng.random(4000) for name in script.SIGNS}
    values["failures"] += 2.0 * (labels >= 0)
    values["targets_today"] += 2.0 * (labels < 0)
    return script.Rows(values, labels, np.arange(4000), 2)


def test_stumps_become_steps_from_zero(script):
    # Below 1: -1 - 0.5; between: 1 - 0.5; above 2: 1 + 0.5. A step of 0.01 at 3 is none.
    stumps = {2.0: (-0.5, 0.5), 1.0: (-1.0, 1.0), 3.0: (0.0, 0.01)}
    assert script.steps(stumps) == ([1.0, 2.0], [0.0, 2.0, 3.0])


def test_what_is_fitted_and_written_ranks_the_bad_ones_first(script, rows):
    table = script.table_of([rows], script.fitted([rows], rounds=40, bins=16))
    text = script.written(table, [100], {"seed 75, logons, at 9 units a day": 1.0})
    weights = Weights.parse(tomllib.loads(text))
    assert weights == Weights.parse(table)
    assert {"failures", "targets_today"} <= {step.name for step in weights.steps}
    assert script.recall(rows, script.total(weights, rows), 9) == 1.0


def test_seeds_that_are_only_reported_are_refused(script, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["fit", "--seeds", "3"])
    with pytest.raises(SystemExit):
        script.main()
    assert "only reported" in capsys.readouterr().err
