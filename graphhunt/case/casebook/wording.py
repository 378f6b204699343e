"""How every form of a case report puts things: names, authors, targets, and text that may be hostile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_KEPT = {"\n", "\t"}
_DIRECTION = {0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF, *range(0x202A, 0x202F), *range(0x2060, 0x206A)}


def visible(value: object) -> str:
    """Give a value as text in which control and direction characters are codes; None is nothing."""
    return "".join(map(_shown, "" if value is None else str(value)))


def _shown(char: str) -> str:
    code = ord(char)
    if char in _KEPT or not (code < 0x20 or 0x7F <= code < 0xA0 or code in _DIRECTION or 0xD800 <= code < 0xE000):
        return char
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def pretty(raw: str) -> str:
    """Indent a JSON record; other records stay as they are."""
    try:
        return json.dumps(json.loads(raw), indent=1, ensure_ascii=False)
    except ValueError:
        return raw


def named(entity: Mapping[str, Any]) -> str:
    """Name an entity with its detail."""
    detail = entity.get("detail")
    return f"{entity['label']} ({detail})" if detail else str(entity["label"])


def address(ref: Mapping[str, Any]) -> str:
    """Name an entity by kind and id."""
    return f"{ref['kind']} {ref['id']}"


def target(item: Mapping[str, Any]) -> str:
    """Say what an item is about."""
    if not item["kind"]:
        return "the whole case"
    return f"{item['kind']} {item['entity_id']}" + (f", its {item['relation']}" if item["relation"] else "")


def by(item: Mapping[str, Any]) -> str:
    """Say who wrote an item, when, and who changed it last."""
    edited = "" if item["version"] == 1 else f"; edited by {item['changed_by']} on {item['changed']}"
    return f"{item['author']} on {item['created']}{edited}"
