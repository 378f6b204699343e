"""A hash of a file's content."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.entity_enums import Algorithm

_COLUMNS = {"sha256": Algorithm.SHA256, "sha1": Algorithm.SHA1, "md5": Algorithm.MD5}


class FileHash(Entity, names="filehash"):
    """A hash of a file's content; in the graph, the longest that a node `File` has."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("Value",)
    enums: ClassVar[Mapping[str, type[Enum]]] = {"Algorithm": Algorithm}
    label: ClassVar[str] = "File"
    whole: ClassVar[bool] = False

    Algorithm: Any
    Value: str | None

    def put(self, key: Any, properties: Mapping[str, Any]) -> None:
        """Take the longest hash of a node."""
        for column, algorithm in _COLUMNS.items():
            if self.Value is None and properties.get(column):
                self.Algorithm, self.Value = algorithm, properties[column]

    def columns(self) -> dict[str, Any]:
        """Give the property of a node that has the hash."""
        return {column: self.Value for column, kind in _COLUMNS.items() if kind is self.Algorithm and self.Value}

    @property
    def description_str(self) -> str:
        """The algorithm and the hash."""
        return f"{getattr(self.Algorithm, 'name', self.Algorithm)}: {self.Value}"
