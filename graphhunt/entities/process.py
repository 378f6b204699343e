"""Processes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast

from graphhunt import current
from graphhunt.entities import values
from graphhunt.entities.actions import Acting
from graphhunt.entities.base import Result
from graphhunt.entities.collection import Collection
from graphhunt.entities.file import File
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.kinds import entered
from graphhunt.entities.measured import Measured
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.pivoting import Pivoting
from graphhunt.entities.rows import ProcessRow, TreeExecution
from graphhunt.entities.talking import Ports
from graphhunt.entities.user import User
from graphhunt.entities.with_machines import WithMachines
from graphhunt.entities.with_users import WithUsers
from graphhunt.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

TREE_DEPTH = 15
"""Generations above and below that an execution tree is followed at most."""

TREE_LIMIT = 10_000
"""Processes that an execution tree holds at most, those nearest to the process first."""


@entered
class Process(Acting, WithMachines, WithUsers, Measured, Pivoting):
    """One or several process instances; usually found by a question, not made by hand.

    Args:
        filename: Program names.
        md5: MD5 hashes of the program.
        muid: The machine.
        pid: Process id on the machine.
        logged_user: The account it ran as.
        client_id: Tenants to look in.
        period: The time asked about; what the setting `period` says when not given.
        time: When it ran, for a process id used several times.
        hunt: The hunt to ask; the open one when not given, if only one is open.
    """

    label: ClassVar[str] = "Process"
    anchor: ClassVar[str] = "processes"
    statuses = ("Private", "Public")

    def __init__(
        self,
        filename: str | list[str] | None,
        md5: str | list[str] | None,
        muid: str | None,
        pid: int | None,
        logged_user: str | None = None,
        client_id: str | list[str] | None = None,
        period: TimePeriod | None = None,
        time: TimePeriod | None = None,
        hunt: current.OpenHunt | None = None,
    ) -> None:
        super().__init__(filename, client_id, period, hunt)
        self._hashes = [text.lower() for text in values.listed(md5)] or None
        self._muid, self._pid, self._user, self._time = muid, pid, logged_user, time

    def _look_up(self) -> list[str]:
        machines = self._ids_of("Machine", self._muid)
        if machines is None:
            raise UsageError("a process is named by its machine (muid) and program, hash or pid")
        users = User(self._user, self.client_id, hunt=self.hunt).ids if self._user else [None]
        window = self._window(self._time)
        names = [name.lower() for name in self.names] or None
        pid = None if self._pid is None else int(self._pid)
        return [
            one
            for user in users
            for one in self._found(
                "process", machines=machines, names=names, hashes=self._hashes, pid=pid, user=user, **window
            )
        ]

    @cached_property
    def _facts(self) -> list[ProcessRow]:
        return list(self._ask(ProcessRow, "process", dict))

    def _one(self, field: str) -> Any:
        """Give the value that all these processes have; a list where they differ, None where there is none."""
        found = list(dict.fromkeys(getattr(row, field) for row in self._facts))
        return found if len(found) > 1 else next(iter(found), None)

    @property
    def name(self) -> Any:
        """The program's name; a list when several processes have several."""
        return self._one("name")

    @property
    def md5(self) -> Any:
        """The program's MD5; a list when several processes have several."""
        return self._one("md5")

    @property
    def pid(self) -> Any:
        """The process id; a list when several processes have several."""
        return self._one("pid")

    @property
    def get_time(self) -> datetime | list[datetime | None] | None:
        """When the process was made; None when no record tells, a list for several processes."""
        return cast("datetime | list[datetime | None] | None", self._one("start"))

    def get_executions(  # type: ignore[override]
        self, file: Any = None, kind: str | list[str] | None = None, operation: str | list[str] | None = None,
        command: str | list[str] | None = None, attributes: str | list[str] | None = None,
        period: TimePeriod | None = None, histogram: Histogram | None = None, *, limit: int | None = None,
    ) -> Result[Any]:  # fmt: skip
        """Ask for the processes this one made, threads it made in others, and modules it loaded.

        Parameters as of `User.get_executions`.
        """
        return super().get_executions(file, None, kind, operation, attributes, command, period, histogram, limit=limit)

    def get_files(  # type: ignore[override]
        self, file: Any = None, kind: str | list[str] | None = None, operation: str | list[str] | None = None,
        attributes: str | list[str] | None = None, period: TimePeriod | None = None,
        histogram: Histogram | None = None, *, limit: int | None = None,
    ) -> Result[Any]:  # fmt: skip
        """Ask what the process did to files; parameters as of `User.get_files`."""
        return super().get_files(file, None, kind, operation, attributes, period, histogram, limit=limit)

    def get_registry(  # type: ignore[override]
        self, file: Any = None, kind: str | list[str] | None = None, operation: str | list[str] | None = None,
        period: TimePeriod | None = None, histogram: Histogram | None = None, *, limit: int | None = None,
    ) -> Result[Any]:  # fmt: skip
        """Ask what the process did to registry keys; parameters as of `User.get_registry`."""
        return super().get_registry(file, None, kind, operation, period, histogram, limit=limit)

    def get_communications(  # type: ignore[override]
        self, period: TimePeriod | None = None, protocol: str | list[str] | None = None,
        port: Ports = None, iptype: str | list[str] | None = None, direction: str | list[str] | None = None,
        ips: Any = None, histogram: Histogram | None = None, *, top: int | None = None, ports: Ports = None,
    ) -> Result[Any]:  # fmt: skip
        """Ask for the process's connections; parameters as of `User.get_communications`."""
        return super().get_communications(
            None, None, period, protocol, port, iptype, direction, ips, top, histogram, ports=ports
        )  # fmt: skip

    def get_bandwidth(self, period: TimePeriod | None = None) -> pd.DataFrame:  # type: ignore[override]
        """Add up the process's traffic per day: Date, Outgoing and Incoming in megabytes."""
        return super().get_bandwidth(None, period)

    def get_execution_tree(
        self, period: TimePeriod | None = None, *, up: int = TREE_DEPTH, down: int = TREE_DEPTH, limit: int = TREE_LIMIT
    ) -> Collection[TreeExecution]:
        """Ask for the ancestors and descendants of the process, generation by generation.

        Args:
            period: Only processes that were there in this time.
            up: Generations above, at most `TREE_DEPTH`.
            down: Generations below, at most `TREE_DEPTH`.
            limit: Processes at most, the nearest first.

        Raises:
            UsageError: A number is negative or a depth is beyond the cap.
        """
        if not (0 <= up <= TREE_DEPTH and 0 <= down <= TREE_DEPTH and limit >= 0):
            raise UsageError(f"a tree has 0 to {TREE_DEPTH} generations up and down")
        given = {"up": up, "down": down, "limit": values.rows_at_most(limit), **self._window(period)}
        return self._ask(TreeExecution, "execution_tree", lambda: given)

    def get_parent(self) -> Process:
        """Ask for the process that made this one; it stands for nothing when no record tells."""
        return type(self).of_rows(self._ask(ProcessRow, "parents", dict), self.period)

    def get_children(self) -> Process:
        """Ask for the processes that this one made; one object stands for all of them."""
        return type(self).of_rows(self._ask(ProcessRow, "children", dict), self.period)

    get_childs = get_children

    def get_commandlines(self, period: TimePeriod | None = None, ntop: int | None = None) -> pd.DataFrame:
        """Count the command lines of this program's executions on its machine, most used first.

        Args:
            period: Only executions that began in this time.
            ntop: Only so many.

        Returns:
            CommandLine, Executions, FirstSeen, LastSeen.
        """
        import pandas as pd

        found = self._plain("command_lines", limit=values.rows_at_most(ntop), **self._window(period))
        return pd.DataFrame(
            {
                "CommandLine": pd.Series([row["command_line"] for row in found], dtype="str"),
                "Executions": pd.Series([row["executions"] for row in found], dtype="int64"),
                **{
                    name: pd.to_datetime(pd.Series([row[key] for row in found], dtype="int64"), unit="us", utc=True)
                    for name, key in (("FirstSeen", "first_seen"), ("LastSeen", "last_seen"))
                },
            }
        )

    def get_file(self) -> File:
        """Ask for the program file; it stands for nothing when no record names it."""
        return File.of([row["id"] for row in self._plain("process_files")], hunt=self.hunt, period=self.period)

    @classmethod
    def from_table_df(
        cls, df: pd.DataFrame, table: str = "executions", client: str | None = None,
        period: TimePeriod | None = None, hunt: current.OpenHunt | None = None,
    ) -> Process:  # fmt: skip
        """Make processes of a table that a method gave.

        Args:
            df: The table; with column `ProcessId`.
            table: Which end of each row is meant: `executions` the child, `parents` the parent.
            client: Ignored: the ids in the table are unique over all tenants.
            period: The time asked about.
            hunt: The hunt to ask.

        Raises:
            UsageError: The table has no such column, or `table` isn't known.
        """
        columns = {"executions": "ProcessId", "communications": "ProcessId", "files": "ProcessId",
                   "registry": "ProcessId", "parents": "ParentId"}  # fmt: skip
        (name,) = values.chosen("table", table, columns) or [table]
        if columns[name] not in df.columns:
            raise UsageError(f"the table has no column {columns[name]!r}")
        ids = list(dict.fromkeys(df[columns[name]].dropna()))
        return cls.of(ids, hunt=hunt, period=period)
