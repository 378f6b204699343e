"""A URL."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.graph_nodes import Field


class Url(Entity, names="url"):
    """A URL; a node `URL` of the graph. Its parts can be read as properties, such as `host` and `path`."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("Url",)
    label: ClassVar[str] = "URL"
    fields: ClassVar[tuple[Field, ...]] = (Field("name", "Url"),)

    Url: str | None
    DetonationVerdict: str | None
    DetonationScreenshot: Any

    def _part(self, name: str) -> Any:
        try:
            return getattr(urlsplit(self.Url or ""), name)
        except ValueError:
            return None

    @property
    def scheme(self) -> str | None:
        """What stands before the colon, such as `https`."""
        return self._part("scheme") or None

    @property
    def host(self) -> str | None:
        """The machine that it names; None if it names none."""
        return self._part("hostname") or None

    @property
    def port(self) -> int | None:
        """The port that it names; None if it names none or no number."""
        found = self._part("port")
        return found if isinstance(found, int) else None

    @property
    def path(self) -> str | None:
        """What stands after the machine and before the question mark."""
        return self._part("path") or None

    @property
    def query(self) -> str | None:
        """What stands after the question mark."""
        return self._part("query") or None
