"""Services and scheduled tasks: who installed them, and which process they started."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import SECOND, basename, key

if TYPE_CHECKING:
    from graphhunt.graph.case import Case
    from graphhunt.graph.processes import Processes
    from graphhunt.graph.sessions import Sessions

STARTS_WITHIN = 300 * SECOND
"""A service or task made for remote execution starts its process at most this long after, µs."""

NEAR_LOGON = 120 * SECOND
"""An install recorded without its session (7045) belongs to the account's last session begun at most this before."""


_VARIABLES = {
    "%comspec%": "c:\\windows\\system32\\cmd.exe",
    "%systemroot%": "c:\\windows",
    "%windir%": "c:\\windows",
}


class Services:
    """Services and tasks of a case."""

    def __init__(self, case: Case, sessions: Sessions, processes: Processes) -> None:
        self.case = case
        self.sessions = sessions
        self.processes = processes

    @cached_property
    def installs(self) -> pl.DataFrame:
        """Every install record, with `service_id` and the session that made it where that is known."""
        frame = (
            self.case.facts("service_install")
            .drop_nulls("service")
            .with_columns(
                label=pl.lit("Service"), name=pl.col("service"), command=pl.col("image"), operation=pl.lit("install")
            )
        )
        tasks = (
            self.case.facts("task_action")
            .drop_nulls("task")
            .filter(pl.col("operation").is_in(["create", "update"]))
            .with_columns(label=pl.lit("ScheduledTask"), name=pl.col("task"))
        )
        tasks = tasks.with_columns(account=pl.lit(None, pl.String), start_type=pl.lit(None, pl.String))
        columns = [
            "label",
            "machine_id",
            "name",
            "command",
            "account",
            "start_type",
            "operation",
            "user_id",
            "logon_id",
            "time",
            "record",
            "event_id",
            "ordinal",
            "source",
        ]
        both = pl.concat([frame.select(columns), tasks.select(columns)])
        both = both.with_columns(lowered=pl.col("name").str.to_lowercase())
        both = self.sessions.attach(both.with_columns(target_id=key("machine_id", "lowered")))
        return self._near_session(self.case.drawn.take(both))

    def _near_session(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give installs without a LogonId the account's session that had just begun there."""
        begun = (
            self.sessions.likely.filter(pl.col("confidence") == "observed")
            .select("machine_id", "user_id", pl.col("start").alias("time"), pl.col("id").alias("_near"))
            .sort("time", "_near")
        )
        probe = frame.with_row_index("_row").with_columns(time=pl.col("time") + 2 * SECOND).sort("time", "_row")
        near = probe.join_asof(
            begun,
            on="time",
            by=["machine_id", "user_id"],
            strategy="backward",
            tolerance=NEAR_LOGON + 2 * SECOND,
            check_sortedness=False,
        ).with_columns(time=pl.col("time") - 2 * SECOND)
        return near.with_columns(
            logon_session_id=pl.coalesce("logon_session_id", "_near"),
            session_how=pl.when(pl.col("logon_session_id").is_null())
            .then(pl.lit("correlated"))
            .otherwise(pl.lit("observed")),
        ).drop("_near", "_row")

    @cached_property
    def started(self) -> pl.DataFrame:
        """The processes an install led to: target_id, label, process_id, logon_session_id, install and start events."""
        parents = self.processes.starts.with_columns(parent=basename("parent_path")).filter(
            pl.col("parent").is_in(["services.exe", "svchost.exe", "taskeng.exe", "taskhostw.exe"])
        )
        starts = parents.select(
            "machine_id",
            "process_id",
            "command_line",
            "base",
            "parent",
            "path",
            pl.col("time").alias("began"),
            pl.col("event_id").alias("start_event"),
        )
        installs = self.installs.drop_nulls("command").select(
            "machine_id", "label", "target_id", "command", "logon_session_id", "time", "event_id", "source"
        )
        pairs = installs.join(starts, on="machine_id").filter(
            (pl.col("began") >= pl.col("time") - 2 * SECOND)
            & (pl.col("began") <= pl.col("time") + STARTS_WITHIN)
            & ((pl.col("label") == "Service") == (pl.col("parent") == "services.exe"))
        )
        return pairs.filter(_same_command()).sort("began", "process_id", "event_id")


def _normal(column: str) -> pl.Expr:
    """Give a command line with its variables written out, one blank between words, in lower case."""
    text = pl.col(column).str.to_lowercase()
    for variable, value in _VARIABLES.items():
        text = text.str.replace_all(variable, value, literal=True)
    return text.str.replace_all(r"\s+", " ").str.strip_chars()


def _same_command() -> pl.Expr:
    """Tell whether a started process is what the service or task was made to run.

    A command without arguments is compared by its file name.
    """
    made, ran = _normal("command"), _normal("command_line")
    program = made.str.strip_chars('" ').str.replace_all("\\", "/", literal=True).str.split("/").list.last()
    return ((made == ran) | (program == pl.col("base"))).fill_null(value=False)
