"""The words of original records, per segment, for finding a text in any of them: sorted words with delta-coded rows.

A word is a run of letters, digits and `_ . $ -` in lower case, so that an address, host name, hash, GUID or file name
is one. Made at the first search of a segment from its records, and kept in a folder of its own: it can always be made
again.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from graphhunt.evidence.proof import prove, read_kept, write_kept
from graphhunt.evidence.segment import EVIDENCE_FILE

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace
    from graphhunt.evidence.journal import SegmentEntry

FOLDER = "words"
_RECORDS = "the file of original records"
_PART = 8192
"""Records whose words are taken apart at a time."""

_WORD = r"[\p{L}\p{N}_.$\-]+"
_PIECES = re.compile(r"[\w.$\-]+")
_ESCAPED = (("\\\\", "\\"), ("\\/", "/"), ('\\"', '"'))
"""How JSON writes what a text has."""


def pieces(text: str) -> list[str]:
    """Give the words of a text that is looked for, in lower case."""
    return list(dict.fromkeys(part for part in _PIECES.findall(text.lower()) if part.strip(".")))


class Words:
    """Finds the records of a workspace that hold a text.

    Args:
        workspace: The evidence.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder = workspace.path / FOLDER

    def find(self, text: str) -> pl.DataFrame:
        """Give the records that hold a text, whatever its case, in the order of their loads.

        Columns: event_id, file, position, time, outcome and reason.

        Raises:
            DamageError: A file of original records isn't what was written.
        """
        parts = [self._in_segment(segment, text.lower()) for segment in self._workspace.live() if segment.rows]
        return pl.concat([pl.DataFrame(schema=_FOUND), *parts])

    def _in_segment(self, segment: SegmentEntry, text: str) -> pl.DataFrame:
        path = self._workspace.folder(segment.id) / EVIDENCE_FILE
        wanted = pieces(text)
        if not wanted:
            return pl.DataFrame(schema=_FOUND)
        prove(path, segment.files[EVIDENCE_FILE], _RECORDS)
        rows = _rows(self._words(segment, path), wanted)
        scan = pl.scan_parquet(path, glob=False).with_row_index("row").filter(pl.col("row").is_in(rows.implode()))
        if wanted != [text]:  # several words, or signs between them: the record itself tells whether they stand so
            scan = scan.filter(_plain(pl.col("raw")).str.contains(text, literal=True))
        return scan.select(*_FOUND).collect()

    def _words(self, segment: SegmentEntry, path: Path) -> pl.DataFrame:
        kept = self._folder / f"{segment.id}.kept"
        data = read_kept(kept)
        if data is not None:
            return pl.read_parquet(io.BytesIO(data))
        made = taken_apart(path, segment.rows)
        out = io.BytesIO()
        made.write_parquet(out, compression="zstd")
        # A workspace that may only be read is no reason to fail.
        with contextlib.suppress(OSError):
            self._tidy()
            write_kept(kept, out.getvalue())
        return made

    def _tidy(self) -> None:
        """Remove the words of segments that are no more."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        live = {f"{segment.id}.kept" for segment in self._workspace.live()}
        for old in self._folder.glob("*.kept"):
            if old.name not in live:
                old.unlink(missing_ok=True)


_FOUND = {
    "event_id": pl.String, "file": pl.String, "position": pl.String, "time": pl.Int64, "outcome": pl.String,
    "reason": pl.String,
}  # fmt: skip


def taken_apart(path: Path, records: int) -> pl.DataFrame:
    """Give every word of a file of records with the rows that hold it, each as its distance from the one before."""
    raw = pl.scan_parquet(path, glob=False).with_row_index("row").select("row", "raw")
    parts = [_apart(raw.slice(start, _PART)) for start in range(0, records, _PART)]
    grouped = pl.concat(parts).sort("word", "row").group_by("word", maintain_order=True).agg("row")
    return grouped.select("word", rows=pl.col("row").list.eval(pl.element() - pl.element().shift(fill_value=0)))


def _apart(records: pl.LazyFrame) -> pl.DataFrame:
    words = _plain(pl.col("raw")).str.extract_all(_WORD).list.unique()
    return records.select("row", word=words).explode("word", empty_as_null=True, keep_nulls=False).collect()


def _plain(raw: pl.Expr) -> pl.Expr:
    """Give records in lower case, as people read them: without JSON's marks before signs."""
    for written, meant in _ESCAPED:
        raw = raw.str.replace_all(written, meant, literal=True)
    return raw.str.to_lowercase()


def _rows(words: pl.DataFrame, wanted: list[str]) -> pl.Series:
    """Give the rows that hold every wanted piece, as a whole word or part of one."""
    found: set[int] | None = None
    for piece in wanted:
        lists = words.filter(pl.col("word").str.contains(piece, literal=True)).get_column("rows")
        rows = set(lists.list.eval(pl.element().cum_sum()).explode().to_list()) if len(lists) else set()
        found = rows if found is None else found & rows
        if not found:
            break
    return pl.Series("row", sorted(found or ()), dtype=pl.get_index_type())
