"""The questions about what ran, talked, wrote and changed; the same for every entity that has processes."""

from __future__ import annotations

from typing import Any

from graphhunt.entities import values
from graphhunt.entities.base import Entity, Result, counted, file_keys
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import Connection, Execution, FileAction, RegistryAction, moment

ARCHIVES = [".7z", ".ace", ".arj", ".bz2", ".cab", ".gz", ".iso", ".jar", ".lzh", ".rar", ".tar", ".xz", ".zip"]
"""Endings of compressed files, for the operations `newcmp` and `opencmp`."""

SCRIPTS = [
    ".bat", ".cmd", ".hta", ".js", ".jse", ".ps1", ".psd1", ".psm1", ".py", ".sh", ".vbe", ".vbs", ".wsf", ".wsh",
]  # fmt: skip
"""Endings of scripts, for the operation `script`."""


STATUSES = ("Internal", "External")
"""`Ipv4Status` of an address that isn't public, and of one that is."""


class Acting(Entity):
    """An entity whose processes act: account, machine, program file, tenant or process."""

    statuses = STATUSES
    """What column `Ipv4Status` says of an address of the own networks, and of a public one."""

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
        limit: int | None = None,
    ) -> Result[Execution]:
        """Ask for processes made and ended, threads made in other processes and modules loaded.

        Args:
            file: Only of these programs: names, paths, hashes or File objects.
            muid: Only on these machines.
            kind: Only programs of these kinds: interpreter, remoteaccess, admintool, hackingtool; or userallowed.
            operation: create, kill, thread, load; all when not given.
            attributes: Only with one of ATTR_REMOTE, ATTR_EXTERNAL, ATTR_FRESHUNKNOWN, ATTR_LANSHARED.
            command: Only with this text in the command line, whatever its case; several: one of them.
            period: Only in this time; the entity's own period when not given.
            histogram: Count instead.
            limit: Rows at most, earliest first.

        Raises:
            UsageError: A value isn't valid; the error lists those that are.
        """
        checked = {
            "programs": values.programs(kind),
            "allowed": values.asks_allowed(kind),
            "operations": values.chosen("operation", operation, values.EXECUTION_OPERATIONS),
            "attributes": values.chosen("attributes", attributes, values.ATTRIBUTES),
            "commands": None if command is None else [str(text).lower() for text in values.listed(command)],
            "limit": values.rows_at_most(limit),
            **self._window(period),
        }
        rows = self._ask(
            Execution, "executions", lambda: {**checked, "names": file_keys(file), "muids": self._muids(muid)}
        )
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
            attributes: Only with one of ATTR_REMOTE, ATTR_EXTERNAL, ATTR_FRESHUNKNOWN, ATTR_LANSHARED.
            period: Only in this time; the entity's own period when not given.
            histogram: Count instead.
            limit: Rows at most, earliest first.

        Raises:
            UsageError: A value isn't valid; the error lists those that are.
        """
        checked = {
            "programs": values.programs(kind),
            "allowed": values.asks_allowed(kind),
            "operations": values.chosen("operation", operation, values.FILE_OPERATIONS),
            "attributes": values.chosen("attributes", attributes, values.ATTRIBUTES),
            "archives": ARCHIVES,
            "scripts": SCRIPTS,
            "limit": values.rows_at_most(limit),
            **self._window(period),
        }
        rows = self._ask(FileAction, "files", lambda: {**checked, "names": file_keys(file), "muids": self._muids(muid)})
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
            limit: Rows at most, earliest first.

        Raises:
            UsageError: A value isn't valid; the error lists those that are.
        """
        checked = {
            "programs": values.programs(kind),
            "allowed": values.asks_allowed(kind),
            "operations": values.chosen("operation", operation, values.REGISTRY_OPERATIONS),
            "limit": values.rows_at_most(limit),
            **self._window(period),
        }
        rows = self._ask(
            RegistryAction, "registry", lambda: {**checked, "names": file_keys(file), "muids": self._muids(muid)}
        )
        return counted(rows, histogram)

    def get_communications(
        self,
        muid: Any = None,
        file: Any = None,
        period: TimePeriod | None = None,
        protocol: str | list[str] | None = None,
        port: int | str | list[int | str] | None = None,
        iptype: str | None = None,
        direction: str | list[str] | None = None,
        ips: Any = None,
        top: int | None = None,
        histogram: Histogram | None = None,
    ) -> Result[Connection]:
        """Ask for connections: one row per process, address, service port, protocol, direction and outcome.

        Args:
            muid: Only of these machines.
            file: Only of these programs: names, paths, hashes or File objects.
            period: Only in this time; the entity's own period when not given.
            protocol: ICMP, IGMP, RFCOMM, TCP, RDP (port 3389), UDP, ICMPV6, RM.
            port: A number or FTP, SSH, TELNET, SMTP, HTTP, POP3, HTTPS, RDP: the server's port.
            iptype: Public or Private; private is every address that isn't public.
            direction: Incoming or Outgoing.
            ips: Only with these addresses.
            top: Rows at most, earliest first.
            histogram: Count instead.

        Raises:
            UsageError: A value isn't valid; the error lists those that are.
        """
        checked = _connection_params(protocol, port, iptype, direction, ips)
        checked |= {"limit": values.rows_at_most(top), **self._window(period)}
        rows = self._ask(
            Connection,
            "communications",
            lambda: {**checked, "programs": file_keys(file), "muids": self._muids(muid)},
            lambda row: shown_connection(row, self.statuses),
        )
        return counted(rows, histogram)


def shown_connection(row: dict[str, Any], statuses: tuple[str, str]) -> dict[str, Any]:
    """Give the fields of a `Connection` as the tables spell them.

    Args:
        row: What the query gave.
        statuses: What `ipv4_status` says of an address that isn't public, and of one that is.
    """
    begun = moment(row["date_time"])
    own, public = statuses
    scope = row.pop("scope")
    return row | {
        "date": begun.date() if begun else None,
        "direction": row["direction"].capitalize() if row["direction"] else None,
        "protocol": row["protocol"].upper() if row["protocol"] else None,
        "ipv4_status": None if scope is None else public if scope == "public" else own,
    }


def _connection_params(protocol: Any, port: Any, iptype: Any, direction: Any, ips: Any) -> dict[str, Any]:
    protocols = values.chosen("protocol", protocol, values.PROTOCOLS)
    directions = values.chosen("direction", direction, values.DIRECTIONS)
    types = values.chosen("iptype", iptype, values.IP_TYPES)
    return {
        "protocols": None if protocols is None else [text.lower() for text in protocols],
        "ports": values.ports(port),
        "public": None if types is None or len(types) > 1 else types == ["Public"],
        "directions": None if directions is None else [text.lower() for text in directions],
        "ips": values.addresses(ips),
    }
