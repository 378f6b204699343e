"""Security channel: logons, logoffs, credentials, Kerberos and NTLM, desktop sessions, the log itself.

References:
    https://learn.microsoft.com/en-us/windows/security/threat-protection/auditing/event-4624 (and siblings)
"""

from __future__ import annotations

from typing import Any

from graphhunt.model import (
    Authentication,
    ExplicitCredentials,
    Fact,
    Logoff,
    Logon,
    MachineState,
    Privileges,
    SessionChange,
)

from . import _values as v
from ._windows_event import Event, Handler, client_of

_YES_OR_NO = {"%%1842": True, "%%1843": False}
_IMPERSONATION = {
    "%%1831": "anonymous", "%%1832": "identification", "%%1833": "impersonation", "%%1840": "delegation",
}  # fmt: skip
_SUCCESS = ("0x0", "0")
_PROTOCOLS = {4768: "kerberos-tgt", 4769: "kerberos-service", 4771: "kerberos-preauth", 4776: "ntlm"}
_SESSION_ACTIONS = {4778: "reconnect", 4779: "disconnect", 4800: "lock", 4801: "unlock"}
_STATES = {4608: "boot", 4609: "shutdown", 1102: "log_cleared"}


def subject(get: v.Get) -> dict[str, Any]:
    """Read the account that did something, as facts about actions name it."""
    return {
        "user": v.text(get("SubjectUserName")),
        "domain": v.text(get("SubjectDomainName")),
        "sid": v.sid(get("SubjectUserSid")),
        "logon_id": v.logon_id(get("SubjectLogonId")),
    }


def _subject_fields(get: v.Get) -> dict[str, Any]:
    return {f"subject_{name}": value for name, value in subject(get).items()}


def _target(get: v.Get) -> dict[str, Any]:
    return {
        "user": v.text(get("TargetUserName")),
        "domain": v.text(get("TargetDomainName")),
        "sid": v.sid(get("TargetUserSid")),
        "logon_id": v.logon_id(get("TargetLogonId")),
    }


def _source(get: v.Get) -> dict[str, Any]:
    return {"source_ip": v.ip(get("IpAddress")), "source_port": v.port(get("IpPort"))}


def _logon(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        Logon(
            **event.base(),
            **_target(get),
            **_source(get),
            **_subject_fields(get),
            logon_type=v.number(get("LogonType"), 0xFF),
            success=event.id == 4624,
            status=_failure(get) if event.id != 4624 else None,
            auth_package=v.text(get("AuthenticationPackageName")),
            logon_process=v.text(get("LogonProcessName")),
            workstation=v.text(get("WorkstationName")),
            process_path=v.text(get("ProcessName")),
            process_pid=v.pid(get("ProcessId")),
            elevated=_YES_OR_NO.get(str(get("ElevatedToken"))),
            linked_logon_id=v.logon_id(get("TargetLinkedLogonId")),
            restricted_admin=_YES_OR_NO.get(str(get("RestrictedAdminMode"))),
            impersonation=_IMPERSONATION.get(str(get("ImpersonationLevel"))),
            lm_package=v.text(get("LmPackageName")),
            key_length=v.number(get("KeyLength"), 0xFFFF),
            logon_guid=v.guid(get("LogonGuid")),
            outbound_user=v.text(get("TargetOutboundUserName")),
            outbound_domain=v.text(get("TargetOutboundDomainName")),
        )
    ]


def _failure(get: v.Get) -> str | None:
    """Give the sub-status, which says more, unless it is zero."""
    sub = v.hexadecimal(get("SubStatus"))
    return sub if sub not in (None, *_SUCCESS) else v.hexadecimal(get("Status"))


def _special_groups(event: Event) -> list[Fact]:
    """Read 4964: the new session's account is a member of groups whose logons an administrator watches."""
    get = event.data.get
    listed = v.text(get("SidList")) or ""
    return [
        Logon(
            **event.base(),
            **_target(get),
            **_subject_fields(get),
            logon_guid=v.guid(get("TargetLogonGuid")),
            special_groups=[part.strip("%{}") for part in listed.split()],
        )
    ]


def _logoff(event: Event) -> list[Fact]:
    get = event.data.get
    return [Logoff(**event.base(), **_target(get), logon_type=v.number(get("LogonType"), 0xFF))]


def _explicit_credentials(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        ExplicitCredentials(
            **event.base(),
            **_source(get),
            **_subject_fields(get),
            user=v.text(get("TargetUserName")),
            domain=v.text(get("TargetDomainName")),
            target_server=v.text(get("TargetServerName")),
            target_info=v.text(get("TargetInfo")),
            process_path=v.text(get("ProcessName")),
            process_pid=v.pid(get("ProcessId")),
            logon_guid=v.guid(get("LogonGuid")),
            target_logon_guid=v.guid(get("TargetLogonGuid")),
        )
    ]


def _privileges(event: Event) -> list[Fact]:
    get = event.data.get
    granted = v.text(get("PrivilegeList"))
    return [Privileges(**event.base(), **subject(get), privileges=granted.split() if granted else [])]


def _authentication(event: Event) -> list[Fact]:
    get = event.data.get
    status = v.hexadecimal(get("Status"))
    return [
        Authentication(
            **event.base(),
            **_source(get),
            user=v.text(get("TargetUserName")),
            domain=v.text(get("TargetDomainName")),
            sid=v.sid(get("TargetSid")),
            protocol=_PROTOCOLS[event.id],
            service=v.text(get("ServiceName")),
            workstation=v.text(get("Workstation")),
            # 4771 is only written for failures.
            success=event.id != 4771 and status in (None, *_SUCCESS),
            status=status,
            encryption=v.hexadecimal(get("TicketEncryptionType")),
            logon_guid=v.guid(get("LogonGuid")),
            service_sid=v.sid(get("ServiceSid")),
            transmitted_services=v.text(get("TransmittedServices")),
            ticket_options=v.hexadecimal(get("TicketOptions")),
            pre_authentication=v.text(get("PreAuthType")),
            certificate=v.text(get("CertThumbprint")),
            certificate_issuer=v.text(get("CertIssuerName")),
        )
    ]


def _reconnect(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        SessionChange(
            **event.base(),
            **client_of(get("ClientAddress")),
            action=_SESSION_ACTIONS[event.id],
            user=v.text(get("AccountName")),
            domain=v.text(get("AccountDomain")),
            logon_id=v.logon_id(get("LogonID")),
            session=v.text(get("SessionName")),
            client_name=v.text(get("ClientName")),
        )
    ]


def _lock(event: Event) -> list[Fact]:
    get = event.data.get
    session = v.text(get("SessionId"))
    return [SessionChange(**event.base(), **_target(get), action=_SESSION_ACTIONS[event.id], session=session)]


def _state(event: Event) -> list[Fact]:
    get = event.data.get
    return [MachineState(**event.base(), **subject(get), state=_STATES[event.id])]


def _clock(event: Event) -> list[Fact]:
    """Read 4616: the clock was set; the time service does so too, by small steps."""
    get = event.data.get
    before, after = v.micros(get("PreviousTime")), v.micros(get("NewTime"))
    return [
        MachineState(
            **event.base(),
            **subject(get),
            state="clock_changed",
            clock_delta=after[0] - before[0] if before and after else None,
            pid=v.pid(get("ProcessId")),
            path=v.text(get("ProcessName")),
        )
    ]


_BY_ID: dict[int, Handler] = {
    4624: _logon, 4625: _logon, 4964: _special_groups, 4634: _logoff, 4647: _logoff, 4648: _explicit_credentials,
    4672: _privileges,
    4768: _authentication, 4769: _authentication, 4771: _authentication, 4776: _authentication,
    4778: _reconnect, 4779: _reconnect, 4800: _lock, 4801: _lock, 4608: _state, 4609: _state, 1102: _state,
    4616: _clock,
}  # fmt: skip

HANDLERS: dict[tuple[str, int], Handler] = {("Security", number): handler for number, handler in _BY_ID.items()}
"""The events mapped here."""
