"""What rules of identity share: host names taken apart, and rows of doubts.

Sources: Microsoft, "Naming conventions in Active Directory" (NetBIOS computer names have at most 15 characters);
RFC 6762 (`.local` names no domain); RFC 6761, 6.3 (`localhost` is the machine itself).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from graphhunt import ids
from graphhunt.graph.doubts import SCHEMA
from graphhunt.graph.frames import SECOND

NETBIOS = 15
"""Most characters of a NetBIOS computer name; Windows cuts longer ones."""

DAY = 86_400 * SECOND

NEAR = 7
"""Days around a record within which a machine counts as active."""

_NO_SUFFIX = frozenset({"", "local", "localdomain"})
_NOBODY = frozenset({"workstation"})
"""Names that tools and old clients state of themselves wherever they run."""

SHOWN = 5
"""Records that a doubt names."""


class HostName(NamedTuple):
    """A host's name in lower case: short name, and DNS suffix (empty where it has none)."""

    short: str
    suffix: str


class Doubt(NamedTuple):
    """A contradiction of identities that somebody should look at.

    Attributes:
        kind: Which contradiction.
        subject: Id of the node it is about.
        time: When it first shows, µs; None if no record has a time.
        text: What contradicts what, as a sentence.
        evidence: Event ids, first in time.
        repaired: Whether a rule decided it.
    """

    kind: str
    subject: str
    time: int | None
    text: str
    evidence: list[str]
    repaired: bool


def doubts_table(rows: Iterable[Doubt]) -> pl.DataFrame:
    """Give doubts as a table, sorted."""
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row").sort("kind", "subject", "text")


def host_name(text: str) -> HostName | None:
    """Take a host's name apart; None if nothing is left of it. An address stays whole."""
    short = ids.short_host(text)
    if not short:
        return None
    if ids.address(text):
        return HostName(short, "")
    whole = text.strip().strip("\\").rstrip(".").lower()
    suffix = whole.partition(".")[2]
    return HostName(short, "" if suffix in _NO_SUFFIX else suffix)


def is_itself(text: str) -> bool:
    """Tell whether a host's name or address means the machine that wrote it, whichever that is."""
    found = ids.address(text)
    if found:
        return ipaddress.ip_address(found).is_loopback
    name = text.strip().strip("\\").rstrip(".").lower()
    return ids.is_local_name(name) or ids.short_host(name) == "localhost"


def names_nobody(text: str) -> bool:
    """Tell whether a stated name tells machines apart no more than `localhost` does."""
    return is_itself(text) or text.strip().strip("\\").lower() in _NOBODY
