"""Lists of indicators of the user's own; asking them tells nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphhunt.times import iso
from graphhunt.toolbox.intel.answer import NOTHING, Answer, Severity
from graphhunt.toolbox.intel.indicators import IndicatorList
from graphhunt.toolbox.intel.kinds import KINDS
from graphhunt.toolbox.intel.provider import Provider

if TYPE_CHECKING:
    from graphhunt.toolbox.intel.answer import Asked
    from graphhunt.toolbox.intel.provider import Client

_WORDS = {
    "critical": Severity.HIGH, "high": Severity.HIGH, "medium": Severity.WARNING, "warning": Severity.WARNING,
    "low": Severity.INFORMATION, "information": Severity.INFORMATION, "informational": Severity.INFORMATION,
}  # fmt: skip


class LocalList(Provider):
    """The user's lists."""

    name = "LocalList"
    about = "lists of your own: CSV, STIX 2.1, folders of MISP feeds, text"
    kinds = KINDS
    needs = ()
    online = False

    def __init__(self, indicators: IndicatorList) -> None:
        super().__init__({})
        self._indicators = indicators

    async def lookup(self, asked: Asked, client: Client) -> Answer:
        """Match an indicator against the lists."""
        return answer_of(self._indicators, asked)

    def answers(self, asked: list[Asked]) -> list[Answer]:
        """Match many indicators in one pass."""
        return answers_of(self._indicators, asked)


def answer_of(indicators: IndicatorList, asked: Asked) -> Answer:
    """Give what lists say of one indicator."""
    return answers_of(indicators, [asked])[0]


def answers_of(indicators: IndicatorList, asked: list[Asked]) -> list[Answer]:
    """Give what lists say of indicators, in their order."""
    kinds = ["dns" if each.kind == "hostname" else each.kind for each in asked]
    wanted = pl.DataFrame(
        {"kind": kinds, "value": [each.safe for each in asked]}, schema={"kind": pl.String, "value": pl.String}
    )
    found: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in indicators.match(wanted.unique()).iter_rows(named=True):
        found.setdefault((row["kind"], row["value"]), []).append(row)
    keys = zip(kinds, wanted["value"], strict=True)
    return [_answer(_valid(found.get(key), each)) for key, each in zip(keys, asked, strict=True)]


def _valid(rows: list[dict[str, object]] | None, asked: Asked) -> list[dict[str, object]]:
    """Keep the entries that were valid at some time of the span asked for; one without times is always."""
    start, end = asked.span
    return [
        row
        for row in rows or ()
        if (start is None or not isinstance(row["valid_until"], int) or row["valid_until"] >= start)
        and (end is None or not isinstance(row["valid_from"], int) or row["valid_from"] <= end)
    ]


def _answer(rows: list[dict[str, object]]) -> Answer:
    if not rows:
        return NOTHING
    shown = [
        {
            name: iso(value) if name.startswith("valid") and isinstance(value, int) else value
            for name, value in row.items()
        }
        for row in rows
    ]
    order = list(Severity)
    severity = max((_WORDS.get(str(row["severity"]).lower(), Severity.WARNING) for row in rows), key=order.index)
    sources = sorted({str(row["source"]) for row in rows})
    first = {name: shown[0][name] for name in ("indicator", "valid_from", "valid_until", "tlp", "description", "id")}
    return Answer(True, severity, {"sources": sources, **first}, "", shown)


PROVIDER = LocalList
"""The provider."""
