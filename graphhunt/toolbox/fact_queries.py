"""The facts of a hunt under the names and columns of the Windows events that tell of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import polars as pl

from graphhunt.toolbox.query_files import QueryParameter, StoredQuery

_WHEN = (
    QueryParameter("start", "datetime", "Earliest time.", None),
    QueryParameter("end", "datetime", "Latest time.", None),
)  # fmt: skip
_HOST = QueryParameter("host_name", "str", "Name of the machine, short or full.")
_ACCOUNT = QueryParameter("account_name", "str", "Name of the account.")

_STARTS = {
    "TimeGenerated": "time", "Computer": "host", "SubjectUserSid": "sid", "SubjectUserName": "user",
    "SubjectDomainName": "domain", "SubjectLogonId": "logon_id", "NewProcessId": "pid", "NewProcessName": "path",
    "ProcessId": "parent_pid", "CommandLine": "command_line", "ParentProcessName": "parent_path",
}  # fmt: skip
_LOGONS = {
    "TimeGenerated": "time", "Computer": "host", "SubjectUserName": "subject_user",
    "SubjectDomainName": "subject_domain", "SubjectUserSid": "subject_sid", "TargetUserName": "user",
    "TargetDomainName": "domain", "TargetUserSid": "sid", "TargetLogonId": "logon_id",
    "LogonProcessName": "logon_process", "LogonType": "logon_type", "AuthenticationPackageName": "auth_package",
    "Status": "status", "IpAddress": "source_ip", "WorkstationName": "workstation",
}  # fmt: skip
_CONNECTIONS = {
    "TimeGenerated": "time", "Computer": "host", "Account": "user", "Image": "path", "ProcessId": "pid",
    "Protocol": "protocol", "SourceIp": "source_ip", "SourcePort": "source_port", "DestinationIp": "destination_ip",
    "DestinationPort": "destination_port", "DestinationHostname": "destination_name", "Initiated": "initiated",
}  # fmt: skip
_ALERTS = {
    "TimeGenerated": "time", "StartTimeUtc": "time", "CompromisedEntity": "host", "AlertName": "rule",
    "AlertDisplayName": "rule", "Severity": "level", "SystemAlertId": "event_id", "ProviderAlertId": "detection_id",
    "ProviderName": "source", "Action": "action", "Techniques": "technique", "Account": "user", "Image": "path",
}  # fmt: skip
_NUMBERS = {"NewProcessId", "ProcessId"}
"""Columns that Windows writes as hexadecimal text."""


def _on_host(value: Any) -> pl.Expr:
    host, name = pl.col("host").str.to_lowercase(), str(value).lower()
    return (host == name) | (host.str.split(".").list.first() == name) | (host == name.partition(".")[0])


def _same(column: str) -> Callable[[Any], pl.Expr]:
    return lambda value: pl.col(column).str.to_lowercase() == str(value).lower()


def _has(column: str) -> Callable[[Any], pl.Expr]:
    return lambda value: pl.col(column).str.to_lowercase().str.contains(str(value).lower(), literal=True)


_FILTERS: Mapping[str, Callable[[Any], pl.Expr]] = {
    "host_name": _on_host, "account_name": _same("user"), "logon_session_id": _same("logon_id"),
    "process_name": _has("path"), "commandline": _has("command_line"), "ip_address": lambda value: (
        (pl.col("source_ip") == str(value)) | (pl.col("destination_ip") == str(value))),
    "start": lambda value: pl.col("time") >= int(value.timestamp() * 1_000_000),
    "end": lambda value: pl.col("time") <= int(value.timestamp() * 1_000_000),
}  # fmt: skip
"""What each parameter asks of a fact; values are compared, never part of a text."""


class FactQuery(NamedTuple):
    """A query over one kind of facts."""

    name: str
    family: str
    title: str
    kind: str
    columns: Mapping[str, str]
    takes: tuple[QueryParameter, ...]
    only: pl.Expr | None = None

    def stored(self) -> StoredQuery:
        """Give it as a stored query."""
        parameters = {parameter.name: parameter for parameter in (*self.takes, *_WHEN)}
        return StoredQuery(
            self.name, f"facts/{self.family}/{self.name}", (self.family,), ("Graphhunt",), self.title, parameters
        )

    def answer(self, workspace: Any, given: Mapping[str, Any]) -> Any:
        """Give the facts of a workspace as a frame of pandas with the documented columns, by time."""
        rows = workspace.facts(self.kind)
        for name, value in given.items():
            if value is not None:
                rows = rows.filter(_FILTERS[name](value))
        if self.only is not None:
            rows = rows.filter(self.only)
        number = pl.col("code").str.split("/").list.last().str.to_integer(strict=False)
        shown = [_shown(name, column) for name, column in self.columns.items()]
        table = rows.sort("time", "event_id", "ordinal").select(*shown, EventID=number, EventId=pl.col("event_id"))
        return table.collect().to_pandas()


def _shown(name: str, column: str) -> pl.Expr:
    if column == "time":
        return pl.from_epoch(pl.col("time"), "us").dt.replace_time_zone("UTC").alias(name)
    if name in _NUMBERS:
        hexadecimal = pl.col(column).map_elements(lambda number: f"{number:#x}", return_dtype=pl.String)
        return hexadecimal.alias(name)
    return pl.col(column).alias(name)


FACT_QUERIES = {
    f"facts/{query.family}/{query.name}": query
    for query in (
        FactQuery(
            "list_host_processes", "WindowsSecurity", "Processes that began on a machine.", "process_start", _STARTS,
            (_HOST,),
        ),
        FactQuery(
            "list_matching_processes", "WindowsSecurity", "Processes of a program, by a piece of its path.",
            "process_start", _STARTS, (QueryParameter("process_name", "str", "Piece of the path."),),
        ),
        FactQuery(
            "list_hosts_matching_commandline", "WindowsSecurity", "Processes by a piece of their command line.",
            "process_start", _STARTS, (QueryParameter("commandline", "str", "Piece of the command line."),),
        ),
        FactQuery(
            "list_processes_in_session", "WindowsSecurity", "Processes that began in a session of a machine.",
            "process_start", _STARTS,
            (_HOST, QueryParameter("logon_session_id", "str", "LogonId of the session, such as 0x3e7.")),
        ),
        FactQuery(
            "list_host_logons", "WindowsSecurity", "Logons on a machine that succeeded.", "logon", _LOGONS, (_HOST,),
            pl.col("success"),
        ),
        FactQuery(
            "list_host_logon_failures", "WindowsSecurity", "Logons on a machine that failed.", "logon", _LOGONS,
            (_HOST,), ~pl.col("success"),
        ),
        FactQuery(
            "list_logons_by_account", "WindowsSecurity", "Logons of an account that succeeded.", "logon", _LOGONS,
            (_ACCOUNT,), pl.col("success"),
        ),
        FactQuery(
            "list_connections_by_host", "Network", "Connections of a machine.", "connection", _CONNECTIONS, (_HOST,)
        ),
        FactQuery(
            "list_connections_by_ip", "Network", "Connections with an address at either end.", "connection",
            _CONNECTIONS, (QueryParameter("ip_address", "str", "The address."),),
        ),
        FactQuery("list_alerts", "SecurityAlert", "Alerts of products and rules.", "detection", _ALERTS, ()),
    )
}  # fmt: skip
"""The queries over facts, by the text of their stored query."""
