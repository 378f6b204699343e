"""Whom a story is about: a machine, an account or an address, found by any of its names."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from graphhunt.errors import MissingError, UsageError
from graphhunt.times import iso

if TYPE_CHECKING:
    from graphhunt.stories.telling import Telling

LABELS = {"machine": "Machine", "user": "User", "ip": "IP"}
"""Labels of what stories are about, by the word for it in addresses."""

_WORDS = {"host": "machine", "account": "user", "address": "ip"} | {kind: kind for kind in LABELS}
_NEAREST = 3
_MOST_COMPARED = 50_000
"""Spellings among which the nearest are looked for."""


class Subject(NamedTuple):
    """Whom a story is about: `machine`, `user` or `ip`, its id and shown name."""

    kind: str
    id: str
    name: str

    @property
    def label(self) -> str:
        """Its label in the graph."""
        return LABELS[self.kind]


def subject(telling: Telling, name: str, kind: str | None = None) -> Subject:
    """Find a machine, account or address by its id or any of its names, in any case; `kind:name` narrows it down.

    Args:
        telling: What stories are told from.
        name: The name, or an id.
        kind: `machine`, `user` or `ip` (or `host`, `account`, `address`); None for any.

    Raises:
        UsageError: There is no such kind, or several are called so.
        MissingError: Nothing is called so; the hint names the nearest.
    """
    kind, name = _split(name, kind)
    wanted = name.strip().casefold()
    found: dict[Subject, None] = {}
    for one, spellings in subjects(telling):
        if kind in (None, one.kind):
            if one.id == name:
                return one
            if wanted in (text.casefold() for text in spellings):
                found[one] = None
    if len(found) == 1:
        return next(iter(found))
    if found:
        raise UsageError(f"several are called '{name}'", hint=", ".join(f"{one.kind}:{one.id}" for one in found))
    raise MissingError(f"there is no machine, account or address '{name}'", hint=_near(telling, wanted, kind))


def _split(name: str, kind: str | None) -> tuple[str | None, str]:
    """Split `kind:name`; an address of IPv6 has no kind before its colon.

    Raises:
        UsageError: There is no such kind.
    """
    if kind is None:
        before, colon, rest = name.partition(":")
        return (_WORDS[before], rest) if colon and before in _WORDS else (None, name)
    if kind not in _WORDS:
        raise UsageError(f"there are no stories of '{kind}'", hint="one of " + ", ".join(LABELS))
    return _WORDS[kind], name


def _near(telling: Telling, wanted: str, kind: str | None) -> str:
    """Name those whose spelling is nearest: first what holds the text, then what looks like it."""
    shown: dict[str, str] = {}
    for one, spellings in subjects(telling):
        if kind in (None, one.kind) and len(shown) < _MOST_COMPARED:
            shown |= {text.casefold(): one.name for text in spellings}
    holding = sorted((text for text in shown if wanted and wanted in text), key=lambda text: (len(text), text))
    close = get_close_matches(wanted, shown, _NEAREST, 0.5)
    names = list(dict.fromkeys(shown[text] for text in [*holding, *close]))[:_NEAREST]
    return "did you mean " + ", ".join(names) if names else "look with: graphhunt find TEXT"


def subjects(telling: Telling) -> Iterator[tuple[Subject, list[str]]]:
    """Give everything that has a story, with its spellings."""
    tables = telling.tables
    for id_, name, fqdn, aliases in tables.nodes("Machine", "id", "name", "fqdn", "aliases").sort("id").iter_rows():
        yield Subject("machine", id_, name or id_), _texts(id_, name, fqdn, *(aliases or ()))
    users = tables.nodes("User", "id", "name", "domain", "sid", "aliases").sort("id")
    for id_, name, domain, sid, aliases in users.iter_rows():
        full = f"{domain}\\{name}" if domain and name else None
        yield Subject("user", id_, name or id_), _texts(id_, name, full, sid, *(aliases or ()))
    for (id_,) in tables.nodes("IP", "id").sort("id").iter_rows():
        yield Subject("ip", id_, id_), [id_]


def _texts(*given: str | None) -> list[str]:
    return [text for text in given if text]


def about(telling: Telling, one: Subject) -> dict[str, Any]:
    """Give what is known of whom the story is about, as plain values."""
    if one.kind == "ip":
        return _address(telling, one.id)
    columns = ("fqdn", "role", "ips", "stub") if one.kind == "machine" else ("domain", "sid", "kind", "aliases")
    rows = telling.tables.nodes(one.label, "id", *columns)
    found = rows.filter(rows["id"] == one.id).drop("id").to_dicts()
    return {key: value for key, value in (found[0] if found else {}).items() if value not in (None, [])}


def _address(telling: Telling, address: str) -> dict[str, Any]:
    where, reasons = telling.where(address)
    leases = telling.leases.filter(telling.leases["address"] == address).sort("start")
    names = telling.tables.names
    had = [
        {"machine": {"label": "Machine", "id": id_, "name": names.get(id_, id_)}, "start": iso(start), "end": iso(end)}
        for id_, start, end in leases.select("machine_id", "start", "end").iter_rows()
    ]
    return {"where": where, "reasons": list(reasons), "machines": had}
