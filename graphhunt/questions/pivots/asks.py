"""Ready questions about one entity: every query under `cypher/pivot/ask/<kind>/` is one.

A question added as a file is offered by the workspace without a change of code.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from graphhunt import queries
from graphhunt.errors import UsageError
from graphhunt.questions.pivots.reading import ANY_TIME, Reader, Ref, Window
from graphhunt.questions.pivots.views import describe
from graphhunt.schema import NODES

_FOLDER = "pivot/ask/"
_KINDS = {kind.lower(): kind for kind in NODES}


class Ask(NamedTuple):
    """A ready question: its id, the kind of entity it is about, its sentence, query and ATT&CK ids."""

    id: str
    kind: str
    title: str
    cypher: str
    attack: tuple[str, ...]


def asks(kind: str | None = None) -> list[Ask]:
    """List the ready questions, for one kind of entity or for all, by id."""
    library = queries.library()
    found = [_ask(name, library[name]) for name in library.names(_FOLDER)]
    return sorted(ask for ask in found if kind is None or ask.kind == kind)


def _ask(name: str, query: Any) -> Ask:
    folder, _, word = name.removeprefix(_FOLDER).partition("/")
    title = query.header.doc.strip().splitlines()[0].rstrip(".")
    return Ask(f"{folder}.{word}", _KINDS[folder], title, query.text.strip(), query.header.attack)


def run_ask(store: Reader, ask_id: str, ref: Ref, window: Window = ANY_TIME, limit: int = 100) -> dict[str, Any]:
    """Answer a ready question about an entity.

    Returns:
        `nodes` (short forms) and `truncated` (True when there are more than `limit`).

    Raises:
        UsageError: if there is no such question about this kind of entity.
    """
    name = _FOLDER + ask_id.replace(".", "/", 1)
    library = queries.library()
    if name not in library or _KINDS.get(ask_id.partition(".")[0]) != ref.kind:
        raise UsageError(f"There is no question {ask_id!r} about a {ref.kind}.")
    rows = store.read(library[name], id=ref.id, since=window.since, until=window.until, limit=limit + 1)
    return {"nodes": [describe(row["node"]) for row in rows[:limit]], "truncated": len(rows) > limit}
