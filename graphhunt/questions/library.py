"""The hunts: the detector and the Cypher library's questions, by name, with parameters and ATT&CK ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from graphhunt import queries
from graphhunt.errors import UsageError
from graphhunt.times import iso, micros

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.queries.query import Param, Query
    from graphhunt.store import Store

FOLDERS = ("hunt/", "entity/", "pivot/ask/")
"""Folders of the Cypher library whose reading queries are hunts; the rest serves the program."""

LATERAL = "lateral-movement"
"""Name of the detector's hunt."""

BLAST_RADIUS, CHOKE_POINTS = "blast-radius", "choke-points"
"""Names of the hunts over time-respecting ways; see `graphhunt.lateral.reach`."""


class HuntParameter(NamedTuple):
    """One parameter of a hunt."""

    name: str
    type: str
    default: Any
    required: bool
    help: str = ""


class HuntInfo(NamedTuple):
    """One hunt: what it is called, what it finds, what it takes and which ATT&CK techniques it is about."""

    name: str
    title: str
    parameters: tuple[HuntParameter, ...]
    attack: tuple[str, ...]
    columns: tuple[str, ...]

    def describe(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "name": self.name, "title": self.title, "attack": list(self.attack), "columns": list(self.columns),
            "parameters": [parameter._asdict() for parameter in self.parameters],
        }  # fmt: skip


_LATERAL = HuntInfo(
    LATERAL,
    "Chains of suspicious remote logons, ranked, each with its reasons, techniques, records and blind spots",
    (
        HuntParameter("since", "datetime", None, False, "report from this time on; everything before is history"),
        HuntParameter("until", "datetime", None, False, "leave out everything later"),
        HuntParameter("machine", "str", None, False, "only chains with a hop from or to this machine"),
        HuntParameter("user", "str", None, False, "only chains with a hop by this account"),
        HuntParameter("significant", "bool", False, False, "only chains that pass the false-discovery rule"),
        HuntParameter("findings", "int", 200, False, "most chains"),
        HuntParameter("scanners", "str", None, False, "machines that scan, separated by commas; suppressed by name"),
        HuntParameter("help_desk", "str", None, False, "accounts of the help desk, likewise"),
        HuntParameter("owners", "str", None, False, "inventory: machine=account, separated by commas or line breaks"),
    ),
    ("T1021", "T1078", "T1550"),
    (),
)  # fmt: skip


_WAYS = (
    HuntParameter("until", "datetime", None, False, "latest logon"),
    HuntParameter("max_dwell", "duration", "24h", False, "longest stay on a machine between arriving and leaving it"),
    HuntParameter("skew", "duration", "0s", False, "tolerance for clocks that differ"),
    HuntParameter("within_session", "bool", False, False, "leave a machine only while the session there is open"),
)
_REACH = (
    HuntInfo(
        BLAST_RADIUS,
        "What could be reached by when from a machine in an intruder's hands, by logons that happened",
        (
            HuntParameter("machine", "str", None, True, "machine or address, by any name"),
            HuntParameter("at", "datetime", None, False, "from when on; the first logon of the case when not given"),
            *_WAYS,
        ),
        ("T1021",),
        ("machine", "machine_id", "reached", "hops", "way", "users", "technique", "relationship_ids", "evidence"),
    ),
    HuntInfo(
        CHOKE_POINTS,
        "Which account or host to cut: how much of what a machine could reach, or of the ways to a target, ends",
        (
            HuntParameter("source", "str", None, True, "machine or address where ways begin"),
            HuntParameter("target", "str", None, False, "where they end; `cut` numbers what together ends every way"),
            HuntParameter("since", "datetime", None, False, "earliest logon"),
            *_WAYS,
        ),
        ("T1021",),
        ("kind", "name", "id", "share", "blocked", "cuts_all", "cut"),
    ),
)


def hunts() -> list[HuntInfo]:
    """List every hunt: the detector first, what can be reached and cut, then the library's questions by name."""
    library = queries.library()
    found = [library[name] for folder in FOLDERS for name in library.names(folder)]
    return [_LATERAL, *_REACH, *(_info(query) for query in found if query.mode == "read")]


def hunt_named(name: str) -> HuntInfo:
    """Find a hunt by its name, or by the last part of it where only one has that; `-` and `_` are one.

    Raises:
        UsageError: None is called so, or several.
    """
    wanted = name.strip().lower().replace("-", "_")
    known = {info.name.replace("-", "_"): info for info in hunts()}
    if wanted in known:
        return known[wanted]
    short = [info for key, info in known.items() if key.rpartition("/")[2] == wanted]
    if len(short) == 1:
        return short[0]
    close = sorted(info.name for key, info in known.items() if wanted in key)
    hint = "did you mean " + ", ".join(close[:5]) if close else "see: graphhunt hunts"
    raise UsageError(f"{'several hunts are' if len(short) > 1 else 'no hunt is'} called '{name}'", hint=hint)


def run_query(store: Store, name: str, given: Mapping[str, Any], limit: int | None = None) -> dict[str, Any]:
    """Run one of the library's questions.

    Returns:
        `hunt`, `columns`, `rows` (times as ISO 8601 text) and `truncated`.

    Raises:
        UsageError: A parameter is unknown or missing, or no row is asked for.
    """
    query = queries.library()[name]
    values = {key: micros(value) if key in _moments(query) else value for key, value in given.items()}
    _check(query, values)
    most = limit if limit is not None else 1000
    if "limit" in {param.name for param in query.params}:
        values.setdefault("limit", most + 1)
    rows = []
    for row in store.stream(query, **values):
        rows.append(row)
        if len(rows) > most:
            break
    times = {column.name for column in query.returns if column.type == "datetime"}
    written = [{key: _written(key, value, times) for key, value in row.items()} for row in rows[:most]]
    columns = [column.name for column in query.returns]
    return {"hunt": name, "columns": columns, "rows": written, "truncated": len(rows) > most}


def _moments(query: Query) -> set[str]:
    return {param.name for param in query.params if param.type == "datetime"}


def _check(query: Query, given: Mapping[str, Any]) -> None:
    known = {param.name: param for param in query.params}
    hint = "it takes " + (", ".join(known) or "none")
    for name in given:
        if name not in known:
            raise UsageError(f"{query.name} has no parameter '{name}'", hint=hint)
    for name, param in known.items():
        if param.required and given.get(name) is None:
            raise UsageError(f"{query.name} needs --param {name}=VALUE", hint=hint)
    if isinstance(limit := given.get("limit"), int) and limit < 1:
        raise UsageError(f"limit is at least 1, not {limit}")


def _written(name: str, value: Any, times: set[str]) -> Any:
    """Give a value as JSON has it: times as text, also those of a node or relationship."""
    if name in times or (name in _TIMES and isinstance(value, int)):
        return iso(value) if isinstance(value, int) else value
    if isinstance(value, dict):
        return {key: _written(key, item, set()) for key, item in value.items()}
    return [_written("", item, set()) for item in value] if isinstance(value, list) else value


_TIMES = frozenset({"start", "end", "first_seen", "last_seen", "first_used", "last_used"})


def _info(query: Query) -> HuntInfo:
    title = query.header.doc.strip().splitlines()[0].rstrip(".")
    parameters = tuple(_parameter(param) for param in query.params)
    columns = tuple(column.name for column in query.returns)
    return HuntInfo(query.name, title, parameters, query.header.attack, columns)


def _parameter(param: Param) -> HuntParameter:
    return HuntParameter(param.name, param.type, param.default, param.required)
