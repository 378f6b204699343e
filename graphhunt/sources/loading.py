"""The loader contract, and the registry that finds loaders through entry points.

A loader is one class in one file. It looks at the first bytes of a source and says how sure it is that the
format is its own (`sniff`), and turns the source into records (`read`). It never decides what the graph
looks like: it yields facts (`graphhunt.model`), and keeps every record, also those it can't use.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Collection, Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, runtime_checkable

import msgspec

from graphhunt.errors import LoadError, UsageError
from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.recognition import PARQUET, Head, Signature
from graphhunt.sources.versions import module_version

HEAD_SIZE = 64 * 1024
"""Bytes of a source that `sniff` is shown."""

ENTRY_POINT_GROUP = "graphhunt.loaders"


def readable(text: str) -> str:
    """Give a text that can be encoded: lone surrogates, which have no UTF-8 form, become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


class Source(NamedTuple):
    """One file to read: on disk, or a member of an archive already unpacked to a private folder.

    Attributes:
        name: The name shown to the user, such as `case.zip!logs/security.evtx`.
        path: Where its bytes are.
    """

    name: str
    path: Path

    def open(self) -> BinaryIO:
        """Open the source for reading bytes."""
        return self.path.open("rb")

    def head(self) -> bytes:
        """Read the first `HEAD_SIZE` bytes."""
        with self.open() as stream:
            return stream.read(HEAD_SIZE)


@runtime_checkable
class Loader(Protocol):
    """What a loader class offers; `loaders/_template.py` shows one.

    It is made, asked and run in a worker process with limits, which may be killed (`graphhunt.sources.pool`): its class
    can be imported by another process and takes no arguments, and it writes no files.

    A loader whose records are single lines that need nothing before them may also offer `by_line(head) -> bool`:
    where it says yes, a big file is read by several processes at once.

    A loader may state which sources it is to be asked about, as looking at each head costs time: `magic`, pairs of an
    offset and the bytes there of which a source of its format has one; or `text = True`: then it isn't asked about
    what is binary, which has a zero byte near its beginning and no mark of UTF-16.

    A loader may instead declare `signatures` (`graphhunt.sources.recognition`), which are compared with what a source
    begins with; then it isn't asked. Of loaders whose signatures fit, the one that asks for most is taken; where none
    does, those with `judges = True` are asked all the same.

    The version of a loader is a hash of its modules' text; it may state a `version` beside that, where what it gives
    depends on something else. A file that was read completely by the same version isn't read again; what an older
    version read is read again from the records that are kept, where the loader offers `again` (`Rereader`).

    Attributes:
        name: Short lower-case name, as in `--format NAME` and in a relationship's `source`.
    """

    name: str

    def sniff(self, head: bytes, name: str) -> float:
        """Say from 0 to 1 how sure it is that a source of this beginning and name is its format."""

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every record of the source in order; damage gives rejects and warnings, never an end.

        Raises:
            LoadError: The file as a whole isn't readable as this format.
        """


class Held(msgspec.Struct, frozen=True, array_like=True):
    """An original record as it is kept.

    Attributes:
        raw: Its text.
        position: Where in its file it was.
        file: Name of the file.
        context: What the loader said of the file when it was read first.
        rejected: Why the record was rejected; empty if it wasn't.
    """

    raw: str
    position: str
    file: str
    context: str = ""
    rejected: str = ""


@runtime_checkable
class Rereader(Protocol):
    """What a loader has beside the contract if it can read a record again without its file.

    If that needs something of the file, it also offers `context(source) -> str`: what `again` is to know of it, never
    empty; it is kept with the file's name.
    """

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what a record is, as `read` does; None where only its file could tell, which leaves it as it is."""


def context_of(loader: Loader, source: Source) -> str:
    """Give what a loader has to know of a source to read its records again; empty if that is nothing."""
    said = getattr(loader, "context", None)
    return readable(str(said(source))) if said else ""


BEGINNING = 16
"""Bytes at a source's beginning that tell text from binary; further on a zero byte may be damage in a text."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def asked(loader: Loader, head: bytes) -> bool:
    """Tell whether a loader is to be asked about a source of this beginning."""
    magic: tuple[tuple[int, bytes], ...] | None = getattr(loader, "magic", None)
    if magic is not None:
        return any(head.startswith(mark, offset) for offset, mark in magic)
    return not getattr(loader, "text", False) or b"\0" not in head[:BEGINNING] or head.startswith(_UTF16)


def version_of(loader: Loader) -> str:
    """Name the version of a loader: of its modules' text, and what it states; empty if there is neither."""
    stated = str(getattr(loader, "version", ""))
    return "+".join(filter(None, (module_version(type(loader).__module__), stated)))


class Plugin(NamedTuple):
    """One entry point: a loader, or the reason why it could not be imported."""

    name: str
    target: str
    loader: Loader | None
    error: str | None


def plugins() -> list[Plugin]:
    """Import every loader of the entry-point group; a broken one is reported, not fatal."""
    return [_load(entry) for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda e: e.name)]


def _load(entry: EntryPoint) -> Plugin:
    try:
        loader = entry.load()()
    except Exception as error:  # a stranger's module may raise anything; `graphhunt plugins` shows it
        return Plugin(entry.name, entry.value, None, f"{type(error).__name__}: {error}")
    if not isinstance(loader, Loader):
        return Plugin(entry.name, entry.value, None, "not a loader: needs name, sniff and read")
    return Plugin(entry.name, entry.value, loader, None)


def loaders() -> dict[str, Loader]:
    """Give the usable loaders by name; the first of two with one name wins."""
    found: dict[str, Loader] = {}
    for plugin in plugins():
        if plugin.loader is not None:
            found.setdefault(plugin.loader.name, plugin.loader)
    return found


def named(names: Collection[str]) -> dict[str, Loader]:
    """Give the usable loaders of some names; no others are imported where entry points are called as their loaders."""
    entries = [entry for entry in entry_points(group=ENTRY_POINT_GROUP) if entry.name in names]
    found = {plugin.loader.name: plugin.loader for plugin in map(_load, entries) if plugin.loader is not None}
    return found if found.keys() >= set(names) else {name: one for name, one in loaders().items() if name in names}


def choose(
    source: Source,
    *,
    name: str | None = None,
    known: Callable[[], dict[str, Loader]] = loaders,
    asking: Callable[[str], None] = lambda key: None,
    faults: dict[str, str] | None = None,
) -> Loader:
    """Pick the loader for a source: the named one, or the surest of those that recognise it.

    Args:
        source: What is to be read.
        name: Name of the loader to take.
        known: Gives the loaders to choose from.
        asking: Called with the name of each loader before it looks at the source.
        faults: Filled with the loaders that failed to look at it, and what they raised.

    Raises:
        UsageError: No loader has the given name.
        LoadError: No loader recognises the source.
    """
    available = known()
    if name is not None:
        if name not in available:
            raise UsageError(f"no loader is called '{name}'", hint="valid: " + ", ".join(sorted(available)))
        return available[name]
    look = beginning(source)
    head = look.raw
    faults = {} if faults is None else faults

    def sureness(key: str) -> float:
        try:
            return _sureness(available[key], head, look, source.name, lambda: asking(key))
        except Exception as error:  # a loader is a plugin: what it can't look at isn't its own
            faults[key] = readable(f"{type(error).__name__}: {error}")
            return 0.0

    sure = {key: sureness(key) for key in available}
    best = max(sure.values(), default=0.0)
    if not best > 0:
        raise LoadError("the format is not recognised", where=source.name, hint="name it with --format")
    found = [key for key in available if sure[key] == best]
    if len(found) > 1 and best > 1:
        raise LoadError(f"it fits {' and '.join(sorted(found))}", where=source.name, hint="name one with --format")
    return available[max(found)]


def beginning(source: Source) -> Head:
    """Look at what a source begins with; of a Parquet file also at its columns."""
    head = source.head()
    if not head.startswith(PARQUET):
        return Head.of(head)
    shape: dict[str, object] = import_module("graphhunt.sources.parquet").shape(source.path)
    return Head.of_table(head, shape)


def _sureness(loader: Loader, head: bytes, look: Head, name: str, asking: Callable[[], None]) -> float:
    """Tell how sure a loader is: more than 1 where what it declares fits, as that leaves nothing to judge."""
    signatures: tuple[Signature, ...] | None = getattr(loader, "signatures", None)
    if signatures is None:
        return _sniff(loader, head, name, asking)
    fitting = max((each.fits(look) for each in signatures), default=0)
    if not fitting and getattr(loader, "judges", False):
        return _sniff(loader, head, name, asking)
    return 1.0 + fitting if fitting else 0.0


def _sniff(loader: Loader, head: bytes, name: str, asking: Callable[[], None]) -> float:
    if not asked(loader, head):
        return 0.0
    asking()
    sure = float(loader.sniff(head, name))
    return sure if sure > 0 else 0.0  # also where it is no number
