"""Labels and their properties."""

from __future__ import annotations

from graphhunt.schema.kinds import NodeKind, Property

NAME = Property("name", "text", "name as people write it")
MACHINE = Property("machine_id", "text", "id of the machine it is on")
ACCOUNT = Property("user_id", "text", "id of the account")
LOGON_ID = Property(
    "logon_id", "text", "the session's LogonId as Windows writes it; unique on a machine until it boots"
)
LOGON_SESSION = Property(
    "logon_session_id", "text", "id of the logon session (LOGGED_ON) it belongs to; null if none is known"
)
STUB = Property("stub", "flag", "known from mentions only: it has no record of its own")
START = Property("start", "time", "when it began")
END = Property("end", "time", "when it ended; null if no record says so")
PATH = Property("path", "text", "full path")
MD5 = Property("md5", "text", "MD5 of the content, hexadecimal")
SHA1 = Property("sha1", "text", "SHA-1 of the content, hexadecimal")
SHA256 = Property("sha256", "text", "SHA-256 of the content, hexadecimal")
TECHNIQUE = Property("technique", "text", "ATT&CK technique that its traces show")
TLP = Property("tlp", "text", "how far the indicator may be told (TLP)")
VALID_FROM = Property("valid_from", "time", "since when the indicator holds")
VALID_UNTIL = Property("valid_until", "time", "until when the indicator holds")

COMMON = (
    Property("id", "text", "canonical key: the same for the same thing in every load"),
    Property("client_id", "text", "tenant"),
    Property("first_seen", "time", "when a record first tells of it"),
    Property("last_seen", "time", "when a record last tells of it"),
    Property("search", "text", "lower-case text of its names, for CONTAINS look-ups"),
)
"""Properties of every node."""

_USER = (
    NAME,
    Property("domain", "text", "domain or machine that holds the account"),
    Property("sid", "text", "security identifier"),
    Property("aliases", "texts", "every spelling of the account"),
    Property("kind", "text", "person, machine, service, role, local, system …"),
)
_GROUP = (
    NAME,
    Property("domain", "text", "domain or machine that holds the group, in the record's word"),
    Property("sid", "text", "security identifier"),
    MACHINE._replace(meaning="id of the machine whose own group it is"),
)
_MACHINE = (
    NAME,
    Property("fqdn", "text", "full DNS name"),
    Property("aliases", "texts", "every spelling of the machine"),
    Property("role", "text", "domain controller, where it issues tickets"),
    Property("ips", "texts", "addresses it was seen with"),
    STUB,
    Property("clock_offset", "number", "how far its clock is ahead, in microseconds; null if unknown"),
    Property(
        "zone_offset",
        "number",
        "how far the times of a log of its were ahead of UTC before they were corrected, in microseconds: the widest; "
        "null if none was",
    ),
    Property("object_id", "text", "its id in the directory"),
)
_PROCESS = (
    NAME,
    PATH,
    Property("command_line", "text", "command line").from_fact(),
    Property("working_directory", "text", "working directory").from_fact(),
    Property("pid", "number", "process id; used again by later processes"),
    Property("guid", "text", "ProcessGuid of Sysmon"),
    MACHINE,
    ACCOUNT._replace(meaning="id of the account it ran as").from_fact(),
    LOGON_ID.from_fact(),
    LOGON_SESSION,
    Property("remote_session_id", "text", "id of the session from elsewhere whose work started it"),
    Property("integrity", "text", "integrity level").from_fact(),
    MD5.from_fact(),
    SHA1.from_fact(),
    SHA256.from_fact(),
    Property("imphash", "text", "hash of the imports").from_fact(),
    Property("original_file_name", "text", "name in the file's version resource").from_fact(),
    Property("company", "text", "company in the file's version resource").from_fact(),
    Property("terminal_session", "number", "number of the desktop session").from_fact(),
    START,
    END,
    Property("end_how", "text", "how its end is known: guid, pid or clamped (to its start, by whole seconds)"),
    Property(
        "parent_how",
        "text",
        "how its parent is known: guid, pid, name (a program that runs once), or stub (nothing else tells of it)",
    ),
    Property(
        "instance_how",
        "text",
        "what tells of it: start, guid, pid, name (a program that runs once), or correlated (guid and pid)",
    ),
    Property("start_guessed", "flag", "the start follows from its GUID: no record of it is loaded"),
    STUB,
    Property("parent_path", "text", "path of the parent, as the start record names it").from_fact(),
    Property("parent_pid", "number", "process id of the parent").from_fact(),
)
_FILE = (
    NAME,
    PATH._replace(meaning="path, where it is known by one alone"),
    Property("names", "texts", "names it was seen under"),
    Property("paths", "texts", "paths it was seen at"),
    MACHINE,
    MD5,
    SHA1,
    SHA256,
    Property("signature", "text", "signer, where a record says it"),
)
_ALERT = (
    NAME,
    Property("rule", "text", "rule that fired"),
    Property("level", "text", "severity, in the product's word"),
    Property("technique", "texts", "ATT&CK techniques that the product names"),
    Property("action", "text", "what the product did about it"),
    Property("detection_id", "text", "the product's id of the detection"),
    Property("product", "text", "product that raised it"),
    LOGON_SESSION._replace(meaning="id of the logon session (LOGGED_ON) it concerns; null if none is known"),
)
_INDICATOR = (
    NAME._replace(meaning="the indicator, as it is looked up"),
    Property("kind", "text", "what it is: ipv4, dns, url, sha256_hash, network …"),
    Property("list", "text", "list or feed that it stands in"),
    Property("severity", "text", "what the list thinks of it, in its own word"),
    TLP,
    Property("description", "text", "what the list says of it"),
    VALID_FROM,
    VALID_UNTIL,
)
_RUN = (
    NAME._replace(meaning="analytic"),
    Property("parameters", "text", "values it ran with, as JSON"),
    Property("state", "text", "running, done or failed"),
    START,
    END,
    Property("version", "text", "version of graphhunt"),
    Property("counts", "text", "rows written, as JSON"),
)

NODES: dict[str, NodeKind] = {
    kind.label: kind
    for kind in (
        NodeKind("User", "An account; SID first, all spellings are one node.", _USER, ("name",)),
        NodeKind("Machine", "A host that logged, or that a logon names as its source.", _MACHINE, ("name",)),
        NodeKind("Process", "One process instance.", _PROCESS),
        NodeKind("File", "File content where a hash is known, else a path on a machine.", _FILE),
        NodeKind("RegistryKey", "A registry key on a machine.", (PATH._replace(meaning="full path"), MACHINE)),
        NodeKind(
            "IP",
            "An address.",
            (Property("version", "number", "4 or 6"), Property("scope", "text", "private, public, link-local …")),
        ),
        NodeKind("Domain", "A DNS name.", (NAME,)),
        NodeKind("URL", "A URL.", (NAME,)),
        NodeKind(
            "Service",
            "A service on a machine.",
            (
                NAME,
                MACHINE,
                Property("image", "text", "command line it starts"),
                Property("account", "text", "account it runs as, in the record's words"),
                Property("start_type", "text", "how it is started"),
            ),
            ("name",),
        ),
        NodeKind(
            "ScheduledTask",
            "A scheduled task on a machine.",
            (NAME, MACHINE, Property("command", "text", "command line it starts")),
            ("name",),
        ),
        NodeKind("Share", "A network share on a machine.", (NAME, MACHINE)),
        NodeKind("Alert", "A detection or block by a product or rule.", _ALERT),
        NodeKind("Group", "A group of a directory or of a machine.", _GROUP, ("name",)),
        NodeKind(
            "DirectoryObject",
            "Any other object of a directory, or a node of an OpenGraph file.",
            (NAME, Property("type", "text", "the collector's word for what it is")),
            ("name",),
        ),
        NodeKind(
            "Realm",
            "Where a cloud keeps accounts: a tenant, an account of AWS, an organisation, a project.",
            (NAME, Property("provider", "text", "entra, aws, okta or gcp")),
            ("name",),
        ),
        NodeKind("Client", "A tenant.", (NAME,)),
        NodeKind("Indicator", "An entry of a list of indicators that something in the graph fits.", _INDICATOR),
        NodeKind("AnalysisRun", "One run of an analytic.", _RUN),
    )
}
"""Every label, by name."""

DERIVED = frozenset({"AnalysisRun", "Indicator"})
"""Labels that runs write, not the rules that make the graph of the facts."""
