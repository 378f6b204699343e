"""The event schema of Windows as XML or as its parsed tree: System, EventData, UserData.

XML is parsed by a hardened parser: a document type declaration, entities and outside references are refused.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring as _refusing

from . import _values as v
from ._windows_event import Event, channel_of, is_refused

_FORBIDDEN = re.compile(
    "&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));|[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]",
    re.IGNORECASE,
)
"""Characters that XML 1.0 forbids, plain or as references; Windows writes them in values all the same."""
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};|\w{1,32};)")


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
        refused=is_refused(_text(system.get("Keywords"))),
        record=v.text(_text(system.get("EventRecordID"))),
        times={"SystemTime": time[0]} if time else {},
        time_field="SystemTime",
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


def parse(text: str) -> Element | None:
    """Parse one element; None if it declares anything, or can't be made well-formed by mending its characters."""
    root = _parse(text)
    return root if root is not None else _parse(_BARE_AMPERSAND.sub("&amp;", _FORBIDDEN.sub("\ufffd", text)))


def _parse(text: str) -> Element | None:
    # Without "<!" there is nothing that could declare anything; then the plain, faster parser will do.
    parser = partial(_refusing, forbid_dtd=True) if "<!" in text else fromstring
    try:
        root: Element = parser(text)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        return None
    return root


def event_of_element(root: Element) -> Event | None:
    """Bring an `<Event>` element into an event; None if it has no event id."""
    parts = {_local(child): child for child in root}
    system = {_local(child): child for child in parts.get("System", ())}
    number = v.number(_content(system.get("EventID")), 0xFFFF)
    if number is None:
        return None
    provider = (v.text(_attribute(system.get("Provider"), "Name")) or "").lower()
    time = v.micros(_attribute(system.get("TimeCreated"), "SystemTime"))
    rendering = {_local(child): child for child in parts.get("RenderingInfo", ())}
    return Event(
        channel_of(v.text(_content(system.get("Channel"))), provider),
        number,
        time[0] if time else None,
        v.text(_content(system.get("Computer"))),
        _element_data(parts),
        provider,
        message=v.text(_content(rendering.get("Message"))),
        sid=v.sid(_attribute(system.get("Security"), "UserID")),
        pid=v.pid(_attribute(system.get("Execution"), "ProcessID")),
        refused=is_refused(_content(system.get("Keywords"))),
        record=v.text(_content(system.get("EventRecordID"))),
        times={"SystemTime": time[0]} if time else {},
        time_field="SystemTime",
    )


def _content(element: Element | None) -> str | None:
    return None if element is None else element.text


def _attribute(element: Element | None, name: str) -> str | None:
    return None if element is None else element.get(name)


def _element_data(parts: dict[str, Element]) -> dict[str, Any]:
    if "EventData" in parts:
        return data_of(parts["EventData"])
    for wrapped in parts.get("UserData", ()):
        return {_local(child): child.text for child in wrapped}
    return {}


def data_of_text(text: str) -> dict[str, Any]:
    """Read the fields of an `<EventData>` element given as text; none if it isn't one."""
    root = parse(text)
    return {} if root is None else data_of(root)


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
