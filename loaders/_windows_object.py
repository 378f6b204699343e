"""Security channel: shares, files, registry keys and process handles (5140, 5145, 4656, 4657, 4663)."""

from __future__ import annotations

from typing import Any

from graphhunt.model import Fact, FileAction, ProcessAccess, RegistryAction, ShareAccess, Skipped

from . import _values as v
from ._windows_event import Event, Handler
from ._windows_security import subject

_DELETE = 0x1_0000
_FILE_RIGHTS = ((_DELETE | 0x40, "delete"), (0x2 | 0x4 | 0x10 | 0x100, "modify"), (0x1, "read"))
_KEY_RIGHTS = ((_DELETE, "delete"), (0x4, "create"), (0x2, "modify"))
_VALUE_OPERATIONS = {"%%1904": "create", "%%1905": "modify", "%%1906": "delete"}
_OTHER_OBJECT = Skipped("object that is no file, key or process")
_HANDLE_REQUEST = Skipped("handle request: its use is Security/4663")


def _share(event: Event) -> list[Fact]:
    get = event.data.get
    return [
        ShareAccess(
            **event.base(),
            **subject(get),
            share=v.text(get("ShareName")),
            target=v.text(get("RelativeTargetName")),
            local_path=_local(v.text(get("ShareLocalPath"))),
            source_ip=v.ip(get("IpAddress")),
            source_port=v.port(get("IpPort")),
            access=v.hexadecimal(get("AccessMask")),
            success=not event.refused,
        )
    ]


def _local(path: str | None) -> str | None:
    """Give a share's folder as paths are written elsewhere, without the prefix of the object manager."""
    return None if path is None else path.removeprefix("\\??\\") or None


def _access(event: Event) -> list[Fact] | Skipped:
    kind = v.text(event.data.get("ObjectType"))
    if kind == "Process":
        return [_process_access(event)]
    if kind not in ("File", "Key"):
        return _OTHER_OBJECT
    return [_file_access(event) if kind == "File" else _key_access(event)]


def _handle(event: Event) -> list[Fact] | Skipped:
    """Map only handles to processes: for files and keys 4663 tells what was really done."""
    return [_process_access(event)] if v.text(event.data.get("ObjectType")) == "Process" else _HANDLE_REQUEST


def _actor(get: v.Get) -> dict[str, Any]:
    return {"pid": v.pid(get("ProcessId")), "path": v.text(get("ProcessName"))}


def _process_access(event: Event) -> ProcessAccess:
    get = event.data.get
    mask, handle = get("AccessMask"), v.number(get("HandleId"))
    return ProcessAccess(
        **event.base(),
        **_actor(get),
        **subject(get),
        target_path=v.text(get("ObjectName")),
        granted=v.hexadecimal(mask),
        rights=v.number(mask),
        # A refused request has none.
        handle_id=hex(handle) if handle else None,
        success=not event.refused,
    )


def _file_access(event: Event) -> FileAction:
    get = event.data.get
    operation = _operation(get("AccessMask"), _FILE_RIGHTS)
    return FileAction(
        **event.base(), **_actor(get), **subject(get), operation=operation, target=v.text(get("ObjectName"))
    )


def _key_access(event: Event) -> RegistryAction:
    get = event.data.get
    return RegistryAction(
        **event.base(),
        **_actor(get),
        **_user(get),
        operation=_operation(get("AccessMask"), _KEY_RIGHTS),
        key=v.text(get("ObjectName")),
    )


def _user(get: v.Get) -> dict[str, Any]:
    who = subject(get)
    del who["sid"]
    return who


def _operation(mask: object, rights: tuple[tuple[int, str], ...]) -> str:
    granted = v.number(mask) or 0
    return next((operation for bits, operation in rights if granted & bits), "access")


def _value_change(event: Event) -> list[Fact]:
    get = event.data.get
    key, name = v.text(get("ObjectName")), v.text(get("ObjectValueName"))
    return [
        RegistryAction(
            **event.base(),
            **_actor(get),
            **_user(get),
            operation=_VALUE_OPERATIONS.get(str(get("OperationType")), "modify"),
            key=f"{key}\\{name}" if key and name else key,
            value=v.text(get("NewValue")),
        )
    ]


_BY_ID: dict[int, Handler] = {5140: _share, 5145: _share, 4663: _access, 4656: _handle, 4657: _value_change}

HANDLERS: dict[tuple[str, int], Handler] = {("Security", number): handler for number, handler in _BY_ID.items()}
"""The events mapped here."""
