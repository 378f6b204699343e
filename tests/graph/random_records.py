"""Random records of all kinds over few names, so that they meet: the same processes, sessions, files and accounts."""

from __future__ import annotations

import random
from typing import get_args

import msgspec

from graphhunt.model import FACTS, Fact

from .facts import SECOND, T0

_SIDS = ("S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002", "S-1-5-21-1-2-3-512", "S-1-5-32-544")
_PATHS = (r"C:\a\cmd.exe", r"C:\b\services.exe", r"C:\Windows\System32\lsass.exe", r"C:\a\x.exe:Zone.Identifier")
_IPS = ("10.0.0.1", "10.0.0.2", "10.0.0.3")
_GUIDS = ("{a}", "{b}", "{c}")
_USERS = ("ann", "bob", "WS1$")
_LOGONS = ("0x1", "0x2", "0x3e7")
_HASHES = ("aa" * 16, "bb" * 16)

_BY_NAME: dict[str, tuple[object, ...]] = {
    "host": ("WS1", "ws1.corp.local", "WS2", "DC1.corp.local"),
    "code": ("Security/4624", "Security/4656", "Security/4663", "Sysmon/10", "zeek/conn"),
    "operation": ("create", "modify", "delete", "read", "load", "access", "inject", "update", "rename"),
    "action": ("create", "change", "add-member", "remove-member", "failed", "quarantine", "none"),
    "object_type": ("user", "group", "computer"),
    "direction": ("inbound", "outbound"),
    "state": ("boot", "log_cleared", "clock_changed"),
    "right": ("MemberOf", "AdminTo", "CanRDP", "HasSession", "GenericAll"),
    "type": ("User", "Group", "Computer"),
    "source_port": (50000, 50001, 445), "destination_port": (50000, 445, 5985, 3389), "logon_type": (2, 3, 9, 10),
    "pid": (4, 100, 200), "count": (1, 3), "certainty": (0.5, 0.9), "record_id": ("1", "2", "10"),
    "granted": ("0x1010", "0x1fffff"), "access": ("0x2", "0x1"), "share": (r"\\*\C$", r"\\*\IPC$"),
    "protocol": ("kerberos-tgt", "ntlm", "tcp"), "query": ("a.example.org", "B.example.org"),
    "answers": ("10.0.0.3", "c.example.org"), "key": (r"HKLM\Software\Run", r"hklm\software\run"),
    "object": ("CN=x,DC=corp", "{11111111-2222-3333-4444-555555555555}"), "workstation": ("WS2", "KALI"),
}  # fmt: skip
_BY_ENDING: dict[str, tuple[object, ...]] = {
    "sid": _SIDS, "path": _PATHS, "image": _PATHS, "command": _PATHS, "command_line": _PATHS, "target": _PATHS,
    "ip": _IPS, "guid": _GUIDS, "user": _USERS, "domain": ("CORP", "corp.local"), "logon_id": _LOGONS,
    "md5": _HASHES, "sha256": _HASHES, "pid": (4, 100, 200), "start_id": _SIDS, "end_id": _SIDS, "object_id": _SIDS,
}  # fmt: skip
_OFTEN = 0.7
"""How often a fact states what it may leave out."""


def random_records(seed: int, many: int) -> list[list[Fact]]:
    """Give records of one to three facts, within two hours."""
    draw = random.Random(seed)
    return [[_fact(draw) for _ in range(draw.choice((1, 1, 1, 2, 3)))] for _ in range(many)]


def _fact(draw: random.Random) -> Fact:
    kind = draw.choice(FACTS)
    given = {field.name: _value(draw, field) for field in msgspec.structs.fields(kind)}
    time = T0 + draw.randrange(0, 7200, 20) * SECOND
    given |= {"time": time, "times": {}, "time_field": None, "guessed_time": False}
    return msgspec.convert({"kind": kind.__struct_config__.tag, **given}, kind)


def _value(draw: random.Random, field: msgspec.structs.FieldInfo) -> object:
    types = get_args(field.type) or (field.type,)
    if type(None) in types and draw.random() > _OFTEN:
        return None
    pool = _BY_NAME.get(field.name) or next((p for end, p in _BY_ENDING.items() if _ends(field.name, end)), None)
    if field.type == list[str]:
        return [str(draw.choice(pool or ("a", "b"))) for _ in range(draw.randrange(3))]
    if pool is not None:
        return draw.choice(pool)
    if bool in types:
        return draw.random() < _OFTEN
    return draw.randrange(4) if int in types else draw.choice(("a", "b"))


def _ends(name: str, end: str) -> bool:
    return name == end or name.endswith(f"_{end}")
