"""The event schema of Windows as XML or as its parsed tree: System, EventData, UserData.

XML is parsed by a hardened parser: a document type declaration, entities and outside references are refused.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from . import _values as v
from ._windows_event import Event, channel_of

NOT_XML = "not well-formed XML"
REFUSED_XML = "XML with a document type declaration"


def event_of_tree(tree: dict[str, Any]) -> Event | None:
    """Bring a parsed tree (`#attributes`, `#text`) into an event; None if it has no event id."""
    system = tree.get("System")
    if not isinstance(system, dict):
        return None
    number = v.number(_text(system.get("EventID")), 0xFFFF)
    if number is None:
        return None
    attributes = _attributes(system.get("Provider"))
    provider = (v.text(attributes.get("Name")) or "").lower()
    time = v.micros(_attributes(system.get("TimeCreated")).get("SystemTime"))
    return Event(
        channel_of(v.text(_text(system.get("Channel"))), provider),
        number,
        time[0] if time else None,
        v.text(_text(system.get("Computer"))),
        _data(tree),
        provider,
        message=v.text(_mapping(tree.get("RenderingInfo")).get("Message")),
        sid=v.sid(_attributes(system.get("Security")).get("UserID")),
        pid=v.pid(_attributes(system.get("Execution")).get("ProcessID")),
    )


def _text(value: Any) -> Any:
    return value.get("#text") if isinstance(value, dict) else value


def _attributes(value: Any) -> dict[str, Any]:
    return _mapping(_mapping(value).get("#attributes"))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _data(tree: dict[str, Any]) -> dict[str, Any]:
    """Give EventData's fields, or those of the one element that UserData wraps."""
    data = tree.get("EventData")
    if isinstance(data, dict):
        unnamed = data.get("Data")
        if isinstance(unnamed, dict):
            # Unnamed values, as the classic logs have them: a list under one name.
            return {**data, "Data": unnamed.get("#text")}
        return data
    for name, wrapped in _mapping(tree.get("UserData")).items():
        if name != "#attributes" and isinstance(wrapped, dict):
            return wrapped
    return {}


def data_of_text(text: str) -> dict[str, Any]:
    """Read the fields of an `<EventData>` element given as text; none if it isn't one."""
    try:
        return data_of(fromstring(text, forbid_dtd=True))
    except (ParseError, DefusedXmlException, ValueError):
        return {}


def data_of(element: Element) -> dict[str, Any]:
    """Read the `Data` children of an element by their Name; unnamed ones as a list."""
    named: dict[str, Any] = {}
    unnamed: list[str] = []
    for child in element:
        name = child.get("Name")
        if name:
            named[name] = child.text
        elif _local(child) == "Data":
            unnamed.append(child.text or "")
    return {**named, "Data": unnamed} if unnamed else named


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
