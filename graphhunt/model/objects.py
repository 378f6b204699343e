"""Facts about files, registry keys, pipes and shares."""

from __future__ import annotations

from graphhunt.model.fact import Fact


class FileAction(Fact, frozen=True, kw_only=True, tag="file_action"):
    """A process did something to a file (Sysmon 2, 7, 11, 15, 23, 26; 4663), or was let do it (AppLocker).

    `operation` is create, modify, delete, rename, read, load, time, access or allow (the file may run or be loaded).
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


class PipeAction(Fact, frozen=True, kw_only=True, tag="pipe_action"):
    """A process made or opened a named pipe (Sysmon 17, 18). `operation` is create or connect."""

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    operation: str = ""
    pipe: str | None = None


class ShareAccess(Fact, frozen=True, kw_only=True, tag="share_access"):
    r"""A network share was opened (5140, 5145), or that was denied (SMB server 1006, audits of failure).

    Attributes:
        share: The share as written, such as `\\*\ADMIN$`.
        target: The file or pipe below it.
        local_path: The folder that the share is on the machine (5145).
        success: False where a known account was denied; that is no failed logon.
        client_name: The client in its own words.
        server_name: The machine as the client named it in the share's path.
        service: What the server calls the share: a disk, a pipe (Zeek smb_mapping).
        operation: What was asked of the target (Zeek).
    """

    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    logon_id: str | None = None
    share: str | None = None
    target: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    access: str | None = None
    success: bool = True
    status: str | None = None
    client_name: str | None = None
    server_name: str | None = None
    service: str | None = None
    operation: str | None = None
    local_path: str | None = None
    destination_ip: str | None = None
    destination_port: int | None = None
