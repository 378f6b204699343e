"""Lists of indicators as STIX 2.1: a bundle, a list of objects, or one object.

A pattern whose parts must all hold (`AND`, `FOLLOWEDBY`) or must not (`NOT`, `!=`) says nothing about a single value
and is counted as passed over, as are revoked indicators.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from graphhunt.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

TLP = {
    "613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear", "34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "f88d31f6-486f-44da-b317-01333bde0b82": "amber", "5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
    "94868c89-83c2-464b-929b-a1a8aa3c8487": "clear", "bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
    "55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber", "939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
    "e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
}  # fmt: skip
"""The TLP of the marking definitions that the standard and its TLP 2.0 extension fix by id."""

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'")
_TOGETHER = re.compile(r"\b(?:AND|FOLLOWEDBY|NOT|LIKE|MATCHES)\b|!=|[<>]")
_COMPARISON = re.compile(
    r"(ipv4-addr:value|ipv6-addr:value|domain-name:value|url:value|email-addr:value"
    r"|file:hashes\.'?(?:MD5|SHA-1|SHA-256)'?)\s*(=|IN)\s*(\([^)]*\)|'(?:[^'\\]|\\.)*')"
)
_KINDS = {"domain-name:value": "dns", "url:value": "url", "email-addr:value": "email"}
_SPELT = {"MD5": "md5_hash", "SHA-1": "sha1_hash", "SHA-256": "sha256_hash"}


def read(path: Path) -> tuple[pl.DataFrame, dict[str, int]]:
    """Read a list; the source is the indicator's author where the file names it, else the file's name.

    Raises:
        LoadError: The file can't be read, or isn't STIX.
    """
    try:
        data = orjson.loads(path.read_bytes())
    except OSError as error:
        raise LoadError(f"the list can't be read: {error.strerror}", where=str(path)) from error
    except ValueError as error:
        raise LoadError(f"the list isn't JSON: {error}", where=str(path)) from error
    objects = data.get("objects", [data]) if isinstance(data, dict) else data
    if not isinstance(objects, list):
        raise LoadError("the list has no STIX objects", where=str(path))
    return table_of(objects, path.stem)


def table_of(objects: Iterable[Any], source: str) -> tuple[pl.DataFrame, dict[str, int]]:
    """Give the indicators among STIX objects, and how many couldn't be used, by reason."""
    known = [each for each in objects if isinstance(each, dict)]
    names = {each.get("id"): str(each.get("name") or "") for each in known if each.get("type") == "identity"}
    rows: list[dict[str, Any]] = []
    passed: dict[str, int] = {}
    for each in known:
        if each.get("type") != "indicator":
            continue
        values, reason = _values(each)
        rows += [_row(each, names, source) | {"kind": kind, "value": value} for kind, value in values]
        if reason:
            passed[reason] = passed.get(reason, 0) + 1
    columns = ("kind", "value", "source", "valid_from", "valid_until", "tlp", "severity", "description", "id")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String)), passed


def _row(indicator: Mapping[str, Any], names: Mapping[Any, str], source: str) -> dict[str, Any]:
    marks = [str(mark).partition("--")[2] for mark in _listed(indicator.get("object_marking_refs"))]
    types = ", ".join(map(str, _listed(indicator.get("indicator_types"))))
    return {
        "source": names.get(indicator.get("created_by_ref")) or source,
        "valid_from": _text(indicator.get("valid_from")), "valid_until": _text(indicator.get("valid_until")),
        "tlp": next((TLP[mark] for mark in marks if mark in TLP), None), "severity": None,
        "description": _text(indicator.get("name")) or types or None, "id": _text(indicator.get("id")),
    }  # fmt: skip


def _values(indicator: Mapping[str, Any]) -> tuple[list[tuple[str, str]], str | None]:
    """Give the values of an indicator's pattern, or why there are none."""
    pattern = indicator.get("pattern")
    if indicator.get("revoked") is True:
        return [], "revoked"
    if not isinstance(pattern, str) or indicator.get("pattern_type", "stix") != "stix":
        return [], "not a STIX pattern"
    if _TOGETHER.search(_QUOTED.sub("''", pattern)):
        return [], "a pattern of several conditions"
    found = [
        (_kind(path), _unquoted(value))
        for path, _, values in _COMPARISON.findall(pattern)
        for value in _QUOTED.findall(values)
    ]
    return found, None if found else "a pattern of other objects"


def _kind(path: str) -> str:
    if path.startswith("file:"):
        return _SPELT[path.rpartition(".")[2].strip("'")]
    return _KINDS.get(path, "ip")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
