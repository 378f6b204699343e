"""Program files and other files."""

from __future__ import annotations

from graphhunt import current
from graphhunt.entities import values
from graphhunt.entities.actions import Acting
from graphhunt.entities.kinds import entered
from graphhunt.entities.measured import Measured
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.pivoting import Pivoting
from graphhunt.entities.with_machines import WithMachines
from graphhunt.entities.with_users import WithUsers
from graphhunt.errors import UsageError


@entered
class File(Acting, WithMachines, WithUsers, Measured, Pivoting):
    """One or several files; the questions about acts mean the processes that are instances of them.

    Args:
        md5: MD5 hashes.
        sha256: SHA-256 hashes.
        name: Names or paths; a name means every file so called.
        client_id: Tenants to look in; all when not given.
        period: The time asked about; what the setting `period` says when not given.
        hunt: The hunt to ask; the open one when not given, if only one is open.

    Raises:
        UsageError: Nothing names a file.
    """

    label = "File"
    anchor = "files"
    statuses = ("Private", "Public")

    def __init__(
        self,
        md5: str | list[str] | None = None,
        sha256: str | list[str] | None = None,
        name: str | list[str] | None = None,
        client_id: str | list[str] | None = None,
        period: TimePeriod | None = None,
        hunt: current.OpenHunt | None = None,
    ) -> None:
        names = [*values.listed(md5), *values.listed(sha256), *values.listed(name)]
        if not names:
            raise UsageError("a file is named by md5, sha256 or name")
        super().__init__(names, client_id, period, hunt)
