"""What an analytic over the graph is: a name, parameters, what it writes, and a function of an extract.

A stranger's package offers one by an entry point of the group `graphhunt.analytics` that gives an `Analysis`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphhunt.questions.parameter import Parameter, bind
from graphhunt.questions.question import Written

if TYPE_CHECKING:
    import polars as pl

    from graphhunt.analyses.extract import Extract
    from graphhunt.store import Store

TARGETS = ("User", "Machine", "Process", "IP", "Domain", "File", "URL", "LOGGED_ON", "REMOTE_LOGON", "CONNECTED")
"""Labels and relationship types that results can be written to."""

Rows = list[tuple[str, dict[str, Any]]]
"""Ids and properties of nodes or relationships."""

Result = Mapping[str, "pl.DataFrame"]
"""By target, a frame with `id` and the properties to write, one row per node or relationship."""


BOUNDS = (
    Parameter("since", "datetime", help="only what began at or after this time"),
    Parameter("until", "datetime", help="only what began before this time"),
    Parameter("machine", "str", help="only what happened on this machine (its id)"),
    Parameter("limit", "int", 500_000, "most rows of one kind to extract; more is an error, never a silent cut"),
)
"""Parameters of every analytic: the bounds of the subgraph it works on."""

SEEN = (
    Parameter("since", "datetime", help="only what was seen at or after this time"),
    Parameter("until", "datetime", help="only what was first seen before this time"),
    BOUNDS[3],
)
"""Bounds where what is worked on is of no one machine: addresses, names, files, URLs."""


ANYWAY = Parameter("anyway", "bool", False, "compute it of too little data to compare, too")
"""The parameter of analytics that need a least of data."""


@dataclass(frozen=True)
class Analysis:
    """An analytic over the graph.

    Attributes:
        name: What it is called by, such as `process-rarity`.
        prefix: What its properties begin with, such as `rarity`.
        summary: What it finds, as one sentence.
        compute: Gives the results of an extract for parameter values.
        properties: What it writes.
        parameters: Its own parameters; the bounds of the extract are added.
        kind: `analysis`, or `enricher` where it says what is known of single entities.
        bounds: Parameters that bound the extract.
        too_little: Says in figures, by target, why an extract holds too little to compare; nothing is written there
            then, unless the parameter `anyway`, which is added, asks for it.
        settle: Makes nodes and relationships of what the current run wrote; called whenever another run has become
            the current one, or none.
    """

    name: str
    prefix: str
    summary: str
    compute: Callable[[Extract, Mapping[str, Any]], Result]
    properties: tuple[Written, ...]
    parameters: tuple[Parameter, ...] = field(default=())
    kind: str = "analysis"
    bounds: tuple[Parameter, ...] = BOUNDS
    too_little: Callable[[Extract], Mapping[str, str | None]] | None = None
    settle: Callable[[Store, Mapping[str, Rows]], None] | None = None

    def every_parameter(self) -> tuple[Parameter, ...]:
        """List its own parameters and the bounds."""
        return (*self.parameters, *((ANYWAY,) if self.too_little else ()), *self.bounds)

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check given parameters and fill in defaults.

        Raises:
            UsageError: A name is unknown, or a value isn't of its type.
        """
        return bind(self.name, self.every_parameter(), given)

    def written(self, target: str) -> tuple[str, ...]:
        """List the properties written to a target."""
        return tuple(w.property for w in self.properties if w.target == target)

    def targets(self) -> tuple[str, ...]:
        """List the targets written to."""
        return tuple(t for t in TARGETS if self.written(t))
