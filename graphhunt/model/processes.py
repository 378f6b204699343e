"""Facts about processes and what they run."""

from __future__ import annotations

from graphhunt.model.fact import Fact


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


class ProcessAccess(Fact, frozen=True, kw_only=True, tag="process_access"):
    """A process asked for, opened or used another one, or made a thread in it (`operation` access or inject).

    What may be said of it hangs on the record: Security 4656 says that a handle with these rights was asked for and,
    unless it was refused, given; Sysmon 10 that one was opened; only Security 4663 that a right was used. None says
    that memory was read.

    Attributes:
        granted: The mask of rights as written; `rights` is the same as a number, by whose bits claims are worded.
        handle_id: The handle, equal in the 4656 and the 4663 of one opening.
        user: Whom the acting process ran as, with `domain`, `sid` and `logon_id`.
        target_user: Whom the other process ran as, with `target_domain`.
        success: False where the handle was refused; `rights` are those that were asked for.
    """

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    target_guid: str | None = None
    target_pid: int | None = None
    target_path: str | None = None
    operation: str = "access"
    granted: str | None = None
    rights: int | None = None
    handle_id: str | None = None
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    target_user: str | None = None
    target_domain: str | None = None
    success: bool = True


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
