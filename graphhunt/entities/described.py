"""What the graph says of entities themselves, as rows: one kind of row per label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphhunt.entities.parts import Part
from graphhunt.entities.rows import (
    AddressRow,
    AlertRow,
    DomainRow,
    FileRow,
    MachineRow,
    ProcessRow,
    Row,
    UserRow,
    columns,
)

_KINDS: dict[str, tuple[type[Row], dict[str, str]]] = {
    "User": (UserRow, {"user_id": "id"}),
    "Machine": (MachineRow, {"muid": "id"}),
    "Client": (MachineRow, {"muid": "id"}),  # a tenant stands for its machines
    "Process": (ProcessRow, {"muid": "machine_id"}),
    "File": (FileRow, {"file_id": "id", "muid": "machine_id"}),
    "IP": (AddressRow, {"ip": "id"}),
    "Domain": (DomainRow, {"domain": "id"}),
    "Alert": (AlertRow, {"alert_id": "id"}),
}
"""The kind of row of each label, and the fields that aren't called as the node's property is."""


def described(label: str) -> tuple[type[Row], Callable[[Part], Part]]:
    """Give the kind of row of a label, and what makes its fields of the nodes that `entity/nodes` gives."""
    kind, renamed = _KINDS[label]
    names = [(column.field, renamed.get(column.field, column.field)) for column in columns(kind)]

    def shaped(part: Part) -> Part:
        nodes = part["node"]
        fields: Part = {field: [node.get(name) for node in nodes] for field, name in names}
        if kind is UserRow:
            fields["logged_user"] = [_account(node) for node in nodes]
        return fields

    return kind, shaped


def _account(node: dict[str, Any]) -> str | None:
    name, domain = node.get("name"), node.get("domain")
    return f"{domain}\\{name}" if name and domain else name
