"""What runs stored queries: a driver for each environment, looked up by its name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from graphhunt.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from graphhunt.toolbox.query_files import StoredQuery


class Driver(Protocol):
    """Runs the queries of an environment.

    Attributes:
        connected: Whether it can be asked.
        binds: Whether it takes the query's text as it is, and the values beside it; another gets the text rendered.
    """

    connected: bool
    binds: bool

    def connect(self, connection_str: Any = None, **kwargs: Any) -> None:
        """Make ready to be asked."""
        ...

    def queries(self) -> Iterable[StoredQuery]:
        """List the queries that it brings itself."""
        ...

    def query(self, query: str, query_source: StoredQuery | None = None, **params: Any) -> pd.DataFrame:
        """Run a query with values for its parameters."""
        ...


_BUILT_IN = {
    "LocalData": ("graphhunt.toolbox.local_data", "LocalDataDriver"),
    "Graphhunt": ("graphhunt.toolbox.graph_data", "GraphDriver"),
}
_RENDERED = (
    ("MSSentinel", "LogAnalytics", "AzureSentinel", "MSSentinelSearch", "MSSentinelLegacy"), ("Kusto", "KustoNew"),
    ("MDE", "MDATP"), ("M365D", "M365DGraph"), ("MSGraph", "SecurityGraph", "SecurityGraphAlerts"), ("Splunk",),
    ("ResourceGraph",), ("Sumologic",), ("Cybereason",), ("Elastic",), ("OSQueryLogs", "OSQuery"),
    ("VelociraptorLogs", "Velociraptor"), ("Prismacloud",), ("OpenObserve",), ("OTRF", "Mordor"),
)  # fmt: skip
"""Environments without a driver of their own, with their older names: their queries are rendered, not run."""

_registered: dict[str, Callable[..., Driver]] = {}


def register_driver(environment: str, driver: Callable[..., Driver]) -> None:
    """Enter what makes the driver of an environment."""
    _registered[environment] = driver


def environments() -> list[str]:
    """List the names of the environments, those that can be asked first."""
    return [*dict.fromkeys([*_BUILT_IN, *_registered]), *(names[0] for names in _RENDERED)]


def names_of(environment: str) -> frozenset[str]:
    """Give all names of an environment, in lower case.

    Raises:
        UsageError: There is no such environment.
    """
    wanted = environment.lower()
    known = [(name,) for name in (*_BUILT_IN, *_registered)]
    for names in (*known, *_RENDERED):
        lower = frozenset(name.lower() for name in names)
        if wanted in lower:
            return lower
    raise UsageError(f"there is no data environment '{environment}'", hint="one of " + ", ".join(environments()))


def driver_of(environment: str, **kwargs: Any) -> Driver | None:
    """Make the driver of an environment; None where there is none, and its queries are only rendered."""
    for name, make in _registered.items():
        if name.lower() == environment.lower():
            return make(**kwargs)
    for name, (module, attribute) in _BUILT_IN.items():
        if name.lower() == environment.lower():
            made: Driver = getattr(import_module(module), attribute)(**kwargs)
            return made
    return None
