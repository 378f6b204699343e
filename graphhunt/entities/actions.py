"""The questions about what ran, wrote and changed; the same for every entity that has processes."""

from __future__ import annotations

from typing import Any

from graphhunt.entities import values
from graphhunt.entities.base import Only, Result, counted
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.outside import BROUGHT
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import Execution, FileAction, RegistryAction
from graphhunt.entities.talking import Talking

ARCHIVES = [".7z", ".ace", ".arj", ".bz2", ".cab", ".gz", ".iso", ".jar", ".lzh", ".rar", ".tar", ".xz", ".zip"]
"""Endings of compressed files, for the operations `newcmp` and `opencmp`."""

SCRIPTS = [
    ".bat", ".cmd", ".hta", ".js", ".jse", ".ps1", ".psd1", ".psm1", ".py", ".sh", ".vbe", ".vbs", ".wsf", ".wsh",
]  # fmt: skip
"""Endings of scripts, for the operation `script`."""


class Acting(Talking):
    """An entity whose processes act: account, machine, program file, tenant or process."""

    def get_executions(
        self,
        file: Any = None,
        muid: Any = None,
        kind: str | list[str] | None = None,
        operation: str | list[str] | None = None,
        attributes: str | list[str] | None = None,
        command: str | list[str] | None = None,
        period: TimePeriod | None = None,
        histogram: Histogram | None = None,
        *,
        users: Any = None,
        limit: int | None = None,
    ) -> Result[Execution]:
        """Ask for processes made and ended, threads made in other processes and modules loaded.

        `RemoteIp` is where the logon came from that opened the process's session; `External` is true of a program
        with the mark of the web, of one that a browser or mail program wrote and of one that came by SMB (the system
        wrote it, or a record of the share says so), and otherwise unknown; `FreshUnknown` is whether a program whose
        hash is known was first seen in the period.

        Args:
            file: Only of these programs: names, paths, hashes or File objects.
            muid: Only on these machines.
            kind: Only programs of these kinds: interpreter, remoteaccess, admintool, hackingtool; or userallowed.
            operation: create, kill, thread, load; all when not given.
            attributes: Only with one of ATTR_REMOTE, ATTR_EXTERNAL, ATTR_FRESHUNKNOWN, ATTR_LANSHARED; a list, or
                joined by `|`.
            command: Only with this text in the command line, whatever its case; several: one of them.
            period: Only in this time; the entity's own period when not given.
            histogram: Count instead.
            users: Only of these accounts.
            limit: Rows at most, earliest first.

        Raises:
            UsageError: A value isn't valid; the error lists those that are.
        """
        checked = {
            **_kinds(kind),
            "operations": values.chosen("operation", operation, values.EXECUTION_OPERATIONS),
            "attributes": values.attributes(attributes),
            "commands": None if command is None else [str(text).lower() for text in values.listed(command)],
            **BROUGHT,
        }
        rows = self._limited(Execution, "executions", Only(muid, users, file, period, limit), checked)
        return counted(rows, histogram)

    def get_files(
        self,
        file: Any = None,
        muid: Any = None,
        kind: str | list[str] | None = None,
        operation: str | list[str] | None = None,
        attributes: str | list[str] | None = None,
        period: TimePeriod | None = None,
        histogram: Histogram | None = None,
        *,
        users: Any = None,
        limit: int | None = None,
    ) -> Result[FileAction]:
        """Ask what was done to files.

        `create` holds every file made; `newcmp` those of them, and `opencmp` those read, that are compressed by
        their name; `script` everything done to scripts, by their name. No telemetry tells of `folder`.

        Args:
            file: Only these files: names, paths, hashes or File objects.
            muid: Only on these machines.
            kind: Only by programs of these kinds: interpreter, remoteaccess, admintool, hackingtool; or userallowed.
            operation: create, modify, delete, rename, folder, newcmp, opencmp, access, script; all when not given.
            attributes: Only with one of ATTR_REMOTE, ATTR_EXTERNAL, ATTR_FRESHUNKNOWN, ATTR_LANSHARED; a list, or
                joined by `|`.
            period: Only in this time; the entity's own period when not given.
            histogram: Count instead.
            users: Only by these accounts.
            limit: Rows at most, earliest first.

        Raises:
            UsageError: A value isn't valid; the error lists those that are.
        """
        checked = {
            **_kinds(kind),
            "operations": values.chosen("operation", operation, values.FILE_OPERATIONS),
            "attributes": values.attributes(attributes),
            "archives": ARCHIVES,
            "scripts": SCRIPTS,
            **BROUGHT,
        }
        rows = self._limited(FileAction, "files", Only(muid, users, file, period, limit), checked)
        return counted(rows, histogram)

    def get_registry(
        self,
        file: Any = None,
        muid: Any = None,
        kind: str | list[str] | None = None,
        operation: str | list[str] | None = None,
        period: TimePeriod | None = None,
        histogram: Histogram | None = None,
        *,
        users: Any = None,
        limit: int | None = None,
    ) -> Result[RegistryAction]:
        """Ask what was done to registry keys; the key is in column `Key`.

        Args:
            file: Only by these programs: names, paths, hashes or File objects.
            muid: Only on these machines.
            kind: Only by programs of these kinds: interpreter, remoteaccess, admintool, hackingtool; or userallowed.
            operation: create, modify, access; all, and what was deleted or renamed too, when not given.
            period: Only in this time; the entity's own period when not given.
            histogram: Count instead.
            users: Only by these accounts.
            limit: Rows at most, earliest first.

        Raises:
            UsageError: A value isn't valid; the error lists those that are.
        """
        checked = {
            **_kinds(kind),
            "operations": values.chosen("operation", operation, values.REGISTRY_OPERATIONS),
        }
        rows = self._limited(RegistryAction, "registry", Only(muid, users, file, period, limit), checked)
        return counted(rows, histogram)


def _kinds(kind: str | list[str] | None) -> dict[str, Any]:
    return {"programs": values.programs(kind), "allowed": values.wants_allowed(kind)}
