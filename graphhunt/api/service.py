"""What the HTTP interface needs from a hunt; `graphhunt.hunt.Hunt` fits, and so does a small one in tests."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from graphhunt.settings import Settings


class Hunt(Protocol):
    """An open workspace."""

    @property
    def store(self) -> Any:
        """The graph's store, as `graphhunt.store.open_store` gives it."""
        ...

    @property
    def workspace(self) -> Any:
        """The evidence."""
        ...

    @property
    def folder(self) -> Path:
        """The workspace's folder."""
        ...

    @property
    def snapshot(self) -> Any:
        """The graph's tables as of the last load."""
        ...

    @property
    def identity(self) -> Any:
        """What analysts state about identities."""
        ...

    @property
    def casework(self) -> Any:
        """What analysts state of whole incidents."""
        ...

    @property
    def records(self) -> Any:
        """The search over all records."""
        ...

    @property
    def db(self) -> str | None:
        """Address of the Neo4j server; None for the embedded engine."""
        ...

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        ...

    def hunts(self) -> list[dict[str, Any]]:
        """List the hunts."""
        ...

    def ask(self, name: str, given: Mapping[str, Any], wishes: Any, *kinds: str) -> dict[str, Any]:
        """Ask a question of some kinds by name."""
        ...

    def runs(self, name: str | None = None) -> list[dict[str, Any]]:
        """List the runs of analytics, newest first."""
        ...

    def undo(self, name: str) -> dict[str, Any]:
        """Take the current run of an analytic back."""
        ...

    def compare(self, name: str) -> dict[str, Any]:
        """Compare the current run of an analytic with the one before."""
        ...

    def paths(self, **options: Any) -> dict[str, Any]:
        """Find time-respecting attack paths."""
        ...

    def evidence(self, event_id: str) -> dict[str, Any] | None:
        """Give an original record with its file and position."""
        ...

    def query(
        self, cypher: str, params: dict[str, Any] | None = None, limit: int = 1000, *,
        stop: threading.Event | None = None, who: str = "",
    ) -> Any:  # fmt: skip
        """Run the read-only query of an analyst `who` through the guard; ended when `stop` is set."""
        ...

    def status(self, *, problems: bool = False) -> dict[str, Any]:
        """Say what is loaded; with `problems`, also every doubt."""
        ...

    def accounting(self, *, files: bool = False) -> dict[str, Any]:
        """Say what became of every record."""
        ...

    def coverage(self) -> Any:
        """Say which sources and techniques the loaded data can show."""
        ...
