"""Lists of indicators as a folder of a MISP feed: `manifest.json` and one file an event.

Only attributes that MISP marks for detection (`to_ids`) are read; of values of two parts (`filename|sha256`,
`ip-dst|port`) the part that is an indicator. The source is the organisation that made the event.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from graphhunt.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KINDS = {
    "ip-dst": "ip", "ip-src": "ip", "domain": "dns", "hostname": "dns", "url": "url", "uri": "url", "md5": "md5",
    "sha1": "sha1", "sha256": "sha256", "email-src": "email", "email-dst": "email", "email": "email",
}  # fmt: skip
_LEVELS = {"1": "high", "2": "warning", "3": "information"}
"""MISP's levels of threat: high, medium, low; 4 is undefined."""

_COLUMNS = ("kind", "value", "source", "valid_from", "tlp", "severity", "description", "id")


def read(folder: Path) -> tuple[pl.DataFrame, dict[str, int]]:
    """Read a feed's folder; events that can't be read are counted.

    Raises:
        LoadError: The folder has no events.
    """
    files = [path for path in sorted(folder.glob("*.json")) if path.name not in ("manifest.json", "hashes.json")]
    if not files:
        raise LoadError("the folder has no events of a MISP feed", where=str(folder))
    rows: list[dict[str, Any]] = []
    passed: dict[str, int] = {}
    for path in files:
        event = _event(path)
        if event is None:
            passed["an event that can't be read"] = passed.get("an event that can't be read", 0) + 1
            continue
        for row in _rows(event, folder.name):
            if row["kind"] is None:
                passed["not for detection, or of another type"] = (
                    passed.get("not for detection, or of another type", 0) + 1
                )
            else:
                rows.append(row)
    return pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String)), passed


def _event(path: Path) -> dict[str, Any] | None:
    try:
        data = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    event = data.get("Event", data) if isinstance(data, dict) else None
    return event if isinstance(event, dict) else None


def _rows(event: Mapping[str, Any], feed: str) -> Iterator[dict[str, Any]]:
    org = event.get("Orgc") or event.get("orgc")
    common = {
        "source": (str(org.get("name") or "") if isinstance(org, dict) else "") or feed,
        "severity": _LEVELS.get(str(event.get("threat_level_id"))),
        "description": str(event.get("info") or "") or None,
    }
    tlp = _tlp(event)
    for each in _attributes(event):
        kind, value = _indicator(each)
        yield common | {
            "kind": kind, "value": value, "tlp": _tlp(each) or tlp, "id": str(each.get("uuid") or "") or None,
            "valid_from": str(each.get("first_seen") or event.get("date") or "") or None,
        }  # fmt: skip


def _attributes(event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the attributes of an event and of its objects."""
    holders = [event, *(each for each in _listed(event.get("Object")) if isinstance(each, dict))]
    for holder in holders:
        yield from (each for each in _listed(holder.get("Attribute")) if isinstance(each, dict))


def _indicator(attribute: Mapping[str, Any]) -> tuple[str | None, str | None]:
    types, values = str(attribute.get("type", "")).split("|"), str(attribute.get("value", "")).split("|")
    if attribute.get("to_ids") is not True or len(types) != len(values):
        return None, None
    return next(((_KINDS[t], v) for t, v in zip(types, values, strict=True) if t in _KINDS), (None, None))


def _tlp(holder: Mapping[str, Any]) -> str | None:
    names = [str(tag.get("name", "")) for tag in _listed(holder.get("Tag")) if isinstance(tag, dict)]
    return next((name.lower() for name in names if name.lower().startswith("tlp:")), None)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
