"""What questions about ways in time have in common: their parameters, and the logons and machines they begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.lateral.names import hosts_named
from graphhunt.lateral.paths import TimeRules
from graphhunt.questions.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.lateral.paths import LogonTable

TIMES = (
    Parameter("until", "datetime", help="latest logon"),
    Parameter("max_dwell", "duration", "24h", "longest stay on a machine between arriving and leaving it"),
    Parameter("skew", "duration", "0s", "tolerance for clocks that differ"),
    Parameter("within_session", "bool", False, "leave a machine only while the session there is open"),
)
"""Parameters that say which ways there are."""


def time_rules(given: Mapping[str, Any], since: int | None) -> TimeRules:
    """Give the rules that bound `TIMES` state; `since` is the earliest logon, µs UTC."""
    return TimeRules(since, given["until"], given["max_dwell"], given["skew"], given["within_session"])


def required_hosts(snapshot: Snapshot, table: LogonTable, name: str) -> list[str]:
    """Give the node ids that a machine's name or an address means.

    Raises:
        UsageError: None with a remote logon is called so.
    """
    found = hosts_named(snapshot, table, name)
    if not found:
        raise UsageError(f"no machine or address called '{name}' has a remote logon", hint="look with: graphhunt find")
    return found


def rows_answer(name: str, columns: tuple[str, ...], rows: list[dict[str, Any]], *, truncated: bool) -> dict[str, Any]:
    """Give the answer of a hunt that lists rows."""
    return {"hunt": name, "columns": list(columns), "rows": rows, "truncated": truncated}
