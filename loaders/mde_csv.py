"""Process events of Microsoft Defender for Endpoint as CSV, in the layout of its raw table.

A row says that `CreatedProcess…` was started by `InitiatingProcess…`. Event time is `CreatedProcessCreationTime`,
else `ReportTime`; `ReportArrivalTimeUtc` is only arrival. The machine is `ComputerDnsName`, else `MachineId`.
The parent's path is its folder (`InitiatingProcessImageFilePath`) and name.

Known gaps: the table holds no LogonId, so that a process can't be joined to its session.

References:
    https://learn.microsoft.com/en-us/defender-xdr/advanced-hunting-deviceprocessevents-table
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphhunt.model import Fact, FileWarning, ProcessStart, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source

from . import _csv
from . import _values as v

_NEEDED = frozenset({"CreatedProcessId", "CreatedProcessName", "InitiatingProcessId"})
_ALGORITHMS = ("MD5", "SHA1", "SHA256")
_TIMES = ("CreatedProcessCreationTime", "ReportTime", "ReportArrivalTimeUtc")
_NO_TIME = Rejected("no usable event time")
_NO_PROCESS = Skipped("row without a created process")


class MdeCsvLoader:
    """Reads process creations that Defender for Endpoint reported."""

    name = "mde_csv"
    text = True

    def sniff(self, head: bytes, name: str) -> float:
        """Look for the columns of the created and of the initiating process."""
        return 0.9 if _NEEDED.issubset(_csv.header(head)) else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every row."""
        return _csv.records(source, self.name, _outcome)

    def context(self, source: Source) -> str:
        """Give the names of the columns."""
        return _csv.context(source)

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what a row that is kept is."""
        return _csv.again(held, _outcome)


def _outcome(row: _csv.Row) -> list[Fact] | Skipped | Rejected:
    get = row.get
    time = v.micros(get("CreatedProcessCreationTime", "")) or v.micros(get("ReportTime", ""))
    if time is None:
        return _NO_TIME
    if v.pid(get("CreatedProcessId")) is None:
        return _NO_PROCESS
    return [
        ProcessStart(
            time=time[0],
            guessed_time=not time[1],
            record_id=_report(row),
            **v.choice(v.stated_times(get, *_TIMES), _TIMES[0] if v.micros(get(_TIMES[0])) else _TIMES[1]),
            host=v.text(get("ComputerDnsName")) or v.text(get("MachineId")),
            code="mde/process",
            pid=v.pid(get("CreatedProcessId")),
            path=v.text(get("CreatedProcessFilePath")) or v.text(get("CreatedProcessName")),
            command_line=v.text(get("CreatedProcessCommandLine")),
            user=v.text(get("CreatedProcessAccountName")),
            domain=v.text(get("CreatedProcessAccountDomainName")),
            sid=v.sid(get("CreatedProcessAccountSid")),
            integrity=v.text(get("CreatedProcessIntegrityLevel")),
            parent_pid=v.pid(get("InitiatingProcessId")),
            parent_path=_parent(get("InitiatingProcessImageFilePath"), get("InitiatingProcessName")),
            parent_command_line=v.text(get("Process_CommandLine")),
            **_creator(row),
            **_hashes(row),
        )
    ]


def _report(row: _csv.Row) -> str | None:
    """Name a row by its report and its place in it."""
    report, place = v.text(row.get("ReportGuid")), v.text(row.get("ReportIndex"))
    return f"{report}/{place}" if report and place else None


def _creator(row: _csv.Row) -> dict[str, Any]:
    return {
        "creator_user": v.text(row.get("InitiatingProcessAccountName")),
        "creator_domain": v.text(row.get("InitiatingProcessAccountDomainName")),
        "creator_sid": v.sid(row.get("InitiatingProcessAccountSid")),
    }


def _hashes(row: _csv.Row) -> dict[str, Any]:
    return v.content_hashes(",".join(f"{name}={row.get(f'CreatedProcessFile{name.title()}')}" for name in _ALGORITHMS))


def _parent(folder: str | None, name: str | None) -> str | None:
    folder, name = v.text(folder), v.text(name)
    return f"{folder}\\{name}" if folder and name else name
