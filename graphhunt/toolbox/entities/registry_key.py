"""A key of the Windows registry."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.entity_enums import RegistryHive

HIVES = {
    "hklm": RegistryHive.HKEY_LOCAL_MACHINE, "hkcr": RegistryHive.HKEY_CLASSES_ROOT, "hku": RegistryHive.HKEY_USERS,
    "hkcc": RegistryHive.HKEY_CURRENT_CONFIG, "hkcu": RegistryHive.HKEY_CURRENT_USER,
    **{hive.name.lower(): hive for hive in RegistryHive},
}  # fmt: skip
"""The hives by their names and short names in lower case."""


class RegistryKey(Entity, names="registrykey registry-key"):
    """A key of the Windows registry; a node `RegistryKey` of the graph."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("full_path",)
    enums: ClassVar[Mapping[str, type[Enum]]] = {"Hive": RegistryHive}
    label: ClassVar[str] = "RegistryKey"

    Hive: Any
    Key: str | None

    def __getitem__(self, key: str) -> Any:
        """Give a property by name, `full_path` too; KeyError for a name that keys don't have."""
        return self.full_path if key == "full_path" else super().__getitem__(key)

    def put(self, key: Any, properties: Mapping[str, Any]) -> None:
        """Take hive and key from a node's path; a path of no known hive is all key."""
        path = properties.get("path")
        if path is not None:
            first, _, rest = str(path).lstrip("\\").partition("\\")
            hive = HIVES.get(first.lower())
            self.Hive, self.Key = (hive, rest or None) if hive else (None, str(path))

    def columns(self) -> dict[str, Any]:
        """Give the path of the node."""
        return {"path": self.full_path} if self.full_path else {}

    def search_texts(self) -> list[str]:
        """Give the key without its hive, whose spelling varies."""
        return [self.Key] if self.Key else []

    def _fits(self, row: dict[str, Any]) -> bool:
        """Tell whether a node is the key, however its hive is spelt."""
        other = type(self).from_graph(row)
        return self.Hive == other.Hive and (self.Key or "").lower() == (other.Key or "").lower()

    @property
    def full_path(self) -> str | None:
        """Hive and key."""
        hive = getattr(self.Hive, "name", self.Hive)
        return "\\".join(part for part in (hive, self.Key) if part) or None
