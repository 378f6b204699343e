"""The one guard over numbers: a score, p-value or property that isn't finite never leaves an analytic in silence.

A comparison with not-a-number is false, so that one of them can empty a whole list of findings without an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from graphhunt.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Iterable

    Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(slots=True)
class Terms:
    """Terms of a score; one with a number that isn't finite counts as 0 throughout, and is named.

    Attributes:
        dropped: Names of the terms that were left out.
    """

    dropped: list[str] = field(default_factory=list)

    def sound(self, name: str, values: Floats) -> Floats:
        """Give the values, or zeros where any of them isn't finite."""
        if np.isfinite(values).all():
            return values
        if name not in self.dropped:
            self.dropped.append(name)
        return np.zeros(len(values))


def require_finite(what: str, values: Any) -> None:
    """Refuse numbers of which one isn't finite.

    Raises:
        AnalysisError: One isn't.
    """
    wrong = int((~np.isfinite(np.asarray(values, dtype=np.float64))).sum())
    if wrong:
        raise AnalysisError(f"{what} could not be computed: {wrong:,} values are not finite", hint=_REPORT)


def finite_columns(frame: pl.DataFrame, names: Iterable[str]) -> tuple[pl.DataFrame, list[str]]:
    """Make the numbers of a result that aren't finite null, and say how many there were.

    Args:
        frame: What an analytic found.
        names: The columns that will be written or shown.

    Returns:
        The frame, and a sentence per column that had any.

    Raises:
        AnalysisError: A column has numbers, and none of them is finite.
    """
    notes = []
    for name in names:
        if not frame[name].dtype.is_float():
            continue
        wrong, known = int((~frame[name].is_finite()).sum()), frame[name].drop_nulls().len()
        if wrong and wrong == known:
            raise AnalysisError(f"no value of {name} could be computed", hint=_REPORT)
        if wrong:
            frame = frame.with_columns(pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name))
            notes.append(f"{name} could not be computed for {wrong:,} of {known:,}: left empty there")
    return frame, notes


_REPORT = "this is a fault of graphhunt: please report it; nothing was written"
