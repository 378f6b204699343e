"""What histograms must answer: the rows that the question itself must answer, counted by plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from graphhunt.entities.counting import ELSEWHERE
from graphhunt.entities.rows import Row as Kind
from graphhunt.entities.rows import columns
from tests.entities.oracle.answers import DAY, Params, Row, View
from tests.entities.oracle.world import MINUTE, World

STATUSES = ("Own", "Foreign")


def draw(name: str, kind: type[Kind]) -> Callable[[World, Params], None]:
    """Draw a column that the query of a name counts by, a length of time, or both."""
    known = [column.name for column in columns(kind) if column.name not in ELSEWHERE[name]]

    def add(world: World, given: Params) -> None:
        drawn = world.rng.choice(("by", "bucket", "both"))
        if drawn != "bucket":
            given["by"] = world.rng.choice(known)
        if drawn != "by":
            given["bucket"] = world.rng.choice((1, 7, 60)) * MINUTE
        if name == "communications":
            given["statuses"] = list(STATUSES)

    return add


def counted(view: View, params: Params, answer: Callable[[View, Params], list[Row]], kind: type[Kind]) -> list[Row]:
    """Count the rows that a question must answer."""
    fields = {column.name: column.field for column in columns(kind)}
    rows = answer(view, {name: value for name, value in params.items() if name not in {"by", "bucket", "statuses"}})
    counts = Counter(
        (
            row["date_time"] // params["bucket"] * params["bucket"] if "bucket" in params else None,
            _value(row, fields[params["by"]]) if "by" in params else None,
        )
        for row in rows
    )
    found = [{"at": at, "value": value, "rows": number} for (at, value), number in counts.items()]
    return sorted(found, key=_place)


def _place(row: Row) -> tuple[Any, ...]:
    value = row["value"]
    return (row["at"] or 0, -row["rows"], value is None, 0 if value is None else value)


def _value(row: Row, field: str) -> Any:
    """Give the value of a column as the tables show it; a day as its number."""
    if field == "date":
        return row["date_time"] // DAY
    if field == "ipv4_status":
        return row["scope"] and STATUSES[row["scope"] == "public"]
    value = row.get(field)
    if field == "protocol" and value:
        return value.upper()
    return value.capitalize() if field == "direction" and value else value
