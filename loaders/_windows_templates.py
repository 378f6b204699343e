"""Names of the values of Windows events whose records have only the values, in the order of the event's own template.

The orders are those in which event logs themselves hold them. A version may have more than one, which differ in their
number of values. A record whose number of values no template of its event has is rejected: what is where isn't guessed.

References:
    https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/
"""

from __future__ import annotations

_ORDERS: dict[tuple[str, int, int], tuple[str, ...]] = {
    ("microsoft-windows-eventlog", 104, 0): ("SubjectUserName SubjectDomainName Channel BackupPath",),
    ("microsoft-windows-eventlog", 1102, 0): ("SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId",),
    ("microsoft-windows-remotedesktopservices-rdpcorets", 68, 0): (
        "ConnectionName PromptForCredentials PromptForCredentialsDone GfxChannelOpened FirstGraphicsReceived",
    ),
    ("microsoft-windows-remotedesktopservices-rdpcorets", 131, 0): ("ConnType ClientIP",),
    ("microsoft-windows-remotedesktopservices-rdpcorets", 168, 0): (
        "MonitorNum MonitorWidth MonitorHeight MonitorX MonitorY ServerName",
    ),
    ("microsoft-windows-security-auditing", 4624, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserSid TargetUserName "
        "TargetDomainName TargetLogonId LogonType LogonProcessName AuthenticationPackageName WorkstationName "
        "LogonGuid TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort",
    ),
    ("microsoft-windows-security-auditing", 4624, 1): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserSid TargetUserName "
        "TargetDomainName TargetLogonId LogonType LogonProcessName AuthenticationPackageName WorkstationName "
        "LogonGuid TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort "
        "ImpersonationLevel",
    ),
    ("microsoft-windows-security-auditing", 4624, 2): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserSid TargetUserName "
        "TargetDomainName TargetLogonId LogonType LogonProcessName AuthenticationPackageName WorkstationName "
        "LogonGuid TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort "
        "ImpersonationLevel RestrictedAdminMode TargetOutboundUserName TargetOutboundDomainName VirtualAccount "
        "TargetLinkedLogonId ElevatedToken",
    ),
    ("microsoft-windows-security-auditing", 4625, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TargetUserSid TargetUserName "
        "TargetDomainName Status FailureReason SubStatus LogonType LogonProcessName AuthenticationPackageName "
        "WorkstationName TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort",
    ),
    ("microsoft-windows-security-auditing", 4634, 0): (
        "TargetUserSid TargetUserName TargetDomainName TargetLogonId LogonType",
    ),
    ("microsoft-windows-security-auditing", 4647, 0): ("TargetUserSid TargetUserName TargetDomainName TargetLogonId",),
    ("microsoft-windows-security-auditing", 4648, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId LogonGuid TargetUserName TargetDomainName "
        "TargetLogonGuid TargetServerName TargetInfo ProcessId ProcessName IpAddress IpPort",
    ),
    ("microsoft-windows-security-auditing", 4662, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ObjectServer ObjectType ObjectName "
        "OperationType HandleId AccessList AccessMask Properties AdditionalInfo AdditionalInfo2",
    ),
    ("microsoft-windows-security-auditing", 4672, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId PrivilegeList",
    ),
    ("microsoft-windows-security-auditing", 4688, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName "
        "TokenElevationType ProcessId",
    ),
    ("microsoft-windows-security-auditing", 4688, 1): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName "
        "TokenElevationType ProcessId CommandLine",
    ),
    ("microsoft-windows-security-auditing", 4688, 2): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName "
        "TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName TargetDomainName TargetLogonId",
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName "
        "TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName TargetDomainName TargetLogonId "
        "ParentProcessName MandatoryLabel",
    ),
    ("microsoft-windows-security-auditing", 4689, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId Status ProcessId ProcessName",
    ),
    ("microsoft-windows-security-auditing", 4698, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TaskName TaskContent",
    ),
    ("microsoft-windows-security-auditing", 4699, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId TaskName TaskContent",
    ),
    ("microsoft-windows-security-auditing", 4776, 0): ("PackageName TargetUserName Workstation Status",),
    ("microsoft-windows-security-auditing", 4778, 0): (
        "AccountName AccountDomain LogonID SessionName ClientName ClientAddress",
    ),
    ("microsoft-windows-security-auditing", 4779, 0): (
        "AccountName AccountDomain LogonID SessionName ClientName ClientAddress",
    ),
    ("microsoft-windows-security-auditing", 4964, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId LogonGuid TargetUserSid TargetUserName "
        "TargetDomainName TargetLogonId TargetLogonGuid SidList",
    ),
    ("microsoft-windows-security-auditing", 5140, 1): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ObjectType IpAddress IpPort ShareName "
        "ShareLocalPath AccessMask AccessList",
    ),
    ("microsoft-windows-security-auditing", 5145, 0): (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ObjectType IpAddress IpPort ShareName "
        "ShareLocalPath RelativeTargetName AccessMask AccessList AccessReason",
    ),
    ("microsoft-windows-sysmon", 1, 5): (
        "RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName "
        "CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes "
        "ParentProcessGuid ParentProcessId ParentImage ParentCommandLine",
        "RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company CommandLine "
        "CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid "
        "ParentProcessId ParentImage ParentCommandLine",
        "RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName "
        "CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes "
        "ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser",
    ),
    ("microsoft-windows-sysmon", 3, 5): (
        "RuleName UtcTime ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname "
        "SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort "
        "DestinationPortName",
    ),
    ("microsoft-windows-sysmon", 5, 3): ("RuleName UtcTime ProcessGuid ProcessId Image",),
    ("microsoft-windows-sysmon", 6, 3): ("RuleName UtcTime ImageLoaded Hashes Signed Signature SignatureStatus",),
    ("microsoft-windows-sysmon", 7, 3): (
        "RuleName UtcTime ProcessGuid ProcessId Image ImageLoaded FileVersion Description Product Company "
        "OriginalFileName Hashes Signed Signature SignatureStatus",
        "RuleName UtcTime ProcessGuid ProcessId Image ImageLoaded FileVersion Description Product Company "
        "OriginalFileName Hashes Signed Signature SignatureStatus User",
    ),
    ("microsoft-windows-sysmon", 10, 3): (
        "RuleName UtcTime SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID "
        "TargetProcessId TargetImage GrantedAccess CallTrace",
        "RuleName UtcTime SourceProcessGUID SourceProcessId SourceThreadId SourceImage TargetProcessGUID "
        "TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser",
    ),
    ("microsoft-windows-sysmon", 11, 2): (
        "RuleName UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime",
        "RuleName UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime User",
    ),
    ("microsoft-windows-sysmon", 12, 2): (
        "RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject",
        "RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject User",
    ),
    ("microsoft-windows-sysmon", 13, 2): (
        "RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject Details",
        "RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject Details User",
    ),
    ("microsoft-windows-sysmon", 17, 1): (
        "RuleName EventType UtcTime ProcessGuid ProcessId PipeName Image User",
        "RuleName EventType UtcTime ProcessGuid ProcessId PipeName Image",
    ),
    ("microsoft-windows-sysmon", 18, 1): (
        "RuleName EventType UtcTime ProcessGuid ProcessId PipeName Image",
        "RuleName UtcTime ProcessGuid ProcessId PipeName Image",
    ),
    ("microsoft-windows-sysmon", 22, 5): (
        "RuleName UtcTime ProcessGuid ProcessId QueryName QueryStatus QueryResults Image",
    ),
    ("microsoft-windows-taskscheduler", 142, 0): ("TaskName UserName",),
    ("microsoft-windows-terminalservices-localsessionmanager", 21, 0): ("User SessionID Address",),
    ("microsoft-windows-terminalservices-localsessionmanager", 22, 0): ("User SessionID Address",),
    ("microsoft-windows-terminalservices-localsessionmanager", 23, 0): ("User SessionID",),
    ("microsoft-windows-terminalservices-localsessionmanager", 24, 0): ("User SessionID Address",),
    ("microsoft-windows-terminalservices-localsessionmanager", 25, 0): ("User SessionID Address",),
    ("microsoft-windows-terminalservices-remoteconnectionmanager", 1149, 0): ("Param1 Param2 Param3",),
    ("microsoft-windows-wmi-activity", 5858, 0): (
        "Id ClientMachine User ClientProcessId Component Operation ResultCode PossibleCause",
    ),
    ("service control manager", 7036, 0): ("param1 param2",),
    ("service control manager", 7045, 0): ("ServiceName ImagePath ServiceType StartType AccountName",),
}
"""Names of the values by provider (in lower case), event id and version."""

_TEMPLATES = {key: tuple(tuple(order.split()) for order in orders) for key, orders in _ORDERS.items()}


def names(provider: str, number: int, version: int, count: int) -> tuple[str, ...] | None:
    """Give the names of an event's values; None if no order with so many is known of its version.

    Args:
        provider: The event's provider, in lower case.
        number: The event id.
        version: Version of its template.
        count: How many values its record has.
    """
    return next((order for order in _TEMPLATES.get((provider, number, version), ()) if len(order) == count), None)
