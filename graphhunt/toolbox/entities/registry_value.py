"""A value of the Windows registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.registry_key import RegistryKey


class RegistryValue(Entity, names="registryvalue registry-value"):
    """A value of the Windows registry; in the graph, a node `RegistryKey` stands for the key it is under."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("Key", "Name")
    nested: ClassVar[Mapping[str, str]] = {"Key": "registrykey", "Host": "host"}
    label: ClassVar[str] = "RegistryKey"
    whole: ClassVar[bool] = False

    Key: Any
    Name: str | None
    Value: str | None
    ValueType: str | None
    Host: Any

    def put(self, key: Any, properties: Mapping[str, Any]) -> None:
        """Take the key from a node."""
        self.Key = RegistryKey()
        self.Key.put(key, properties)

    def columns(self) -> dict[str, Any]:
        """Give the properties of the key's node."""
        return self.Key.columns() if isinstance(self.Key, RegistryKey) else {}

    def search_texts(self) -> list[str]:
        """Give the key without its hive."""
        return self.Key.search_texts() if isinstance(self.Key, RegistryKey) else []

    def _fits(self, row: dict[str, Any]) -> bool:
        """Tell whether a node is the key."""
        return isinstance(self.Key, RegistryKey) and self.Key._fits(row)

    @property
    def name_str(self) -> str:
        """Its name."""
        return self.Name or "RegistryValue"

    @property
    def description_str(self) -> str:
        """Its name, kind and value."""
        return f"{self.Name}[{self.ValueType}]:{self.Value!r}"
