"""Machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt import current
from graphhunt.entities import values
from graphhunt.entities.actions import Acting
from graphhunt.entities.base import Result
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.kinds import entered
from graphhunt.entities.measured import Measured
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.pivoting import Pivoting
from graphhunt.entities.rows import Block, Connection, Detection, Execution, FileAction, RegistryAction
from graphhunt.entities.talking import Ports
from graphhunt.entities.with_users import WithUsers
from graphhunt.errors import UsageError

if TYPE_CHECKING:
    from graphhunt.entities.tables import Bandwidth, Timetable


@entered
class Machine(Acting, WithUsers, Measured, Pivoting):
    """One or several machines. Its questions take `users` where those of an account take `muid`.

    Args:
        muid: Ids of machines; short host names, in lower case, within one tenant.
        name: Host names in any spelling the logs use.
        client_id: Tenants to look in; all when not given.
        period: The time asked about; what the setting `period` says when not given.
        local_ip: Addresses; means the machines that had them in the period.
        hunt: The hunt to ask; the open one when not given, if only one is open.

    Raises:
        UsageError: Nothing names a machine, or an address isn't one.
    """

    label = "Machine"
    anchor = "machines"

    def __init__(
        self,
        muid: str | list[str] | None = None,
        name: str | list[str] | None = None,
        client_id: str | list[str] | None = None,
        period: TimePeriod | None = None,
        local_ip: Any = None,
        hunt: current.OpenHunt | None = None,
    ) -> None:
        if muid is None and name is None and local_ip is None:
            raise UsageError("a machine is named by muid, name or local_ip")
        super().__init__([*values.listed(muid), *values.listed(name)], client_id, period, hunt)
        self.local_ip = values.addresses(local_ip)

    def _look_up(self) -> list[str]:
        found = super()._look_up() if self.names else []
        if self.local_ip:
            found += self._found("machine_at", addresses=self.local_ip, **self._window(None))
        return list(dict.fromkeys(found))

    @property
    def name(self) -> str:
        """The name or names as they were given."""
        return ", ".join(self.names or self.ids)

    @property
    def muid(self) -> list[str]:
        """The ids of the machines."""
        return self.ids

    def get_bandwidth(self, file: Any = None, period: TimePeriod | None = None, *, users: Any = None) -> Bandwidth:
        """Add up the machine's traffic per day; see `User.get_bandwidth`."""
        return super().get_bandwidth(None, period, file=file, users=users)

    def get_blocked(
        self, users: Any = None, file: Any = None, period: TimePeriod | None = None,
        histogram: Histogram | None = None, *, limit: int | None = None,
    ) -> Result[Block]:  # fmt: skip
        """Ask for what a product stopped on the machine; see `User.get_blocked`."""
        return super().get_blocked(None, file, period, histogram, users=users, limit=limit)

    def get_detections(
        self, users: Any = None, file: Any = None, period: TimePeriod | None = None,
        histogram: Histogram | None = None, *, limit: int | None = None,
    ) -> Result[Detection]:  # fmt: skip
        """Ask for alerts on the machine; see `User.get_detections`."""
        return super().get_detections(None, file, period, histogram, users=users, limit=limit)

    def get_communications(
        self, users: Any = None, file: Any = None, period: TimePeriod | None = None,
        protocol: str | list[str] | None = None, port: Ports = None,
        iptype: str | list[str] | None = None, direction: str | list[str] | None = None, ips: Any = None,
        top: int | None = None, histogram: Histogram | None = None, *, ports: Ports = None,
    ) -> Result[Connection]:  # fmt: skip
        """Ask for the machine's connections; see `User.get_communications`."""
        return super().get_communications(
            None, file, period, protocol, port, iptype, direction, ips, top, histogram, users=users, ports=ports
        )  # fmt: skip

    def get_executions(
        self, file: Any = None, users: Any = None, kind: str | list[str] | None = None,
        operation: str | list[str] | None = None, attributes: str | list[str] | None = None,
        command: str | list[str] | None = None, period: TimePeriod | None = None,
        histogram: Histogram | None = None, *, limit: int | None = None,
    ) -> Result[Execution]:  # fmt: skip
        """Ask for what ran on the machine; see `User.get_executions`."""
        return super().get_executions(
            file, None, kind, operation, attributes, command, period, histogram, users=users, limit=limit
        )  # fmt: skip

    def get_files(
        self, file: Any = None, users: Any = None, kind: str | list[str] | None = None,
        operation: str | list[str] | None = None, attributes: str | list[str] | None = None,
        period: TimePeriod | None = None, histogram: Histogram | None = None, *, limit: int | None = None,
    ) -> Result[FileAction]:  # fmt: skip
        """Ask what was done to files on the machine; see `User.get_files`."""
        return super().get_files(
            file, None, kind, operation, attributes, period, histogram, users=users, limit=limit
        )  # fmt: skip

    def get_registry(
        self, file: Any = None, users: Any = None, kind: str | list[str] | None = None,
        operation: str | list[str] | None = None, period: TimePeriod | None = None,
        histogram: Histogram | None = None, *, limit: int | None = None,
    ) -> Result[RegistryAction]:  # fmt: skip
        """Ask what was done to the machine's registry; see `User.get_registry`."""
        return super().get_registry(file, None, kind, operation, period, histogram, users=users, limit=limit)

    def get_timetable(self, users: Any = None, period: TimePeriod | None = None) -> Timetable:
        """Average what was done on the machine per weekday and hour; see `User.get_timetable`."""
        return super().get_timetable(None, period, users=users)
