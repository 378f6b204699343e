"""What the HTTP interface needs from a hunt; `graphhunt.hunt.Hunt` fits, and so does a small one in tests."""

from __future__ import annotations

from typing import Any, Protocol


class Hunt(Protocol):
    """An open workspace."""

    @property
    def store(self) -> Any:
        """The graph's store, as `graphhunt.store.open_store` gives it."""
        ...

    def paths(self, **options: Any) -> dict[str, Any]:
        """Find time-respecting attack paths."""
        ...

    def evidence(self, event_id: str) -> dict[str, Any] | None:
        """Give an original record with its file and position."""
        ...

    def query(self, cypher: str, params: dict[str, Any] | None = None, limit: int = 1000) -> Any:
        """Run an analyst's read-only query through the guard."""
        ...

    def status(self) -> dict[str, Any]:
        """Say what is loaded."""
        ...

    def coverage(self) -> Any:
        """Say which sources and techniques the loaded data can show."""
        ...
