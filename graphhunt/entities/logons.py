"""The questions about logons and about the machines and accounts around an entity."""

from __future__ import annotations

from typing import Any

from graphhunt.entities.base import Entity, Only, Result, counted
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import LogonSession, MachineRow, RemoteLogon, UserRow


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


class WithMachines(Entity):
    """An entity found on machines."""

    def get_machines(self, period: TimePeriod | None = None, histogram: Histogram | None = None) -> Any:
        """Ask for the machines where the entity was seen in the period.

        Gives one `Machine` that stands for all of them, to go on asking with; its `df` has Muid, Name, FirstSeen
        and LastSeen. With a histogram, the counts.
        """
        from graphhunt.entities.machine import Machine

        rows = self._ask(MachineRow, "machines", lambda: self._window(period))
        return Machine.of_rows(rows, period or self.period) if histogram is None else rows.histogram(histogram)

    get_machine = get_machines


class WithUsers(Entity):
    """An entity that accounts are seen with."""

    def get_users(self, period: TimePeriod | None = None, histogram: Histogram | None = None) -> Any:
        """Ask for the accounts seen with the entity in the period.

        Gives one `User` that stands for all of them, to go on asking with; its `df` has LoggedUser, UserId, Kind,
        FirstSeen and LastSeen. With a histogram, the counts.
        """
        from graphhunt.entities.user import User

        rows = self._ask(UserRow, "users", lambda: self._window(period))
        return User.of_rows(rows, period or self.period) if histogram is None else rows.histogram(histogram)

    get_user = get_users
