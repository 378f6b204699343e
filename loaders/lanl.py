"""Los Alamos' data sets for research: of 2015 (`auth`, `proc`, `flows`, `dns`, `redteam`) and of 2017 (`wls`, JSON).

Times are seconds since a beginning that isn't stated: they count from 1970 and are marked as guessed. `?` is nothing.
The files of 2015 are values with commas between them and no names; which file it is, is told by each line.

auth: LogOn becomes a Logon of the destination, from the source; LogOff a Logoff; lock and unlock a SessionChange;
tickets and mappings an Authentication. proc: a ProcessStart or ProcessEnd, without a process id, which the data lack.
flows: a Flow, whose ends are names and no addresses. dns: a DnsQuery. wls: the events 4624, 4625, 4634, 4647, 4648,
4672, 4688, 4689, 4768, 4769, 4776, 4800 and 4801. Lines of redteam are the truth about the others and no records of a
system: they are kept, and nothing is drawn of them.

Known gaps: netflow of 2017. Computers and accounts are pseudonyms.

References:
    https://csr.lanl.gov/data/cyber1/
    https://csr.lanl.gov/data/2017/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphhunt.model import (
    Authentication,
    DnsQuery,
    ExplicitCredentials,
    Fact,
    Flow,
    Logoff,
    Logon,
    Privileges,
    ProcessEnd,
    ProcessStart,
    Rejected,
    SessionChange,
    Skipped,
)
from graphhunt.sources.recognition import Keys, Line

from . import _json, _text
from . import _values as v
from ._line_loader import LineLoader
from ._record import NO_TIME, Hints, Outcome, Payload

_NOT_LANL = Rejected("not a line of these data")
_LABEL = Skipped("label of the red team: the truth about other records")
_NO_FACT = Skipped("event without a mapping")
_SECOND = 1_000_000
_LATEST = 10**10
_TYPES = {
    "Interactive": 2, "Network": 3, "Batch": 4, "Service": 5, "Unlock": 7, "NetworkCleartext": 8, "NewCredentials": 9,
    "RemoteInteractive": 10, "CachedInteractive": 11,
}  # fmt: skip
_TICKETS = {"TGT": "kerberos-tgt", "TGS": "kerberos-service", "AuthMap": "ntlm"}
_SESSIONS = {"ScreenLock": "lock", "ScreenUnlock": "unlock"}
_ACCOUNT = rb"[^,@\s]{1,64}@[^,\s]{1,64}"
_PORT = rb",\w{1,9},"
_COMPUTER = rb"[A-Z]{1,8}\d{1,9}"


class LanlLoader(LineLoader):
    """Reads the data sets of 2015 and 2017."""

    name = "lanl"
    signatures = (
        Keys("UserName", "EventID", "LogHost", "Time"),
        Keys("EventID", "LogHost", "Time", "LogonID"),
        Line(rb"\d{1,9}," + _ACCOUNT + rb"," + _ACCOUNT + rb"," + _COMPUTER + rb"," + _COMPUTER + rb",", 7),
        Line(rb"\d{1,9}," + _ACCOUNT + rb"," + _COMPUTER + rb",(?:P\d{1,9},(?:Start|End)|" + _COMPUTER + rb")\s*$", 6),
        Line(
            rb"\d{1,9},\d{1,9}," + _COMPUTER + rb",\w{1,9}," + _COMPUTER + rb",\w{1,9},\d{1,3},\d{1,12},\d{1,15}\s*$", 7
        ),
        Line(rb"\d{1,9}," + _COMPUTER + rb"," + _COMPUTER + rb"\s*$", 4),
    )

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an event or a line is."""
        if isinstance(record, dict):
            return _event(record)
        line = str(record).strip()
        if line[:1] == "{":
            return _parsed(line)
        values = [None if value in ("?", "") else value for value in line.split(",")]
        handler = _by_line(values)
        if handler is None:
            return _NOT_LANL
        time = v.number(values[0])
        return (
            NO_TIME if not time or time > _LATEST else handler({"time": time * _SECOND, "guessed_time": True}, values)
        )


_Values = list["str | None"]
_Handler = Callable[[dict[str, Any], _Values], Outcome]


def _parsed(line: str) -> Outcome:
    value = _json.parse(_text.encoded(line))
    return Rejected(value) if isinstance(value, str) else _event(value)


def _by_line(values: _Values) -> _Handler | None:
    """Tell which file a line is of, by how many values it has, and whether the second one is an account."""
    return _FILES.get((len(values), len(values) > 1 and "@" in (values[1] or "")))


def _account(value: str | None) -> dict[str, Any]:
    name, _, domain = (value or "").partition("@")
    return {"user": v.text(name), "domain": v.text(domain)}


def _auth(base: dict[str, Any], values: _Values) -> Outcome:
    _, _, account, source, computer, package, kind, orientation, success = values
    fields = {**base, **_account(account), "host": computer, "code": f"lanl/{_word(orientation)}"}
    elsewhere = source if source != computer else None
    if orientation == "LogOn":
        return [
            Logon(
                **fields,
                logon_type=_TYPES.get(kind or ""),
                success=success == "Success",
                auth_package=package,
                workstation=elsewhere,
            )
        ]
    if orientation == "LogOff":
        return [Logoff(**fields, logon_type=_TYPES.get(kind or ""))]
    if orientation in _SESSIONS:
        return [SessionChange(**fields, action=_SESSIONS[orientation])]
    if orientation in _TICKETS:
        protocol = _TICKETS[orientation]
        return [Authentication(**fields, protocol=protocol, workstation=elsewhere, success=success == "Success")]
    return _NO_FACT


def _word(value: str | None) -> str:
    return value if value in ("LogOn", "LogOff", *_SESSIONS, *_TICKETS) else "other"


def _process(base: dict[str, Any], values: _Values) -> Outcome:
    _, account, computer, name, what = values
    if what == "Start":
        return [ProcessStart(**base, **_account(account), host=computer, code="lanl/proc", path=name)]
    return [ProcessEnd(**base, host=computer, code="lanl/proc", path=name)] if what == "End" else _NOT_LANL


def _flow(base: dict[str, Any], values: _Values) -> Outcome:
    duration, protocol, sent = v.number(values[1], _LATEST), values[6], v.number(values[8])
    return [
        Flow(
            **base,
            code="lanl/flow",
            source_port=v.port(values[3]),
            destination_port=v.port(values[5]),
            protocol=v.protocol(protocol),
            duration=None if duration is None else duration * _SECOND,
            bytes_out=sent,
        )
    ]


def _name(base: dict[str, Any], values: _Values) -> Outcome:
    return [DnsQuery(**base, code="lanl/dns", host=values[1], query=values[2])]


def _labelled(base: dict[str, Any], values: _Values) -> Outcome:
    return _LABEL


_FILES: dict[tuple[int, bool], _Handler] = {
    (9, True): _auth,
    (5, True): _process,
    (9, False): _flow,
    (3, False): _name,
    (4, True): _labelled,
}


def _event(event: dict[str, Any]) -> Outcome:
    time, number = v.number(event.get("Time")), v.number(event.get("EventID"), 0xFFFF)
    if not time or time > _LATEST:
        return NO_TIME
    handler = _EVENTS.get(number or 0)
    if handler is None:
        return Skipped("unmapped: lanl/other")
    base = {
        "time": time * _SECOND,
        "guessed_time": True,
        "host": v.text(event.get("LogHost")),
        "code": f"lanl/{number}",
    }
    return [handler(base, event)]


def _who(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "user": v.text(event.get("UserName")),
        "domain": v.text(event.get("DomainName")),
        "logon_id": v.logon_id(event.get("LogonID")),
    }


def _subject(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "subject_user": v.text(event.get("SubjectUserName")),
        "subject_domain": v.text(event.get("SubjectDomainName")),
        "subject_logon_id": v.logon_id(event.get("SubjectLogonID")),
    }


def _source(event: dict[str, Any]) -> str | None:
    name = v.text(event.get("Source"))
    return None if name == v.text(event.get("LogHost")) else name


def _logon(base: dict[str, Any], event: dict[str, Any]) -> Fact:
    return Logon(
        **base,
        **_who(event),
        **_subject(event),
        logon_type=v.number(event.get("LogonType"), 255),
        success=base["code"] == "lanl/4624",
        status=v.text(event.get("FailureReason")) or v.text(event.get("Status")),
        auth_package=v.text(event.get("AuthenticationPackage")),
        workstation=_source(event),
        process_path=v.text(event.get("ProcessName")),
        process_pid=v.pid(event.get("ProcessID")),
    )


def _logoff(base: dict[str, Any], event: dict[str, Any]) -> Fact:
    return Logoff(**base, **_who(event), logon_type=v.number(event.get("LogonType"), 255))


def _explicit(base: dict[str, Any], event: dict[str, Any]) -> Fact:
    who = _who(event)
    return ExplicitCredentials(
        **base,
        **_subject(event),
        user=who["user"],
        domain=who["domain"],
        target_server=v.text(event.get("Destination")),
        process_path=v.text(event.get("ProcessName")),
        process_pid=v.pid(event.get("ProcessID")),
    )


def _privileges(base: dict[str, Any], event: dict[str, Any]) -> Fact:
    return Privileges(**base, **_who(event))


def _started(base: dict[str, Any], event: dict[str, Any]) -> Fact:
    return ProcessStart(
        **base,
        **_who(event),
        pid=v.pid(event.get("ProcessID")),
        path=v.text(event.get("ProcessName")),
        parent_pid=v.pid(event.get("ParentProcessID")),
        parent_path=v.text(event.get("ParentProcessName")),
    )


def _ended(base: dict[str, Any], event: dict[str, Any]) -> Fact:
    return ProcessEnd(
        **base,
        pid=v.pid(event.get("ProcessID")),
        path=v.text(event.get("ProcessName")),
        logon_id=v.logon_id(event.get("LogonID")),
    )


def _ticket(base: dict[str, Any], event: dict[str, Any]) -> Fact:
    protocol = {"lanl/4768": "kerberos-tgt", "lanl/4769": "kerberos-service"}.get(base["code"], "ntlm")
    who, status = _who(event), v.hexadecimal(event.get("Status"))
    return Authentication(
        **base,
        user=who["user"],
        domain=who["domain"],
        protocol=protocol,
        service=v.text(event.get("ServiceName")),
        workstation=_source(event),
        success=status in (None, "0x0", "0"),
        status=status,
    )


def _locked(base: dict[str, Any], event: dict[str, Any]) -> Fact:
    return SessionChange(**base, **_who(event), action="lock" if base["code"] == "lanl/4800" else "unlock")


_EVENTS: dict[int, Callable[[dict[str, Any], dict[str, Any]], Fact]] = {
    **dict.fromkeys((4624, 4625), _logon),
    **dict.fromkeys((4634, 4647), _logoff),
    **dict.fromkeys((4768, 4769, 4776), _ticket),
    **dict.fromkeys((4800, 4801), _locked),
    4648: _explicit,
    4672: _privileges,
    4688: _started,
    4689: _ended,
}
