"""The graph's schema: the only place where labels, relationship types and their properties are named.

Docs, constraints, load queries and the API's lists are made from these tables. Properties that analytics
write (`session_…`, `cluster_…`, `anomaly_…`, `lm_…`) are not named here; each analytic declares its own.
"""

from __future__ import annotations

from typing import NamedTuple


class NodeKind(NamedTuple):
    """One label: what it stands for, its properties beside the common ones, and what is indexed beside the id.

    Only small labels have further indexes: an index with few distinct values makes the embedded engine's writes
    several times slower, and processes and files are reached through their machine or account.
    """

    label: str
    meaning: str
    properties: tuple[str, ...]
    indexes: tuple[str, ...] = ()


class RelKind(NamedTuple):
    """One relationship type: its endpoints as (start label, end label) and its own properties."""

    type: str
    meaning: str
    endpoints: tuple[tuple[str, str], ...]
    properties: tuple[str, ...] = ()


COMMON_NODE = ("id", "client_id", "first_seen", "last_seen", "search")
"""Properties of every node. `search` is lower-case text of its names, for CONTAINS look-ups."""

COMMON_REL = ("id", "start", "end", "count", "source", "evidence", "confidence")
"""Properties of every relationship. `evidence` holds at most `EVIDENCE_CAP` event ids, earliest first."""

EVIDENCE_CAP = 20
"""Event ids kept on a relationship; the full set is found through the evidence store."""

CONFIDENCE = ("observed", "correlated", "inferred")
"""observed: a record says it; correlated: two records fit; inferred: it follows without a record of its own."""

_PROCESS_FIELDS = (
    "name", "path", "command_line", "working_directory", "pid", "guid", "machine_id", "user_id",
    "logon_id", "integrity", "md5", "sha1", "sha256", "imphash", "original_file_name", "company",
    "terminal_session", "start", "end", "start_guessed", "stub", "parent_path", "parent_pid",
)  # fmt: skip

NODES: dict[str, NodeKind] = {
    kind.label: kind
    for kind in (
        NodeKind("User", "An account; SID first, all spellings are one node.",
                 ("name", "domain", "sid", "aliases", "kind"), ("name",)),
        NodeKind("Machine", "A host that logged, or that a logon names as its source.",
                 ("name", "fqdn", "aliases", "muid", "os", "role", "ips", "stub", "clock_skew", "object_id"),
                 ("name",)),
        NodeKind("Process", "One process instance.", _PROCESS_FIELDS),
        NodeKind("File", "File content where a hash is known, else a path on a machine.",
                 ("name", "path", "names", "paths", "machine_id", "md5", "sha1", "sha256", "signature")),
        NodeKind("RegistryKey", "A registry key on a machine.", ("path", "machine_id")),
        NodeKind("IP", "An address.", ("version", "scope")),
        NodeKind("Domain", "A DNS name.", ("name",)),
        NodeKind("URL", "A URL.", ("name",)),
        NodeKind("Service", "A service on a machine.",
                 ("name", "machine_id", "image", "account", "start_type"), ("name",)),
        NodeKind("ScheduledTask", "A scheduled task on a machine.",
                 ("name", "machine_id", "command"), ("name",)),
        NodeKind("Share", "A network share on a machine.", ("name", "machine_id")),
        NodeKind("Alert", "A detection or block by a product or rule.",
                 ("name", "rule", "level", "technique", "action", "detection_id", "product")),
        NodeKind("Group", "A group of a directory.", ("name",), ("name",)),
        NodeKind("DirectoryObject", "Any other object of a directory, or a node of an OpenGraph file.",
                 ("name", "type"), ("name",)),
        NodeKind("Client", "A tenant.", ("name",)),
        NodeKind("AnalysisRun", "One run of an analytic.",
                 ("name", "parameters", "state", "start", "end", "version", "counts")),
    )
}  # fmt: skip
"""Every label, by name."""

_ENTITIES = ("User", "Machine", "Process", "File", "IP", "Domain")

_PRINCIPALS = ("User", "Machine", "Group", "DirectoryObject")

_USE_FIELDS = ("right", "used", "used_logons", "first_used", "last_used", "used_by")

_LOGON_FIELDS = (
    "logon_id", "logon_type", "auth_package", "logon_process", "source_ip", "source_port",
    "source_machine_id", "source_name", "elevated", "privileged", "linked_logon_id", "outbound_user",
    "technique", "open",
)  # fmt: skip

RELATIONSHIPS: dict[str, RelKind] = {
    kind.type: kind
    for kind in (
        RelKind("LOGGED_ON", "One logon session of an account on a machine.",
                (("User", "Machine"),), _LOGON_FIELDS),
        RelKind("FAILED_LOGON", "Failed attempts of an account on a machine, per source and hour.",
                (("User", "Machine"),), ("logon_type", "status", "source_ip", "source_name", "source_machine_id")),
        RelKind("REMOTE_LOGON", "A logon session whose source is known or correlated: the edge of attack paths.",
                (("Machine", "Machine"), ("IP", "Machine")),
                ("user_id", "user_name", "user_kind", "logon_id", "logon_type", "auth_package", "technique",
                 "technique_name", "technique_reason", "credential_technique", "credential_session_id",
                 "source_ip", "source_port", "service_port", "session_id",
                 "open", "act",
                 "origin_process_id", "remote_process_id", "remote_process",
                 "caused_by", "cause_process_id")),
        RelKind("RAN", "A machine ran a process.", (("Machine", "Process"),), ("logon_id",)),
        RelKind("EXECUTED", "A process ran as an account.", (("User", "Process"),), ("logon_id",)),
        RelKind("SPAWNED", "A process started another.", (("Process", "Process"),)),
        RelKind("ACCESSED", "A process opened another.", (("Process", "Process"),), ("granted",)),
        RelKind("INJECTED_INTO", "A process started a thread in another.", (("Process", "Process"),)),
        RelKind("CONNECTED", "A process talked to an address.", (("Process", "IP"),),
                ("remote_port", "local_port", "local_ip", "protocol", "direction", "bytes_out", "bytes_in",
                 "remote_name", "blocked", "machine_id", "user_id")),
        RelKind("HAD_IP", "A machine had an address for a time.", (("Machine", "IP"),)),
        RelKind("FLOWED_TO", "A network log saw traffic, per port, protocol and hour.", (("IP", "IP"),),
                ("remote_port", "protocol", "service", "bytes_out", "bytes_in")),
        RelKind("WROTE", "A process made or changed a file.", (("Process", "File"),), ("operation", "path")),
        RelKind("READ", "A process read a file.", (("Process", "File"),), ("operation", "path")),
        RelKind("DELETED", "A process deleted a file.", (("Process", "File"),), ("operation", "path")),
        RelKind("RENAMED", "A process renamed a file.", (("Process", "File"),), ("operation", "path")),
        RelKind("LOADED", "A process loaded a module.", (("Process", "File"),), ("operation", "path")),
        RelKind("IMAGE", "A process is an instance of a program file.", (("Process", "File"),), ("path",)),
        RelKind("SET_REGISTRY", "A process made or changed a registry key.",
                (("Process", "RegistryKey"),), ("operation", "value")),
        RelKind("READ_REGISTRY", "A process read a registry key.",
                (("Process", "RegistryKey"),), ("operation", "value")),
        RelKind("QUERIED", "A name was looked up.", (("Process", "Domain"), ("Machine", "Domain")), ("status",)),
        RelKind("RESOLVED_TO", "A name had an address for a time.", (("Domain", "IP"),)),
        RelKind("INSTALLED", "An account or process installed a service or task.",
                (("User", "Service"), ("User", "ScheduledTask"), ("Process", "Service"),
                 ("Process", "ScheduledTask")), ("logon_id", "operation")),
        RelKind("STARTED", "A service or task started a process.",
                (("Service", "Process"), ("ScheduledTask", "Process"))),
        RelKind("HOSTS", "A machine holds a service, task or share.",
                (("Machine", "Service"), ("Machine", "ScheduledTask"), ("Machine", "Share"))),
        RelKind("OPENED_SHARE", "An account opened a share.", (("User", "Share"),),
                ("logon_id", "target", "source_ip", "access")),
        RelKind("USED_CREDENTIALS", "A process used another account's credentials towards a server (4648).",
                (("User", "User"),), ("target_server", "machine_id", "process_id", "logon_id", "source_ip")),
        RelKind("AUTHENTICATED", "A domain controller or server checked an account's credential.",
                (("User", "Machine"),), ("protocol", "service", "source_ip", "source_name", "success", "status")),
        RelKind("FLAGGED", "An alert concerns an entity.",
                tuple(("Alert", label) for label in _ENTITIES)),
        RelKind("POSSIBLE_SESSION", "A collector saw an account in session on a machine, where it can be taken over.",
                (("Machine", "User"),), _USE_FIELDS),
        RelKind("POSSIBLE_MEMBER_OF", "An account, machine or group is member of a group.",
                tuple((label, "Group") for label in _PRINCIPALS), _USE_FIELDS),
        RelKind("POSSIBLE_ADMIN", "An account or group may administer a machine.",
                tuple((label, "Machine") for label in _PRINCIPALS), _USE_FIELDS),
        RelKind("POSSIBLE_LOGON", "An account or group may log on to a machine from afar; `right` says how.",
                tuple((label, "Machine") for label in _PRINCIPALS), _USE_FIELDS),
        RelKind("POSSIBLE_CONTROL", "An object has any other right over another; `right` is the collector's word.",
                tuple((a, b) for a in _PRINCIPALS for b in _PRINCIPALS), _USE_FIELDS),
    )
}  # fmt: skip
"""Every relationship type, by name."""


def endpoint_pairs() -> list[tuple[str, str, str]]:
    """List every (type, start label, end label) the graph may hold."""
    return [(kind.type, a, b) for kind in RELATIONSHIPS.values() for a, b in kind.endpoints]
