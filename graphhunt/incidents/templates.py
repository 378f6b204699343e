"""The templates of sentences: the only place with their words. Names in braces are filled with facts of the case.

What stands in braces is an entity, a time, a number or text of a record; none of it is ever part of the words, so that
whoever shows a sentence can link and escape it.
"""

from __future__ import annotations

LEADS = {
    "remote_service": "{account} installed {work} on {to} over the network, coming from {from}",
    "remote_service.unnamed": "{account} had a service run on {to} over the network, coming from {from}",
    "remote_task": "{account} registered {work} on {to} over the network, coming from {from}",
    "remote_task.unnamed": "{account} had a task run on {to} over the network, coming from {from}",
    "remote_wmi": "{account} started {program} on {to} through WMI, coming from {from}",
    "remote_dcom": "{account} started {program} on {to} through DCOM, coming from {from}",
    "remote_winrm": "{account} ran commands on {to} through WinRM ({program}), coming from {from}",
    "exploited": "a shell of the system started on {to} just after a connection from {from}",
    "fan_out": "{account} ran programs on several machines from {from} within five minutes: {machines}",
    "encoded_command": "{program} of {account} on {to} ran encoded PowerShell that {does}",
    "encoded_plain": "{program} of {account} on {to} ran an encoded PowerShell command",
    "download": "{program} of {account} on {to} fetched a file: {command}",
    "server_shell": "{parent} started {program} on {to}: {why}",
    "file_over_smb": "{path} came to {to} over SMB and {program} used it {gap} later",
    "library_over_smb": "{path} came to {to} over SMB and {program} loaded it {gap} later",
    "outside_call": "{program} of {account} on {to} called the outside address {address}, port {port}: {why}",
    "outside_logon": "{account} came to {to} from the outside address {from}: {why}",
    "lsass_read": "{program} of {account} opened LSASS on {to} with the right to read its memory ({mask})",
    "lsass_dump": "{program} of {account} on {to} wrote {path}",
    "hash_on_command_line": "a password hash or a request for a ticket stood on a command line of {account} on {to} "
    "({program}): treat the password as known",
    "new_credentials": "{account} opened a session on {to} with other credentials for the network (type 9): {as}",
    "switched_on": "whoever came to {from} went on to {to} as another account, {account}",
    "guessed": "{account} logged on to {to} from {from} after {count} failed attempts",
    "sprayed": "{count} accounts failed to log on from {from} within minutes",
    "many_tickets": "{account} asked from {from} within minutes for tickets of {count} services that run "
    "as accounts with passwords that can be guessed",
    "asked_admins": "{account} asked for the administrators of the domain on {to}, with {program}",
    "remote_service_control": "{account} controlled a service of another machine from {to}: {command}",
    "who_am_i": "{account} asked on {to} which account they are, with {program}",
    "system_program_script": "{program} of {account} on {to} ran a script or decoded a file: {command}",
    "hidden_command": "{program} of {account} on {to} ran in a window that nobody sees",
    "account_command": "{program} of {account} on {to} made an account or gave one more rights: {command}",
    "account_made": "{account} made the account {changed} on {to}",
    "account_raised": "{account} put {changed} in the group {group} on {to}",
    "log_clear_command": "{program} of {account} on {to} cleared an event log: {command}",
    "log_cleared": "{account} cleared the event log {log} on {to}",
    "locked_archive": "{program} of {account} on {to} made an archive with a password: {command}",
    "tool": "{program} of {account} on {to} is {tool}, by {by}",
    "service_in_user_folder": "a service on {to} ran {path}, which is in a folder that every user may write to",
    "remote_subscription": "{account} made a WMI subscription on {to}, coming from {from}",
    "subscription": "a WMI subscription on {to} was bound to a consumer that runs a program or script: {binding}",
    "name_mismatch": "{account} came to {to} from {from}, where the client gave itself the name of another machine "
    "({said})",
    "beacon": "{program} on {to} called the outside address {address} {count} times as by a clock (score {even})",
    "copies_deleted": "{program} of {account} deleted copies of files on {to}: {command}",
    "alert_critical": "another product raised a critical alert about {about}: {name}",
    "alert_high": "another product raised a high alert about {about}: {name}",
    "alert_medium": "another product raised a medium alert about {about}: {name}",
    "alert_low": "another product noticed {about}: {name}",
    "tool_service": "{account} had the service {work} of {tool} installed on {to}, which runs commands for other "
    "machines; from where isn't in the records",
    "shell_service": "{account} installed the service {work} on {to}, which runs a command: {command}; from where "
    "isn't in the records",
    "service_shell": "the service manager of {to} started {program}: which service it was isn't in the records",
    "wmi_shell": "WMI started {program} of {account} on {to}; who asked for it isn't in the records",
    "served_command": "{parent}, which works for other machines, started {program} of {account} on {to}; from where "
    "isn't in the records",
    "driven_program": "{from} called {program} of {account} on {to}, port {port}, as DCOM does to drive it from afar",
    "remote_command": "{program} of {account} on {to} was run as tools for remote commands do, with its answer in a "
    "shared folder or its orders in a passing file: {command}",
    "replication": "{account} asked {to} to replicate the domain with its secrets, as domain controllers do (DCSync)",
    "access_ssh": "{account} came to {to} from {from} over SSH, for the first time in the records",
    "access_root": "{account} took the rights of {as} on {to}, {count} times, for the first time in the records",
    "network_remote": "a network sensor saw {account} go from {from} to {to}, consistent with WinRM ({technique})",
    "network_winrm": "a network sensor saw {from} talk to {address} over WinRM, port {port}, {count} times: consistent "
    "with {technique}; the account is unknown",
    "network_smb": "a network sensor saw {from} talk to {address} over SMB, port {port}, {count} times: consistent "
    "with {technique}; the account is unknown",
    "network_rpc": "a network sensor saw {from} call procedures of {address}, port {port} and a high one, {count} "
    "times: consistent with {technique}; the account is unknown",
    "network_rdp": "a network sensor saw {from} talk to {address} over RDP, port {port}, {count} times: consistent "
    "with {technique}; the account is unknown",
    "network_ssh": "a network sensor saw {from} talk to {address} over SSH, port {port}, {count} times: consistent "
    "with {technique}; the account is unknown",
    "network_copy": "{from} sent {bytes} bytes to a share of {address}, as a network sensor saw: consistent with "
    "{technique}; the account is unknown",
    "network_followed": "after {from} had gone to {address}, this began to call {outside}, which {from} had called "
    "before, as a network sensor saw; hardly any other machine calls it",
    "network_beacon": "{from} called the outside address {address} {count} times as by a clock (score {even}), as a "
    "network sensor saw",
    "network_calls": "{from} called the outside address {address}, port {port}, {count} times within an hour",
}
"""One per kind of lead; `.unnamed` where what was made isn't known."""

HOP = "{account} came from {from} to {to}"
HOP_BY = "{account} came from {from} to {to}: {technique}"
HOP_SENSED = "{account} came from {from} to {to}, as a network sensor saw: consistent with {technique}"
MOVED = "someone using {accounts} moved from {first} to {others} within {span}"
STAYED = "someone using {accounts} acted on {first} within {span}"
MOVED_UNKNOWN = "someone moved from {first} to {others} within {span}"
SEEN = "{first} did what an intruder does, within {span}"
JOINED = "joined by inference: {why} on {machine}, {gap} later"
ACTOR = "joined by inference: {why}"
BY_HAND = "joined by hand: {why}"
NOT_SEEN = "how {first} was taken is not in the records: {program} already ran when the first act began"
FROM_OUTSIDE = "; outside: {outside}"

DOES = {
    "script_log_off": "turns script block logging off",
    "amsi_off": "switches AMSI off",
    "fetches": "fetches from the network",
    "runs": "runs what it is given",
    "loads": "loads code into memory",
}
"""What decoded commands do, in words."""

NOTHING_KNOWN = "could not be put into words"
"""What an encoded command does where no rule knows it."""
