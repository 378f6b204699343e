"""graphhunt: telemetry in, attack paths out.

import graphhunt as gh
hunt = gh.open("case")
hunt.load("logs/")
hunt.paths(from_="WORKSTATION5")
gh.Machine(name="WORKSTATION6").get_executions(period=gh.TimePeriod.day("2020-09-20")).df
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphhunt import TH
    from graphhunt.entities import IP, Alert, Client, Domain, File, Histogram, Machine, Process, TimePeriod, User
    from graphhunt.entities.collection import Collection as THCollection
    from graphhunt.entities.rows import Block, Connection
    from graphhunt.entities.rows import Detection as Detect
    from graphhunt.entities.rows import RegistryAction as Registry
    from graphhunt.errors import (
        AccessError,
        AnalysisError,
        ArchiveError,
        BusyError,
        CancelledError,
        ConflictError,
        DamageError,
        DuplicateError,
        GraphhuntError,
        LimitError,
        LoadError,
        MissingError,
        OneByOneError,
        PauseError,
        QueryError,
        QueryTextError,
        StoreError,
        UsageError,
        WireError,
        WorkspaceError,
    )
    from graphhunt.hunt import Hunt
    from graphhunt.opening import open_hunt as open

__all__ = [
    "IP", "TH", "AccessError", "Alert", "AnalysisError", "ArchiveError", "Block", "BusyError", "CancelledError",
    "Client", "ConflictError", "Connection", "DamageError", "Detect", "Domain", "DuplicateError", "File",
    "GraphhuntError", "Histogram", "Hunt", "LimitError", "LoadError", "Machine", "MissingError", "OneByOneError",
    "PauseError", "Process", "QueryError", "QueryTextError", "Registry", "StoreError", "THCollection", "TimePeriod",
    "UsageError", "User", "WireError", "WorkspaceError", "open",
]  # fmt: skip

_HOMES = {"Hunt": "graphhunt.hunt", "open": "graphhunt.opening"}
"""The modules of names that neither the error tree nor `graphhunt.TH` has."""

_CALLED = {"open": "open_hunt"}


def __getattr__(name: str) -> Any:
    """Import a public name at first use, so that `import graphhunt` stays quick."""
    if name not in __all__:
        raise AttributeError(f"module 'graphhunt' has no attribute '{name}'")
    if name == "TH":
        return import_module("graphhunt.TH")
    home = "graphhunt.errors" if name.endswith("Error") else _HOMES.get(name, "graphhunt.TH")
    return getattr(import_module(home), _CALLED.get(name, name))


def __dir__() -> list[str]:
    """List the public names beside the modules, for completion."""
    return sorted({*globals(), *__all__})
