"""What every pivot shares: the store it reads from, entity references, time windows and page cursors."""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple, Protocol

import msgspec

from graphhunt import queries
from graphhunt.errors import UsageError
from graphhunt.schema import NODES

MAX_PAGE = 1000
"""The largest page any pivot gives."""


class Reader(Protocol):
    """The part of a store that pivots need."""

    def read(self, query: Any, /, **params: Any) -> list[dict[str, Any]]:
        """Run a query of the library and give its rows."""
        ...


class Ref(NamedTuple):
    """An entity's address: its kind (label) and its id, unique within the kind."""

    kind: str
    id: str


class Window(NamedTuple):
    """A time window `[since, until)` in microseconds UTC; None leaves a side open."""

    since: int | None = None
    until: int | None = None


ANY_TIME = Window()
"""The window that leaves nothing out."""


class Page(NamedTuple):
    """Which part of a list is asked for: at most `limit` items after `cursor`."""

    limit: int = 50
    cursor: str | None = None


FIRST_PAGE = Page()
"""The first page of a list, of ordinary size."""


def run(store: Reader, name: str, **params: Any) -> list[dict[str, Any]]:
    """Run the library query `pivot/<name>`."""
    return store.read(queries.library()[f"pivot/{name}"], **params)


def check_ref(ref: Ref) -> Ref:
    """Give the reference back if its kind exists; raise UsageError otherwise."""
    if ref.kind not in NODES:
        raise UsageError(f"There is no kind of entity named {ref.kind!r}.", hint="one of " + ", ".join(NODES))
    return ref


def page_size(page: Page) -> int:
    """Give the page's size within 1 and MAX_PAGE."""
    return max(1, min(page.limit, MAX_PAGE))


def encode_cursor(*keys: int | str) -> str:
    """Pack a sort key and an id into an opaque cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode(keys)).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> tuple[int, str] | None:
    """Unpack a cursor; None for none. Raises UsageError for text that is no cursor of ours."""
    if not cursor:
        return None
    try:
        data = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        return msgspec.json.decode(data, type=tuple[int, str])
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise UsageError("The cursor is not one that this server gave.") from error


def cut(rows: list[dict[str, Any]], size: int, *keys: str) -> tuple[list[dict[str, Any]], str | None]:
    """Split rows read with one to spare into a page and the cursor of the next one."""
    if len(rows) <= size:
        return rows, None
    rows = rows[:size]
    return rows, encode_cursor(*(rows[-1][key] for key in keys))
