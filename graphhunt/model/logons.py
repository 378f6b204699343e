"""Facts about logons, sessions and credentials."""

from __future__ import annotations

import msgspec

from graphhunt.model.fact import Fact


class Logon(Fact, frozen=True, kw_only=True, tag="logon"):
    """A logon session began, or an attempt failed (4624, 4625; sshd; RDP connection logs)."""

    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    logon_type: int | None = None
    success: bool = True
    status: str | None = None
    auth_package: str | None = None
    logon_process: str | None = None
    workstation: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    process_path: str | None = None
    process_pid: int | None = None
    elevated: bool | None = None
    linked_logon_id: str | None = None
    logon_guid: str | None = None
    outbound_user: str | None = None
    outbound_domain: str | None = None
    subject_user: str | None = None
    subject_domain: str | None = None
    subject_sid: str | None = None
    subject_logon_id: str | None = None


class Logoff(Fact, frozen=True, kw_only=True, tag="logoff"):
    """A logon session ended (4634, 4647; session closed)."""

    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    logon_type: int | None = None


class SessionChange(Fact, frozen=True, kw_only=True, tag="session_change"):
    """A desktop session was reconnected, disconnected, begun or locked.

    4778/4779, 4800/4801, TerminalServices 21/22/23/24/25/1149, WinRM shell create/close.
    `action` is one of connect, reconnect, disconnect, logoff, lock, unlock, authenticated, shell.
    """

    action: str = ""
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    session: str | None = None
    client_name: str | None = None
    source_ip: str | None = None


class ExplicitCredentials(Fact, frozen=True, kw_only=True, tag="explicit_credentials"):
    """A process used other credentials than its own (4648); recorded at the origin."""

    user: str | None = None
    domain: str | None = None
    target_server: str | None = None
    target_info: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    process_path: str | None = None
    process_pid: int | None = None
    subject_user: str | None = None
    subject_domain: str | None = None
    subject_sid: str | None = None
    subject_logon_id: str | None = None


class Privileges(Fact, frozen=True, kw_only=True, tag="privileges"):
    """Administrator-like privileges were given to a new session (4672)."""

    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    privileges: list[str] = msgspec.field(default_factory=list)


class Authentication(Fact, frozen=True, kw_only=True, tag="authentication"):
    """A domain controller or server checked a credential (4768, 4769, 4771, 4776; Zeek kerberos/ntlm).

    `protocol` is kerberos-tgt, kerberos-service, kerberos-preauth or ntlm.
    """

    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    protocol: str = ""
    service: str | None = None
    workstation: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    success: bool = True
    status: str | None = None
    encryption: str | None = None
    logon_guid: str | None = None
