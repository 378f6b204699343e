"""A process."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar

from graphhunt.toolbox.entities.account import Account
from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.entity_enums import ElevationToken
from graphhunt.toolbox.entities.file import File
from graphhunt.toolbox.entities.graph_nodes import Field, microseconds, moment, whole
from graphhunt.toolbox.entities.host import Host
from graphhunt.toolbox.entities.plain_form import Event, known

_LINUX = (
    "success", "audit_user", "auid", "group", "gid", "effective_user", "euid", "effective_group", "egid", "cwd",
)  # fmt: skip
_TOKENS = {"%%1936": ElevationToken.Default, "%%1937": ElevationToken.Full, "%%1938": ElevationToken.Limited}
"""`TokenElevationType` of event 4688."""


class Process(Entity, names="process"):
    """A process; a node `Process` of the graph. Made of an event it is the `new` one or its `parent`, by `role`."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ("Host", "ProcessId", "CreationTimeUtc", "CommandLine")
    nested: ClassVar[Mapping[str, str]] = {
        "ImageFile": "file", "Account": "account", "ParentProcess": "process", "Host": "host",
        "LogonSession": "hostlogonsession",
    }  # fmt: skip
    enums: ClassVar[Mapping[str, type[Enum]]] = {"ElevationToken": ElevationToken}
    label: ClassVar[str] = "Process"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("command_line", "CommandLine"), Field("name", "ImageFile.Name"), Field("path", "ImageFile.FullPath"),
        Field("md5", "ImageFile.Md5"), Field("sha1", "ImageFile.Sha1"), Field("sha256", "ImageFile.Sha256"),
        Field("pid", "ProcessId", str, whole), Field("start", "CreationTimeUtc", moment, microseconds),
        Field("end", "EndTime", moment, microseconds), Field("machine_id", "Host.HostName"),
        Field("user_id", "Account.Sid"), Field("logon_id", "LogonSession.SessionId"),
        Field("parent_pid", "ParentProcess.ProcessId", str, whole),
        Field("parent_path", "ParentProcess.ImageFile.FullPath"), Field("working_directory", "cwd"),
    )  # fmt: skip

    ProcessId: str | None
    CommandLine: str | None
    ElevationToken: Any
    CreationTimeUtc: Any
    ImageFile: Any
    Account: Any
    ParentProcess: Any
    Host: Any
    LogonSession: Any
    cwd: str | None = None
    """Its working directory; like other columns of Linux's audit log, in their spelling."""

    def _read_event(self, event: Event, role: str) -> None:
        if role == "parent":
            self.ProcessId = _text(event.get("ProcessId"))
            self.ImageFile = File(src_event=event, role="parent")
            return
        self.ProcessId = _text(event.get("NewProcessId"))
        self.CommandLine = _text(event.get("CommandLine"))
        when = (known(event.get(name)) for name in ("TimeCreatedUtc", "TimeGenerated"))
        self.CreationTimeUtc = next((time for time in when if time is not None), None)
        self.ElevationToken = _TOKENS.get(str(event.get("TokenElevationType")))
        self.ImageFile = File(src_event=event, role="new")
        self.Account = Account(src_event=event, role="subject")
        if "Computer" in event:
            self.Host = Host(src_event=event)
        if known(event.get("ParentProcessName")) or known(event.get("ProcessName")):
            self.ParentProcess = Process(src_event=event, role="parent")
        for name in _LINUX:
            if known(event.get(name)) is not None:
                setattr(self, name, event[name])

    def put(self, key: Any, properties: Mapping[str, Any]) -> None:
        """Set the properties that a node's say; an account whose id is no SID is named by it."""
        super().put(key, properties)
        if self.ImageFile is not None:
            self.ImageFile._complete()
        if self.Account is not None and not str(self.Account.Sid).upper().startswith("S-1-"):
            self.Account.Name, self.Account.Sid = self.Account.Sid, None

    def columns(self) -> dict[str, Any]:
        """Give the properties of a node that the process's say."""
        found = super().columns()
        account = self.Account if isinstance(self.Account, Entity) else None
        said = account and (account["Sid"] or account["Name"])
        return found | ({"user_id": said} if said else {})

    @property
    def ProcessName(self) -> str | None:  # noqa: N802  the documents' name
        """The name of the program's file."""
        return self.ImageFile.Name if isinstance(self.ImageFile, File) else None

    @property
    def ProcessFilePath(self) -> str | None:  # noqa: N802  the documents' name
        """The path of the program's file."""
        return self.ImageFile.FullPath if isinstance(self.ImageFile, File) else None

    @property
    def name_str(self) -> str:
        """Its program and number."""
        name = self.ProcessName or self.CommandLine or "Process"
        return f"{name} ({self.ProcessId})" if self.ProcessId else name

    @property
    def description_str(self) -> str:
        """Its program and command line."""
        return f"{self.ProcessFilePath or self.ProcessName}: {self.CommandLine}"


def _text(value: Any) -> str | None:
    found = known(value)
    return None if found is None else str(found)
