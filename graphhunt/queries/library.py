"""Finds the `.cypher` files, checks header against text both ways, and gives them by name and as attributes."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphhunt.errors import QueryError
from graphhunt.queries.columns import columns_of
from graphhunt.queries.header import parse_header
from graphhunt.queries.parts import resolved
from graphhunt.queries.query import Header, Query
from graphhunt.queries.tokens import Token, line_of, parameter_name, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
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

    def names(self, prefix: str = "") -> list[str]:
        """List the queries' paths, without reading them."""
        return [name for name in self._queries if name.startswith(prefix)]

    def __len__(self) -> int:
        return len(self._queries)

    def __contains__(self, name: object) -> bool:
        return name in self._queries


@functools.cache
def library() -> Library:
    """Give the shipped query library; it is found once, and each query is checked when first used."""
    return read_library(files("graphhunt.cypher"))


def read_library(root: Traversable) -> Library:
    """Find every `.cypher` file under a folder; each is read and checked when it is first asked for.

    Raises:
        QueryError: An engine's variant has no portable query.
    """
    files_by_path = dict(_walk(root, ""))
    portable = {path: file for path, file in files_by_path.items() if path.partition("/")[0] not in ENGINES}
    variants: dict[str, dict[str, Traversable]] = {}
    for path, file in files_by_path.items():
        engine, _, name = path.partition("/")
        if engine in ENGINES:
            if name not in portable:
                raise QueryError("a variant needs a portable query of the same path", where=f"cypher/{path}.cypher")
            variants.setdefault(name, {})[engine] = file
    return Library(_Shelf(portable, variants))


class _Shelf(Mapping[str, Query]):
    """Queries by name, made of their files on first use: a command pays for those it runs, not for all."""

    def __init__(self, portable: dict[str, Traversable], variants: dict[str, dict[str, Traversable]]) -> None:
        self._portable = portable
        self._variants = variants
        self._made: dict[str, Query] = {}

    def __getitem__(self, name: str) -> Query:
        if name not in self._made:
            query = load_query(resolved(name, self._text), name, f"cypher/{name}.cypher")
            for engine in self._variants.get(name, {}):
                _join_variant(query, engine, resolved(f"{engine}/{name}", self._text))
            self._made[name] = query
        return self._made[name]

    def _text(self, path: str) -> str:
        """Give the text of a file as it is written; that of an engine's variant is below the engine's name."""
        engine, _, name = path.partition("/")
        file = self._variants[name][engine] if engine in ENGINES else self._portable[path]
        return file.read_text(encoding="utf-8")

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._portable))

    def __len__(self) -> int:
        return len(self._portable)

    def __contains__(self, name: object) -> bool:
        return name in self._portable


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


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        if item.name.endswith(".cypher"):
            yield prefix + item.name.removesuffix(".cypher"), item
        elif item.is_dir():
            yield from _walk(item, f"{prefix}{item.name}/")


def _join_variant(query: Query, engine: str, text: str) -> None:
    file = f"cypher/{engine}/{query.name}.cypher"
    variant = load_query(text, query.name, file)
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
    given = columns_of(found, text)
    declared = [column.name for column in header.returns]
    if given != declared:
        raise QueryError(f"the header declares columns {declared}, the query returns {given}", where=f"{file}:1")


def read_folder(folder: Path) -> Library:
    """Read a user's own folder of queries, by the same rules as the shipped ones."""
    return read_library(folder)
