"""The questions of the Cypher library: every reading file of three of its folders is one."""

from __future__ import annotations

from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from graphhunt import queries
from graphhunt.errors import DamageError
from graphhunt.queries.tokens import tokens
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Question
from graphhunt.schema import NODES, RELATIONSHIPS
from graphhunt.times import TIME_NAMES, dated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.queries.query import Param, Query
    from graphhunt.questions.question import Case, Wishes

FOLDERS = {"hunt/": "hunt", "entity/": "entity", "pivot/ask/": "entity"}
"""Folders of the library whose reading queries are questions, with their kind; the rest serves the program."""

ABOUT = "pivot/ask/"
"""Folder of the questions about one entity; below it a folder per label."""

_MOST = 1000
_LIMIT = "limit"
"""A query's parameter for how many rows are wanted, which is asked for every question alike."""

_LABELS = {label.lower(): label for label in NODES}


@cache
def questions() -> tuple[Question, ...]:
    """List the library's questions, by folder and name."""
    library = queries.library()
    found = [(library[name], kind) for folder, kind in FOLDERS.items() for name in library.names(folder)]
    return tuple(_question(query, kind) for query, kind in found if query.mode == "read")


def _question(query: Query, kind: str) -> Question:
    folder = query.name.removeprefix(ABOUT).partition("/")[0]
    parameters = tuple(_parameter(param) for param in query.params if param.name != _LIMIT)
    return Question(
        name=query.name, kind=kind, title=query.header.doc.strip().splitlines()[0].rstrip("."),
        answer=partial(_answer, query), parameters=parameters,
        columns=tuple(column.name for column in query.returns), attack=query.header.attack,
        about=_LABELS[folder] if query.name.startswith(ABOUT) else None, cypher=query.text.strip(),
    )  # fmt: skip


def _parameter(param: Param) -> Parameter:
    return Parameter(param.name, param.type, param.default, required=param.required)


def _answer(query: Query, case: Case, given: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """Run a question.

    Returns:
        `hunt`, `columns`, `rows` (times as ISO 8601 text), `truncated`, and `reason` where there is no row.
    """
    most = wishes.limit if wishes.limit is not None else _MOST
    limited = {_LIMIT: most + 1} if any(param.name == _LIMIT for param in query.params) else {}
    if limited:  # a caller who hangs up ends the statement, and a run that is published meanwhile lets it be repeated
        rows = case.store.read(query, **given, **limited)
    else:
        rows = list(islice(case.store.stream(query, **given), most + 1))
    times = TIME_NAMES | {column.name for column in query.returns if column.type == "datetime"}
    written = [{key: dated(value, key, times) for key, value in row.items()} for row in rows[:most]]
    columns = [column.name for column in query.returns]
    found = {"hunt": query.name, "columns": columns, "rows": written, "truncated": len(rows) > most}
    return found if rows else found | {"reason": _why_empty(query, case.snapshot)}


def _why_empty(query: Query, snapshot: Snapshot) -> str:
    """Say how much there is of what a question looks at, where the graph's tables are here and sound."""
    words = {token.text for token in tokens(query.text) if token.kind == "word"}
    named = [name for name in (*RELATIONSHIPS, *NODES) if name in words]
    try:
        counts = snapshot.heights(named) if snapshot.fingerprint else {}
    except DamageError:
        counts = {}
    looked = [f"{counts.get(name, 0):,} {name}" for name in named]
    return f"nothing fits; looked at {', '.join(looked)}" if counts else "nothing fits"
