"""What the two lists of a recording say, with default options: chains of remote logons, and incidents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphhunt.graph.snapshot import Snapshot
from graphhunt.incidents.find import Found, incidents_of
from graphhunt.lateral.detection import DetectionOptions, detected
from graphhunt.lateral.findings import report
from graphhunt.lateral.sight import Sight


class Row(NamedTuple):
    """A hop that must be listed.

    Attributes:
        begin: Beginning of its time, as far as the recording's truth tells it.
        source: Machine or address it comes from.
        target: Machine it goes to.
        user: Account it is made with.
        rank: Rank of its chain at most.
        technique: ATT&CK id it must carry; None where none is proved.
        classes: Classes it may have.
    """

    begin: str
    source: str
    target: str
    user: str
    rank: int
    technique: str | None
    classes: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The two lists of a recording."""

    hunt: dict[str, Any]
    incidents: Found = field(repr=False)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Listed:
        """Make the lists with default options."""
        return cls(chains(snapshot), incidents_of(snapshot))

    def places(self, row: Row) -> list[tuple[int, dict[str, Any]]]:
        """Give the hops that a row means, with the ranks of their chains."""
        return [
            (finding["rank"], hop)
            for finding in self.hunt["findings"] for hop in finding["hops"]
            if hop["start"].startswith(row.begin) and not hop["lead_in"]
            and (hop["from"], hop["to"], hop["user"]) == (row.source, row.target, row.user)
        ]  # fmt: skip

    @property
    def hops(self) -> list[dict[str, Any]]:
        """All hops listed."""
        return [hop for finding in self.hunt["findings"] for hop in finding["hops"]]

    @property
    def classes(self) -> set[str]:
        """Classes of all that is listed in either list."""
        return {hop["class"] for hop in self.hops} | {each.klass for each in self.incidents.incidents}


def chains(snapshot: Snapshot, options: DetectionOptions | None = None) -> dict[str, Any]:
    """Give the answer of the hunt for lateral movement."""
    return report(detected(snapshot, options), snapshot, lambda: Sight({"machines": []}))
