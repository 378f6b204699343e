"""Which columns of a frame say what about a process: `ProcSchema` and the known ones, as a msticpy user knows them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

_NOT_COLUMNS = frozenset({"path_separator", "event_id_identifier"})
_REQUIRED = ("process_name", "process_id", "parent_id", "time_stamp")
_LEAST_MATCH = 4


@dataclass
class ProcSchema:
    """Column names of process events; the first four are needed, every other one makes the tree better.

    `parent_time_stamp` and the `grandparent_…` columns are for sources that state when the parent started
    and who its parent was (Defender); a parent is then matched exactly instead of by "last one with that id".
    """

    process_name: str
    process_id: str
    parent_id: str
    time_stamp: str
    cmd_line: str | None = None
    path_separator: str = "\\"
    user_name: str | None = None
    logon_id: str | None = None
    host_name_column: str | None = None
    parent_name: str | None = None
    target_logon_id: str | None = None
    user_id: str | None = None
    event_id_column: str | None = None
    event_id_identifier: Any | None = None
    parent_time_stamp: str | None = None
    grandparent_name: str | None = None
    grandparent_id: str | None = None
    grandparent_time_stamp: str | None = None

    @property
    def column_map(self) -> dict[str, str]:
        """Map the fields that name a column to that column."""
        return {k: v for k, v in asdict(self).items() if k not in _NOT_COLUMNS and v is not None}

    @property
    def columns(self) -> list[str]:
        """List the columns the schema names."""
        return list(self.column_map.values())

    @property
    def host_name(self) -> str | None:
        """Name the host column."""
        return self.host_name_column

    def present(self, data: pd.DataFrame) -> ProcSchema:
        """Give the schema without the optional columns the frame lacks.

        Raises:
            UsageError: The frame lacks one of the four needed columns.
        """
        fields = asdict(self)
        for name, column in self.column_map.items():
            if column in data.columns:
                continue
            if name in _REQUIRED:
                raise UsageError(f"Column {column!r} ({name}) is not in the frame",
                                 hint="give a schema that names the process columns")  # fmt: skip
            fields[name] = None
        return ProcSchema(**fields)


WIN_EVENT_SCH = ProcSchema(
    process_name="NewProcessName", process_id="NewProcessId", parent_id="ProcessId",
    time_stamp="TimeGenerated", cmd_line="CommandLine", user_name="SubjectUserName", logon_id="SubjectLogonId",
    host_name_column="Computer", parent_name="ParentProcessName", target_logon_id="TargetLogonId",
    user_id="SubjectUserSid", event_id_column="EventID", event_id_identifier=4688,
)  # fmt: skip
LX_EVENT_SCH = ProcSchema(
    process_name="exe", process_id="pid", parent_id="ppid", time_stamp="TimeGenerated", cmd_line="cmdline",
    path_separator="/", user_name="acct", logon_id="ses", host_name_column="Computer", user_id="uid",
    event_id_column="EventType", event_id_identifier="SYSCALL_EXECVE",
)  # fmt: skip
MDE_INT_EVENT_SCH = ProcSchema(
    process_name="CreatedProcessName", process_id="CreatedProcessId", parent_id="InitiatingProcessId",
    time_stamp="CreatedProcessCreationTime", cmd_line="CreatedProcessCommandLine",
    user_name="CreatedProcessAccountName", logon_id="InitiatingProcessLogonId", target_logon_id="LogonId",
    host_name_column="ComputerDnsName", parent_name="InitiatingProcessName", user_id="CreatedProcessAccountSid",
    parent_time_stamp="InitiatingProcessCreationTime", grandparent_name="InitiatingProcessParentProcessName",
    grandparent_id="InitiatingProcessParentProcessId",
    grandparent_time_stamp="InitiatingProcessParentCreationTime",
)  # fmt: skip
MDE_EVENT_SCH = ProcSchema(
    process_name="FileName", process_id="ProcessId", parent_id="InitiatingProcessId", time_stamp="Timestamp",
    cmd_line="ProcessCommandLine", user_name="AccountName", logon_id="InitiatingProcessLogonId",
    target_logon_id="LogonId", host_name_column="DeviceName", parent_name="InitiatingProcessFileName",
    user_id="AccountSid", event_id_column="ActionType", event_id_identifier="ProcessCreated",
    grandparent_name="InitiatingProcessParentFileName", grandparent_id="InitiatingProcessParentId",
    grandparent_time_stamp="InitiatingProcessParentCreationTime",
)  # fmt: skip
SYSMON_PROCESS_CREATE_EVENT_SCH = ProcSchema(
    process_name="Image", process_id="ProcessId", parent_id="ParentProcessId", time_stamp="UtcTime",
    cmd_line="CommandLine", user_name="User", logon_id="LogonId", host_name_column="Computer",
    parent_name="ParentImage", event_id_column="EventID", event_id_identifier=1,
)  # fmt: skip
OSQUERY_EVENT_SCH = ProcSchema(
    process_name="name", process_id="pid", parent_id="parent", time_stamp="calendarTime", cmd_line="cmdline",
    path_separator="/", user_name="username", host_name_column="hostIdentifier", user_id="uid",
)  # fmt: skip
HX_PROCESSEVENT_SCH = ProcSchema(
    process_name="process", process_id="pid", parent_id="parentpid", time_stamp="starttime",
    cmd_line="processcmdline", user_name="username", host_name_column="hostname", parent_name="parentprocess",
    event_id_column="eventtype", event_id_identifier="start",
)  # fmt: skip
GRAPH_SCH = ProcSchema(
    process_name="path", process_id="pid", parent_id="parent_pid", time_stamp="start", cmd_line="command_line",
    user_name="user_id", logon_id="logon_id", host_name_column="machine_id", parent_name="parent_path",
)  # fmt: skip
"""Process nodes of the graph."""

SUPPORTED_SCHEMAS: tuple[ProcSchema, ...] = (
    WIN_EVENT_SCH, LX_EVENT_SCH, MDE_INT_EVENT_SCH, MDE_EVENT_SCH, SYSMON_PROCESS_CREATE_EVENT_SCH,
    OSQUERY_EVENT_SCH, HX_PROCESSEVENT_SCH, GRAPH_SCH,
)  # fmt: skip
"""The schemas `infer_schema` chooses from, earlier ones first where two fit equally well."""


def infer_schema(data: pd.DataFrame | pd.Series[Any]) -> ProcSchema | None:
    """Find the schema most of whose columns the data has; None if no schema's needed columns are all there."""
    names = set(data.columns if hasattr(data, "columns") else data.index)
    best, most = None, _LEAST_MATCH - 1
    for schema in SUPPORTED_SCHEMAS:
        have = len(names.intersection(schema.columns))
        if have > most and names.issuperset(schema.column_map[f] for f in _REQUIRED):
            best, most = schema, have
    return best
