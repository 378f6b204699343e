"""The words of stories: the only place with them. Names in braces are filled with facts of the case."""

from __future__ import annotations

RECORDED = "{subject} made {records} records in {minutes} minutes, between {first} and {last}"
RECORDED_PARTS = (
    "{subject} made {records} records in {minutes} minutes, in {parts} stretches between {first} and {last}"
)
NOT_RECORDED = "{subject} has no records of its own: it was seen at the other end"
NOTHING = "nothing is recorded of {subject} in this time"
MISSING = "what can't be seen of {subject}: {missing}"

CAME_ONCE = "{account} came from {from} at {first}{how}"
CAME = "{count} logons by {account} over the network, from {from}, the first at {first}{how}"
CAME_UNKNOWN = "{count} logons by {account} over the network, the first at {first}; where from is not in the records"
WENT = "from here {accounts} went on to {machines}: {count} logons between {first} and {last}"
WENT_ONCE = "from here {accounts} went on to {machines} at {first}"
FAILED = "{count} failed attempts to log on: {accounts}"

USED_ON = "{subject} logged on over the network {times} to {machines}, from {from}"
ADMIN = "{subject} has administrator rights on {machine}: special privileges (4672) with {n} of {m} logons there"
ADMIN_ROLE = (
    "{subject} has administrator rights on {machine}, a {role}: special privileges (4672) with {n} of {m} logons there"
)
RAN_ON = "{subject} ran {count} processes of {programs} programs on {machines}"
EXPOSED = (
    "its name and a hash or a request for a ticket stood on a command line of {others} on {machines}: treat the "
    "password as known"
)

OUTSIDE = "{subject} is outside: {reasons}"
INNER = "{subject} was an address of {machines}"
UNKNOWN = "{subject} was seen at the other end: it has no records of its own"
PLATFORM = "{subject} belongs to the platform: {reasons}"
CALLED = "{count} processes called {subject}, port {port}: {programs} on {machines}"
SENSED = "a network sensor saw {sources} talk to {subject}, port {port}, {times}"
NAMED = "{count} decoded commands name {subject}: {urls}"
CAME_FROM = "{accounts} came from {subject} to {machines}, {times}, the first at {first}"

MARK = "{account} came from {from} to {to}, logons: {count}"
MARK_HOW = "{account} came from {from} to {to}: {how}, logons: {count}"
MARK_LOCAL = "{account} logged on to {to}, logons: {count}"
MARK_FAILED = "{account} failed to log on to {to} from {from}, attempts: {count}"

MANY = "{times} between {first} and {last}; the first: "

GROUPED = {
    "remote_service": "{accounts} installed {count} services on {to} over the network, coming from {from}: {work}",
    "remote_task": "{accounts} registered {count} tasks on {to} over the network, coming from {from}: {work}",
    "remote_wmi": "{accounts} started {count} programs on {to} through WMI, coming from {from}: {program}",
    "remote_dcom": "{accounts} started {count} programs on {to} through DCOM, coming from {from}: {program}",
    "remote_winrm": "{accounts} ran commands on {to} through WinRM {times}, coming from {from}: {program}",
    "encoded_command": "{count} processes of {accounts} on {to} ran encoded PowerShell that {does}",
    "encoded_plain": "{count} processes of {accounts} on {to} ran an encoded PowerShell command",
    "outside_call": "{count} processes of {accounts} on {to} called {address}, outside, port {port}: {program}{only}",
    "outside_logon": "{accounts} came to {to} from the outside address {from} {times}",
    "lsass_read": "{accounts} opened LSASS on {to} {times} with the right to read its memory, with {program}",
    "new_credentials": "{accounts} opened {count} sessions on {to} with other credentials for the network (type 9): "
    "{as}",
    "file_over_smb": "{count} files came to {to} over SMB and were used there: {path}",
    "library_over_smb": "{count} libraries came to {to} over SMB and were loaded there: {path}",
    "who_am_i": "{accounts} asked {times} on {to} which account they are, with {program}",
    "asked_admins": "{accounts} asked for the administrators of the domain {times} on {to}, with {program}",
    "remote_service_control": "{accounts} controlled services of other machines from {to} {times}",
    "hash_on_command_line": "{times} a password hash or a request for a ticket stood on a command line of {accounts} "
    "on {to} ({program}): treat the passwords as known",
    "hidden_command": "{count} processes of {accounts} on {to} ran in windows that nobody sees: {program}",
    "switched_on": "whoever came to {from} went on to {to} as another account: {accounts}",
}
"""Several leads of one kind in one sentence; a kind that isn't here is told by its first lead."""

ONLY = "; no other process on any machine did"

CHANGED = {
    "service": "the service {what} ({action}): {value}",
    "service.bare": "the service {what} ({action})",
    "task": "the task {what} ({action}): {value}",
    "task.bare": "the task {what} ({action})",
    "account": "the account {what} ({action}): {value}",
    "account.bare": "the account {what} ({action})",
    "group": "the group {what} ({action}): {value}",
    "group.bare": "the group {what} ({action})",
    "setting": "the setting {what} ({action}): {value}",
    "setting.bare": "the setting {what} ({action})",
    "log": "the log {what} was cleared",
    "file": "the file {what} came over the network from {value}",
    "registry": "the registry key {what} ({action}), by {program}: {value}",
    "registry.bare": "the registry key {what} ({action}), by {program}",
    "object": "the directory's object {what} ({action}): {value}",
    "object.bare": "the directory's object {what} ({action})",
    "certificate": "a certificate of the template {what} ({action}), naming {value}",
    "certificate.bare": "a certificate of the template {what} ({action})",
}
"""What changed, by kind; `.bare` where the records say no more of it."""

EFFECTS = {
    "connection": "called {address}, port {port}",
    "connection.bare": "called {address}",
    "file": "wrote {files}: {paths}",
    "deleted": "deleted {files}: {paths}",
    "service": "installed {touched}",
    "thread": "started a thread in {touched}",
    "registry": "set {values} of the registry",
    "hop": "opened a logon of {account} to {machine}",
}
"""What a process did, by kind."""
