"""Makes the index of one segment's records: their columns, the pieces they are made of, and what a list shows.

Everything in it follows from the segment, which never changes: it can be thrown away and is made again.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl
import pyarrow as pa

from graphhunt.evidence.proof import file_hash, proved, seal, sealed
from graphhunt.evidence.segment import EVIDENCE_FILE
from graphhunt.evidence.tables import KINDS, fact_columns
from graphhunt.records.named import COLUMNS, HIDDEN, OWN, PEER, PEERS, SHOWN
from graphhunt.records.pieces import NAMES, PIECES, Pieces
from graphhunt.records.raw import low_names, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from graphhunt.evidence.journal import SegmentEntry

VERSION = 2
"""Rises when the files are made in another way."""

ROWS, SHOWN_FILE = "rows.arrow", "shown.arrow"
MADE = "made.json"

PART = 8192
"""Records that are taken apart at a time."""

SHOWN_BATCH = 64
"""Records whose shown fields are packed together: reading one unpacks so many."""

_MOST_SHOWN = 12
_SHOWN_TEXT = 160
_NOTHING = frozenset({"", "-", "0x0", "INFO", "AUDIT_SUCCESS"})
"""Values that say nothing."""

_KIND = (("eventid", "event_id"), ("channel", "log_name"))
"""Names of the number and of the log of an event."""

_RANKS = {name: rank for rank, name in enumerate(SHOWN)}
_FIRSTS = {"user": "account", "logon_id": "logon", "guid": "guid", "pid": "pid", "service": "service"}
"""Columns of facts that become columns of records: the first fact's that has one."""

SCHEMA = {
    "row": pl.UInt32, "event_id": pl.String, "time": pl.Int64, "host": pl.String, "code": pl.String,
    "loader": pl.String, "file": pl.String, "outcome": pl.String, "reason": pl.String, "account": pl.String,
    "logon": pl.String, "guid": pl.String, "pid": pl.Int64, "service": pl.String,
}  # fmt: skip
"""Columns of records."""


def folder_of(home: Path, segment: str) -> Path:
    """Say where a segment's index is kept."""
    return home / f"{segment}-v{VERSION}"


def is_made(folder: Path) -> bool:
    """Tell whether an index is there and is what was written."""
    try:
        document = (folder / MADE).read_bytes()
        files = json.loads(document)["files"] if sealed(document) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(files) and all(proved(folder / name, known) for name, known in files.items())


def make(source: Path, segment: SegmentEntry, target: Path, tell: Callable[[int], None]) -> None:
    """Write the index of a segment's records.

    Args:
        source: The segment's folder.
        segment: Its journal entry.
        target: The folder to make; one that is there already is replaced.
        tell: Called now and then with how many records are done.

    Raises:
        OSError: The disk refuses.
    """
    waiting = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}")
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True, mode=0o700)
    try:
        _write(source, segment, waiting, tell)
        shutil.rmtree(target, ignore_errors=True)
        try:
            waiting.rename(target)
        except OSError:
            if not is_made(target):  # another process may have made it meanwhile
                raise
    finally:
        shutil.rmtree(waiting, ignore_errors=True)


def _write(source: Path, segment: SegmentEntry, folder: Path, tell: Callable[[int], None]) -> None:
    contexts = {(entry.file, entry.loader): entry.context for entry in segment.sources}
    evidence = pl.scan_parquet(source / EVIDENCE_FILE, glob=False).with_row_index("row")
    facts = Facts(source, segment, evidence.select("row", "event_id").collect())
    pieces = Pieces()
    pieces.add_values(facts.values())
    rows = []
    with pa.OSFile(str(folder / SHOWN_FILE), "wb") as stream, _shown_writer(stream) as writer:
        for start in range(0, segment.rows, PART):
            tell(start)
            part = _Part(evidence.slice(start, PART).collect(), contexts)
            rows.append(part.rows())
            part.add_to(pieces)
            for batch in part.shown():
                writer.write_batch(batch)
    pieces.write(folder)
    compact = pl.col("host", "code", "loader", "file", "outcome", "reason", "account", "logon", "guid", "service")
    columns = _rows(pl.concat(rows), facts).with_columns(compact.cast(pl.Categorical))
    columns.write_ipc(folder / ROWS, compression="zstd")
    files = {name: file_hash(folder / name) for name in (ROWS, NAMES, PIECES, SHOWN_FILE)}
    (folder / MADE).write_bytes(seal(json.dumps({"files": files}).encode()))


def _shown_writer(stream: pa.NativeFile) -> Any:
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    return pa.ipc.new_file(stream, pa.schema([("fields", pa.large_string())]), options=options)


def _rows(own: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Put what facts say before what records say themselves."""
    both = own.join(facts.firsts(), on="row", how="left", suffix="_fact", maintain_order="left")
    return both.select(
        pl.coalesce(f"{name}_fact", name).alias(name) if name in _FIRSTS.values() else pl.col(name) for name in SCHEMA
    )


class Facts:
    """What loaders understood of a segment's records.

    Args:
        source: The segment's folder.
        segment: Its journal entry.
        ids: `row` and `event_id` of its records.
    """

    def __init__(self, source: Path, segment: SegmentEntry, ids: pl.DataFrame) -> None:
        self._frames = []
        for kind in (kind for kind, count in segment.facts.items() if count and kind in KINDS):
            scan = pl.scan_parquet(source / f"{kind}.parquet", glob=False)
            known = {name for name, _ in fact_columns(KINDS[kind])} & set(scan.collect_schema().names())
            wanted = sorted(known & _WANTED)
            self._frames.append(scan.select("event_id", "ordinal", *wanted).collect().join(ids, on="event_id"))

    def firsts(self) -> pl.DataFrame:
        """Give account, logon id, process and service of each row that has facts."""
        whole = [pl.DataFrame(schema={"row": pl.UInt32, "ordinal": pl.Int64} | {
            name: pl.Int64 if name == "pid" else pl.String for name in _FIRSTS
        })]  # fmt: skip
        parts = [frame.select("row", "ordinal", *(set(_FIRSTS) & set(frame.columns))) for frame in self._frames]
        together = pl.concat([*whole, *parts], how="diagonal").sort("row", "ordinal")
        return together.group_by("row").agg(
            pl.col(name).drop_nulls().first().alias(column) for name, column in _FIRSTS.items()
        )

    def values(self) -> Iterator[tuple[str, pl.LazyFrame]]:
        """Give each field that columns answer for, with `row` and `text` of its values."""
        for frame in self._frames:
            for field, columns in COLUMNS.items():
                yield from ((field, _values(frame, pl.col(name))) for name in columns if name in frame.columns)
            for address, port in PEERS:
                if {address, port} <= set(frame.columns):
                    yield PEER, _values(frame, pl.concat_str(address, port, separator=" "))


_WANTED = {*chain.from_iterable(COLUMNS.values()), *_FIRSTS, *chain.from_iterable(PEERS)}


def _values(frame: pl.DataFrame, value: pl.Expr) -> pl.LazyFrame:
    found = frame.lazy().select("row", text=value)
    if frame.select(value).dtypes == [pl.List]:
        return found.explode("text", empty_as_null=True, keep_nulls=False)
    return found


class _Part:
    """Some records of a segment, taken apart."""

    def __init__(self, frame: pl.DataFrame, contexts: Mapping[tuple[str, str], str]) -> None:
        self._frame = frame
        self._raws: list[str] = frame.get_column("raw").to_list()
        self._unmapped = frame.get_column("outcome") != "loaded"
        asked = zip(
            self._raws, *map(pl.Series.to_list, frame.select("file", "loader")), self._unmapped.to_list(), strict=True
        )
        self._records = [
            read(raw, contexts.get((file, loader), ""), placed=not unmapped) for raw, file, loader, unmapped in asked
        ]

    def rows(self) -> pl.DataFrame:
        """Give the columns of the records, as far as they tell themselves."""
        own = [
            _own(record.fields) if wanted else {}
            for record, wanted in zip(self._records, self._unmapped.to_list(), strict=True)
        ]
        said = pl.DataFrame(
            {
                "row": self._frame.get_column("row"),
                "own_time": [record.time for record in self._records],
                "own_host": [record.host for record in self._records],
                "own_code": [names.get("code") for names in own],
                "account": [names.get("account") for names in own],
                "logon": [(names.get("session") or "").lower() or None for names in own],
                "service": [names.get("service") for names in own],
            },
            schema_overrides={"own_time": pl.Int64, "own_host": pl.String, "own_code": pl.String}
            | dict.fromkeys(("account", "logon", "service"), pl.String),
        )
        stated = pl.col("reason").str.extract(r"^unmapped: (\S+/\d+)$")
        return (
            self._frame.drop("raw", "position", "client_id")
            .join(said, on="row", maintain_order="left")
            .with_columns(
                time=pl.coalesce("time", "own_time"),
                host=pl.coalesce("host", "own_host"),
                code=pl.coalesce(pl.when(pl.col("code") != "").then("code"), stated, "own_code", "loader"),
                guid=pl.lit(None, pl.String),
                pid=pl.lit(None, pl.Int64),
            )
            .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        )

    def add_to(self, pieces: Pieces) -> None:
        """Add what the records are made of."""
        rows = self._frame.get_column("row")
        pieces.add(rows, self._raws, [record.fields for record in self._records], self._unmapped)

    def shown(self) -> Iterator[pa.RecordBatch]:
        """Give the few fields that a list shows of each record."""
        for start in range(0, len(self._records), SHOWN_BATCH):
            end = start + SHOWN_BATCH
            batch = zip(self._records[start:end], self._raws[start:end], strict=True)
            texts = [_listed(record.fields, raw) for record, raw in batch]
            yield pa.record_batch([pa.array(texts, pa.large_string())], names=["fields"])


def _short(value: str, most: int) -> str:
    return value.strip().partition("\n")[0].rstrip("\r")[:most]


def _own(fields: Mapping[str, str]) -> dict[str, str]:
    """Give account, session, service and kind of a record by its own names: the first that says something."""
    low = low_names(tuple(fields))
    found = {}
    for field in ("account", "session", "service"):
        said = (fields[low[name]] for name in OWN[field] if name in low)
        found[field] = next((value for value in said if value.strip() not in _NOTHING), "")
    number, channel = (
        next((fields[low[name]] for name in names if name in low and fields[low[name]]), "") for names in _KIND
    )
    if number and channel:
        short = channel.removeprefix("Microsoft-Windows-").partition("/")[0]
        found["code"] = f"{short}/{number}"[:80]
    return {field: value for field, value in found.items() if value}


def _listed(fields: Mapping[str, str], raw: str) -> str:
    """Give the fields that a list shows of a record, as JSON: the telling ones first."""
    if not fields:
        return orjson.dumps({"record": _short(raw, 2 * _SHOWN_TEXT)}).decode()
    told: dict[str, str] = {}
    for name in _in_order(tuple(fields)):
        value = fields[name].strip()
        if len(value) > _SHOWN_TEXT or "\n" in value:
            value = _short(value, _SHOWN_TEXT)
        if value not in _NOTHING and (name != "Message" or not told):
            told[name] = value
        if len(told) == _MOST_SHOWN:
            break
    return orjson.dumps(told).decode()


@lru_cache(maxsize=4096)
def _in_order(names: tuple[str, ...]) -> tuple[str, ...]:
    """Put names in the order to show them: most records have the names of many others."""
    telling = sorted((name for name in names if name in _RANKS), key=_RANKS.__getitem__)
    others = (name for name in names if name not in _RANKS and name.lower() not in HIDDEN)
    return tuple(chain(telling, others))
