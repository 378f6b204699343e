"""Makes the index of one segment's records: columns, words and field values with their rows, and what a list shows.

Everything in it follows from the segment, which never changes: it can be thrown away and is made again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import unescape

import polars as pl
import pyarrow as pa

from graphhunt.evidence.proof import file_hash, proved, seal, sealed
from graphhunt.evidence.segment import EVIDENCE_FILE
from graphhunt.evidence.tables import KINDS, fact_columns
from graphhunt.records.named import COLUMNS, HIDDEN, OWN, PEER, PEERS, SHOWN
from graphhunt.records.raw import MOST_FIELDS, Raw, read
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graphhunt.evidence.journal import SegmentEntry

VERSION = 1
"""Rises when the files are made in another way."""

ROWS, WORDS, NAMES, VALUES, SHOWN_FILE = "rows.arrow", "words.arrow", "names.arrow", "values.arrow", "shown.arrow"
MADE = "made.json"

PART = 8192
"""Records that are taken apart at a time."""

SHOWN_BATCH = 64
"""Records whose shown fields are packed together: reading one unpacks so many."""

MOST_VALUE = 300
"""Characters of a field's value that are compared: those of its first line."""

_MOST_SHOWN = 12
_SHOWN_TEXT = 160
_NOTHING = frozenset({"", "-", "0x0", "INFO", "AUDIT_SUCCESS"})
"""Values that say nothing."""

_SHORTEST = 24
_ENCODED = re.compile(r"""[\s"'][-/][eE][A-Za-z]{0,13}[\s:]{1,9}(?:\\?["'])?[A-Za-z0-9+/]{16}""")
"""What an encoded command has; others needn't be looked through value by value."""

_WORD = r"[\p{L}\p{N}_.$\-]+"
_RANKS = {name: rank for rank, name in enumerate(SHOWN)}
_FIRSTS = {"user": "account", "logon_id": "logon", "guid": "guid", "pid": "pid", "service": "service"}
"""Columns of facts that become columns of records: the first fact's that has one."""

SCHEMA = {
    "row": pl.UInt32, "event_id": pl.String, "time": pl.Int64, "host": pl.String, "code": pl.String,
    "loader": pl.String, "file": pl.String, "outcome": pl.String, "reason": pl.String, "account": pl.String,
    "logon": pl.String, "guid": pl.String, "pid": pl.Int64, "service": pl.String,
}  # fmt: skip
"""Columns of records."""

_PLACES = {"row": pl.UInt32, "field": pl.String, "value": pl.String}


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


def make(source: Path, segment: SegmentEntry, target: Path) -> None:
    """Write the index of a segment's records.

    Args:
        source: The segment's folder.
        segment: Its journal entry.
        target: The folder to make; one that is there already is replaced.

    Raises:
        OSError: The disk refuses.
    """
    waiting = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}")
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True, mode=0o700)
    try:
        _write(source, segment, waiting)
        shutil.rmtree(target, ignore_errors=True)
        try:
            waiting.rename(target)
        except OSError:
            if not is_made(target):  # another process may have made it meanwhile
                raise
    finally:
        shutil.rmtree(waiting, ignore_errors=True)


def _write(source: Path, segment: SegmentEntry, folder: Path) -> None:
    contexts = {(entry.file, entry.loader): entry.context for entry in segment.sources}
    evidence = pl.scan_parquet(source / EVIDENCE_FILE, glob=False).with_row_index("row")
    facts = Facts(source, segment, evidence.select("row", "event_id").collect())
    rows, places, words = [], [facts.places()], []
    with pa.OSFile(str(folder / SHOWN_FILE), "wb") as stream, _shown_writer(stream) as writer:
        for start in range(0, segment.rows, PART):
            part = _Part(evidence.slice(start, PART).collect(), contexts)
            rows.append(part.rows())
            places.append(part.places())
            words.append(part.words())
            for batch in part.shown():
                writer.write_batch(batch)
    compact = pl.col("host", "code", "loader", "file", "outcome", "reason", "account", "logon", "guid", "service")
    _rows(pl.concat(rows), facts).with_columns(compact.cast(pl.Categorical)).write_ipc(folder / ROWS)
    _write_words(pl.concat(words), folder)
    _write_values(pl.concat(places), folder)
    files = {name: file_hash(folder / name) for name in (ROWS, WORDS, NAMES, VALUES, SHOWN_FILE)}
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


def _write_words(words: pl.DataFrame, folder: Path) -> None:
    words.group_by("word").agg("row").sort("word").write_ipc(folder / WORDS)


def _write_values(places: pl.DataFrame, folder: Path) -> None:
    """Write values with their rows, those of a field together, and where each field's begin."""
    low = places.filter(pl.col("value") != "").with_columns(
        low=pl.col("field").str.to_lowercase(), value=pl.col("value").str.to_lowercase()
    )
    found = low.group_by("low", "value").agg("row", field=pl.col("field").first()).sort("low", "value")
    grouped = found.with_columns(pl.col("row").list.unique())
    ends = grouped.group_by("low", maintain_order=True).agg(pl.len().alias("length"), pl.col("field").first())
    ends.with_columns(start=pl.col("length").cum_sum() - pl.col("length")).write_ipc(folder / NAMES)
    grouped.select("value", "row").write_ipc(folder / VALUES)


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

    def places(self) -> pl.DataFrame:
        """Give each value of a column that answers for a field, with its row."""
        found = [pl.DataFrame(schema=_PLACES)]
        for frame in self._frames:
            for field, columns in COLUMNS.items():
                own = (pl.col(name) for name in columns if name in frame.columns)
                found.extend(_place(frame, field, value) for value in own)
            for address, port in PEERS:
                if {address, port} <= set(frame.columns):
                    found.append(_place(frame, PEER, pl.concat_str(address, port, separator=" ")))
        return pl.concat(found)


_WANTED = {*chain.from_iterable(COLUMNS.values()), *_FIRSTS, *chain.from_iterable(PEERS)}


def _place(frame: pl.DataFrame, field: str, value: pl.Expr) -> pl.DataFrame:
    found = frame.select("row", field=pl.lit(field), value=value)
    if found.schema["value"] == pl.List:
        found = found.explode("value", empty_as_null=True, keep_nulls=False)
    return found.drop_nulls("value").with_columns(pl.col("value").cast(pl.String).str.slice(0, MOST_VALUE))


class _Record(NamedTuple):
    """One record taken apart: its text in lower case as people read it, with what its encoded command says."""

    raw: Raw
    text: str
    urls: tuple[str, ...]


class _Part:
    """Some records of a segment, taken apart."""

    def __init__(self, frame: pl.DataFrame, contexts: Mapping[tuple[str, str], str]) -> None:
        self._frame = frame
        asked = frame.select("raw", "file", "loader", "outcome").iter_rows()
        self._records = [
            taken_apart(raw, contexts.get((file, loader), ""), placed=outcome == "loaded")
            for raw, file, loader, outcome in asked
        ]

    def rows(self) -> pl.DataFrame:
        """Give the columns of the records, as far as they tell themselves."""
        unmapped = self._frame.get_column("outcome") != "loaded"
        own = [
            _own(record.raw.fields) if wanted else {} for record, wanted in zip(self._records, unmapped, strict=True)
        ]
        said = pl.DataFrame(
            {
                "row": self._frame.get_column("row"),
                "own_time": [record.raw.time for record in self._records],
                "own_host": [record.raw.host for record in self._records],
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

    def places(self) -> pl.DataFrame:
        """Give every field's value with its row, those of unmapped records by the common names too."""
        rows: list[int] = []
        fields: list[str] = []
        values: list[str] = []
        outcomes = zip(self._records, *self._frame.select("row", "outcome"), strict=True)
        for record, row, outcome in outcomes:
            own = record.raw.fields
            fields.extend(own)
            values.extend(own.values())
            for name, value in () if outcome == "loaded" and not record.urls else _common(record, outcome):
                fields.append(name)
                values.append(value)
            rows.extend([row] * (len(fields) - len(rows)))
        first_line = pl.col("value").str.extract(r"^\s*([^\r\n]*)").str.slice(0, MOST_VALUE)
        return pl.DataFrame({"row": rows, "field": fields, "value": values}, schema=_PLACES).with_columns(first_line)

    def words(self) -> pl.DataFrame:
        """Give each word of the records with its row."""
        texts = pl.DataFrame({"row": self._frame.get_column("row"), "text": [record.text for record in self._records]})
        words = texts.select("row", word=pl.col("text").str.extract_all(_WORD).list.unique())
        return words.explode("word", empty_as_null=True, keep_nulls=False).select("word", "row")

    def shown(self) -> Iterator[pa.RecordBatch]:
        """Give the few fields that a list shows of each record."""
        raws = self._frame.get_column("raw")
        for start in range(0, len(self._records), SHOWN_BATCH):
            batch = zip(self._records[start : start + SHOWN_BATCH], raws[start : start + SHOWN_BATCH], strict=True)
            texts = [_listed(record.raw.fields, raw) for record, raw in batch]
            yield pa.record_batch([pa.array(texts, pa.large_string())], names=["fields"])


def taken_apart(raw: str, context: str, *, placed: bool) -> _Record:
    """Take one record apart; see `graphhunt.records.raw.read`."""
    found = read(raw, context, placed=placed)
    values = found.fields.values() if _ENCODED.search(raw) else ()
    clear = [said for value in values if len(value) > _SHORTEST and (said := decoded(value))]
    in_clear = [said.text for said in clear if not said.reason]
    text = "\n".join([_plain(raw, found.fields), *in_clear]).lower()
    return _Record(found, text, tuple(url for said in clear for url in said.urls))


def _plain(raw: str, fields: Mapping[str, str]) -> str:
    """Give a record as people read it: without the marks that its format puts before signs."""
    if not fields or len(fields) >= MOST_FIELDS:
        return raw.replace("\\\\", "\\").replace("\\/", "/").replace('\\"', '"')
    if raw[:64].lstrip()[:1] == "{":
        return "\n".join(chain.from_iterable(fields.items()))
    return unescape(raw, {"&quot;": '"', "&apos;": "'"}) if "&" in raw else raw


def _short(value: str, most: int) -> str:
    return value.strip().partition("\n")[0].rstrip("\r")[:most]


_OWN_NAMES = {name: field for field, names in OWN.items() for name in names}


def _common(record: _Record, outcome: str) -> Iterator[tuple[str, str]]:
    for url in record.urls:
        yield "url", url
    if outcome == "loaded":
        return
    for name, value in record.raw.fields.items():
        field = _OWN_NAMES.get(name.lower())
        if field and field != name.lower():
            yield field, value


def _own(fields: Mapping[str, str]) -> dict[str, str]:
    """Give account, session, service and kind of a record by its own names: the first that says something."""
    low = {name.lower(): value for name, value in fields.items()}
    found = {}
    for field in ("account", "session", "service"):
        said = (low.get(name, "") for name in OWN[field])
        found[field] = next((value for value in said if value.strip() not in _NOTHING), "")
    number, channel = low.get("eventid") or low.get("event_id"), low.get("channel") or low.get("log_name")
    if number and channel:
        short = channel.removeprefix("Microsoft-Windows-").partition("/")[0]
        found["code"] = f"{short}/{number}"[:80]
    return {field: value for field, value in found.items() if value}


def _listed(fields: Mapping[str, str], raw: str) -> str:
    """Give the fields that a list shows of a record, as JSON: the telling ones first."""
    if not fields:
        return json.dumps({"record": _short(raw, 2 * _SHOWN_TEXT)}, ensure_ascii=False)
    telling = sorted((name for name in fields if name in _RANKS), key=_RANKS.__getitem__)
    others: Iterable[str] = (name for name in fields if name not in _RANKS and name.lower() not in HIDDEN)
    told: dict[str, str] = {}
    for name in chain(telling, others):
        value = _short(fields[name], _SHOWN_TEXT)
        if value not in _NOTHING and (name != "Message" or not told):
            told[name] = value
        if len(told) == _MOST_SHOWN:
            break
    return json.dumps(told, ensure_ascii=False)
