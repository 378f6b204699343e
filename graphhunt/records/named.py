"""The fields by which records are searched whatever their format, and where each is found.

What a loader understood (facts) names most of them; a record that no loader maps is found by its own names.
"""

from __future__ import annotations

COLUMNS: dict[str, tuple[str, ...]] = {
    "account": (
        "user", "target_user", "creator_user", "subject_user", "outbound_user", "account", "old_user", "caller",
    ),
    "session": ("logon_id", "creator_logon_id", "subject_logon_id", "linked_logon_id"),
    "process": ("path", "pid", "guid", "process_path", "process_pid", "target_path", "target_pid", "client_pid"),
    "parent": ("parent_path", "parent_pid", "parent_guid"),
    "file": ("target", "script_path", "local_path", "share", "pipe"),
    "hash": ("md5", "sha1", "sha256", "imphash"),
    "ip": ("source_ip", "destination_ip", "target_ip", "ip"),
    "port": ("source_port", "destination_port"),
    "service": ("service",),
    "task": ("task",),
    "domain": ("query", "domain", "target_domain", "destination_name", "target_server"),
    "technique": ("technique",),
}  # fmt: skip
"""Columns of facts by the field they answer for."""

PEERS = (("source_ip", "source_port"), ("destination_ip", "destination_port"))
"""Columns of facts that are an address and its port."""

PEER = "peer"
"""The field of addresses with ports."""

OWN: dict[str, tuple[str, ...]] = {
    "account": ("subjectusername", "targetusername", "user", "username", "accountname", "account"),
    "session": ("subjectlogonid", "targetlogonid", "logonid"),
    "process": (
        "image", "newprocessname", "processname", "application", "sourceimage", "targetimage", "processid",
        "newprocessid", "processguid", "callerprocessname",
    ),
    "parent": ("parentimage", "parentprocessname", "parentprocessid", "parentprocessguid"),
    "file": ("targetfilename", "objectname", "imageloaded", "pipename", "relativetargetname", "sharename", "path"),
    "hash": ("md5", "sha1", "sha256", "imphash", "hash"),
    "ip": (
        "ipaddress", "sourceip", "destinationip", "sourceaddress", "destaddress", "destinationaddress", "src_ip",
        "dest_ip", "id.orig_h", "id.resp_h", "clientaddress",
    ),
    "port": (
        "ipport", "sourceport", "destinationport", "destport", "src_port", "dest_port", "id.orig_p", "id.resp_p",
    ),
    "service": ("servicename",),
    "task": ("taskname",),
    "domain": ("queryname", "subjectdomainname", "targetdomainname", "query"),
    "url": ("url", "uri", "http_uri"),
}  # fmt: skip
"""Records' own names (in lower case) by the field they answer for, where no loader maps the record."""

COMPUTED = ("host", "code", "event", "channel", "loader", "source", "lead", "technique", "url")
"""Fields that are columns of all records, or follow from the graph."""

NAMES = tuple(sorted({*COLUMNS, *OWN, *COMPUTED, "since", "until", "around"}))
"""Every field that is there whatever was loaded."""

SHOWN = (
    "LogonType", "TargetUserName", "SubjectUserName", "ServiceName", "ServiceFileName", "ImagePath", "NewProcessName",
    "Image", "ProcessName", "Application", "SourceImage", "TargetImage", "GrantedAccess", "CommandLine",
    "ParentProcessName", "ParentImage", "EventType", "TargetObject", "Details", "ObjectName", "AccessMask",
    "TargetFilename", "ImageLoaded", "PipeName", "QueryName", "QueryResults", "ShareName", "RelativeTargetName",
    "TaskName", "Protocol", "IpAddress", "IpPort", "SourceIp", "SourceAddress", "SourcePort", "DestinationIp",
    "DestAddress", "DestinationPort", "DestPort", "AuthenticationPackageName", "TargetLogonId", "SubjectLogonId",
    "LogonId", "Status", "ScriptBlockText", "Payload", "HandleId",
)  # fmt: skip
"""Fields that say most about what happened, in the order to show them."""

HIDDEN = frozenset({
    "keywords", "severityvalue", "providerguid", "host", "eventreceivedtime", "threadid", "opcode",
    "opcodevalue", "sourcemoduletype", "sourcemodulename", "@version", "@timestamp", "port", "recordnumber",
    "eventrecordid", "tags", "version", "severity", "sourcename", "channel", "eventid", "hostname", "computer",
    "eventtime", "utctime", "systemtime", "level", "domain", "accounttype", "userid", "task",
    "executionprocessid", "activityid", "relatedactivityid", "guid", "rulename", "category", "eventtypeorig",
    "timecreated", "qualifiers", "providername",
})  # fmt: skip
"""Fields, in lower case, that are housekeeping: not among the few that a list shows."""
