"""Finds the strongest rule of up to three conditions on features that marks enough of the intruders' rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphhunt.lateral.paths.table import Flags, Floats

_Single = npt.NDArray[np.float32]

_DEPTH = 3
_BEAM = 25
_SHARES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions that all hold: (feature, threshold, whether the value is above it)."""

    conditions: tuple[tuple[int, float, bool], ...]

    def hits(self, values: Floats) -> Flags:
        """Mark the rows that meet every condition."""
        marked = np.ones(len(values), dtype=bool)
        for column, threshold, above in self.conditions:
            marked &= (values[:, column] > threshold) == above
        return marked

    def words(self, names: tuple[str, ...]) -> str:
        """Say the rule."""
        parts = [f"'{names[column]}' {'>' if above else '<='} {limit:.4g}" for column, limit, above in self.conditions]
        return " and ".join(parts) or "without a condition"


def strongest_rule(values: Floats, bad: Flags, recall: float) -> Rule:
    """Give the most precise conjunction that marks at least a share of the intruders' rows, by a beam search.

    Args:
        values: Features by row.
        bad: Intruders' rows.
        recall: Least share of them.
    """
    conditions = _conditions(values, bad)
    marks = np.column_stack([(values[:, column] > limit) == above for column, limit, above in conditions])
    bad_marks, honest_marks = _counted(marks[bad]), _counted(marks[~bad])
    beam: list[tuple[int, ...]] = [()]
    best: tuple[float, tuple[int, ...]] = (0.0, ())
    for _ in range(_DEPTH):
        found = _extended(beam, bad_marks, honest_marks, recall * float(bad.sum()))
        if not found:
            break
        best = max(best, found[0])
        beam = [chosen for _, chosen in found[:_BEAM]]
    return Rule(tuple(conditions[number] for number in best[1]))


def _conditions(values: Floats, bad: Flags) -> list[tuple[int, float, bool]]:
    found = []
    for column in range(values.shape[1]):
        limits = np.unique(np.quantile(values[bad, column], _SHARES, method="lower"))
        # The largest value below is needed too, so that "equal to" can be said with two conditions.
        below = [values[values[:, column] < limit, column].max(initial=-np.inf) for limit in limits]
        for limit in np.unique(np.concatenate([limits, below])).tolist():
            found += [(column, limit, True), (column, limit, False)]
    return found


def _extended(
    beam: list[tuple[int, ...]], bad: _Single, honest: _Single, least: float
) -> list[tuple[float, tuple[int, ...]]]:
    found: dict[tuple[int, ...], float] = {}
    for chosen in beam:
        true = _held(bad, chosen) @ bad
        false = _held(honest, chosen) @ honest
        precision = np.where(true >= max(least, 1.0), true / np.maximum(true + false, 1.0), -1.0)
        for number in np.argsort(-precision, kind="stable")[:_BEAM].tolist():
            if precision[number] > 0 and number not in chosen:
                found[tuple(sorted((*chosen, number)))] = float(precision[number])
    return sorted(((value, chosen) for chosen, value in found.items()), reverse=True)


def _counted(marks: Flags) -> _Single:
    return np.asarray(marks, dtype=np.float32)


def _held(marks: _Single, chosen: tuple[int, ...]) -> _Single:
    return np.asarray(marks[:, list(chosen)].all(axis=1), dtype=np.float32)
