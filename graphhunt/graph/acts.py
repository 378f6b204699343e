"""Which logon session every act belongs to: the one look-up of all rules that draw acts.

A record that states a LogonId belongs to that session, whatever process did it: a service acts for those who ask it.
A record that states none, as most of Sysmon's, belongs to the session of its process.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.graph.frames import ORDER

if TYPE_CHECKING:
    from graphhunt.graph.processes import Processes
    from graphhunt.graph.sessions import Sessions


class Acts:
    """The look-up from records, processes and drawn acts to logon sessions."""

    def __init__(self, sessions: Sessions, processes: Processes) -> None:
        self.sessions = sessions
        self.processes = processes

    @cached_property
    def by_process(self) -> pl.DataFrame:
        """The session of every process whose start states a LogonId: (process_id, logon_session_id)."""
        stated = self.processes.starts.drop_nulls("logon_id")
        best = stated.sort(pl.col("guid").is_null(), *ORDER, maintain_order=True)
        chosen = best.unique("process_id", keep="first", maintain_order=True)
        return self.sessions.attach(chosen).select("process_id", "logon_session_id").drop_nulls()

    def of_process(self, frame: pl.DataFrame, process: str) -> pl.DataFrame:
        """Add `logon_session_id`: the session of the process that a column names; null where it isn't known."""
        return frame.join(self.by_process, left_on=process, right_on="process_id", how="left", maintain_order="left")

    def of_record(self, frame: pl.DataFrame, logon_id: str = "logon_id", process: str = "process_id") -> pl.DataFrame:
        """Add `logon_session_id`: the session whose LogonId a record states, else that of its process.

        Args:
            frame: Records with machine and time, of which `processes` knows the process.
            logon_id: The column that holds the LogonId.
            process: The column that names the process.
        """
        own = self.sessions.attach(frame, logon_id).rename({"logon_session_id": "_own"})
        both = self.of_process(own, process)
        chosen = pl.when(pl.col(logon_id).is_null()).then("logon_session_id").otherwise("_own")
        return both.with_columns(logon_session_id=chosen).drop("_own")

    @cached_property
    def _makers(self) -> pl.DataFrame:
        """The session that each process' start says made it: process_id, creator_logon_id, _maker."""
        stated = self.processes.starts.drop_nulls("creator_logon_id").sort(*ORDER, maintain_order=True)
        chosen = stated.unique("process_id", keep="first", maintain_order=True)
        makers = self.sessions.attach(chosen, "creator_logon_id")
        return makers.select("process_id", "creator_logon_id", _maker="logon_session_id")

    def of_parents(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `logon_session_id` to SPAWNED: the creator's if the child's start states it, else the parent's."""
        frame = self.of_process(frame, "from_id")
        frame = frame.join(self._makers, left_on="to_id", right_on="process_id", how="left", maintain_order="left")
        chosen = pl.when(pl.col("creator_logon_id").is_null()).then("logon_session_id").otherwise("_maker")
        return frame.with_columns(logon_session_id=chosen).drop("creator_logon_id", "_maker")
