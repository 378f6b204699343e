"""Incidents as a collection of rows, found by the hunt of that name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphhunt.entities.collection import Collection
from graphhunt.entities.question import Computation
from graphhunt.entities.rows import Incident
from graphhunt.questions.question import Wishes
from graphhunt.times import micros

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.current import OpenHunt


Incidents = Collection[Incident]
"""Incidents, best first."""


def found_incidents(hunt: Any, given: Mapping[str, Any], *, write: bool = False) -> Incidents:
    """Give the incidents of a hunt, best first: those over the line, then the best below it.

    Args:
        hunt: The open hunt.
        given: Parameters of the hunt `incidents`.
        write: Write them to the graph as properties.
    """

    def rows(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        found = hunt.ask("incidents", asked, Wishes(write=write), "hunt")
        return map(_row, [{**row, **item} for row, item in zip(found["rows"], _items(found), strict=True)])

    opened: OpenHunt = hunt
    return Collection(Incident, Computation("incidents", lambda: dict(given), opened, rows))


def _items(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"event_ids": each["title"]["evidence"]} for each in (*found["items"], *found["below"])]


def _row(found: Mapping[str, Any]) -> dict[str, Any]:
    same = (
        "rank", "score", "over_the_line", "title", "machines", "outside", "techniques", "consistent_with", "leads",
        "units", "id", "name", "assignee", "status", "verdict",
    )  # fmt: skip
    return {
        **{name: found[name] for name in (*same, "event_ids")},
        "date_time": micros(found["start"]), "end": micros(found["end"]), "users": found["accounts"],
    }  # fmt: skip
