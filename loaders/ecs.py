"""Documents of the Elastic Common Schema: Elastic Defend's (`endpoint.events.*`) and any that state their category.

Seen: Elastic Defend 8 (security, process, network, file, registry, library, alerts), and documents without a product.
Names may be nested or written with dots. Event time is `@timestamp`, of a process its `process.start`; `event.created`
and `event.ingested` are arrival. The machine is `host.name`, which is the agent's own machine in these documents; what
was forwarded from others (`winlog`) is read by another loader. A process is known by its `process.entity_id`. A logon
is of `user.effective`, where that stands beside the `user` who asked for it. `host.ip`, without loopback and link-local
ones, are the machine's addresses at the moment of a logon.

Known gaps: network events without a process are flows; what a category such as `web` or `database` says is evidence.

References:
    https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html
    https://github.com/elastic/endpoint-package
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from graphhunt.model import (
    Connection,
    Detection,
    DnsQuery,
    Fact,
    FileAction,
    Flow,
    Lease,
    Logoff,
    Logon,
    ProcessEnd,
    ProcessStart,
    RegistryAction,
    Rejected,
    Skipped,
)
from graphhunt.sources.recognition import Keys

from . import _values as v
from ._paths import at, first, nested, part, texts
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_Document = dict[str, Any]
_LOGON_TYPES = {
    "interactive": 2, "network": 3, "batch": 4, "service": 5, "unlock": 7, "networkcleartext": 8, "newcredentials": 9,
    "remoteinteractive": 10, "cachedinteractive": 11,
}  # fmt: skip
_INCOMING = frozenset({"ingress", "inbound", "incoming"})
_OUTGOING = frozenset({"egress", "outbound", "outgoing"})
_OTHER = Skipped("unmapped: ecs category")
_NOT_ECS = Rejected("not an ECS document")
_LEASES_MOST = 32
_HASHES = (("md5", 32), ("sha1", 40), ("sha256", 64))


class EcsLoader(RecordLoader):
    """Reads ECS documents."""

    name = "ecs"
    signatures = (
        Keys("@timestamp", "event.category", "ecs.version", absent=("winlog", "winlog.channel")),
        Keys("@timestamp", "event.category", "data_stream.dataset", absent=("winlog", "winlog.channel")),
    )

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a document is."""
        if not isinstance(record, dict):
            return _NOT_ECS
        if "event" not in record:
            record = nested(record)
        categories = texts(at(record, "event.category"))
        time = v.micros(at(record, "@timestamp"))
        if time is None:
            return NO_TIME
        alert = v.text(at(record, "event.kind")) == "alert"
        name = "alert" if alert else next((each for each in _ORDER if each in categories), None)
        if name is None:
            return _OTHER
        base = {
            "time": time[0],
            "guessed_time": not time[1],
            "host": v.text(at(record, "host.name")) or v.text(at(record, "host.hostname")),
            "code": f"ecs/{name}",
            "record_id": v.text(at(record, "event.id")),
        }
        return _CATEGORIES[name](base, record) or _OTHER


def _kinds(document: _Document) -> frozenset[str]:
    action = (v.text(at(document, "event.action")) or "").lower()
    return frozenset([*texts(at(document, "event.type")), action])


def _account(who: _Document) -> dict[str, Any]:
    user, domain = v.account(who.get("name"))
    sid = v.sid(who.get("id"))
    return {
        "user": user,
        "domain": v.text(who.get("domain")) or domain,
        "sid": sid if sid and sid[:2] == "S-" else None,
    }


def _actor(document: _Document) -> dict[str, Any]:
    process = part(document, "process")
    return {
        "guid": v.text(process.get("entity_id")),
        "pid": v.pid(process.get("pid")),
        "path": v.text(process.get("executable")) or v.text(process.get("name")),
    }


def _hashes(holder: _Document) -> dict[str, Any]:
    stated = part(holder, "hash")
    return {name: digits for name, length in _HASHES if (digits := v.digest(stated.get(name), length))}


def _ends(document: _Document) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for end in ("source", "destination"):
        found[f"{end}_ip"] = v.ip(first(at(document, f"{end}.ip")))
        found[f"{end}_port"] = v.port(at(document, f"{end}.port"))
    return found


def _failed(document: _Document) -> bool:
    return v.text(at(document, "event.outcome")) == "failure"


def _authentication(base: dict[str, Any], document: _Document) -> list[Fact]:
    kinds = _kinds(document)
    who = _account(part(document, "user.effective") or part(document, "user"))
    session = part(document, "process.Ext.session_info")
    stated = v.text(session.get("logon_type"))
    kind = _LOGON_TYPES.get(stated.lower().replace(" ", "")) if stated else None
    if kinds & {"end", "log_off", "logged-out"}:
        return [Logoff(**base, **who, logon_type=kind), *_leases(base, document)]
    asked = {f"subject_{name}": value for name, value in _account(part(document, "user")).items()}
    ends = _ends(document)
    return [
        Logon(
            **base,
            **who,
            **(asked if part(document, "user.effective") else {}),
            logon_type=kind,
            success=not _failed(document),
            status=v.text(at(document, "event.reason")) if _failed(document) else None,
            auth_package=v.text(session.get("authentication_package")),
            source_ip=ends["source_ip"],
            source_port=ends["source_port"],
            workstation=v.text(at(document, "source.domain")),
            process_path=_actor(document)["path"],
            process_pid=_actor(document)["pid"],
        ),
        *_leases(base, document),
    ]


def _leases(base: dict[str, Any], document: _Document) -> list[Fact]:
    """Give the machine's addresses, without those that every machine has."""
    found: list[Fact] = []
    for text in texts(at(document, "host.ip"))[:_LEASES_MOST]:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        if not (address.is_loopback or address.is_link_local or address.is_unspecified):
            found.append(Lease(**base, ip=text))
    return found if base["host"] else []


def _process(base: dict[str, Any], document: _Document) -> list[Fact]:
    kinds, process = _kinds(document), part(document, "process")
    if "end" in kinds:
        return [ProcessEnd(**base, **_actor(document), status=v.text(process.get("exit_code")))]
    if not kinds & {"start", "exec", "fork", "process_started", "executed"}:
        return []
    began = v.micros(process.get("start"))
    if began and began[0] != base["time"]:
        times = {"@timestamp": base["time"], "process.start": began[0]}
        base = {**base, "time": began[0], "times": times, "time_field": "process.start"}
    parent = part(process, "parent")
    arguments = process.get("args")
    return [
        ProcessStart(
            **base,
            **_actor(document),
            **_account(part(document, "user")),
            command_line=v.text(process.get("command_line")) or " ".join(texts(arguments)) or None,
            working_directory=v.text(process.get("working_directory")),
            logon_id=v.logon_id(at(process, "Ext.authentication_id")),
            integrity=v.text(at(process, "Ext.token.integrity_level_name")),
            original_file_name=v.text(at(process, "pe.original_file_name")),
            parent_guid=v.text(parent.get("entity_id")),
            parent_pid=v.pid(parent.get("pid")),
            parent_path=v.text(parent.get("executable")) or v.text(parent.get("name")),
            parent_command_line=v.text(parent.get("command_line")),
            **_hashes(process),
        )
    ]


def _network(base: dict[str, Any], document: _Document) -> list[Fact]:
    actor, ends = _actor(document), _ends(document)
    if v.text(at(document, "dns.question.name")):
        answers = texts(at(document, "dns.resolved_ip"))
        return [
            DnsQuery(
                **base,
                **actor,
                query=v.text(at(document, "dns.question.name")),
                answers=answers,
                status=v.text(at(document, "dns.response_code")),
                source_ip=ends["source_ip"],
            )
        ]
    ends["protocol"] = v.protocol(at(document, "network.transport") or at(document, "network.iana_number"))
    ends["bytes_out"], ends["bytes_in"] = (v.number(at(document, f"{end}.bytes")) for end in ("source", "destination"))
    if actor["guid"] is None and actor["pid"] is None:
        return [Flow(**base, **ends, service=v.text(at(document, "network.protocol")))]
    stated = (v.text(at(document, "network.direction")) or "").lower()
    user, domain = v.account(at(document, "user.name"))
    return [
        Connection(
            **base,
            **actor,
            **ends,
            user=user,
            domain=v.text(at(document, "user.domain")) or domain,
            destination_name=v.text(at(document, "destination.domain")),
            direction="inbound" if stated in _INCOMING else "outbound" if stated in _OUTGOING else None,
            allowed="denied" not in _kinds(document) and not _failed(document),
        )
    ]


def _file(base: dict[str, Any], document: _Document) -> list[Fact]:
    operation = _operation(document, _FILES)
    return [_file_action(base, document, part(document, "file"), operation)] if operation else []


def _library(base: dict[str, Any], document: _Document) -> list[Fact]:
    return [_file_action(base, document, part(document, "dll") or part(document, "file"), "load")]


def _file_action(base: dict[str, Any], document: _Document, file: _Document, operation: str) -> FileAction:
    return FileAction(
        **base,
        **_actor(document),
        **_account(part(document, "user")),
        logon_id=v.logon_id(at(document, "process.Ext.authentication_id")),
        operation=operation,
        target=v.text(file.get("path")) or v.text(file.get("name")),
        **_hashes(file),
    )


def _registry(base: dict[str, Any], document: _Document) -> list[Fact]:
    operation = _operation(document, _KEYS)
    if operation is None:
        return []
    user, domain = v.account(at(document, "user.name"))
    path = v.text(at(document, "registry.path"))
    key = v.registry_key(path) or v.registry_key(at(document, "registry.key"), at(document, "registry.value"))
    return [
        RegistryAction(
            **base,
            **_actor(document),
            user=user,
            domain=v.text(at(document, "user.domain")) or domain,
            operation=operation,
            key=key,
            value="\n".join(texts(at(document, "registry.data.strings"))) or None,
        )
    ]


def _operation(document: _Document, table: dict[str, str]) -> str | None:
    kinds = _kinds(document)
    return next((operation for kind, operation in table.items() if kind in kinds), None)


def _alert(base: dict[str, Any], document: _Document) -> list[Fact]:
    file = part(document, "file")
    hashes = _hashes(file)
    hashes.pop("sha1", None)
    technique = texts(at(document, "threat.technique.subtechnique.id")) or texts(at(document, "threat.technique.id"))
    return [
        Detection(
            **base,
            **_actor(document),
            **_account(part(document, "user")),
            **hashes,
            detection_id=base["record_id"],
            rule=v.text(at(document, "rule.name")) or v.text(at(document, "message")),
            level=v.text(at(document, "event.severity")),
            technique=technique,
            action=v.text(at(document, "event.action")),
            target=v.text(file.get("path")),
        )
    ]


_FILES = {
    "rename": "rename", "deletion": "delete", "creation": "create", "overwrite": "modify", "change": "modify",
    "access": "read",
}  # fmt: skip
_KEYS = {"deletion": "delete", "creation": "create", "change": "modify", "modification": "modify", "access": "access"}
_CATEGORIES: dict[str, Callable[[dict[str, Any], _Document], list[Fact]]] = {
    "alert": _alert, "authentication": _authentication, "registry": _registry, "library": _library, "file": _file,
    "network": _network, "process": _process,
}  # fmt: skip
_ORDER = tuple(name for name in _CATEGORIES if name != "alert")
"""Which category counts of a document that has several."""
