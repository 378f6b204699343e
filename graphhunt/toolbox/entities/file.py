"""A file."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.entity_enums import OSFamily
from graphhunt.toolbox.entities.file_hash import FileHash
from graphhunt.toolbox.entities.graph_nodes import Field
from graphhunt.toolbox.entities.plain_form import Event, known


class File(Entity, names="file"):
    """A file; a node `File` of the graph. Made of an event it is the program: the `new` one or the `parent`, by `role`.

    Directory and name follow from the full path where only that is given, and the other way round.
    """

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("FullPath", "Sha256", "Sha1", "Md5")
    nested: ClassVar[Mapping[str, str]] = {"Host": "host", "FileHashes": "filehash"}
    enums: ClassVar[Mapping[str, type[Enum]]] = {"OSFamily": OSFamily}
    label: ClassVar[str] = "File"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("path", "FullPath"), Field("name", "Name"), Field("md5", "Md5"), Field("sha1", "Sha1"),
        Field("sha256", "Sha256"), Field("machine_id", "Host.HostName"),
    )  # fmt: skip

    FullPath: str | None
    Directory: str | None
    Name: str | None
    Md5: str | None
    Host: Any
    Sha1: str | None
    Sha256: str | None
    Sha256Ac: str | None
    FileHashes: list[Any]
    OSFamily: Any

    def _read_event(self, event: Event, role: str) -> None:
        super()._read_event(event, role)
        column = "ParentProcessName" if role == "parent" else "NewProcessName"
        said = known(event.get(column)) or (known(event.get("ProcessName")) if role == "parent" else None)
        self.FullPath = str(said) if said is not None else self.FullPath

    @property
    def path_separator(self) -> str:
        """What stands between the parts of its path: a slash on Linux, a backslash on Windows."""
        return "/" if "/" in (self.FullPath or self.Directory or "") and "\\" not in (self.FullPath or "") else "\\"

    def _complete(self) -> None:
        separator = self.path_separator
        if self.FullPath:
            directory, found, name = self.FullPath.rpartition(separator)
            self.Name = self.Name or name
            self.Directory = self.Directory or (directory if found else None)
            self.OSFamily = self.OSFamily or (OSFamily.Linux if separator == "/" else OSFamily.Windows)
        elif self.Name and self.Directory:
            self.FullPath = f"{self.Directory.rstrip(separator)}{separator}{self.Name}"
        held = [one.Value for one in self.FileHashes if isinstance(one, FileHash)]
        given = ((self.Md5, "MD5"), (self.Sha1, "SHA1"), (self.Sha256, "SHA256"))
        self.FileHashes += [
            FileHash(Algorithm=kind, Value=value) for value, kind in given if value and value not in held
        ]

    def put(self, key: Any, properties: Mapping[str, Any]) -> None:
        """Set the properties that a node's say, and those that follow from them."""
        super().put(key, properties)
        self._complete()

    @property
    def file_hash(self) -> str | None:
        """Its longest hash that is known."""
        return self.Sha256 or self.Sha1 or self.Md5 or next((one.Value for one in self.FileHashes), None)

    @property
    def name_str(self) -> str:
        """Its name, else its path or hash."""
        return self.Name or self.FullPath or self.file_hash or "File"

    @property
    def description_str(self) -> str:
        """Its path, else its name or hash."""
        return self.FullPath or self.name_str
