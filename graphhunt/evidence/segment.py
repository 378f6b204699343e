"""Writes a batch as the files of one segment: original records, facts by kind, index.

Records stay in the order of their source, which compresses twice as well as the order of their ids; the index
finds them. Small row groups keep the look-up of a single record cheap.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from graphhunt.evidence.arrays import column, text_buffers
from graphhunt.evidence.batch import Batch, Row
from graphhunt.evidence.files import sync_file
from graphhunt.evidence.index import Ids, pack_ids, write_index
from graphhunt.evidence.proof import file_hash
from graphhunt.evidence.tables import EVIDENCE_SCHEMA, KINDS, arrow_schema
from graphhunt.model import Fact

EVIDENCE_FILE = "evidence.parquet"
INDEX_FILE = "index.bin"
EVIDENCE_GROUP = 1024
"""Rows per group of original records: one look-up unpacks one group (2 to 3 MB of event JSON)."""

FACT_GROUP = 128 * 1024
_RAW_COLUMNS = ("event_id", "position", "raw")
_PLAIN_COLUMNS = [name for name in EVIDENCE_SCHEMA.names if name not in _RAW_COLUMNS]
_BAD_VALUE = (TypeError, ValueError, OverflowError, pa.ArrowException)
"""What is raised for a value that doesn't fit its column (UnicodeEncodeError is a ValueError)."""

_STRUCTS = frozenset(KINDS.values())

Pick = tuple[int, int, Fact]
"""A fact with its row's place in the batch and its number within the record."""


class Tables:
    """The Arrow tables of a batch, made once its rows are final."""

    def __init__(self, batch: Batch) -> None:
        """Convert the batch; records whose facts have values of a wrong type become rejected ones."""
        self.facts = fact_tables(batch)
        self.evidence = evidence_table(batch)
        self.ids: Ids = pack_ids(row.event_id for row in batch.rows)

    def write(self, folder: Path) -> dict[str, str]:
        """Write and sync the segment's files; give the hash of each."""
        write_index(folder / INDEX_FILE, self.ids)
        write_evidence(folder / EVIDENCE_FILE, self.evidence)
        for kind, table in self.facts.items():
            write_facts(folder / f"{kind}.parquet", table)
        return seal(folder)


def write_evidence(path: Path, table: pa.Table) -> None:
    """Write original records."""
    with path.open("wb") as stream:
        pq.write_table(table, stream, **evidence_options(), row_group_size=EVIDENCE_GROUP)


def evidence_options() -> dict[str, Any]:
    """Give the Parquet options of original records."""
    return {
        "compression": "zstd",
        "compression_level": 3,
        "use_dictionary": _PLAIN_COLUMNS,
        "write_statistics": ["outcome", "time"],
        "write_page_checksum": True,
    }


def write_facts(path: Path, table: pa.Table) -> None:
    """Write the facts of one kind."""
    with path.open("wb") as stream:
        pq.write_table(
            table, stream, compression="zstd", compression_level=1, row_group_size=FACT_GROUP, write_page_checksum=True
        )


def seal(folder: Path) -> dict[str, str]:
    """Make a segment's files durable and hash them."""
    paths = sorted(folder.iterdir())
    for path in paths:
        sync_file(path)
    return {path.name: file_hash(path) for path in paths}


def evidence_table(batch: Batch) -> pa.Table:
    """Give the original records of a batch with what became of them."""
    files = [source.file for source in batch.sources]
    loaders = [source.loader for source in batch.sources]
    rows = batch.rows
    firsts = [row.facts[0] if row.facts else None for row in rows]
    columns: dict[str, list[Any]] = {
        "event_id": [row.event_id for row in rows],
        "client_id": [batch.client_id] * len(rows),
        "loader": [loaders[row.source] for row in rows],
        "file": [files[row.source] for row in rows],
        "position": [row.position for row in rows],
        "host": [first.host if first else None for first in firsts],
        "time": [first.time if first else None for first in firsts],
        "code": [first.code if first else "" for first in firsts],
        "outcome": [row.outcome for row in rows],
        "reason": [row.reason for row in rows],
    }
    arrays = [_text_safe(columns[f.name], f.type) for f in EVIDENCE_SCHEMA if f.name in columns]
    return pa.table([*arrays, _text_array([row.data for row in rows])], schema=EVIDENCE_SCHEMA)


def _text_array(texts: list[bytes]) -> pa.Array:
    return pa.Array.from_buffers(pa.large_string(), len(texts), [None, *text_buffers(texts, "int64")])


def _text_safe(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Make an array; lone surrogates, which have no UTF-8 form, are kept as escapes."""
    try:
        return column(values, kind)
    except UnicodeEncodeError:
        return column([_escape(value) for value in values], kind)


def _escape(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_escape(item) for item in value]
    return {_escape(key): item for key, item in value.items()} if isinstance(value, dict) else value


def fact_tables(batch: Batch) -> dict[str, pa.Table]:
    """Give the facts of a batch by kind; records whose facts have values of a wrong type become rejected ones."""
    try:
        return _convert(batch)
    except _BAD_VALUE:
        batch.reject(_faults(batch.rows))
        return _convert(batch)


def _convert(batch: Batch) -> dict[str, pa.Table]:
    return {_kind(struct): _fact_table(batch, struct, picks) for struct, picks in _by_struct(batch.rows).items()}


def _kind(struct: type[Fact]) -> str:
    return str(struct.__struct_config__.tag)


def _by_struct(rows: list[Row]) -> dict[type[Fact], list[Pick]]:
    picks: dict[type[Fact], list[Pick]] = {}
    for place, row in enumerate(rows):
        for ordinal, fact in enumerate(row.facts):
            if type(fact) not in _STRUCTS:
                raise TypeError("not a fact of the model")
            picks.setdefault(type(fact), []).append((place, ordinal, fact))
    return picks


def _fact_table(batch: Batch, struct: type[Fact], picks: list[Pick]) -> pa.Table:
    rows, loaders = batch.rows, [source.loader for source in batch.sources]
    places, ordinals, facts = zip(*picks, strict=True)
    prefix: list[Any] = [
        [rows[place].event_id for place in places],
        ordinals,
        [loaders[rows[place].source] for place in places],
        [batch.client_id] * len(picks),
    ]
    own = zip(*map(msgspec.structs.astuple, facts), strict=True)
    schema = arrow_schema(struct)
    arrays = [_text_safe(list(values), f.type) for values, f in zip(chain(prefix, own), schema, strict=True)]
    return pa.table(arrays, schema=schema)


def _faults(rows: list[Row]) -> dict[int, str]:
    """Find the rows whose facts don't keep to their struct, with the reason."""
    reasons = {}
    for place, row in enumerate(rows):
        for fact in row.facts:
            if reason := _fault(fact):
                reasons[place] = reason
                break
    return reasons


def _fault(fact: Fact) -> str | None:
    struct = type(fact)
    if struct not in _STRUCTS:
        return f"the loader gave a {struct.__name__}, which is no fact of the model"
    try:
        schema = arrow_schema(struct)
        msgspec.convert(msgspec.structs.asdict(fact) | {"kind": _kind(struct)}, struct)
        for value, field in zip(msgspec.structs.astuple(fact), list(schema)[4:], strict=True):
            _text_safe([value], field.type)
    except _BAD_VALUE as error:
        return f"the loader gave a {_kind(struct)} fact that can't be kept: {error}"[:300]
    return None
