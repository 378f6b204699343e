"""What rules about addresses need of a case: its machines, and its facts with and without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl

    from graphhunt.graph.machines import Machines


class Resolved(Protocol):
    """The part of a case that the ownership of addresses is read from."""

    @property
    def machines(self) -> Machines:
        """The machines that logged."""

    def kinds(self) -> list[str]:
        """List the kinds of which the case has facts."""

    def raw(self, kind: str) -> pl.DataFrame:
        """Give the facts of a kind in one fixed order."""

    def facts(self, kind: str) -> pl.DataFrame:
        """Give the facts of a kind that name a machine, with `machine_id`."""
