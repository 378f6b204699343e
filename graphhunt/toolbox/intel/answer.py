"""What is asked of a provider and what comes back, with the columns and numbers that msticpy users know."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from graphhunt.plain import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = (
    "Ioc", "IocType", "SafeIoc", "QuerySubtype", "Provider", "Result", "Severity", "Details", "RawResult", "Reference",
    "Status",
)  # fmt: skip
"""Columns of every frame of results, in their order."""


class Status(IntEnum):
    """How a look-up ended."""

    OK = 0
    NOT_SUPPORTED = 1
    BAD_FORMAT = 2
    QUERY_FAILED = 3
    NO_DATA = 4
    OTHER = 10


class Severity(StrEnum):
    """What a provider thinks of an indicator, from harmless to harmful."""

    UNKNOWN = "unknown"
    INFORMATION = "information"
    WARNING = "warning"
    HIGH = "high"


class Asked(NamedTuple):
    """One indicator to look up: as given, its kind, as it is sent, what about it (a provider's own word), and when.

    `span` is a begin and an end in µs, either None for any; it narrows the answers of the user's lists and of Sentinel.
    """

    ioc: str
    kind: str
    safe: str
    subtype: str | None = None
    span: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True)
class Answer:
    """What a provider says of an indicator.

    Attributes:
        result: Whether it knows the indicator.
        severity: What it thinks of it.
        details: The parts of the answer worth reading, as plain values.
        reference: Where a person can read on.
        raw: The whole answer as it came.
    """

    result: bool
    severity: Severity = Severity.UNKNOWN
    details: dict[str, Any] = field(default_factory=dict)
    reference: str = ""
    raw: Any = None


NOTHING = Answer(False)
"""The answer of a provider that doesn't know the indicator."""


class Result(NamedTuple):
    """One row of results."""

    asked: Asked
    provider: str
    answer: Answer
    status: Status

    def row(self) -> dict[str, Any]:
        """Give the row under the columns' names; what strangers wrote is free of control characters."""
        answer = self.answer
        values = (
            self.asked.ioc, self.asked.kind, self.asked.safe, self.asked.subtype, self.provider, answer.result,
            answer.severity.value, cleaned(answer.details), answer.raw, clean(answer.reference), int(self.status),
        )  # fmt: skip
        return dict(zip(COLUMNS, values, strict=True))


def failed(asked: Asked, provider: str, status: Status, why: str) -> Result:
    """Give the row of a look-up that brought nothing, with the reason."""
    return Result(asked, provider, Answer(False, details={"reason": why}), status)


def frame_of(results: Iterable[Result]) -> pd.DataFrame:
    """Give results as a frame of the documented columns."""
    return pd.DataFrame([result.row() for result in results], columns=list(COLUMNS))


def cleaned(value: Any) -> Any:
    """Take control characters out of every text within a value."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): cleaned(each) for key, each in value.items()}
    return [cleaned(each) for each in value] if isinstance(value, list) else value
