"""The environment `Graphhunt`: our questions, facts, and stored queries in Cypher, asked of an open hunt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from graphhunt import current
from graphhunt.errors import UsageError
from graphhunt.questions.question import Wishes
from graphhunt.questions.registry import question_named, questions
from graphhunt.times import micros
from graphhunt.toolbox.fact_queries import FACT_QUERIES
from graphhunt.toolbox.query_files import QueryParameter, StoredQuery

if TYPE_CHECKING:
    from graphhunt.questions.question import Question

_KINDS = ("hunt", "entity", "paths")
"""Kinds of questions that are offered: those that only read."""

_TYPES = {"list[str]": "list", "list[int]": "list", "list[float]": "list", "duration": "str", "map": "map"}
_MACRO = re.compile(r"\{(\w+)\}")
_ROWS = ("rows", "findings", "paths")


class GraphDriver:
    """Asks a hunt. Values are bound as parameters of questions and of Cypher, never part of a text.

    Args:
        hunt: The hunt; the open one when not given, if only one is open.
    """

    binds = True

    def __init__(self, hunt: Any = None, **_: Any) -> None:
        self.hunt = hunt
        self.connected = hunt is not None

    def connect(self, connection_str: Any = None, **kwargs: Any) -> None:
        """Take a hunt: the one given, or the only one that is open.

        Args:
            connection_str: An open hunt, or nothing.
            kwargs: `hunt`, the same by name.

        Raises:
            UsageError: No hunt is given, and none or several are open.
        """
        given = kwargs.get("hunt") or connection_str
        if isinstance(given, str):
            raise UsageError("an environment takes an open hunt", hint=f"connect(hunt=graphhunt.open({given!r}))")
        self.hunt = given or self.hunt or current.only_open()
        self.connected = True

    def queries(self) -> Iterator[StoredQuery]:
        """List the questions that read, and the queries over facts."""
        for question in questions(*_KINDS):
            yield _stored(question)
        for query in FACT_QUERIES.values():
            yield query.stored()

    def query(self, query: str, query_source: StoredQuery | None = None, **params: Any) -> pd.DataFrame:
        """Ask a question by its name, the facts, or Cypher with `$parameters`.

        Raises:
            UsageError: Cypher has a macro of a parameter where a `$parameter` belongs.
            AccessError: The Cypher isn't one that only reads.
        """
        if query in FACT_QUERIES:
            found: pd.DataFrame = FACT_QUERIES[query].answer(self.hunt.workspace, params)
            return found
        if query_source is not None and (pasted := set(_MACRO.findall(query)) & set(query_source.parameters)):
            name = min(pasted)
            raise UsageError(f"Cypher takes ${name}, not {{{name}}}: values are bound", where=query_source.where)
        if not re.search(r"\s", query):
            return self._asked(query, params)
        table = self.hunt.query(query, {name: _bound(value) for name, value in params.items()})
        if table.truncated:
            raise UsageError("the query gives more rows than the setting query_rows allows", hint="add a LIMIT")
        return pd.DataFrame(table.rows, columns=table.columns)

    def _asked(self, name: str, params: Mapping[str, Any]) -> pd.DataFrame:
        question = question_named(name, *_KINDS)
        given = {key: _bound(value) for key, value in params.items() if value is not None}
        answer = self.hunt.ask(question.name, given, Wishes(write=False), *_KINDS)
        rows: list[Any] = next((answer[key] for key in _ROWS if key in answer), [])
        frame = pd.DataFrame(rows, columns=list(question.columns) or None)
        frame.attrs["truncated"] = bool(answer.get("truncated"))
        return frame

    def schema(self) -> dict[str, list[str]]:
        """Give the labels and relationship types of the graph with their properties."""
        from graphhunt.schema import NODES, RELATIONSHIPS

        kinds: Iterable[tuple[str, Any]] = [*NODES.items(), *RELATIONSHIPS.items()]
        return {name: [column.name for column in kind.columns] for name, kind in kinds}


def _bound(value: Any) -> Any:
    """Give a value as questions and Cypher take it: times as microseconds."""
    return micros(value) if isinstance(value, datetime) else value


def _stored(question: Question) -> StoredQuery:
    folder, _, short = question.name.rpartition("/")
    family = folder.replace("/", ".") or question.kind
    parameters = {
        p.name: QueryParameter(
            p.name, _TYPES.get(p.type, p.type), p.help, **({} if p.required else {"default": p.default})
        )
        for p in question.parameters
    }
    return StoredQuery(
        short.replace("-", "_"), question.name, (family.replace("-", "_"),), ("Graphhunt",), question.title, parameters
    )
