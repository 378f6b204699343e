"""The questions about logons; the same for every entity."""

from __future__ import annotations

from typing import Any

from graphhunt.entities.base import Entity, Only, Result, counted
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import LogonSession, RemoteLogon


class LoggingOn(Entity):
    """An entity around which there are logon sessions: every kind."""

    def get_logons(
        self, muid: Any = None, period: TimePeriod | None = None, histogram: Histogram | None = None,
        *, users: Any = None, limit: int | None = None,
    ) -> Result[LogonSession]:  # fmt: skip
        """Ask for logon sessions that overlap the period.

        Those of an account, on a machine, of a tenant's machines; those that a process, or the processes of a program
        or that looked up a name, ran in; those opened from an address; those of an alert's account on its machine.

        Args:
            muid: Only on these machines.
            period: Only sessions that overlap this time.
            histogram: Count instead.
            users: Only of these accounts.
            limit: Rows at most, earliest first.
        """
        return counted(self._limited(LogonSession, "logons", Only(muid, users, None, period, limit)), histogram)

    get_sessions = get_logons

    def get_remote_logons(
        self, muid: Any = None, period: TimePeriod | None = None, histogram: Histogram | None = None,
        *, users: Any = None, limit: int | None = None,
    ) -> Result[RemoteLogon]:  # fmt: skip
        """Ask for logons over the network: an account's own, those to and from a machine, and those from an address.

        Of a process or program: those that opened its session and those it made.

        Args:
            muid: Only to these machines.
            period: Only sessions that overlap this time.
            histogram: Count instead.
            users: Only of these accounts.
            limit: Rows at most, earliest first.
        """
        only = Only(muid, users, None, period, limit)
        return counted(self._limited(RemoteLogon, "remote_logons", only), histogram)
