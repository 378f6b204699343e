"""The lines of Linux audit logs, in each of the forms that they are written in, to types and fields.

The kernel writes text that could break a record as hexadecimal without quotes, and cuts long arguments into pieces
(`a2_len=20 a2[0]=… a2[1]=…`). `ausearch -i` writes the same records with local dates, names in place of numbers and
nothing in quotes. Types that only the kernel's own log has are numbers (`type=1300`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

_TOLD = re.compile(
    r"(?:node=(?P<node>\S+) )?type=(?P<type>[A-Z][A-Z_0-9]*|\d{4})(?:\[\d{1,5}\])? (?:msg=)?audit\("
    r"(?:(?P<epoch>[1-9]\d{0,11})|(?P<date>\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}) (?P<clock>\d\d:\d\d:\d\d))"
    r"\.(?P<milli>\d{3}):(?P<serial>\d{1,20})\)(?P<said> ?):[ ]?(?P<fields>.*)",
    re.DOTALL,
)


START = (
    rb"(?:node=\S{1,255} )?type=(?:[A-Z][A-Z_0-9]{0,40}|\d{4})(?:\[\d{1,5}\])? (?:msg=)?audit\("
    rb"[\d/. :-]{5,32}\.\d{3}:\d{1,20}\) ?:"
)
"""What a line begins with."""

# A name begins where no other character of a name stands before it: else each part of a long word is tried anew.
_PAIR = re.compile(r"""(?<![\w-])([\w-]++(?:\[\d{1,9}\])?)=("[^"]*"|'[^']*'|[^\s"']*)""")
_HEXADECIMAL = re.compile(r"(?:[0-9A-F]{2})++\Z")
_ADDRESS = re.compile(r"\bhost:(\S{1,64}) serv:(\d{1,5})")
_DATE = re.compile(r"(\d{1,4})([/.-])(\d{1,2})[/.-](\d{1,4})")
_FIRSTS = re.compile(rb"audit\((\d{1,2})[/.](\d{1,2})[/.]\d{2,4} ")
_ENCODED = frozenset({"exe", "comm", "cwd", "name", "proctitle", "acct", "cmd"})
_NUMBERED = {
    "1112": "USER_LOGIN", "1113": "USER_LOGOUT", "1106": "USER_END", "1300": "SYSCALL", "1302": "PATH",
    "1306": "SOCKADDR", "1307": "CWD", "1309": "EXECVE", "1320": "EOE", "1327": "PROCTITLE",
}  # fmt: skip
_MONTHS = 12
_CENTURY = 100


class Line(NamedTuple):
    """One audit record: its type and fields."""

    type: str
    fields: dict[str, str]


class Stamp(NamedTuple):
    """What the lines of one event share.

    Attributes:
        time: µs since the epoch; None for a date that there isn't.
        guessed: Whether the zone isn't stated.
        node: The machine; None where the log doesn't name it.
        serial: The event's number.
    """

    time: int | None
    guessed: bool
    node: str | None
    serial: str

    @property
    def base(self) -> dict[str, Any]:
        """Give it as fields of facts."""
        return {
            "time": self.time,
            "guessed_time": self.guessed,
            "host": None if self.node in ("localhost", "localhost.localdomain", "(none)", "?") else self.node,
            "record_id": self.serial,
        }


def told(text: str) -> re.Match[str] | None:
    """Take a line apart; None if it is none of an audit log."""
    return _TOLD.match(text)


def stamp(found: re.Match[str], order: str) -> Stamp:
    """Read when and where a line is from; `order` is dmy or mdy, for dates that don't show it."""
    if found["epoch"]:
        whole: int | None = int(found["epoch"]) * 1_000_000
    else:
        whole = _local(found["date"], found["clock"], order)
    time = None if whole is None else whole + int(found["milli"]) * 1_000
    return Stamp(time, not found["epoch"], found["node"], found["serial"])


def line(found: re.Match[str]) -> Line:
    """Read a line's type and fields."""
    kind = _NUMBERED.get(found["type"], found["type"])
    return Line(kind, _interpreted(kind, found["fields"]) if found["said"] else fields_of(found["fields"]))


def date_order(head: bytes) -> str:
    """Tell from a log's beginning whether the month stands first in its dates: mdy or dmy; empty if none shows it."""
    pairs = [(int(first), int(second)) for first, second in _FIRSTS.findall(head)]
    if any(first > _MONTHS for first, _ in pairs):
        return "dmy"
    if any(second > _MONTHS for _, second in pairs):
        return "mdy"
    return ""


def is_undecided(head: bytes) -> bool:
    """Tell whether a log has dates with a slash between the numbers, none of which shows if the month stands first."""
    return any(b"/" in found[0] for found in _FIRSTS.finditer(head)) and not date_order(head)


def _local(date: str, clock: str, order: str) -> int | None:
    """Read a date as `ausearch -i` writes it in the user's language; its zone isn't stated and taken as UTC."""
    first, mark, second, third = _DATE.findall(date)[0]
    if len(first) > 2:
        year, month, day = int(first), int(second), int(third)
    else:
        dmy = order == "dmy" or (not order and mark == ".")
        day, month = (int(first), int(second)) if dmy else (int(second), int(first))
        year = int(third) + (2000 if int(third) < _CENTURY else 0)
    try:
        hour, minute, seconds = (int(part) for part in clock.split(":"))
        when = datetime(year, month, day, hour, minute, seconds, tzinfo=UTC)
    except ValueError:
        return None
    return int(when.timestamp()) * 1_000_000 if when.timestamp() > 0 else None


def fields_of(text: str) -> dict[str, str]:
    """Read `name=value` pairs, also those inside `msg='…'`; quotes are taken off, encoded text is decoded."""
    found: dict[str, str] = {}
    for name, value in _PAIR.findall(text):
        if value[:1] == "'":
            found.update(fields_of(value[1:-1]))
        elif value[:1] == '"':
            found[name] = _quoted(name, value[1:-1])
        else:
            found[name] = _decoded(name, value)
    return found


def _quoted(name: str, value: str) -> str:
    # Pieces are joined before they are decoded, as a cut may fall inside a letter; those in quotes become like others.
    return value.encode().hex().upper() if name[-1:] == "]" else value


def _decoded(name: str, value: str) -> str:
    if (name in _ENCODED or _is_argument(name)) and _HEXADECIMAL.match(value):
        return _unhexed(value)
    return value


def _unhexed(value: str) -> str:
    return bytes.fromhex(value).replace(b"\0", b" ").decode("utf-8", "backslashreplace").strip()


def _is_argument(name: str) -> bool:
    return name[:1] == "a" and name[1:].isdecimal() and len(name) > 1


def argument(fields: dict[str, str], index: int) -> str:
    """Give an argument of a program, put together from its pieces if it came in several."""
    whole = fields.get(f"a{index}")
    if whole is not None or f"a{index}[0]" not in fields:
        return whole or ""
    pieces: list[str] = []
    while (piece := fields.get(f"a{index}[{len(pieces)}]")) is not None:
        pieces.append(piece)
    joined = "".join(pieces)
    return _unhexed(joined) if _HEXADECIMAL.match(joined) else joined


def _interpreted(kind: str, text: str) -> dict[str, str]:
    """Read what `ausearch -i` writes: no value is in quotes, so that one with blanks ends where the next one begins."""
    if kind == "PROCTITLE":
        return {"proctitle": text.partition("proctitle=")[2].strip()}
    if kind == "EXECVE":
        return _arguments(text)
    found = fields_of(text)
    address = _ADDRESS.search(text) if kind == "SOCKADDR" else None
    return {**found, "laddr": address[1], "lport": address[2]} if address else found


def _arguments(text: str) -> dict[str, str]:
    """Read a program's arguments, each up to where the next one begins."""
    found = {"argc": fields_of(text[:32]).get("argc", "")}
    at, index = text.find("a0="), 0
    while at >= 0:
        start = at + len(f"a{index}=")
        index += 1
        at = text.find(f" a{index}=", start)
        found[f"a{index - 1}"] = text[start : at if at >= 0 else None].strip()
        at += at >= 0
    return found
