"""Facts: what one original record says, in the same words for every source.

A loader turns each record into facts; everything after it knows no source format. Field names follow
ECS/OCSF and Windows' own event fields. `time` is event time in integer microseconds since the epoch, UTC
(never arrival time). A field the source doesn't state is None, never guessed. Names, addresses and ids
are as the source wrote them, apart from trimming; folding them to entities is graphing's work.
"""

from __future__ import annotations

from graphhunt.model.changes import (
    AccountChange,
    CertificateIssue,
    DirectoryAccess,
    DirectoryChange,
    Enumeration,
    PolicyChange,
)
from graphhunt.model.cloud import CloudAction
from graphhunt.model.directory import DirectoryObject, PossibleRight
from graphhunt.model.fact import Fact
from graphhunt.model.logons import (
    Authentication,
    ExplicitCredentials,
    Logoff,
    Logon,
    OutgoingRemote,
    Privileges,
    SessionChange,
)
from graphhunt.model.machines import Detection, MachineState
from graphhunt.model.network import (
    Connection,
    DnsQuery,
    FileTransfer,
    Flow,
    Lease,
    RemoteExecutionHint,
    ServerRequest,
)
from graphhunt.model.objects import FileAction, PipeAction, RegistryAction, ShareAccess
from graphhunt.model.processes import (
    ProcessAccess,
    ProcessEnd,
    ProcessStart,
    Script,
    ServiceInstall,
    TaskAction,
    WmiAction,
)
from graphhunt.model.record import FileWarning, Record, Rejected, Skipped

FACTS: tuple[type[Fact], ...] = (
    Logon, Logoff, SessionChange, ExplicitCredentials, Privileges, Authentication, ProcessStart, ProcessEnd,
    Connection, Flow, DnsQuery, FileAction, RegistryAction, ProcessAccess, PipeAction, ServiceInstall,
    TaskAction, ShareAccess, Script, WmiAction, MachineState, Lease, Detection, DirectoryObject, PossibleRight,
    OutgoingRemote, RemoteExecutionHint, AccountChange, Enumeration, PolicyChange, DirectoryChange, DirectoryAccess,
    CertificateIssue, FileTransfer, ServerRequest,
    CloudAction,
)  # fmt: skip
"""Every kind of fact; the tag of each is its table's name in the workspace."""

__all__ = [
    "FACTS",
    "AccountChange",
    "Authentication",
    "CertificateIssue",
    "CloudAction",
    "Connection",
    "Detection",
    "DirectoryAccess",
    "DirectoryChange",
    "DirectoryObject",
    "DnsQuery",
    "Enumeration",
    "ExplicitCredentials",
    "Fact",
    "FileAction",
    "FileTransfer",
    "FileWarning",
    "Flow",
    "Lease",
    "Logoff",
    "Logon",
    "MachineState",
    "OutgoingRemote",
    "PipeAction",
    "PolicyChange",
    "PossibleRight",
    "Privileges",
    "ProcessAccess",
    "ProcessEnd",
    "ProcessStart",
    "Record",
    "RegistryAction",
    "Rejected",
    "RemoteExecutionHint",
    "Script",
    "ServerRequest",
    "ServiceInstall",
    "SessionChange",
    "ShareAccess",
    "Skipped",
    "TaskAction",
    "WmiAction",
]
