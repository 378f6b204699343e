"""Facts about logons, sessions and credentials."""

from __future__ import annotations

import msgspec

from graphhunt.model.fact import Fact


class Logon(Fact, frozen=True, kw_only=True, tag="logon"):
    """A logon session began, or an attempt failed (4624, 4625, 4964; sshd; a refused SMB session).

    Attributes:
        logon_guid: Marks the Kerberos ticket that was used; 4769 of the domain controller carries the same.
        linked_logon_id: The other half of a split administrator's logon.
        restricted_admin: True where the client kept its credentials to itself (remote desktop).
        impersonation: How far the server may act for the client: anonymous, identification, impersonation, delegation.
        key_length: Bits of the NTLM session's key; 0 for other packages.
        source_name: A host name that the machine itself found for the client, where it gives one instead of an address.
        destination_ip: The machine's own end, with `destination_port`, where a sensor on the network tells of it.
        count: How many logons alike this record tells of (`message repeated N times`).
        certainty: How sure a source is that only infers the outcome (Zeek's ssh, from sizes); None where it knows.
        special_groups: SIDs that an administrator watches and the account is a member of (4964).
        realm: The cloud whose control plane opened the session; see `graphhunt.model.cloud`. `access_key` is the key
            that the call was signed with.
    """

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
    source_name: str | None = None
    destination_ip: str | None = None
    destination_port: int | None = None
    process_path: str | None = None
    process_pid: int | None = None
    elevated: bool | None = None
    linked_logon_id: str | None = None
    restricted_admin: bool | None = None
    impersonation: str | None = None
    lm_package: str | None = None
    key_length: int | None = None
    logon_guid: str | None = None
    outbound_user: str | None = None
    outbound_domain: str | None = None
    count: int = 1
    certainty: float | None = None
    special_groups: list[str] = msgspec.field(default_factory=list)
    realm: str | None = None
    access_key: str | None = None
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
    """A desktop or shell session was asked for, begun, resumed, paused, locked or ended.

    4778/4779, 4800/4801, TerminalServices 21-25, 39, 40, 261 and 1149, RdpCoreTS 131 and 140, WinRM 91,
    168 and 169; Zeek rdp.

    Attributes:
        action: One of attempt (a client only came), failed, authenticated, connect, shell (one was started), reconnect,
            disconnect, logoff, lock, unlock.
        logon_id: The session that is resumed or paused (4778, 4779), not the logon that proved who it is.
        session: The terminal session's number or name, or the id of a WinRM shell.
        other_session: The session that disconnected this one (39).
        console: True where the record says that the client is the machine's own console, False for an address.
        status: The reason that the record gives, as a code; how far Zeek saw the connection come.
        destination_ip: The machine's own end, with `destination_port`, where a sensor on the network tells of it.
    """

    action: str = ""
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    session: str | None = None
    other_session: str | None = None
    client_name: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    destination_ip: str | None = None
    destination_port: int | None = None
    console: bool | None = None
    auth_package: str | None = None
    status: str | None = None


class OutgoingRemote(Fact, frozen=True, kw_only=True, tag="outgoing_remote"):
    """A program of this machine turned to another one (RDP client 1024 and 1102, WinRM 6, SMB client 31001, ssh).

    It tells of an attempt: only the other machine's record or a connection shows that anything came of it.

    Attributes:
        via: rdp, winrm, smb, ssh, or the program that went there (psql, mysql).
        target_name: The other machine as it was asked for; `target_ip` where that is an address.
        user: Who asked, with `domain`, `sid` and `logon_id`.
        pid: The asking process, where it is the one that logs the record.
        target_user: The account it named to the other machine, with `target_domain`.
        success: False where the record says that it was refused; None where it doesn't say.
    """

    via: str = ""
    target_name: str | None = None
    target_ip: str | None = None
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    pid: int | None = None
    target_user: str | None = None
    target_domain: str | None = None
    success: bool | None = None
    status: str | None = None


class ExplicitCredentials(Fact, frozen=True, kw_only=True, tag="explicit_credentials"):
    """A process used other credentials than its own (4648), recorded at the origin; or an account took on a role.

    `target_info` is the service it asked for, such as `TERMSRV/host`; `target_logon_guid` marks the ticket it used.
    In a cloud (`realm`, see `graphhunt.model.cloud`) `access_key` is the key that was given for the role.
    """

    user: str | None = None
    domain: str | None = None
    target_server: str | None = None
    target_info: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    process_path: str | None = None
    process_pid: int | None = None
    logon_guid: str | None = None
    target_logon_guid: str | None = None
    realm: str | None = None
    access_key: str | None = None
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
    """A domain controller, server or cloud checked a credential (4768, 4769, 4771, 4776; Zeek kerberos/ntlm; sign-ins).

    Attributes:
        protocol: kerberos-tgt, kerberos-service, kerberos-preauth or ntlm; in clouds oidc, saml, sts …
        service: The account that a ticket is for, with `service_sid`, not the kind of service; the application that
            is signed in to.
        workstation: The client's name in its own words (NTLM); the name of a device that is joined to the realm.
        logon_guid: Marks the ticket; the logon that used it carries the same.
        transmitted_services: Services that asked on the account's behalf (delegation).
        server_name: The server's name in its own words (NTLM), `destination_ip` and `destination_port` its end.
        certificate: Thumbprint of the certificate that stood for a password, with `certificate_issuer` and
            `certificate_subject`.
        realm: The cloud that is signed in to; see `graphhunt.model.cloud`.
        outcome: What came of it, where that is more than good or bad: success, password accepted (but more was asked
            for, or a policy refused), interrupted (something else was asked first) or failed.
        mfa: More than a password was asked for and given.
        access_key: Id of the key that was given for it.
        subject_user: Who asked for it, where that is another account (a role is taken on), with `subject_domain`.
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
    service_sid: str | None = None
    transmitted_services: str | None = None
    ticket_options: str | None = None
    pre_authentication: str | None = None
    certificate: str | None = None
    certificate_issuer: str | None = None
    certificate_subject: str | None = None
    server_name: str | None = None
    destination_ip: str | None = None
    destination_port: int | None = None
    realm: str | None = None
    outcome: str | None = None
    mfa: bool | None = None
    access_key: str | None = None
    subject_user: str | None = None
    subject_domain: str | None = None
