"""The short words of the storyboard: of each kind of lead its tactic, a step, a clause for the headline and a line.

Names in braces are facts of the lead, as in the templates of sentences; no text of a record is part of the words.
"""

from __future__ import annotations

from typing import NamedTuple


class Phrase(NamedTuple):
    """How one kind of lead is told in short.

    Attributes:
        tactic: The tactic of ATT&CK it serves.
        step: A few words in the present, for the strip of steps.
        clause: What somebody did, in the past, to follow "They"; empty where the headline has no use for it.
        line: What stands in the card, where machine and account are known already.
    """

    tactic: str
    step: str
    clause: str
    line: str


MOVING = "Lateral movement"
CREDENTIALS = "Credential access"
DISCOVERY = "Discovery"
EXECUTION = "Execution"
CONTROL = "Command and control"
PERSISTENCE = "Persistence"
IMPAIRMENT = "Defense impairment"
ENTRY = "Initial access"
ALERT = "Alert"

_ALERT = Phrase(ALERT, "alert of another product", "set off an alert of another product", "alert: {name}")

PHRASES = {
    "remote_service": Phrase(MOVING, "runs a service on {to}", "ran a service on {to}", "service {work}"),
    "remote_task": Phrase(MOVING, "runs a task on {to}", "ran a task on {to}", "task {work}"),
    "remote_wmi": Phrase(MOVING, "WMI to {to}", "started programs on {to} through WMI", "WMI started {program}"),
    "remote_dcom": Phrase(MOVING, "DCOM to {to}", "started programs on {to} through DCOM", "DCOM started {program}"),
    "remote_winrm": Phrase(MOVING, "WinRM to {to}", "ran commands on {to} through WinRM", "WinRM ({program})"),
    "exploited": Phrase(MOVING, "system shell on {to}", "got a shell of the system on {to}", "a shell of the system"),
    "fan_out": Phrase(
        MOVING, "runs programs on {machines}", "ran programs on several machines within minutes",
        "ran programs on {machines} within five minutes",
    ),
    "encoded_command": Phrase(
        EXECUTION, "encoded PowerShell", "ran encoded PowerShell", "encoded PowerShell that {does}"
    ),
    "encoded_plain": Phrase(
        EXECUTION, "encoded PowerShell", "ran encoded PowerShell", "an encoded PowerShell command"
    ),
    "download": Phrase(EXECUTION, "fetches a file", "fetched a file", "fetched a file: {command}"),
    "server_shell": Phrase(EXECUTION, "{parent} starts {program}", "had {parent} start {program}",
                           "{parent} started {program}: {why}"),
    "file_over_smb": Phrase(MOVING, "runs a copied file", "ran a file that came over SMB",
                            "{path} came over SMB {gap} before"),
    "library_over_smb": Phrase(
        PERSISTENCE, "{program} loads a copied file", "had {program} load a copied file",
        "{program} loads {path}, which came over SMB {gap} before",
    ),
    "outside_call": Phrase(CONTROL, "calls {address}", "called {address}", "called {address}, port {port}"),
    "outside_logon": Phrase(ENTRY, "comes in from {from}", "came in from {from}", "came from outside: {why}"),
    "lsass_read": Phrase(
        CREDENTIALS, "opens LSASS memory", "opened LSASS with the right to read its memory",
        "{program} opened LSASS with the right to read its memory ({mask})",
    ),
    "lsass_dump": Phrase(CREDENTIALS, "dumps LSASS", "wrote the memory of LSASS to a file", "{program} wrote {path}"),
    "hash_on_command_line": Phrase(
        CREDENTIALS, "ticket from a hash", "got a ticket with a password hash",
        "a password hash or a request for a ticket on a command line",
    ),
    "new_credentials": Phrase(
        CREDENTIALS, "switches credentials", "opened a session with other credentials",
        "logon with other credentials (type 9): {as}",
    ),
    "switched_on": Phrase(
        MOVING, "goes on as {account}", "went on as {account}", "whoever came to {from} went on as another account"
    ),
    "guessed": Phrase(CREDENTIALS, "guesses a password", "guessed a password", "after {count} failed attempts"),
    "sprayed": Phrase(CREDENTIALS, "tries passwords", "tried passwords of {count} accounts",
                      "{count} accounts failed to log on within minutes"),
    "many_tickets": Phrase(
        CREDENTIALS, "asks for many tickets", "asked for tickets of {count} service accounts",
        "tickets of {count} services whose passwords can be guessed",
    ),
    "asked_admins": Phrase(DISCOVERY, "asks for the domain's administrators", "asked for the domain's administrators",
                           "asked for the administrators of the domain"),
    "remote_service_control": Phrase(
        MOVING, "controls a service from afar", "controlled a service of another machine", "controlled a service"
    ),
    "who_am_i": Phrase(DISCOVERY, "asks who it is", "asked which account they are", "then {program}"),
    "system_program_script": Phrase(EXECUTION, "{program} runs a script", "had {program} run a script",
                                    "{program} ran a script or decoded a file: {command}"),
    "hidden_command": Phrase(EXECUTION, "hides a window", "ran a command in a hidden window",
                             "in a window that nobody sees"),
    "tool": Phrase(EXECUTION, "runs {tool}", "ran {tool}", "{program} is {tool}, by {by}"),
    "service_in_user_folder": Phrase(
        PERSISTENCE, "service from a user's folder", "ran a service from a user's folder",
        "a service ran {path}, in a folder that every user may write to",
    ),
    "account_command": Phrase(PERSISTENCE, "changes accounts", "made an account or gave one rights",
                              "made an account or gave one rights: {command}"),
    "account_made": Phrase(PERSISTENCE, "makes an account", "made the account {changed}", "made the account {changed}"),
    "account_raised": Phrase(PERSISTENCE, "raises an account", "put {changed} in the group {group}",
                             "put {changed} in the group {group}"),
    "log_clear_command": Phrase(IMPAIRMENT, "clears a log", "cleared an event log", "cleared an event log: {command}"),
    "log_cleared": Phrase(IMPAIRMENT, "clears a log", "cleared the event log {log}", "cleared the event log {log}"),
    "locked_archive": Phrase("Collection", "packs files", "packed files under a password",
                             "an archive with a password: {command}"),
    "remote_subscription": Phrase(PERSISTENCE, "WMI subscription on {to}", "made a WMI subscription on {to}",
                                  "made a WMI subscription from afar"),
    "name_mismatch": Phrase(MOVING, "comes under another name", "came under the name of another machine",
                            "the client gave itself the name {said}"),
    "beacon": Phrase(CONTROL, "calls {address} by a clock", "called {address} as by a clock",
                     "called {address} {count} times as by a clock"),
    "copies_deleted": Phrase("Impact", "deletes copies", "deleted copies of files",
                             "deleted copies of files: {command}"),
    "tool_service": Phrase(MOVING, "service of {tool}", "had a service of {tool} installed",
                           "service {work} of {tool}; from where isn't in the records"),
    "shell_service": Phrase(MOVING, "service that runs a command", "installed a service that runs a command",
                            "service {work} runs a command: {command}"),
    "service_shell": Phrase(MOVING, "service starts {program}", "had the service manager start {program}",
                            "the service manager started {program}"),
    "wmi_shell": Phrase(MOVING, "WMI starts {program}", "had WMI start {program}",
                        "WMI started {program}; who asked isn't in the records"),
    "served_command": Phrase(MOVING, "{parent} starts {program}", "had {parent} start {program}",
                             "{parent}, which works for other machines, started {program}"),
    "driven_program": Phrase(MOVING, "DCOM drives {program}", "drove {program} on {to} from afar",
                             "{from} called {program}, port {port}, as DCOM does"),
    "remote_command": Phrase(EXECUTION, "commands from afar", "ran commands from afar",
                             "run as tools for remote commands do: {command}"),
    "replication": Phrase(CREDENTIALS, "replicates the domain", "asked {to} to replicate the domain's secrets",
                          "asked to replicate the domain with its secrets (DCSync)"),
    "subscription": Phrase(PERSISTENCE, "WMI subscription", "had a WMI subscription run a program",
                           "a WMI subscription runs a program or script: {binding}"),
    "access_ssh": Phrase(MOVING, "first SSH to {to}", "came to {to} over SSH for the first time",
                         "over SSH for the first time"),
    "access_root": Phrase("Privilege escalation", "first takes the rights of {as}",
                          "took the rights of {as} for the first time",
                          "took the rights of {as}, {count} times, for the first time"),
    "alert_critical": _ALERT, "alert_high": _ALERT, "alert_medium": _ALERT, "alert_low": _ALERT,
    "network_remote": Phrase(MOVING, "looks like WinRM to {to}", "went on to {to}, as a network sensor saw",
                             "a network sensor saw a logon, consistent with WinRM"),
    "network_winrm": Phrase(MOVING, "looks like WinRM to {address}", "talked WinRM to {address}",
                            "WinRM to {address}, port {port}, {count} times"),
    "network_copy": Phrase(MOVING, "looks like copies to {address}", "sent files to {address}",
                           "{bytes} bytes to a share of {address}"),
    "network_smb": Phrase(MOVING, "looks like SMB to {address}", "talked SMB to {address}",
                          "SMB to {address}, port {port}, {count} times"),
    "network_rpc": Phrase(MOVING, "looks like RPC to {address}", "called procedures of {address}",
                          "procedures of {address}, port {port}, {count} times"),
    "network_rdp": Phrase(MOVING, "looks like RDP to {address}", "talked RDP to {address}",
                          "RDP to {address}, port {port}, {count} times"),
    "network_ssh": Phrase(MOVING, "looks like SSH to {address}", "talked SSH to {address}",
                          "SSH to {address}, port {port}, {count} times"),
    "network_followed": Phrase(CONTROL, "{address} calls {outside}", "",
                               "{address} began to call {outside}, which {from} had called before"),
    "network_beacon": Phrase(CONTROL, "{from} calls {address} by a clock", "had {from} call {address} as by a clock",
                             "{from} called {address} {count} times as by a clock"),
    "network_calls": Phrase(CONTROL, "{from} calls {address}", "had {from} call {address}",
                            "{from} called {address}, port {port}, {count} times within an hour"),
}  # fmt: skip
"""One per kind of lead."""

UNNAMED = {"remote_service": "a service", "remote_task": "a task"}
"""Lines of kinds whose work isn't known."""

HOP = Phrase(MOVING, "{account} to {to}", "logged on to {to}", "logged on")
HOP_BY = Phrase(MOVING, "{technique} to {to}", "logged on to {to} by {technique}", "{technique}")
"""A remote logon without a lead."""

MOVES = "Someone using {accounts} moved from {first} to {others} within {span}."
STAYS = "Someone using {accounts} acted on {first} within {span}."
MOVES_UNKNOWN = "Someone moved from {first} to {others} within {span}."
STAYS_UNKNOWN = "{first} did what an intruder does, within {span}."
AGAIN = "{from} → {to}, {count} times"
MOVED = "Someone using {account} moved from {from} to {to} {count} times in {span}; each time {effect}."
REPEATED = "Someone using {account} did the same on {to} {count} times in {span}; each time {effect}."
CALLED = "encoded PowerShell called {address}:{port}"
THEY = "they {clause}"
THEN = " They then {clauses}."
ALSO = " They {clauses}."
RIGHTS = " {account} has administrator rights on {to}."
EVERY = "Every one the same: {effects}"
JOINED = "joined because {why}"
MISSING = "{what} on {machine}"
UNSEEN = "{machine}: no log of its own is loaded"
RECORDED = "{minutes} in {stretches} over {span}"
AHEAD = "{machine} {seconds} s ahead"
BEHIND = "{machine} {seconds} s behind"
CALLS = "{address}:{port}"
CALLS_PLAIN = "{address}"
COMES = "{technique} from {from}"
COMES_PLAIN = "comes from {from}"
ASKS = "asks it"
TALKS = "{program}, port {port}"
LOGONS = "logon"
