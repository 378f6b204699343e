"""Relationship types and their properties."""

from __future__ import annotations

from graphhunt.schema.kinds import Property, RelKind
from graphhunt.schema.nodes import (
    ACCOUNT,
    END,
    LOGON_ID,
    LOGON_SESSION,
    MACHINE,
    PATH,
    START,
    TECHNIQUE,
    TLP,
    VALID_FROM,
    VALID_UNTIL,
)  # fmt: skip

COMMON = (
    Property("id", "text", "hash of what makes it this one: the same in every load"),
    START._replace(meaning="when it began, or was first seen"),
    END._replace(meaning="when it ended, or was last seen"),
    Property("count", "number", "distinct records, connections or openings that tell of it"),
    Property("source", "text", "loaders whose records tell of it, separated by commas"),
    Property("evidence", "texts", "event ids, earliest first, at most `EVIDENCE_CAP`"),
    Property("confidence", "text", "one of `CONFIDENCE`"),
)
"""Properties of every relationship."""

_ENTITIES = ("User", "Machine", "Process", "File", "IP", "Domain")
_INDICATED = ("IP", "Domain", "URL", "File")
_PRINCIPALS = ("User", "Machine", "Group", "DirectoryObject")

_SOURCE_IP = Property("source_ip", "text", "address it came from, as the record states it")
_SOURCE_PORT = Property("source_port", "number", "client port it came from")
_SOURCE_NAME = Property("source_name", "text", "name the client gave itself: whoever logs on chooses it")
_SOURCE_MACHINE = Property("source_machine_id", "text", "id of the machine it came from, where that is known")
_LOGON_TYPE = Property("logon_type", "number", "Windows logon type")
_PACKAGE = Property("auth_package", "text", "Kerberos, NTLM, Negotiate …")
_OPEN = Property("open", "flag", "no end of the session is recorded")
_STATUS = Property("status", "text", "status code of the outcome")
_CERTAINTY = Property("certainty", "share", "how sure it is: from 0.9 seen, 0.7 likely, 0.5 weak, below possible")
_SHARED = Property("shared", "flag", "the address passed to and fro between machines then: it names none")
_OPERATION = Property("operation", "text", "what was done, in the record's word")
_PROTOCOL = Property("protocol", "text", "protocol")
_SERVICE_PORT = Property("remote_port", "number", "port at the far end")
_SENT = Property("bytes_out", "number", "bytes sent, where records count them")
_RECEIVED = Property("bytes_in", "number", "bytes received, where records count them")

_ACCESS_KEY = Property("access_key", "text", "id of the key that a cloud's call was signed with")
_ACT = LOGON_SESSION._replace(meaning="id of the logon session (LOGGED_ON) that did it; null if none is known")

_LOGGED_ON = (
    LOGON_ID,
    LOGON_SESSION._replace(meaning="its own id, by which its acts name it"),
    _LOGON_TYPE.from_fact(),
    _PACKAGE.from_fact(),
    Property("logon_process", "text", "logon process, such as NtLmSsp or User32").from_fact(),
    _SOURCE_IP,
    _SOURCE_PORT,
    _SOURCE_MACHINE,
    _SOURCE_NAME.from_fact("workstation"),
    Property("elevated", "flag", "the session's token is elevated").from_fact(),
    Property("privileged", "flag", "administrator-like privileges were given to it (4672)"),
    Property("linked_logon_id", "text", "LogonId of its elevated or filtered twin").from_fact(),
    Property("logon_group", "text", "id of the half that began first, where an administrator's logon has two"),
    Property("outbound_user", "text", "account it uses towards other machines (type 9)").from_fact(),
    TECHNIQUE,
    _OPEN,
    Property("start_how", "text", "how its beginning is known: logon, witness or first act"),
    _CERTAINTY,
    Property("witnesses", "texts", "kinds of records that tell of it"),
)
_REMOTE_LOGON = (
    ACCOUNT,
    Property("user_name", "text", "name of the account"),
    Property("user_kind", "text", "kind of the account"),
    LOGON_ID,
    _LOGON_TYPE,
    _PACKAGE,
    TECHNIQUE,
    Property("technique_name", "text", "the technique in words"),
    Property("technique_reason", "text", "what shows the technique"),
    Property("technique_level", "text", "clear, likely or open by its margin; unnamed where no way is ahead"),
    Property("technique_points", "amount", "what speaks for it, summed"),
    Property("technique_margin", "amount", "points ahead of the next way; 0 where two are equal"),
    Property("technique_support", "texts", "what speaks for it, each with its points, strongest first"),
    Property("technique_records", "texts", "event ids of what speaks for it"),
    Property("technique_against", "texts", "what speaks against it, each with its points"),
    Property("alternatives", "texts", "other ways that records speak for, strongest first"),
    Property("transport", "text", "what carried it: rdp, winrm, smb, rpc or ssh"),
    Property("credential_technique", "text", "technique by which its credential was put in place"),
    Property("credential_session_id", "text", "id of the session in which that was done"),
    _SOURCE_IP,
    _SOURCE_PORT,
    Property("service_port", "number", "port of the service it came in on"),
    LOGON_SESSION._replace(meaning="id of its LOGGED_ON"),
    _OPEN,
    Property("act", "text", "logons of one act share it: one use of a technique makes several"),
    _CERTAINTY._replace(meaning="how sure its source is: from 0.9 seen, 0.7 likely, 0.5 weak, below possible"),
    Property("witnesses", "texts", "kinds of records that tell of the session"),
    Property("origin_how", "text", "kinds of evidence that speak for its source, separated by commas"),
    Property("stated_name", "text", "name the client gave itself: whoever logs on chooses it"),
    Property("doubt", "text", "sources_disagree or name_address_mismatch: what speaks against its source"),
    Property("origin_process_id", "text", "id of the process at the source whose connection carried it"),
    Property("remote_process_id", "text", "id of the first process it ran at the target"),
    Property("remote_process", "text", "name of that process"),
    Property("origin_session_id", "text", "id of the LOGGED_ON at the source that opened it"),
    Property("caused_by", "text", "id of the REMOTE_LOGON that led to it"),
    Property("cause_process_id", "text", "id of the process by which that is known"),
    Property("cause_account_id", "text", "id of the account that acted at the source"),
    Property(
        "cause_how",
        "text",
        "process, credentials, new_credentials, lineage, sibling, inferred, broker or none: how "
        "what led to it is known",
    ),
    Property("cause_certainty", "share", "how sure what led to it is; null where nothing is known"),
    Property("cause_proved", "flag", "records prove what led to it: how is one of the first four"),
    Property("cause_reason", "text", "what shows it, in words"),
    Property("cause_candidates", "number", "sessions, or groups of one account and source, that were open there"),
    Property(
        "credential_switch",
        "flag",
        "the account that acted at the source is proved, and is another than the one that "
        "logged on; null where it isn't proved",
    ),
)
_BLOCKED = Property("blocked", "flag", "it was refused")

_CONNECTED = (
    _SERVICE_PORT,
    Property("local_port", "number", "port at the machine's end, where all agree"),
    Property("local_ip", "text", "address at the machine's end, where all agree"),
    _PROTOCOL,
    Property("direction", "text", "outgoing or incoming"),
    _SENT,
    _RECEIVED,
    Property("remote_name", "text", "name of the far end, where a record states it"),
    _BLOCKED,
    MACHINE,
    ACCOUNT,
    _ACT,
)
_ACCESSED = (
    Property("granted", "text", "rights that were granted, as a mask"),
    Property("rights", "texts", "those of them that give power over the process, by Windows' names"),
    Property("grade", "share", "how much they speak for theft of credentials: rights weighed by who has them"),
    Property("claim", "text", "what the records say, in one sentence"),
    _ACT,
)
_CHANGES = Property("changes", "text", "what it is now, in the record's words, separated by semicolons")
_PROGRAM = Property("program", "text", "path of the program that did it, as the record names it")
_BY_PROCESS = Property("process_id", "text", "id of the process that did it")
_ALLOWED = Property("success", "flag", "it was allowed")
_MANAGED = (
    Property("action", "text", "create, change, enable, disable, delete, rename, lock, unlock, add-member …"),
    Property("member_id", "text", "id of the account or group that was put in or taken out"),
    _ALLOWED,
    Property("old_name", "text", "name before a rename"),
    Property("caller_name", "text", "computer whose wrong passwords locked the account, as the record names it"),
    _CHANGES,
    MACHINE._replace(meaning="id of the machine that recorded it"),
    LOGON_ID,
    _SOURCE_IP,
)
_MEMBER_OF = (
    Property("open", "flag", "no record says that it ended"),
    Property("added_by", "text", "id of the account that put it in; null if no record says so"),
    Property("removed_by", "text", "id of the account that took it out"),
)
_SETTING = (
    Property("what", "text", "audit policy, user right, firewall rule, service start, log, clock …"),
    Property("operation", "text", "add, change, remove or clear"),
    Property("target", "text", "what it applies to: a subcategory, object, rule, service, account, log"),
    _CHANGES,
    _BY_PROCESS,
    _PROGRAM,
    LOGON_ID,
)
_CHANGED_OBJECT = (
    Property("operation", "text", "add or remove (a value), create, delete, undelete or move"),
    Property("attribute", "text", "attribute of the directory"),
    Property("value", "text", "its value, at most 1,000 characters"),
    Property("old_object", "text", "distinguished name before a move"),
    MACHINE._replace(meaning="id of the domain controller"),
    LOGON_ID,
)
_USED_RIGHTS = (
    Property("rights", "text", "extended rights and attributes, by name where it is known, separated by commas"),
    Property("mask", "number", "the rights as bits"),
    _ALLOWED,
    MACHINE._replace(meaning="id of the domain controller"),
    LOGON_ID,
)
_CERTIFICATE = (
    Property("operation", "text", "request, issue or deny"),
    Property("template", "text", "template of the certificate"),
    Property("alternative_name", "text", "whom it names by the request's own words, who may be somebody else"),
    Property("subject", "text", "subject of the certificate"),
    Property("request", "text", "number of the request at the authority"),
)
_FILE_ACT = (_OPERATION, PATH, _ACT)
_REGISTRY_ACT = (_OPERATION, _ACT, Property("value", "text", "name of the value, and what it was set to"))
_RIGHT = (
    Property("right", "text", "the collector's word for the right"),
    Property("used", "flag", "a logon used it; null where logons can't tell"),
    Property("used_logons", "number", "logons that used it"),
    Property("first_used", "time", "first of them"),
    Property("last_used", "time", "last of them"),
    Property("used_by", "texts", "ids of the accounts that used it, at most 20"),
)


def _file_act(kind: str, meaning: str) -> RelKind:
    return RelKind(kind, meaning, (("Process", "File"),), _FILE_ACT)


def _right(kind: str, meaning: str, *ends: tuple[str, str]) -> RelKind:
    return RelKind(kind, meaning, ends, _RIGHT)


RELATIONSHIPS: dict[str, RelKind] = {
    kind.type: kind
    for kind in (
        RelKind("LOGGED_ON", "One logon session of an account on a machine.", (("User", "Machine"),), _LOGGED_ON),
        RelKind(
            "FAILED_LOGON",
            "Failed attempts of an account on a machine, per source and hour.",
            (("User", "Machine"),),
            (_LOGON_TYPE, _STATUS, _SOURCE_IP, _SOURCE_NAME, _SOURCE_MACHINE),
        ),
        RelKind(
            "REMOTE_LOGON",
            "A logon session, or sign-ins to a cloud in an hour, whose source is known: the edge of attack paths.",
            (
                *((label, "Machine") for label in ("Machine", "IP", "Realm")),
                *((label, "Realm") for label in ("Machine", "IP", "Realm")),
            ),
            _REMOTE_LOGON,
        ),
        RelKind("RAN", "A machine ran a process.", (("Machine", "Process"),), (LOGON_ID, LOGON_SESSION)),
        RelKind("EXECUTED", "A process ran as an account.", (("User", "Process"),), (LOGON_ID, LOGON_SESSION)),
        RelKind("SPAWNED", "A process started another.", (("Process", "Process"),), (_ACT,)),
        RelKind(
            "ACCESSED",
            "A process opened another.",
            (("Process", "Process"),),
            _ACCESSED,
        ),
        RelKind("INJECTED_INTO", "A process started a thread in another.", (("Process", "Process"),), (_ACT,)),
        RelKind("CONNECTED", "A process talked to an address.", (("Process", "IP"),), _CONNECTED),
        RelKind("HAD_IP", "A machine had an address for a time.", (("Machine", "IP"),), (_CERTAINTY, _SHARED)),
        RelKind(
            "FLOWED_TO",
            "A network log saw traffic, per port, protocol and hour.",
            (("IP", "IP"),),
            (
                _SERVICE_PORT,
                _PROTOCOL,
                Property("service", "text", "service that the log names"),
                _BLOCKED,
                _SENT,
                _RECEIVED,
            ),
        ),
        _file_act("WROTE", "A process made or changed a file."),
        _file_act("READ", "A process read a file."),
        _file_act("DELETED", "A process deleted a file."),
        _file_act("RENAMED", "A process renamed a file."),
        _file_act("LOADED", "A process loaded a module."),
        RelKind(
            "SENT",
            "A client wrote a file to a machine through a share (5145 with the right to write, Zeek smb_files).",
            (("IP", "File"),),
            (PATH, Property("share", "text", "share, as the record names it"), ACCOUNT),
        ),
        RelKind("IMAGE", "A process is an instance of a program file.", (("Process", "File"),), (PATH,)),
        RelKind(
            "SET_REGISTRY", "A process made or changed a registry key.", (("Process", "RegistryKey"),), _REGISTRY_ACT
        ),
        RelKind("READ_REGISTRY", "A process read a registry key.", (("Process", "RegistryKey"),), _REGISTRY_ACT),
        RelKind("QUERIED", "A name was looked up.", (("Process", "Domain"), ("Machine", "Domain")), (_STATUS, _ACT)),
        RelKind("RESOLVED_TO", "A name had an address for a time.", (("Domain", "IP"),)),
        RelKind(
            "INSTALLED",
            "An account or process installed a service or task.",
            (("User", "Service"), ("User", "ScheduledTask"), ("Process", "Service"), ("Process", "ScheduledTask")),
            (LOGON_ID, _ACT, _OPERATION),
        ),
        RelKind(
            "STARTED",
            "A service or task started a process.",
            (("Service", "Process"), ("ScheduledTask", "Process")),
            (LOGON_SESSION._replace(meaning="id of the logon session (LOGGED_ON) the process runs in"),),
        ),
        RelKind(
            "HOSTS",
            "A machine holds a service, task or share.",
            (("Machine", "Service"), ("Machine", "ScheduledTask"), ("Machine", "Share")),
        ),
        RelKind(
            "OPENED_SHARE",
            "An account opened a share.",
            (("User", "Share"),),
            (
                LOGON_ID,
                _ACT,
                Property("target", "text", "file or pipe within the share"),
                _SOURCE_IP,
                Property("access", "text", "rights that were asked for"),
            ),
        ),
        RelKind(
            "USED_CREDENTIALS",
            "A process used another account's credentials towards a server (4648), or an account took on a role.",
            (("User", "User"),),
            (
                Property("target_server", "text", "server they were used towards, as the record names it"),
                MACHINE,
                Property("process_id", "text", "id of the process that used them"),
                LOGON_ID,
                _ACT,
                _SOURCE_IP,
                _ACCESS_KEY._replace(meaning="id of the temporary key that was given for the role"),
            ),
        ),
        RelKind(
            "AUTHENTICATED",
            "A domain controller, server or cloud checked an account's credential.",
            (("User", "Machine"), ("User", "Realm")),
            (
                Property(
                    "protocol", "text", "kerberos-tgt, kerberos-service, kerberos-preauth, ntlm, oidc, saml, sts …"
                ),
                Property("service", "text", "account of the service a ticket was asked for; application signed in to"),
                _SOURCE_IP,
                _SOURCE_NAME,
                Property("success", "flag", "the credential was good, and nothing more was asked for or refused"),
                _STATUS,
                Property("outcome", "text", "in clouds: success, password accepted, interrupted or failed"),
                Property("mfa", "flag", "more than a password was asked for and given"),
            ),
        ),
        RelKind(
            "ACTED_ON",
            "An account called a cloud's interface, per call, target, address, key and hour.",
            (("User", "Realm"),),
            (
                Property("action", "text", "call, in the provider's word"),
                Property("service", "text", "service of the provider"),
                Property("target", "text", "what it was done to, in the record's words"),
                _SOURCE_IP,
                _ACCESS_KEY,
                _ALLOWED,
                _STATUS,
            ),
        ),
        RelKind(
            "MANAGED",
            "An account made, changed or deleted an account or a group, or changed who is in a group.",
            (("User", "User"), ("User", "Group"), ("User", "Realm")),
            _MANAGED,
        ),
        RelKind(
            "MEMBER_OF",
            "An account or group was in a group, from when it was put in to when it was taken out.",
            (("User", "Group"), ("Group", "Group")),
            _MEMBER_OF,
        ),
        RelKind(
            "ENUMERATED",
            "An account asked for the groups of an account, or for who is in a group.",
            (("User", "User"), ("User", "Group")),
            (MACHINE, _BY_PROCESS, _PROGRAM, LOGON_ID),
        ),
        RelKind(
            "CHANGED_SETTING",
            "An account changed a setting that others rely on, cleared a log or set the clock.",
            (("User", "Machine"),),
            _SETTING,
        ),
        RelKind(
            "CHANGED_OBJECT",
            "An account changed an object of the directory.",
            (("User", "DirectoryObject"),),
            _CHANGED_OBJECT,
        ),
        RelKind(
            "USED_RIGHTS",
            "An account used rights on an object of the directory.",
            (("User", "DirectoryObject"),),
            _USED_RIGHTS,
        ),
        RelKind(
            "ASKED_CERTIFICATE",
            "An account asked a certificate authority for a certificate, or got one.",
            (("User", "Machine"),),
            _CERTIFICATE,
        ),
        RelKind(
            "FLAGGED",
            "An alert concerns an entity, or an entity fits an indicator.",
            (*(("Alert", label) for label in _ENTITIES), *(("Indicator", label) for label in _INDICATED)),
            (TLP, VALID_FROM, VALID_UNTIL),
        ),
        _right(
            "POSSIBLE_SESSION",
            "A collector saw an account in session on a machine, where it can be taken over.",
            ("Machine", "User"),
        ),
        _right(
            "POSSIBLE_MEMBER_OF",
            "An account, machine or group is member of a group.",
            *((label, "Group") for label in _PRINCIPALS),
        ),
        _right(
            "POSSIBLE_ADMIN",
            "An account or group may administer a machine.",
            *((label, "Machine") for label in _PRINCIPALS),
        ),
        _right(
            "POSSIBLE_LOGON",
            "An account or group may log on to a machine from afar; `right` says how.",
            *((label, "Machine") for label in _PRINCIPALS),
        ),
        _right(
            "POSSIBLE_CONTROL",
            "An object has any other right over another; `right` is the collector's word.",
            *((a, b) for a in _PRINCIPALS for b in _PRINCIPALS),
        ),
    )
}
"""Every relationship type, by name."""
