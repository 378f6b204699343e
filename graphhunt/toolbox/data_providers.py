"""Stored queries as functions: `QueryProvider` under msticpy's name."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.toolbox import query_drivers
from graphhunt.toolbox.query_files import QueryParameter, StoredQuery, read_queries

if TYPE_CHECKING:
    import pandas as pd

    from graphhunt.toolbox.query_drivers import Driver

PRINTED = frozenset({"print", "query"})
"""Words that a query function takes for giving its text instead of running it."""


class QueryFunction:
    """A stored query, called with alerts, events and times that say values, and with values by name.

    Calling it with `"print"` gives its text with the values in place.
    """

    def __init__(self, provider: QueryProvider, query: StoredQuery) -> None:
        self.stored = query
        self._provider = provider
        self.__name__ = query.name
        self.__doc__ = help_of(query)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the query and give its rows as a frame, or its text."""
        return self._provider.run(self.stored, args, kwargs)

    def __repr__(self) -> str:
        return f"<query {self.stored.name}({', '.join(self.stored.parameters)})>"


class QueryFamily:
    """The queries of a family, and the families below it, as attributes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[str, QueryFunction | QueryFamily] = {}

    def __getattr__(self, name: str) -> Any:
        """Give a query or family; AttributeError, with those there are, for a name that is none."""
        members = vars(self).get("members", {})
        if name in members:
            return members[name]
        raise AttributeError(
            f"{self.name or 'the provider'} has no query {name!r}; it has {', '.join(sorted(members))}"
        )

    def __dir__(self) -> list[str]:
        return sorted(self.members)

    def below(self, family: str) -> QueryFamily:
        """Give the family of a dotted name, made when it isn't there."""
        here = self
        for part in family.split("."):
            found = here.members.setdefault(part, QueryFamily(f"{here.name}.{part}".lstrip(".")))
            if not isinstance(found, QueryFamily):
                raise UsageError(f"{part} is a query and can't be a family too")
            here = found
        return here


class QueryProvider:
    """Stored queries of an environment as functions, found as attributes by family.

    `qry_prov.WindowsSecurity.list_host_processes(query_times, alert, host_name="…")` runs one: what the given times,
    alerts and events say fills the parameters that the query has, and values by name win.

    Args:
        data_environment: `LocalData` (files), `Graphhunt` (an open hunt), a registered one, or another that msticpy
            documents, whose queries are rendered but not run.
        driver: What runs the queries instead, with `connect` and `query`.
        query_paths: Folders or files of stored queries in YAML.
        **kwargs: For the driver: `data_paths` of `LocalData`, `hunt` of `Graphhunt`.

    Raises:
        UsageError: There is no such environment.
        LoadError: A file of queries can't be read.
    """

    def __init__(
        self,
        data_environment: Any,
        driver: Driver | None = None,
        query_paths: Sequence[str | Path] | str | Path | None = None,
        **kwargs: Any,
    ) -> None:
        self.environment = str(getattr(data_environment, "name", data_environment))
        self._names = query_drivers.names_of(self.environment)
        self._driver = driver if driver is not None else query_drivers.driver_of(self.environment, **kwargs)
        self._families = QueryFamily("")
        self._stored: dict[str, StoredQuery] = {}
        self.connection_string = ""
        for query in getattr(self._driver, "queries", tuple)():
            self._add(query)
        for path in [query_paths] if isinstance(query_paths, str | Path) else query_paths or ():
            self.import_query_file(path)

    def __getattr__(self, name: str) -> Any:
        """Give a family of queries, or the query of a name that only one has; AttributeError for any other name."""
        families = vars(self).get("_families")
        if families is None or name.startswith("_"):
            raise AttributeError(name)
        found = {id(query): query for query in self._stored.values() if query.name == name}
        if name not in families.members and len(found) == 1:
            return QueryFunction(self, next(iter(found.values())))
        return getattr(families, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self._families)})

    def _add(self, query: StoredQuery) -> None:
        for family in query.families:
            self._stored[f"{family}.{query.name}"] = query
            self._families.below(family).members[query.name] = QueryFunction(self, query)

    @property
    def connected(self) -> bool:
        """Whether the driver can be asked."""
        return bool(getattr(self._driver, "connected", False))

    @property
    def instance(self) -> str | None:
        """What it is connected to; None for nothing."""
        return self.connection_string or None

    def connect(self, connection_str: Any = None, **kwargs: Any) -> None:
        """Connect the driver.

        Args:
            connection_str: What the environment connects by; for `Graphhunt` an open hunt, and the only open one when
                not given.
            kwargs: More for the driver, such as `hunt`.

        Raises:
            UsageError: The environment has no driver, or the driver can't connect.
        """
        self._running().connect(connection_str, **kwargs)
        self.connection_string = connection_str if isinstance(connection_str, str) else ""

    def _running(self) -> Driver:
        if self._driver is None:
            raise UsageError(
                f"there is no driver for {self.environment}: its queries are rendered, not run",
                hint='call them with "print", or give driver=',
            )
        return self._driver

    def import_query_file(self, query_file: str | Path) -> None:
        """Add the queries of a file or folder that are for this environment.

        Raises:
            LoadError: It can't be read.
        """
        for query in read_queries(Path(query_file)):
            if not query.environments or self._names & {name.lower() for name in query.environments}:
                self._add(query)

    def add_custom_query(
        self,
        name: str,
        query: str,
        family: str | Iterable[str],
        description: str = "",
        parameters: Iterable[Any] = (),
    ) -> None:
        """Add a query.

        Args:
            name: What it is called.
            query: Its text.
            family: The family, or several.
            description: What it gives.
            parameters: Its parameters, each a `QueryParameter`, or (name, description, type) with a default behind.
        """
        made = [p if isinstance(p, QueryParameter) else QueryParameter(p[0], p[2], p[1], *p[3:4]) for p in parameters]
        families = (family,) if isinstance(family, str) else tuple(family)
        self._add(StoredQuery(name, query, families, (self.environment,), description, {p.name: p for p in made}))

    def list_queries(self, substring: str | None = None) -> list[str]:
        """List the queries by family and name; those that have a text in their name, in any case, if one is given."""
        wanted = (substring or "").lower()
        return sorted(name for name in self._stored if wanted in name.lower())

    def search(self, search: str) -> list[str]:
        """List the queries that have a text in their name, description, text or parameters, in any case."""
        wanted = search.lower()
        told = {name: [name, q.description, q.text, *q.parameters] for name, q in self._stored.items()}
        return sorted(name for name, texts in told.items() if any(wanted in text.lower() for text in texts))

    def browse_queries(self) -> pd.DataFrame:
        """Give the queries as a frame: name, description and parameters."""
        import pandas as pd

        rows = [(name, q.description, ", ".join(q.parameters)) for name, q in sorted(self._stored.items())]
        return pd.DataFrame(rows, columns=["query", "description", "parameters"])

    def query_help(self, query_name: str) -> None:
        """Write to standard output what a query takes and gives."""
        sys.stdout.write(help_of(self._named(query_name)) + "\n")

    def get_query(self, query_name: str) -> str:
        """Give the text of a query."""
        return self._named(query_name).text

    def _named(self, name: str) -> StoredQuery:
        found = [query for known, query in self._stored.items() if name in (known, query.name)]
        if not found:
            close = self.list_queries(name.rpartition(".")[2])[:5]
            hint = "did you mean " + ", ".join(close) if close else "list_queries() lists them"
            raise UsageError(f"there is no query '{name}'", hint=hint)
        return found[0]

    def exec_query(self, query: str, **kwargs: Any) -> Any:
        """Run a text in the environment's own language; keywords are values for its parameters."""
        return self._connected().query(query, None, **kwargs)

    def _connected(self) -> Driver:
        driver = self._running()
        if not driver.connected:
            driver.connect(None)
        return driver

    @property
    def schema(self) -> dict[str, Any]:
        """The tables of the environment with their columns; empty where its driver doesn't know."""
        found: dict[str, Any] = getattr(self._driver, "schema", dict)()
        return found

    @property
    def schema_tables(self) -> list[str]:
        """The names of the tables."""
        return list(self.schema)

    @staticmethod
    def list_data_environments() -> list[str]:
        """List the environments, those that can be asked first."""
        return query_drivers.environments()

    def run(self, query: StoredQuery, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Run a stored query, or give its text where an argument is `"print"`; see `QueryFunction`.

        Raises:
            UsageError: A parameter is unknown, missing or can't be read, or an argument says nothing.
        """
        said: dict[str, Any] = {}
        sources = [one for one in args if not (isinstance(one, str) and one in PRINTED)]
        for one in sorted(sources, key=_is_time):  # a time that is given wins over what an alert says of its own
            said |= _said(one)
        bound = query.bind(kwargs, said)
        if any(isinstance(one, str) and one in PRINTED for one in args):
            return query.rendered(bound)
        driver = self._connected()
        if getattr(driver, "binds", False):
            return driver.query(query.text, query, **{name: given.value for name, given in bound.items()})
        return driver.query(query.rendered(bound), query)


def _is_time(source: Any) -> bool:
    """Tell whether something is a time and nothing else."""
    return not isinstance(source, Mapping) and not hasattr(source, "query_params") and hasattr(source, "start")


def _said(source: Any) -> dict[str, Any]:
    """Give the values of parameters that an alert, event, time or mapping says.

    Raises:
        UsageError: It says none.
    """
    if isinstance(source, Mapping):
        return dict(source)
    if hasattr(source, "query_params"):
        return dict(source.query_params)
    if hasattr(source, "start") and hasattr(source, "end"):
        return {"start": source.start, "end": source.end}
    raise UsageError(
        f"{source!r} says no values of parameters", hint='give values by name, an alert, an event, times, or "print"'
    )


def help_of(query: StoredQuery) -> str:
    """Give what a query takes and gives, as text."""
    lines = [f"{query.name}: {query.description}"]
    for parameter in query.parameters.values():
        default = "required" if parameter.required else f"default {parameter.default!r}"
        lines.append(f"  {parameter.name}: {parameter.type} ({default}) {parameter.description}".rstrip())
    return "\n".join(lines)
