"""The reference tree: boosted trees on simple features, fitted with the labels of other sets.

It is no detector: it may see labels, so it says what simple rules could find at most (a ceiling), and what of a
generated set's intruders gives them away (a shortcut). Every feature is a count or a time that an analyst could look
up. Evaluation and audit use the same tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from graphhunt.errors import UsageError
from graphhunt.lab.evaluation.audit_features import features_of
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lateral.detector.corroboration import corroborate
from graphhunt.lateral.paths.table import Flags, Floats

Training = tuple[Floats, Flags]
"""Features of rows, and which of them are an intruder's."""

_ITERATIONS = 150


def tree_score(training: Training, values: Floats) -> Floats:
    """Fit the tree and give its log-odds for other rows."""
    # Small trees and a slow pace: a few hundred intruders' rows are soon learnt by heart, which tries nothing.
    model = HistGradientBoostingClassifier(
        max_iter=_ITERATIONS, max_leaf_nodes=8, min_samples_leaf=50, l2_regularization=5.0, learning_rate=0.05,
        early_stopping=False, random_state=0,
    )  # fmt: skip
    # One thread: many threads on busy cores wait for each other far longer than they save.
    with threadpool_limits(1):
        model.fit(*training)
        return np.asarray(model.decision_function(values), dtype=np.float64)


def training_of(cases: Sequence[LabelledCase]) -> Training:
    """Take the ranked rows of generated cases, which must be others than the tree is asked about."""
    parts = [(case_features(case)[case.tested], case.labels[case.tested] >= 0) for case in cases]
    return np.concatenate([values for values, _ in parts]), np.concatenate([bad for _, bad in parts])


def case_score(training: Training, case: LabelledCase) -> Floats:
    """Give the tree's log-odds for every ranked row of a generated case; less than the least for all others."""
    rows = case.tested
    known = tree_score(training, case_features(case)[rows])
    score = np.full(len(case.table), np.min(known, initial=0.0) - 1.0)
    score[rows] = known
    return score


def case_features(case: LabelledCase) -> Floats:
    """Give the features of every row of a generated case, one column each; labels are not read.

    Sources are those that the case knows. Where it has host events, two columns follow: their weight, and that of what
    happened on the source before.

    Raises:
        UsageError: The case isn't generated.
    """
    if case.made is None:
        raise UsageError("The reference tree knows generated cases only")
    logons = case.made.logons.with_columns(src=pl.Series(case.table.src, dtype=case.made.logons["src"].dtype))
    columns = [*features_of(replace(case.made, logons=logons)).values()]
    if case.events is not None:
        support = corroborate(case.table, case.events)
        columns += [support.weight, support.nearby]
    return np.column_stack(columns)
