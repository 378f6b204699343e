"""Kinds that STIX 2.1 has no object for, as observables of our own: each brings the definition of its extension.

Source: STIX Version 2.1, OASIS Standard, sections 7.2 (extension definition) and 7.3 (extensions property).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from graphhunt.case.casebook.stix_objects import Object, name_id

SINCE = "2026-01-01T00:00:00.000Z"
"""When the definitions were made; they change only with VERSION."""

VERSION = "1.0.0"

AUTHOR: Object = {
    "type": "identity", "spec_version": "2.1", "id": name_id("identity", "program", "graphhunt"), "created": SINCE,
    "modified": SINCE, "name": "graphhunt", "identity_class": "system",
}  # fmt: skip
"""The identity that the definitions are by."""


class Own(NamedTuple):
    """An observable of our own: its type, what it is, and its properties with the entity's they are made of."""

    type: str
    meaning: str
    properties: Mapping[str, str]


_KINDS = {
    "ScheduledTask": Own(
        "x-graphhunt-scheduled-task", "A task registered with the scheduler of a Windows machine.",
        {"name": "name", "machine": "machine_id", "command_line": "command"},
    ),
    "Alert": Own(
        "x-graphhunt-alert", "What a detection of a security product said about the entities it is related to.",
        {"name": "name", "rule": "rule", "level": "level", "technique": "technique", "action": "action",
         "detection_id": "detection_id", "product": "product"},
    ),
    "DirectoryObject": Own(
        "x-graphhunt-directory-object", "An object of a directory that is no user, group or computer.",
        {"name": "name", "object_type": "type"},
    ),
    "Realm": Own(
        "x-graphhunt-realm", "Where a cloud keeps accounts: a tenant, an account of AWS, an organisation, a project.",
        {"name": "name", "provider": "provider"},
    ),
}  # fmt: skip


def own_object(entity: Mapping[str, Any]) -> Object | None:
    """Give an entity of a report as an observable of our own; None for a kind that needs none."""
    kind = _KINDS.get(entity["kind"])
    if kind is None:
        return None
    found = entity.get("properties") or {}
    values = {name: str(found[source]) for name, source in kind.properties.items() if found.get(source) is not None}
    return {
        "type": kind.type, "spec_version": "2.1", "id": name_id(kind.type, entity["id"]),
        "name": str(entity["label"]), **values,
        "extensions": {_definition_id(kind): {"extension_type": "new-sco"}},
    }  # fmt: skip


def definitions(objects: Iterable[Object]) -> Iterator[Object]:
    """Give the definitions of the extensions that objects use, with who they are by."""
    used = {part["type"] for part in objects}
    wanted = [kind for kind in _KINDS.values() if kind.type in used]
    if wanted:
        yield AUTHOR
    for kind in wanted:
        yield {
            "type": "extension-definition", "spec_version": "2.1", "id": _definition_id(kind), "created": SINCE,
            "modified": SINCE, "created_by_ref": AUTHOR["id"], "name": kind.type, "description": kind.meaning,
            "schema": f"Observable {kind.type}, its properties all text: {', '.join(kind.properties)}.",
            "version": VERSION, "extension_types": ["new-sco"],
        }  # fmt: skip


def _definition_id(kind: Own) -> str:
    return name_id("extension-definition", kind.type, VERSION)
