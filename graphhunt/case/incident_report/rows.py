"""The timeline of a report: acts that belong to one visit of a machine are one row, with what was done in sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.case.incident_report.kinds import KINDS
from graphhunt.incidents.lead import MINUTE
from graphhunt.incidents.sentences import plain
from graphhunt.times import micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphhunt.incidents.tables import Tables

Step = dict[str, Any]
Told = dict[str, Any]

VISIT = 2 * MINUTE
"""Acts on one machine that follow each other this closely, µs, are told together."""

RECORDS = 1
"""Records that stand for each sentence; the act's others are found by them."""


@dataclass(slots=True)
class Visit:
    """Acts on one machine that follow each other closely.

    Attributes:
        machine: Its name.
        hop: The remote logon it begins with: `from`, `from_label`, `to`, `technique`; None where it begins otherwise.
        steps: The acts, earliest first.
    """

    machine: str
    hop: dict[str, Any] | None
    steps: list[Step] = field(default_factory=list)

    @property
    def last(self) -> int:
        """When its last act began, µs UTC."""
        return micros(self.steps[-1]["time"]) or 0

    def goes_on(self, step: Step, hop: dict[str, Any] | None) -> bool:
        """Tell whether an act belongs to it."""
        if step["machine"] != self.machine or (micros(step["time"]) or 0) - self.last > VISIT:
            return False
        mine = self.hop or {}
        return hop is None or (hop["from"] == mine.get("from") and step["account"] == self.steps[0]["account"])


def hops_of(story: Mapping[str, Any], tables: Tables) -> dict[str, dict[str, Any]]:
    """Give the remote logon of each act of an incident that is one, by the act's id."""
    wanted = {step["relationship_ids"][0]: step["id"] for step in story["steps"] if step["kind"] == "hop"}
    rows = tables.edges("REMOTE_LOGON", "technique", "technique_name", "technique_level")
    found = {}
    for row in rows.filter(pl.col("id").is_in(list(wanted))).iter_rows(named=True):
        sure = row["technique_level"] in ("clear", "likely")
        found[wanted[row["id"]]] = {
            "from": tables.names.get(row["from_id"], row["from_id"]), "from_label": row["from_label"],
            "to": tables.names.get(row["to_id"], row["to_id"]),
            "technique": row["technique"] if sure else None, "name": row["technique_name"] if sure else None,
        }  # fmt: skip
    return found


def visits(story: Mapping[str, Any], hops: Mapping[str, dict[str, Any]]) -> list[Visit]:
    """Put the acts of an incident together to visits, in the order in which these began."""
    found: list[Visit] = []
    for step in story["steps"]:
        hop = hops.get(step["id"])
        open_one = next((each for each in reversed(found) if each.goes_on(step, hop)), None)
        if open_one is None:
            open_one = Visit(step["machine"], hop)
            found.append(open_one)
        open_one.steps.append(step)
    return found


def timeline(story: Mapping[str, Any], hops: Mapping[str, dict[str, Any]]) -> list[Told]:
    """Give a row for each visit.

    Returns:
        `time`, `from` and `to` (names of machines or addresses), `accounts`, `said` (sentences), `inferred` (sentences
        on why it belongs here where no record proves that), `techniques` and `evidence` (ids).
    """
    joined = [link for link in story["links"] if link.get("sentence")]
    return [_row(visit, hops, joined) for visit in visits(story, hops)]


def _row(visit: Visit, hops: Mapping[str, dict[str, Any]], joined: Iterable[Mapping[str, Any]]) -> Told:
    said: dict[str, None] = {}
    proof: dict[str, None] = {}
    for step in visit.steps:
        for sentence in step["sentences"]:
            said[plain(sentence)] = None
            proof.update(dict.fromkeys(sentence["evidence"][:RECORDS]))
    own = {step["id"] for step in visit.steps}
    accounts = dict.fromkeys(step["account"] for step in visit.steps if step["account"])
    return {
        "time": visit.steps[0]["time"], "from": visit.hop["from"] if visit.hop else None, "to": visit.machine,
        "accounts": list(accounts), "said": [_capital(text) for text in said],
        "inferred": [plain(link["sentence"]) for link in joined if link["to"] in own],
        "techniques": sorted(set(techniques(visit.steps, hops))), "evidence": list(proof),
    }  # fmt: skip


def techniques(steps: Iterable[Step], hops: Mapping[str, dict[str, Any]]) -> list[str]:
    """Give the ATT&CK techniques of acts, once for each act that shows one; what a sensor alone saw shows none."""
    found = []
    for step in steps:
        way = hops.get(step["id"], {}).get("technique")
        mine = {way} if way and not step["sensed"] else set()
        for lead in step["leads"]:
            mine.update(KINDS[lead["kind"]].techniques)
        found += sorted(mine)
    return found


def _capital(text: str) -> str:
    """Let a sentence begin with a capital, where its first word is ours."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first in _OURS else text


_OURS = frozenset({"a", "another", "after", "how", "someone", "whoever"})
"""Words that sentences of ours begin with; any other first word is a name."""
