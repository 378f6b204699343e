"""What a report says of each kind of lead: what was done, in words, and the ATT&CK techniques that it shows."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of lead in a report.

    Attributes:
        done: What was done, as a clause in the past tense.
        techniques: ATT&CK techniques that it shows.
    """

    done: str
    techniques: tuple[str, ...] = ()


KINDS = {
    "remote_service": Kind("a service was installed over the network", ("T1569.002",)),
    "remote_task": Kind("a task was registered over the network", ("T1053.005",)),
    "remote_wmi": Kind("a program was started through WMI", ("T1047",)),
    "remote_dcom": Kind("a program was started through DCOM", ("T1021.003",)),
    "remote_winrm": Kind("commands were run through WinRM", ("T1021.006",)),
    "exploited": Kind("a flaw of a service was used", ("T1210",)),
    "tool_service": Kind("a service of a tool for remote commands was installed", ("T1569.002",)),
    "shell_service": Kind("a service that runs a command was installed", ("T1569.002",)),
    "service_shell": Kind("a service started a shell", ("T1569.002",)),
    "wmi_shell": Kind("a program was started through WMI", ("T1047",)),
    "served_command": Kind("a program that works for other machines ran a command"),
    "driven_program": Kind("a program was driven through DCOM", ("T1021.003",)),
    "remote_command": Kind("a command was run as tools for remote commands do", ("T1021.002",)),
    "replication": Kind("the domain was asked for its secrets (DCSync)", ("T1003.006",)),
    "access_ssh": Kind("somebody came over SSH for the first time", ("T1021.004",)),
    "access_root": Kind("rights of another account were taken for the first time", ("T1548.003",)),
    "fan_out": Kind("programs were run on several machines within minutes", ("T1021",)),
    "encoded_command": Kind("encoded PowerShell was run", ("T1059.001", "T1027")),
    "encoded_plain": Kind("encoded PowerShell was run", ("T1059.001",)),
    "download": Kind("a file was fetched", ("T1105",)),
    "server_shell": Kind("a server program started a shell", ("T1505.003",)),
    "file_over_smb": Kind("a file was copied there and used", ("T1570",)),
    "library_over_smb": Kind("a library was copied there and loaded", ("T1574",)),
    "outside_call": Kind("an address outside was called", ("T1071",)),
    "outside_logon": Kind("somebody logged on from outside", ("T1133",)),
    "lsass_read": Kind("passwords in memory were read", ("T1003.001",)),
    "lsass_dump": Kind("passwords in memory were saved to a file", ("T1003.001",)),
    "hash_on_command_line": Kind("a stolen password hash or ticket was used", ("T1550",)),
    "new_credentials": Kind("a session with other credentials was opened", ("T1134",)),
    "switched_on": Kind("the way went on as another account", ("T1078",)),
    "guessed": Kind("a password was guessed", ("T1110.001",)),
    "sprayed": Kind("passwords of many accounts were tried", ("T1110.003",)),
    "many_tickets": Kind("tickets of service accounts were asked for", ("T1558.003",)),
    "asked_admins": Kind("the administrators of the domain were asked for", ("T1069.002",)),
    "remote_service_control": Kind("a service of another machine was controlled", ("T1569.002",)),
    "who_am_i": Kind("the intruder asked which account they are", ("T1033",)),
    "system_program_script": Kind("a program of the system ran a script or decoded a file", ("T1218",)),
    "hidden_command": Kind("a command ran in a hidden window", ("T1564.003",)),
    "account_command": Kind("an account was made, or given more rights", ("T1136",)),
    "account_made": Kind("an account was made", ("T1136",)),
    "account_raised": Kind("an account was given more rights", ("T1098",)),
    "log_clear_command": Kind("an event log was cleared", ("T1070.001",)),
    "log_cleared": Kind("an event log was cleared", ("T1070.001",)),
    "locked_archive": Kind("files were packed with a password", ("T1560.001",)),
    "tool": Kind("a tool of intruders was run", ("T1588.002",)),
    "service_in_user_folder": Kind("a service ran from a folder that every user may write to", ("T1543.003",)),
    "remote_subscription": Kind("a WMI subscription was made over the network", ("T1546.003",)),
    "subscription": Kind("a WMI subscription was made", ("T1546.003",)),
    "name_mismatch": Kind("a client gave itself the name of another machine"),
    "beacon": Kind("an address outside was called as by a clock", ("T1071",)),
    "copies_deleted": Kind("copies of files were deleted", ("T1490",)),
    "alert_critical": Kind("another product raised a critical alert"),
    "alert_high": Kind("another product raised a high alert"),
    "alert_medium": Kind("another product raised a medium alert"),
    "alert_low": Kind("another product noticed something"),
    "network_remote": Kind("a network sensor saw traffic as of WinRM"),
    "network_winrm": Kind("a network sensor saw traffic as of WinRM"),
    "network_smb": Kind("a network sensor saw traffic as of SMB"),
    "network_rpc": Kind("a network sensor saw calls of procedures"),
    "network_rdp": Kind("a network sensor saw traffic as of RDP"),
    "network_ssh": Kind("a network sensor saw traffic as of SSH"),
    "network_copy": Kind("a network sensor saw data sent to a share"),
    "network_followed": Kind("a network sensor saw that a machine began to call outside after it was reached"),
    "network_beacon": Kind("a network sensor saw calls outside as by a clock"),
    "network_calls": Kind("a network sensor saw many calls outside"),
}
"""One per kind of lead; what network sensors and other products tell proves no technique.

References: https://attack.mitre.org/techniques/enterprise/
"""

TECHNIQUES = {
    "T1003.001": "LSASS Memory", "T1003.006": "DCSync",
    "T1548.003": "Sudo and Sudo Caching", "T1021": "Remote Services", "T1021.001": "Remote Desktop Protocol",
    "T1021.002": "SMB/Windows Admin Shares", "T1021.003": "Distributed Component Object Model",
    "T1021.004": "SSH", "T1021.006": "Windows Remote Management", "T1027": "Obfuscated Files or Information",
    "T1033": "System Owner/User Discovery", "T1047": "Windows Management Instrumentation",
    "T1053.005": "Scheduled Task", "T1059.001": "PowerShell", "T1069.002": "Domain Groups",
    "T1070.001": "Clear Windows Event Logs", "T1071": "Application Layer Protocol",
    "T1078": "Valid Accounts", "T1098": "Account Manipulation", "T1105": "Ingress Tool Transfer",
    "T1110.001": "Password Guessing", "T1110.003": "Password Spraying", "T1133": "External Remote Services",
    "T1134": "Access Token Manipulation", "T1136": "Create Account", "T1210": "Exploitation of Remote Services",
    "T1218": "System Binary Proxy Execution", "T1490": "Inhibit System Recovery", "T1505.003": "Web Shell",
    "T1543.003": "Windows Service", "T1546.003": "WMI Event Subscription",
    "T1550": "Use Alternate Authentication Material", "T1550.002": "Pass the Hash",
    "T1550.003": "Pass the Ticket", "T1558.003": "Kerberoasting", "T1560.001": "Archive via Utility",
    "T1563.002": "RDP Hijacking", "T1564.003": "Hidden Window", "T1569.002": "Service Execution",
    "T1570": "Lateral Tool Transfer", "T1574": "Hijack Execution Flow", "T1588.002": "Tool",
}  # fmt: skip
"""Names of techniques, as ATT&CK has them."""

FROM_AFAR = frozenset({"access_ssh", "outside_logon", "guessed", "sprayed", "name_mismatch", "many_tickets"})
"""Kinds that tell of who comes, and nothing of what ran."""


def runs_code(kind: str) -> bool:
    """Tell whether a kind says that something of the intruder ran on the machine."""
    return kind not in FROM_AFAR and not kind.startswith(("network_", "alert_"))
