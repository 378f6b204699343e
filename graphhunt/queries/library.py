"""Finds the `.cypher` files, checks header against text both ways, and gives them by name and as attributes."""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from graphhunt.errors import QueryError
from graphhunt.queries.header import parse_header
from graphhunt.queries.query import Header, Query
from graphhunt.queries.tokens import Token, line_of, parameter_name, split_items, tokens, top_level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

ENGINES = ("neo4j", "arcadedb")
"""Folders directly under `cypher/` whose files replace the portable query of the same path on that engine."""


class Namespace:
    """A folder of queries: its queries and sub-folders are its attributes."""

    def __init__(self, queries: Mapping[str, Query], prefix: str) -> None:
        self._queries = queries
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        path = f"{self._prefix}{name}"
        if path in self._queries:
            return self._queries[path]
        if any(key.startswith(f"{path}/") for key in self._queries):
            return Namespace(self._queries, f"{path}/")
        raise AttributeError(f"no query or folder of queries is named {path!r}")

    def __dir__(self) -> list[str]:
        start = len(self._prefix)
        return sorted({key[start:].partition("/")[0] for key in self._queries if key.startswith(self._prefix)})


class Library(Namespace):
    """All queries, by path: `library["entity/user_machines"]` or `library.entity.user_machines`."""

    def __init__(self, queries: Mapping[str, Query]) -> None:
        super().__init__(queries, "")

    def __getitem__(self, name: str) -> Query:
        """Give the query of that path.

        Raises:
            QueryError: There is no such query.
        """
        try:
            return self._queries[name]
        except KeyError:
            raise QueryError(f"there is no query {name!r}") from None

    def __iter__(self) -> Iterator[Query]:
        return iter(self._queries.values())

    def __len__(self) -> int:
        return len(self._queries)

    def __contains__(self, name: object) -> bool:
        return name in self._queries


@functools.cache
def library() -> Library:
    """Give the shipped query library, read and checked once.

    Raises:
        QueryError: A file breaks the rules; the error gives file and line.
    """
    return read_library(files("graphhunt.cypher"))


def read_library(root: Traversable) -> Library:
    """Read every `.cypher` file under a folder, joining the engines' variants to their portable query.

    Raises:
        QueryError: A file breaks the rules, or a variant has no portable query or another header.
    """
    found = {path: text for path, text in _walk(root, "") if path.endswith(".cypher")}
    queries = {}
    for path, text in sorted(found.items()):
        name = path.removesuffix(".cypher")
        if name.partition("/")[0] not in ENGINES:
            queries[name] = load_query(text, name, f"cypher/{path}")
    for path, text in sorted(found.items()):
        engine, _, rest = path.partition("/")
        if engine in ENGINES:
            _join_variant(queries, engine, rest.removesuffix(".cypher"), text)
    return Library(queries)


def load_query(text: str, name: str, file: str) -> Query:
    """Make a query of a file's text, checking that header and text agree.

    Raises:
        QueryError: They don't; the error gives file and line.
    """
    header = parse_header(text, name, file)
    found = list(tokens(text))
    if not found:
        raise QueryError("there is no query below the header", where=file)
    _check_single(found, text, file)
    _check_parameters(header, found, text, file)
    _check_columns(header, found, text, file)
    return Query(header, text, file)


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for item in folder.iterdir():
        path = f"{prefix}{item.name}"
        if item.is_dir():
            yield from _walk(item, f"{path}/")
        elif item.name.endswith(".cypher"):
            yield str(PurePosixPath(path)), item.read_text(encoding="utf-8")


def _join_variant(queries: Mapping[str, Query], engine: str, name: str, text: str) -> None:
    file = f"cypher/{engine}/{name}.cypher"
    if name not in queries:
        raise QueryError("a variant needs a portable query of the same path", where=file)
    query, variant = queries[name], load_query(text, name, file)
    if (variant.mode, variant.params, variant.returns) != (query.mode, query.params, query.returns):
        raise QueryError("a variant's mode, params and returns must equal the portable query's", where=f"{file}:1")
    query.variants[engine] = text


def _check_single(found: list[Token], text: str, file: str) -> None:
    for token in found:
        if token.text == ";":
            raise QueryError("one file holds one statement, without `;`", where=f"{file}:{line_of(text, token.start)}")


def _check_parameters(header: Header, found: list[Token], text: str, file: str) -> None:
    declared = {param.name for param in header.params}
    used = {parameter_name(token): token for token in found if token.kind == "param"}
    for name in sorted(set(used) - declared):
        raise QueryError(
            f"parameter ${name} isn't declared in the header", where=f"{file}:{line_of(text, used[name].start)}"
        )
    for name in sorted(declared - set(used)):
        raise QueryError(f"parameter {name!r} is declared but not used", where=f"{file}:1")


def _check_columns(header: Header, found: list[Token], text: str, file: str) -> None:
    given = _returned(found, text)
    declared = [column.name for column in header.returns]
    if given != declared:
        raise QueryError(f"the header declares columns {declared}, the query returns {given}", where=f"{file}:1")


_AFTER_RETURN = frozenset({"ORDER", "SKIP", "OFFSET", "LIMIT", "UNION"})


def _returned(found: list[Token], text: str) -> list[str]:
    start = None
    for index, token in top_level(found):
        if token.kind == "word" and token.upper == "RETURN":
            start = index + 1
    if start is None:
        return _yielded(found, text)
    items = found[start:]
    if items and items[0].upper == "DISTINCT":
        items = items[1:]
    for index, token in top_level(items):
        if token.kind == "word" and token.upper in _AFTER_RETURN:
            items = items[:index]
            break
    return [_column_name(item, text) for item in split_items(items)]


def _yielded(found: list[Token], text: str) -> list[str]:
    for index, token in top_level(found):
        if token.kind == "word" and token.upper == "YIELD":
            return [_column_name(item, text) for item in split_items(found[index + 1 :])]
    return []


def _column_name(item: list[Token], text: str) -> str:
    if len(item) > 2 and item[-2].upper == "AS":
        return item[-1].text.strip("`")
    return text[item[0].start : item[-1].start] + item[-1].text


def read_folder(folder: Path) -> Library:
    """Read a user's own folder of queries, by the same rules as the shipped ones."""
    return read_library(folder)
