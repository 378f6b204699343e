"""Facts: what one original record says, in the same words for every source.

A loader turns each record into facts; everything after it knows no source format. Field names follow
ECS/OCSF and Windows' own event fields. `time` is event time in integer microseconds since the epoch, UTC
(never arrival time). A field the source doesn't state is None, never guessed. Names, addresses and ids
are as the source wrote them, apart from trimming; folding them to entities is graphing's work.
"""

from __future__ import annotations

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every fact carries: when and on which machine it happened, and the record's own code.

    Attributes:
        time: Event time, µs since the epoch, UTC.
        host: The machine the event happened on, as named by the source; never a collector.
        code: The source's own event id, such as `Security/4624`, `Sysmon/3` or `zeek/conn`.
        guessed_time: True when the source has no event time of its own and another one stands in.
    """

    time: int
    host: str | None = None
    code: str = ""
    guessed_time: bool = False


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
    privileges: list[str] = []


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


class ProcessStart(Fact, frozen=True, kw_only=True, tag="process_start"):
    """A process began (4688, Sysmon 1, auditd execve, EDR).

    The account is the one the process runs as (4688's Target account when it states one).
    """

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    command_line: str | None = None
    working_directory: str | None = None
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    terminal_session: int | None = None
    integrity: str | None = None
    md5: str | None = None
    sha1: str | None = None
    sha256: str | None = None
    imphash: str | None = None
    original_file_name: str | None = None
    company: str | None = None
    parent_guid: str | None = None
    parent_pid: int | None = None
    parent_path: str | None = None
    parent_command_line: str | None = None
    creator_user: str | None = None
    creator_domain: str | None = None
    creator_sid: str | None = None
    creator_logon_id: str | None = None


class ProcessEnd(Fact, frozen=True, kw_only=True, tag="process_end"):
    """A process ended (4689, Sysmon 5)."""

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    logon_id: str | None = None
    status: str | None = None


class Connection(Fact, frozen=True, kw_only=True, tag="connection"):
    """A process had a network connection (Sysmon 3, 5156, 5157, EDR).

    `source_*`/`destination_*` are as the record says; which end is this machine is graphing's work, from
    `initiated` (Sysmon) or `direction` (`inbound`/`outbound`, 5156). `allowed` is False for a blocked one.
    """

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    user: str | None = None
    domain: str | None = None
    protocol: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    source_name: str | None = None
    destination_ip: str | None = None
    destination_port: int | None = None
    destination_name: str | None = None
    initiated: bool | None = None
    direction: str | None = None
    allowed: bool = True
    bytes_out: int | None = None
    bytes_in: int | None = None


class Flow(Fact, frozen=True, kw_only=True, tag="flow"):
    """A network log saw a connection, without a process (Zeek conn, NetFlow, firewall)."""

    protocol: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    destination_ip: str | None = None
    destination_port: int | None = None
    service: str | None = None
    state: str | None = None
    duration: int | None = None
    bytes_out: int | None = None
    bytes_in: int | None = None


class DnsQuery(Fact, frozen=True, kw_only=True, tag="dns_query"):
    """A name was looked up (Sysmon 22, Zeek dns). `answers` holds addresses and names."""

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    query: str | None = None
    answers: list[str] = []
    status: str | None = None
    source_ip: str | None = None


class FileAction(Fact, frozen=True, kw_only=True, tag="file_action"):
    """A process did something to a file (Sysmon 2, 7, 11, 15, 23, 26; 4663).

    `operation` is create, modify, delete, rename, read, load, time or access.
    """

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    operation: str = ""
    target: str | None = None
    md5: str | None = None
    sha1: str | None = None
    sha256: str | None = None
    signed: bool | None = None
    signature: str | None = None


class RegistryAction(Fact, frozen=True, kw_only=True, tag="registry_action"):
    """A process did something to a registry key (Sysmon 12, 13, 14; 4657, 4663).

    `operation` is create, modify, delete, rename or access.
    """

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    user: str | None = None
    domain: str | None = None
    logon_id: str | None = None
    operation: str = ""
    key: str | None = None
    value: str | None = None


class ProcessAccess(Fact, frozen=True, kw_only=True, tag="process_access"):
    """A process opened another (Sysmon 10) or made a thread in it (Sysmon 8, `operation` inject)."""

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    target_guid: str | None = None
    target_pid: int | None = None
    target_path: str | None = None
    operation: str = "access"
    granted: str | None = None


class PipeAction(Fact, frozen=True, kw_only=True, tag="pipe_action"):
    """A process made or opened a named pipe (Sysmon 17, 18). `operation` is create or connect."""

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    operation: str = ""
    pipe: str | None = None


class ServiceInstall(Fact, frozen=True, kw_only=True, tag="service_install"):
    """A service was installed (4697 with the installing session, 7045 without)."""

    service: str | None = None
    image: str | None = None
    account: str | None = None
    start_type: str | None = None
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    client_pid: int | None = None


class TaskAction(Fact, frozen=True, kw_only=True, tag="task_action"):
    """A scheduled task was made, changed, run or deleted (4698-4702, TaskScheduler 106, 129, 140, 141, 200).

    `operation` is create, update, delete, enable, disable, run or complete.
    """

    task: str | None = None
    operation: str = ""
    command: str | None = None
    pid: int | None = None
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None


class ShareAccess(Fact, frozen=True, kw_only=True, tag="share_access"):
    """A network share was opened (5140, 5145); `target` is the file or pipe below it."""

    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    share: str | None = None
    target: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    access: str | None = None


class Script(Fact, frozen=True, kw_only=True, tag="script"):
    """A script or command was run by an interpreter (PowerShell 400, 800, 4103, 4104)."""

    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    pid: int | None = None
    text: str | None = None
    script_path: str | None = None
    host_application: str | None = None


class WmiAction(Fact, frozen=True, kw_only=True, tag="wmi_action"):
    """WMI did something (WMI-Activity 5857-5861, Sysmon 19-21).

    `operation` is provider, query, filter, consumer or binding.
    """

    operation: str = ""
    user: str | None = None
    domain: str | None = None
    client_machine: str | None = None
    pid: int | None = None
    text: str | None = None


class MachineState(Fact, frozen=True, kw_only=True, tag="machine_state"):
    """A machine booted or shut down, or a log was cleared.

    System 12/13/6005/6006/6008/1074, 4608, 1102/104. `state` is boot, shutdown or log_cleared.
    """

    state: str = ""
    user: str | None = None
    domain: str | None = None


class Lease(Fact, frozen=True, kw_only=True, tag="lease"):
    """A machine was given an address (DHCP), or states the addresses it has."""

    ip: str | None = None
    name: str | None = None
    mac: str | None = None


class Detection(Fact, frozen=True, kw_only=True, tag="detection"):
    """A product flagged or blocked something (Defender 1116/1117, EDR alerts, Suricata, Zeek notice)."""

    detection_id: str | None = None
    rule: str | None = None
    level: str | None = None
    technique: list[str] = []
    action: str | None = None
    user: str | None = None
    domain: str | None = None
    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    target: str | None = None
    md5: str | None = None
    sha256: str | None = None
    source_ip: str | None = None
    destination_ip: str | None = None


class DirectoryObject(Fact, frozen=True, kw_only=True, tag="directory_object"):
    """A directory holds an object: an account, computer, group or other (SharpHound, OpenGraph).

    `type` is User, Computer, Group or the collector's own word; `user`, `domain` and `sid` are set for accounts.
    """

    object_id: str | None = None
    type: str = ""
    name: str | None = None
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    enabled: bool | None = None


class PossibleRight(Fact, frozen=True, kw_only=True, tag="possible_right"):
    """One object may do something to another, as a collector computed it (SharpHound, OpenGraph).

    `right` is the collector's word, such as AdminTo, MemberOf or HasSession. An end is found by its id, or by its
    name where `start_by`/`end_by` is name.
    """

    right: str = ""
    start_id: str | None = None
    start_type: str = ""
    start_by: str = "id"
    end_id: str | None = None
    end_type: str = ""
    end_by: str = "id"


FACTS: tuple[type[Fact], ...] = (
    Logon, Logoff, SessionChange, ExplicitCredentials, Privileges, Authentication, ProcessStart, ProcessEnd,
    Connection, Flow, DnsQuery, FileAction, RegistryAction, ProcessAccess, PipeAction, ServiceInstall,
    TaskAction, ShareAccess, Script, WmiAction, MachineState, Lease, Detection, DirectoryObject, PossibleRight,
)  # fmt: skip
"""Every kind of fact; the tag of each is its table's name in the workspace."""


class Skipped(msgspec.Struct, frozen=True):
    """The record is whole but says nothing the graph holds; it stays in the evidence store."""

    reason: str


class Rejected(msgspec.Struct, frozen=True):
    """The record is damaged or can't be understood; it stays inspectable with its reason."""

    reason: str


class Record(msgspec.Struct, frozen=True):
    """One original record and what it says.

    Attributes:
        raw: The record as it stands in the source (text of the line, or the parser's lossless JSON).
        position: Where in the file: `line 12`, `record 4711`, `offset 0x1f00`.
        outcome: Its facts, or why there are none.
    """

    raw: str
    position: str
    outcome: list[Fact] | Skipped | Rejected


class FileWarning(msgspec.Struct, frozen=True):
    """Something about a whole file that the user must know: damage, a limit, a killed parser."""

    file: str
    loader: str
    reason: str
    position: str = ""
