"""Entities of the graph as STIX 2.1 objects: what each kind is there, and the pattern that finds it again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

Object = dict[str, Any]

_STANDARD = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""The namespace of the standard, for identifiers of observables made of their contributing properties (2.9)."""

_OWN = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
"""The namespace of URLs (RFC 9562): our names begin with `urn:graphhunt:`."""

_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}


def name_id(kind: str, *key: str) -> str:
    """Make an identifier of a kind and what the object stands for."""
    return f"{kind}--{uuid.uuid5(_OWN, 'urn:graphhunt:' + json.dumps([kind, *key]))}"


def object_of(entity: Mapping[str, Any]) -> Object | None:
    """Give an entity of a report as a STIX object; None for a kind that STIX does not have."""
    make = _KINDS.get(entity["kind"])
    return make(entity, entity.get("properties") or {}) if make else None


def indicator_of(made: Mapping[str, Any]) -> str | None:
    """Give the pattern that finds an address, name, URL or file by its hash; None for what can't be looked for."""
    kind = made["type"]
    if "value" in made:
        return f"[{kind}:value = {_quoted(made['value'])}]"
    hashes = made.get("hashes") if kind == "file" else None
    return " OR ".join(f"[file:hashes.{_quoted(n)} = {_quoted(v)}]" for n, v in hashes.items()) if hashes else None


def _quoted(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def _observable(kind: str, *contributing: str, **values: Any) -> Object:
    """Make an observable, its identifier as the standard says: of the contributing properties that it has."""
    values = {name: value for name, value in values.items() if value not in (None, "", {})}
    parts = {name: values[name] for name in contributing if name in values}
    if "hashes" in parts:  # one hash alone, the first of the standard's order
        parts["hashes"] = dict([next(iter(parts["hashes"].items()))])
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {
        "type": kind, "spec_version": "2.1",
        "id": f"{kind}--{uuid.uuid5(_STANDARD, canonical.encode('utf-8', 'replace').decode())}", **values,
    }  # fmt: skip


def _user(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    domain, name = found.get("domain"), found.get("name") or entity["label"]
    return _observable(
        "user-account", "account_type", "user_id", "account_login",
        user_id=found.get("sid") or entity["id"], account_login=name,
        display_name=f"{domain}\\{name}" if domain else None,
    )  # fmt: skip


def _system(entity: Mapping[str, Any], found: Mapping[str, Any], kind: str = "system") -> Object:
    since = entity.get("first_seen") or "1970-01-01T00:00:00.000Z"
    return {
        "type": "identity", "spec_version": "2.1", "id": name_id("identity", entity["kind"], entity["id"]),
        "created": since, "modified": since, "name": str(found.get("name") or entity["label"]),
        "identity_class": kind,
    }  # fmt: skip


def _group(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    return _system(entity, found, "group")


def _ip(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    return _observable("ipv6-addr" if ":" in entity["id"] else "ipv4-addr", "value", value=entity["id"])


def _domain(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    return _observable("domain-name", "value", value=found.get("name") or entity["id"])


def _url(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    return _observable("url", "value", value=found.get("name") or entity["id"])


def _file(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    hashes = {name: found[key] for key, name in _HASHES.items() if found.get(key)}
    return _observable("file", "hashes", "name", hashes=hashes, name=found.get("path") or entity["label"])


def _process(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    command = found.get("command_line") or found.get("path") or entity["label"]
    made = _observable(
        "process", pid=found.get("pid"), command_line=command, cwd=found.get("working_directory"),
        created_time=found.get("start"),
    )  # fmt: skip
    return made | {"id": name_id("process", entity["id"])}  # it has no contributing properties


def _service(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    extension = {"windows-service-ext": {"service_name": str(found.get("name") or entity["label"])}}
    made = _observable("process", command_line=found.get("image"), extensions=extension)
    return made | {"id": name_id("process", "service", entity["id"])}


def _share(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    """Give a share as the directory that its network path names."""
    name = str(found.get("name") or entity["label"])
    machine = found.get("machine_id")
    path = name if name.startswith("\\\\") or not machine else f"\\\\{machine}\\{name}"
    return _observable("directory", "path", path=path)


def _client(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    return _system(entity, found, "organization")


def _registry(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    return _observable("windows-registry-key", "key", key=found.get("path") or entity["label"])


_PATTERNS = {
    "ipv4": "ipv4-addr:value", "ipv6": "ipv6-addr:value", "dns": "domain-name:value", "url": "url:value",
    "email": "email-addr:value", "md5_hash": "file:hashes.MD5", "sha1_hash": "file:hashes.'SHA-1'",
    "sha256_hash": "file:hashes.'SHA-256'",
}  # fmt: skip
_TLP = {
    "clear": "613f2e26-407d-48c7-9eca-b8e91df99dc9", "green": "34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "amber": "f88d31f6-486f-44da-b317-01333bde0b82", "red": "5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}  # fmt: skip
"""Marking definitions that the standard fixes by id (7.2.1.4)."""


def _indicator(entity: Mapping[str, Any], found: Mapping[str, Any]) -> Object:
    """Give an entry of a list of indicators, with its list, validity and TLP; its pattern can be read again."""
    value, kind = str(found.get("name") or entity["label"]), str(found.get("kind"))
    kind = {"network": "ipv6" if ":" in value else "ipv4"}.get(kind, kind)
    since = found.get("valid_from") or entity.get("first_seen") or "1970-01-01T00:00:00.000Z"
    tlp = str(found.get("tlp") or "")
    values = {
        "description": found.get("description"), "valid_until": found.get("valid_until"),
        "object_marking_refs": [f"marking-definition--{_TLP[tlp]}"] if tlp in _TLP else None,
        "labels": [f"{what}:{found[what]}" for what in ("list", "severity", "tlp") if found.get(what)],
    }  # fmt: skip
    return {
        "type": "indicator", "spec_version": "2.1", "id": name_id("indicator", entity["id"]), "created": since,
        "modified": since, "name": value, "pattern_type": "stix", "valid_from": since,
        "pattern": f"[{_PATTERNS.get(kind, 'domain-name:value')} = {_quoted(value)}]",
        **{name: text for name, text in values.items() if text},
    }  # fmt: skip


_KINDS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Object]] = {
    "User": _user, "Machine": _system, "Group": _group, "IP": _ip, "Domain": _domain, "URL": _url, "File": _file,
    "Process": _process, "Service": _service, "RegistryKey": _registry, "Share": _share, "Client": _client,
    "Indicator": _indicator,
}  # fmt: skip
