"""Rows of processes: as a tree, each with session, account, whole command line, what it decodes to, and what it did."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.errors import MissingError
from graphhunt.incidents.programs import HUBS
from graphhunt.incidents.templates import DOES
from graphhunt.questions.pivots import Window
from graphhunt.stories.effects import effects_of
from graphhunt.stories.ran import CONSOLE, chosen, leads_by_process
from graphhunt.stories.subject import subject
from graphhunt.stories.telling import Telling, Told, telling, within
from graphhunt.stories.writing import proof
from graphhunt.times import iso
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from graphhunt.questions.question import Case

MOST = 500
"""Processes of an answer."""

_TELLING = frozenset({"hop", "service", "thread"})
"""Kinds of effects for which a process is shown that is known from mentions only."""

_GENERATIONS = 64
_CLEAR = 20_000
"""Characters of a decoded command that stand in a row."""


def processes(case: Case, name: str, *, kind: str, window: Window = Window()) -> dict[str, Any]:  # noqa: B008
    """Give the processes of a machine, an account or an address, or those around one process, as rows of trees.

    Args:
        case: The case.
        name: An id, or a name as `story` takes it.
        kind: `machine`, `user`, `ip` or `process`.
        window: The time that counts; all of those around one process count.

    Returns:
        `rows`, parents before their children, with `depth` and `parent`, and `folded` where a row tells next to
        nothing (`console`: a console's window, `system`: a parent of everything that is known from mentions only,
        `mention`: any other that is known so); the `sessions` they ran in; how many there are in `total`.

    Raises:
        MissingError: There is no such process, or nothing is called so.
    """
    told = telling(case)
    if kind == "process":
        chosen_rows, title = _around(told, name), name
    else:
        one = subject(told, name, kind)
        chosen_rows, title = within(told.processes.filter(chosen(told, one)), window, "began"), one.name
    ordered = _ordered(told, chosen_rows)
    rows = _Rows(told, [id_ for id_, _, _ in ordered[:MOST]])
    shown = [rows.row(*each) for each in ordered[:MOST]]
    return {
        "kind": kind, "id": name, "name": title, "rows": shown, "total": len(ordered),
        "sessions": rows.sessions([row["session"] for row in shown]),
    }  # fmt: skip


def _around(told: Telling, id_: str) -> pl.DataFrame:
    """Give a process with its ancestors and everything that it started."""
    own = told.processes.filter(pl.col("id") == id_)
    if own.is_empty():
        raise MissingError(f"there is no process '{id_}'", hint="look with: graphhunt find TEXT")
    made = told.edges("SPAWNED").select("from_id", "to_id")
    known = {id_}
    for before, after in (("to_id", "from_id"), ("from_id", "to_id")):
        reached = {id_}
        for _ in range(_GENERATIONS):
            found = made.filter(pl.col(before).is_in(list(reached)) & ~pl.col(after).is_in(list(known)))
            reached = set(found.get_column(after).drop_nulls())
            known |= reached
            if not reached or len(known) > MOST:
                break
    return told.processes.filter(pl.col("id").is_in(list(known)))


def _ordered(told: Telling, rows: pl.DataFrame) -> list[tuple[str, str | None, int]]:
    """Put processes in the order of their trees: id, parent among them, and depth; roots and children by time."""
    times = {id_: (began is None, began or 0, id_) for id_, began in rows.select("id", "began").iter_rows()}
    made = told.edges("SPAWNED").filter(pl.col("to_id").is_in(list(times)) & pl.col("from_id").is_in(list(times)))
    parents = {child: parent for parent, child in made.select("from_id", "to_id").iter_rows() if parent != child}
    children: dict[str | None, list[str]] = defaultdict(list)
    for id_ in sorted(times, key=lambda each: times[each]):
        children[parents.get(id_)].append(id_)
    found: list[tuple[str, str | None, int]] = []
    waiting: list[tuple[str, str | None, int]] = [(id_, None, 0) for id_ in reversed(children[None])]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += [(child, one[0], one[2] + 1) for child in reversed(children[one[0]])]
    return found


class _Rows:
    """Makes the rows of some processes.

    Args:
        told: What stories are told from.
        ids: The processes.
    """

    def __init__(self, told: Telling, ids: list[str]) -> None:
        self._told = told
        mine = told.processes.filter(pl.col("id").is_in(ids))
        self._processes = {row["id"]: row for row in mine.iter_rows(named=True)}
        self._effects = effects_of(told, ids)
        self._leads = leads_by_process(told)
        self._logons = {
            row["logon_session_id"]: row
            for row in told.logons.drop_nulls("logon_session_id").drop("evidence").iter_rows(named=True)
        }  # fmt: skip

    def row(self, id_: str, parent: str | None, depth: int) -> dict[str, Any]:
        """Give the row of a process."""
        own, leads = self._processes[id_], self._leads.get(id_, [])
        named, line = self._told.writer.named, own["command_line"]
        return {
            "id": id_, "parent": parent, "depth": depth, "time": iso(own["began"]), "end": iso(own["end"]),
            "name": own["name"], "path": own["path"], "pid": own["pid"], "integrity": own["integrity"],
            "machine": named("Machine", own["machine_id"]), "account": named("User", own["user_id"]),
            "session": own["logon_session_id"], "remote_session": own["remote_session_id"],
            "parent_path": own["parent_path"], "command_line": line, "decoded": _clear(line),
            "effects": self._effects.get(id_, []), "leads": _leads(leads),
            "folded": _folded(own, telling=bool(leads) or self._acted(id_)),
            "evidence": proof(own["evidence"] or ()),
        }  # fmt: skip

    def _acted(self, id_: str) -> bool:
        """Tell whether a process did what matters even where nothing else is known of it."""
        return any(effect["kind"] in _TELLING for effect in self._effects.get(id_, ()))

    def sessions(self, ids: list[str | None]) -> list[dict[str, Any]]:
        """Give the logon sessions that some processes ran in, in that order."""
        return [self._session(self._logons[id_]) for id_ in dict.fromkeys(ids) if id_ in self._logons]

    def _session(self, row: dict[str, Any]) -> dict[str, Any]:
        named = self._told.writer.named
        return {
            "id": row["logon_session_id"], "logon_id": row["logon_id"], "account": named("User", row["user_id"]),
            "from": named(row["source_label"] or "IP", row["source_id"]), "technique_name": row["technique_name"],
            "start": iso(row["start"]),
        }  # fmt: skip


def _leads(leads: list[Told]) -> list[dict[str, Any]]:
    return [{"kind": told.lead.kind, "weight": round(told.weight, 4)} for told in leads]


def _clear(line: str | None) -> dict[str, Any] | None:
    """Give the encoded command of a command line in clear, with what it does in words; None if there is none."""
    found = decoded(line) if line else None
    if found is None:
        return None
    return {
        "text": found.text[:_CLEAR], "length": len(found.text), "facts": [DOES[fact] for fact in found.facts],
        "urls": list(found.urls), "reason": found.reason,
    }  # fmt: skip


def _folded(row: dict[str, Any], *, telling: bool) -> str | None:
    """Say why a row tells next to nothing; None where it tells something."""
    if row["program"] == CONSOLE and not telling:
        return "console"
    if not row["stub"] or row["command_line"] or telling:
        return None
    return "system" if row["program"] in HUBS else "mention"
