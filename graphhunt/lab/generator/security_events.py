"""Builders for the Security channel: logons, processes, shares, services, tickets, connections.

Field names, value types and placeholders ("-", "%%1833", hex in lower case) are those of real exports.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from graphhunt.lab.generator.actors import SYSTEM32, SYSTEM_LOGON
from graphhunt.lab.generator.record import Record, security

if TYPE_CHECKING:
    from graphhunt.lab.generator.actors import Account, Host, Process, Session

NULL_GUID = "{00000000-0000-0000-0000-000000000000}"
_PRIVILEGE_NAMES = (
    "SeSecurityPrivilege SeBackupPrivilege SeRestorePrivilege SeTakeOwnershipPrivilege SeDebugPrivilege "
    "SeSystemEnvironmentPrivilege SeLoadDriverPrivilege SeImpersonatePrivilege"
)
_PRIVILEGE_NAMES = (
    "SeSecurityPrivilege SeBackupPrivilege SeRestorePrivilege SeTakeOwnershipPrivilege SeDebugPrivilege "
    "SeSystemEnvironmentPrivilege SeLoadDriverPrivilege SeImpersonatePrivilege"
)
_PRIVILEGES = "\r\n\t\t\t".join(_PRIVILEGE_NAMES.split())
_LABELS = {"System": "S-1-16-16384", "High": "S-1-16-12288", "Medium": "S-1-16-8192"}
_DEVICE = "\\device\\harddiskvolume2"


def subject(account: Account, logon_id: int) -> Record:
    """Return the four Subject fields of an account in a session."""
    return {
        "SubjectUserSid": account.sid,
        "SubjectUserName": account.name,
        "SubjectDomainName": account.domain,
        "SubjectLogonId": hex(logon_id),
    }


def machine_subject(host: Host) -> Record:
    """Return the Subject fields of the machine acting for itself (``HOST$`` with 0x3e7)."""
    return {
        "SubjectUserSid": "S-1-5-18",
        "SubjectUserName": host.account.name,
        "SubjectDomainName": host.account.domain,
        "SubjectLogonId": hex(SYSTEM_LOGON),
    }


_NOBODY: Record = {
    "SubjectUserSid": "S-1-0-0",
    "SubjectUserName": "-",
    "SubjectDomainName": "-",
    "SubjectLogonId": "0x0",
}
_SUBJECT_TEXT = (
    "Subject:\r\n\tSecurity ID:\t\t{SubjectUserSid}\r\n\tAccount Name:\t\t{SubjectUserName}\r\n"
    "\tAccount Domain:\t\t{SubjectDomainName}\r\n\tLogon ID:\t\t{SubjectLogonId}\r\n\r\n"
)


def _who(fields: Record) -> str:
    return _SUBJECT_TEXT.format_map(fields)


def kerberos_guid(session: Session) -> str:
    """Return the LogonGuid that 4624 and 4769 share for one Kerberos logon."""
    seed = f"{session.host.name}|{session.account.sid}|{session.started // 1_000_000}".encode()
    raw = hashlib.md5(seed, usedforsecurity=False).hexdigest()
    return f"{{{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}}}"


def logon(session: Session) -> Record:
    """Return event 4624 of a session."""
    network = session.logon_type == 3
    kerberos = network and not session.ntlm
    domain = session.account.domain
    fields: Record = {
        **(_NOBODY if network else machine_subject(session.host)),
        "TargetUserSid": session.account.sid,
        "TargetUserName": session.account.name,
        "TargetDomainName": session.host.fqdn.partition(".")[2].upper() if kerberos else domain,
        "TargetLogonId": hex(session.logon_id),
        "TargetLinkedLogonId": "0x0",
        "TargetOutboundUserName": "-",
        "TargetOutboundDomainName": "-",
        "LogonType": str(session.logon_type),
        "LogonGuid": kerberos_guid(session) if kerberos else NULL_GUID,
        "IpAddress": "-" if session.hide_address else session.source_ip,
        "IpPort": "-" if session.hide_address else str(session.source_port),
        "TransmittedServices": "-",
        "RestrictedAdminMode": "-",
        "VirtualAccount": "%%1843",
        "ElevatedToken": "%%1842" if session.account.privileged or network else "%%1843",
        "ImpersonationLevel": "%%1833",
        **_package(session),
    }
    return security(4624, fields, _logon_text(fields))


def _package(session: Session) -> Record:
    if session.logon_type == 3:
        caller: Record = {"ProcessId": "0x0", "ProcessName": "-"}
        if session.ntlm:
            name = session.source.name if session.source else "-"
            return caller | _ntlm(name)
        return caller | _protocol("Kerberos", "Kerberos", "-")
    if session.logon_type == 9:
        return _protocol("seclogo", "Negotiate", "-") | {"ProcessId": "0x4a0", "ProcessName": SYSTEM32 + "svchost.exe"}
    if session.logon_type == 5:
        return _protocol("Advapi  ", "Negotiate", "-") | {
            "ProcessId": "0x2c0",
            "ProcessName": SYSTEM32 + "services.exe",
        }
    if session.logon_type == 4:
        name = session.host.name
        return _protocol("Advapi  ", "Negotiate", name) | {
            "ProcessId": "0x4a0",
            "ProcessName": SYSTEM32 + "svchost.exe",
        }
    name = session.host.name
    return _protocol("User32 ", "Negotiate", name) | {"ProcessId": "0x5b4", "ProcessName": SYSTEM32 + "svchost.exe"}


def _protocol(process: str, package: str, workstation: str) -> Record:
    return {
        "LogonProcessName": process,
        "AuthenticationPackageName": package,
        "WorkstationName": workstation,
        "LmPackageName": "-",
        "KeyLength": "0",
    }


def _ntlm(workstation: str) -> Record:
    return _protocol("NtLmSsp ", "NTLM", workstation) | {"LmPackageName": "NTLM V2", "KeyLength": "128"}


def _logon_text(fields: Record) -> str:
    return (
        f"An account was successfully logged on.\r\n\r\n{_who(fields)}"
        f"Logon Information:\r\n\tLogon Type:\t\t{fields['LogonType']}\r\n\r\n"
        f"New Logon:\r\n\tSecurity ID:\t\t{fields['TargetUserSid']}\r\n"
        f"\tAccount Name:\t\t{fields['TargetUserName']}\r\n\tAccount Domain:\t\t{fields['TargetDomainName']}\r\n"
        f"\tLogon ID:\t\t{fields['TargetLogonId']}\r\n\tLogon GUID:\t\t{fields['LogonGuid']}\r\n\r\n"
        f"Network Information:\r\n\tWorkstation Name:\t{fields['WorkstationName']}\r\n"
        f"\tSource Network Address:\t{fields['IpAddress']}\r\n\tSource Port:\t\t{fields['IpPort']}"
    )


def logon_failed(session: Session) -> Record:
    """Return event 4625: the same try, refused for a bad password."""
    fields: Record = {
        **_NOBODY,
        "TargetUserSid": "S-1-0-0",
        "TargetUserName": session.account.name,
        "TargetDomainName": session.account.domain,
        "Status": "0xc000006d",
        "SubStatus": "0xc000006a",
        "FailureReason": "%%2313",
        "LogonType": str(session.logon_type),
        "IpAddress": session.source_ip,
        "IpPort": str(session.source_port),
        "TransmittedServices": "-",
        "ProcessId": "0x0",
        "ProcessName": "-",
        **_ntlm(session.source.name if session.source else "-"),
        "ActivityID": NULL_GUID,
    }
    text = (
        f"An account failed to log on.\r\n\r\n{_who(fields)}Logon Type:\t\t\t{fields['LogonType']}\r\n\r\n"
        f"Account For Which Logon Failed:\r\n\tAccount Name:\t\t{fields['TargetUserName']}"
    )
    return security(4625, fields, text, failure=True)


def logoff(session: Session) -> Record:
    """Return event 4634 of a session."""
    fields: Record = {
        "TargetUserSid": session.account.sid,
        "TargetUserName": session.account.name,
        "TargetDomainName": session.account.domain,
        "TargetLogonId": hex(session.logon_id),
        "LogonType": str(session.logon_type),
    }
    text = (
        f"An account was logged off.\r\n\r\nSubject:\r\n\tSecurity ID:\t\t{session.account.sid}\r\n"
        f"\tAccount Name:\t\t{session.account.name}\r\n\tLogon ID:\t\t{fields['TargetLogonId']}\r\n\r\n"
        f"Logon Type:\t\t\t{session.logon_type}"
    )
    return security(4634, fields, text)


def user_logoff(session: Session) -> Record:
    """Return event 4647, which only interactive sessions get, when their user asks to log off."""
    fields: Record = {
        "TargetUserSid": session.account.sid,
        "TargetUserName": session.account.name,
        "TargetDomainName": session.account.domain,
        "TargetLogonId": hex(session.logon_id),
    }
    text = (
        f"User initiated logoff:\r\n\r\nSubject:\r\n\tSecurity ID:\t\t{session.account.sid}\r\n"
        f"\tAccount Name:\t\t{session.account.name}\r\n\tLogon ID:\t\t{fields['TargetLogonId']}"
    )
    return security(4647, fields, text)


def special_logon(session: Session) -> Record:
    """Return event 4672, which Windows writes just before the 4624 of a privileged session."""
    fields = {**subject(session.account, session.logon_id), "PrivilegeList": _PRIVILEGES}
    text = f"Special privileges assigned to new logon.\r\n\r\n{_who(fields)}Privileges:\t\t{_PRIVILEGES}"
    return security(4672, fields, text)


def explicit_credentials(process: Process, used: Account, server: str) -> Record:
    """Return event 4648: ``process`` gave the credentials of ``used`` to reach ``server``."""
    fields: Record = {
        **_owner(process),
        "LogonGuid": NULL_GUID,
        "TargetUserName": used.name,
        "TargetDomainName": used.domain,
        "TargetLogonGuid": NULL_GUID,
        "TargetServerName": server,
        "TargetInfo": server,
        "ProcessId": hex(process.pid),
        "ProcessName": process.image,
        "IpAddress": "-",
        "IpPort": "-",
    }
    text = (
        f"A logon was attempted using explicit credentials.\r\n\r\n{_who(fields)}"
        f"Account Whose Credentials Were Used:\r\n\tAccount Name:\t\t{used.name}\r\n"
        f"\tAccount Domain:\t\t{used.domain}\r\n\r\nTarget Server:\r\n\tTarget Server Name:\t{server}"
    )
    return security(4648, fields, text)


def _owner(process: Process) -> Record:
    if process.account.domain == "NT AUTHORITY":
        return machine_subject(process.host) | {"SubjectLogonId": hex(process.logon_id)}
    return subject(process.account, process.logon_id)


def process_start(process: Process, creator: Process, session: Session | None) -> Record:
    """Return event 4688; ``session`` is set when the creator starts it in another session than his own."""
    foreign = session is not None and creator.logon_id != process.logon_id
    target = process.account
    fields: Record = {
        **_owner(creator),
        "NewProcessId": hex(process.pid),
        "NewProcessName": process.image,
        "TokenElevationType": "%%1938" if process.integrity == "Medium" else "%%1936",
        "ProcessId": hex(creator.pid),
        "CommandLine": process.command_line,
        "TargetUserSid": "S-1-0-0",
        "TargetUserName": target.name if foreign else "-",
        "TargetDomainName": target.domain if foreign else "-",
        "TargetLogonId": hex(process.logon_id) if foreign else "0x0",
        "ParentProcessName": creator.image,
        "MandatoryLabel": _LABELS[process.integrity],
    }
    text = (
        f"A new process has been created.\r\n\r\nCreator {_who(fields)}Process Information:\r\n"
        f"\tNew Process ID:\t\t{fields['NewProcessId']}\r\n\tNew Process Name:\t{process.image}\r\n"
        f"\tCreator Process ID:\t{fields['ProcessId']}\r\n\tProcess Command Line:\t{process.command_line}"
    )
    return security(4688, fields, text)


def process_end(process: Process) -> Record:
    """Return event 4689 of a process that exited with status 0."""
    fields: Record = {
        **_owner(process),
        "Status": "0x0",
        "ProcessId": hex(process.pid),
        "ProcessName": process.image,
    }
    text = (
        f"A process has exited.\r\n\r\n{_who(fields)}Process Information:\r\n"
        f"\tProcess ID:\t{fields['ProcessId']}\r\n\tProcess Name:\t{process.image}\r\n\tExit Status:\t0x0"
    )
    return security(4689, fields, text)


def service_installed(session: Session, name: str, command: str) -> Record:
    """Return event 4697: a service put in through ``session``, whose LogonId is the only link to its maker."""
    fields: Record = {
        **subject(session.account, session.logon_id),
        "ServiceName": name,
        "ServiceFileName": command,
        "ServiceType": "0x10",
        "ServiceStartType": "3",
        "ServiceAccount": "LocalSystem",
        "ActivityID": NULL_GUID,
    }
    text = (
        f"A service was installed in the system.\r\n\r\n{_who(fields)}Service Information:\r\n"
        f"\tService Name: \t\t{name}\r\n\tService File Name:\t{command}"
    )
    return security(4697, fields, text)


def task_created(session: Session, name: str, command: str, arguments: str) -> Record:
    """Return event 4698: a scheduled task registered through ``session``; the XML is escaped as NXLog does it."""
    content = (
        '&lt;?xml version="1.0" encoding="UTF-16"?&gt;\r\n&lt;Task version="1.2" '
        'xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"&gt;\r\n  &lt;Actions Context="Author"&gt;\r\n'
        f"    &lt;Exec&gt;\r\n      &lt;Command&gt;{command}&lt;/Command&gt;\r\n"
        f"      &lt;Arguments&gt;{arguments}&lt;/Arguments&gt;\r\n    &lt;/Exec&gt;\r\n"
        "  &lt;/Actions&gt;\r\n&lt;/Task&gt;"
    )
    fields: Record = {
        **subject(session.account, session.logon_id),
        "TaskName": name,
        "TaskContent": content,
        "ActivityID": NULL_GUID,
    }
    text = f"A scheduled task was created.\r\n\r\n{_who(fields)}Task Information:\r\n\tTask Name: \t\t{name}"
    return security(4698, fields, text)


def ticket_granting(account: Account, ip: str, port: int, realm: str) -> Record:
    """Return event 4768 on the controller: ``account`` got its ticket-granting ticket."""
    fields: Record = {
        "TargetUserName": account.name,
        "TargetDomainName": realm,
        "TargetSid": account.sid,
        "ServiceName": "krbtgt",
        "ServiceSid": account.sid.rpartition("-")[0] + "-502",
        "TicketOptions": "0x40810010",
        "Status": "0x0",
        "TicketEncryptionType": "0x12",
        "PreAuthType": "2",
        "IpAddress": f"::ffff:{ip}",
        "IpPort": str(port),
    }
    return security(4768, fields, None)


def service_ticket(session: Session, port: int) -> Record:
    """Return event 4769 on the controller: a ticket for the machine the session is on."""
    realm = session.host.fqdn.partition(".")[2].upper()
    fields: Record = {
        "TargetUserName": f"{session.account.name}@{realm}",
        "TargetDomainName": realm,
        "ServiceName": session.host.account.name,
        "ServiceSid": session.host.account.sid,
        "TicketOptions": "0x40810000",
        "TicketEncryptionType": "0x12",
        "IpAddress": f"::ffff:{session.source_ip}",
        "IpPort": str(port),
        "Status": "0x0",
        "LogonGuid": kerberos_guid(session),
        "TransmittedServices": "-",
    }
    text = (
        f"A Kerberos service ticket was requested.\r\n\r\nAccount Information:\r\n"
        f"\tAccount Name:\t\t{fields['TargetUserName']}\r\n\r\nService Information:\r\n"
        f"\tService Name:\t\t{fields['ServiceName']}\r\n\r\nNetwork Information:\r\n"
        f"\tClient Address:\t\t{fields['IpAddress']}\r\n\tClient Port:\t\t{port}"
    )
    return security(4769, fields, text)


def validation(account: Account, workstation: str, *, failure: bool) -> Record:
    """Return event 4776 on the controller: NTLM credentials checked for a machine."""
    status = "0xc000006a" if failure else "0x0"
    fields: Record = {
        "PackageName": "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0",
        "TargetUserName": account.name,
        "Workstation": workstation,
        "Status": status,
    }
    text = (
        "The computer attempted to validate the credentials for an account.\r\n\r\n"
        f"Authentication Package:\tMICROSOFT_AUTHENTICATION_PACKAGE_V1_0\r\nLogon Account:\t{account.name}\r\n"
        f"Source Workstation:\t{workstation}\r\nError Code:\t{status}"
    )
    return security(4776, fields, text, failure=failure)


def share_access(session: Session, share: str, target: str | None) -> Record:
    """Return event 5140 for a share, or 5145 for ``target`` inside it."""
    fields: Record = {
        **subject(session.account, session.logon_id),
        "ObjectType": "File",
        "IpAddress": session.source_ip,
        "IpPort": str(session.source_port),
        "ShareName": f"\\\\*\\{share}",
        "AccessMask": "0x1",
        "AccessList": "%%4416\r\n\t\t\t\t",
    }
    if target is None:
        return security(5140, fields, None)
    fields |= {"RelativeTargetName": target, "AccessMask": "0x12019f", "AccessReason": "-"}
    return security(5145, fields, None)


def connection(process: Process, ends: tuple[str, int, str, int], *, inbound: bool, protocol: int = 6) -> Record:
    """Return event 5156 for ``ends`` (source address and port, destination address and port)."""
    image = process.image
    application = image if image == "System" else _DEVICE + image[2:].lower()
    fields: Record = {
        "ProcessId": str(process.pid),
        "Application": application,
        "Direction": "%%14592" if inbound else "%%14593",
        "SourceAddress": ends[0],
        "SourcePort": str(ends[1]),
        "DestAddress": ends[2],
        "DestPort": str(ends[3]),
        "Protocol": str(protocol),
        "FilterRTID": "65851",
        "LayerName": "%%14610" if inbound else "%%14611",
        "LayerRTID": "44" if inbound else "48",
        "RemoteUserID": "S-1-0-0",
        "RemoteMachineID": "S-1-0-0",
    }
    text = (
        "The Windows Filtering Platform has permitted a connection.\r\n\r\nApplication Information:\r\n"
        f"\tProcess ID:\t\t{process.pid}\r\n\tApplication Name:\t{application}\r\n\r\nNetwork Information:\r\n"
        f"\tDirection:\t\t{'Inbound' if inbound else 'Outbound'}\r\n\tSource Address:\t\t{ends[0]}\r\n"
        f"\tSource Port:\t\t{ends[1]}\r\n\tDestination Address:\t{ends[2]}\r\n"
        f"\tDestination Port:\t\t{ends[3]}"
    )
    return security(5156, fields, text)


def starting_up() -> Record:
    """Return event 4608, the first of a boot."""
    return security(4608, {}, "Windows is starting up.")
