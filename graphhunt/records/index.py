"""The index of all records of a workspace: one per segment, made at the first search, and their columns together."""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import tempfile
import threading
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from graphhunt.evidence.proof import prove
from graphhunt.evidence.segment import EVIDENCE_FILE
from graphhunt.ids import short_host
from graphhunt.records import build
from graphhunt.records.pieces import MOST_VALUE, NAMES, PIECES, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt

    from graphhunt.evidence import Workspace
    from graphhunt.evidence.journal import SegmentEntry

    Mask = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.int64]

_LOG = logging.getLogger(__name__)
FOLDER = "records"
_RECORDS = "the file of original records"
_MAKING = threading.Lock()


class Coded(NamedTuple):
    """A column of texts: the distinct ones, and which of them each record has; -1 for none."""

    texts: list[str]
    codes: Numbers

    def mask(self, wanted: Sequence[bool]) -> Mask:
        """Tell which records have one of the wanted texts; `wanted` says it of each text."""
        flags = np.array([*wanted, False], dtype=np.bool_)
        found: Mask = flags[self.codes]
        return found


class Segment:
    """The index of one segment.

    Args:
        folder: Its index.
        evidence: Its file of records, which was compared with its hash.
        start: Number of its first record among all.
    """

    def __init__(self, folder: Path, evidence: Path, start: int) -> None:
        self.evidence = evidence
        self.start = start
        self.folder = folder
        self.rows = pl.read_ipc(folder / build.ROWS)
        self.pieces = pl.read_parquet(folder / PIECES, glob=False)
        self._fields = {row[0].lower(): Field(*row) for row in pl.read_ipc(folder / NAMES).iter_rows()}
        self._said = [(low, place) for low, place in self._fields.items() if place.lines]
        self._shown = pa.ipc.open_file(pa.memory_map(str(folder / build.SHOWN_FILE)))
        self._lock = threading.Lock()

    def names(self) -> dict[str, str]:
        """Give the fields that any record has a value of, as written, by their names in lower case."""
        return {low: field.written for low, field in self._fields.items() if low and field.filled}

    def values(self, field: str) -> pl.DataFrame | None:
        """Give the distinct values of a field (in lower case), each with its rows; None if no record has it."""
        place = self._fields.get(field)
        if place is None:
            return None
        first_line = pl.col("text").str.extract(r"^([^\r]*)").str.slice(0, MOST_VALUE)
        found = self.pieces.slice(place.start, place.compared + place.lines)
        return found.filter(pl.col("text") != "").select("row", value=first_line)

    def named(self, fits: Callable[[str], bool]) -> Iterator[Any]:
        """Give the rows, one array a field, that have fields whose names, in lower case, are said and fit."""
        rows = self.pieces.get_column("row")
        for low, place in self._said:
            if fits(low):
                yield rows.slice(place.start + place.compared, place.lines).explode().to_numpy()

    def shown(self, rows: Sequence[int]) -> dict[int, dict[str, str]]:
        """Give the fields that a list shows of some rows."""
        found: dict[int, dict[str, str]] = {}
        by_batch: dict[int, list[int]] = {}
        for row in rows:
            part, within = divmod(row, build.PART)
            batch = part * (build.PART // build.SHOWN_BATCH) + within // build.SHOWN_BATCH
            by_batch.setdefault(batch, []).append(row)
        with self._lock:
            for batch, wanted in by_batch.items():
                texts = self._shown.get_batch(batch).column(0)
                for row in wanted:
                    found[row] = json.loads(texts[row % build.PART % build.SHOWN_BATCH].as_py())
        return found


class Records:
    """All records of a workspace at one moment: columns in the order of their segments.

    Args:
        segments: Their indexes, whose records together are the records.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        empty = pl.DataFrame(schema=build.SCHEMA)
        parts = [segment.rows.with_columns(pl.col(pl.Categorical).cast(pl.String)) for segment in self.segments]
        self.table = pl.concat([empty, *parts])
        self.count = self.table.height

    @cached_property
    def time(self) -> Numbers:
        """When each happened, µs UTC; records without a time are last of all."""
        return self.table.get_column("time").fill_null(np.iinfo(np.int64).max).to_numpy()

    @cached_property
    def order(self) -> Numbers:
        """Their numbers in time order; those of one moment as they stood in their files."""
        found: Numbers = np.argsort(self.time, kind="stable")
        return found

    @cached_property
    def place(self) -> Numbers:
        """Where each stands in time order."""
        found = np.empty(self.count, dtype=np.int64)
        found[self.order] = np.arange(self.count)
        return found

    @cached_property
    def timed(self) -> Mask:
        """Which have a time."""
        found: Mask = self.time != np.iinfo(np.int64).max
        return found

    @cached_property
    def code(self) -> Coded:
        """Their kinds, such as `Security/4624`, whatever the case a log writes them in."""
        as_written = coded(self.table.get_column("code"))
        spelled: dict[str, str] = {}
        for text in as_written.texts:  # capitals sort first
            spelled.setdefault(text.lower(), text)
        texts = list(spelled.values())
        known = {text: number for number, text in enumerate(texts)}
        numbers = [known[spelled[text.lower()]] for text in as_written.texts]
        return Coded(texts, np.array([*numbers, -1], dtype=np.int64)[as_written.codes])

    @cached_property
    def host(self) -> Coded:
        """Their machines, as written."""
        return coded(self.table.get_column("host"))

    @cached_property
    def machine(self) -> Coded:
        """Their machines by short name in capitals; by the whole name where two share the short one."""
        by_short: dict[str, set[str]] = {}
        for name in self.host.texts:
            by_short.setdefault(short_host(name).upper(), set()).add(name.partition(".")[2].lower())
        told = [
            short if len(by_short[short := short_host(name).upper()] - {""}) <= 1 else name.upper()
            for name in self.host.texts
        ]
        texts = list(dict.fromkeys(told))
        numbers = np.array([*(texts.index(name) for name in told), -1], dtype=np.int64)
        return Coded(texts, numbers[self.host.codes])

    @cached_property
    def loader(self) -> Coded:
        """The loaders that read them."""
        return coded(self.table.get_column("loader"))

    @cached_property
    def file(self) -> Coded:
        """The files they came from."""
        return coded(self.table.get_column("file"))

    @cached_property
    def names(self) -> dict[str, str]:
        """The fields that records have of their own, by name in lower case."""
        return {low: written for segment in self.segments for low, written in segment.names().items()}

    def numbers(self, event_ids: Sequence[str]) -> dict[str, int]:
        """Give the numbers of records by their ids; unknown ids are left out."""
        wanted = pl.Series("event_id", event_ids, dtype=pl.String)
        found = (
            self.table.select("event_id").with_row_index("number").filter(pl.col("event_id").is_in(wanted.implode()))
        )
        return dict(found.select("event_id", "number").iter_rows())

    def in_segments(self, numbers: Numbers) -> Iterator[tuple[Segment, list[int]]]:
        """Give the rows of numbers, which are in rising order, segment by segment."""
        starts = [*(segment.start for segment in self.segments), self.count]
        for segment, (start, end) in zip(self.segments, pairwise(starts), strict=True):
            low, high = np.searchsorted(numbers, [start, end])
            if low < high:
                yield segment, (numbers[low:high] - start).tolist()

    def shown(self, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
        """Give the fields that a list shows of some records, by their numbers."""
        found: dict[int, dict[str, str]] = {}
        for segment, rows in self.in_segments(np.array(sorted(numbers), dtype=np.int64)):
            found |= {segment.start + row: fields for row, fields in segment.shown(rows).items()}
        return found

    def raws(self, numbers: Numbers) -> Iterator[tuple[int, str]]:
        """Give the original text of records, in rising order of their numbers."""
        for segment, rows in self.in_segments(numbers):
            scan = pl.scan_parquet(segment.evidence, glob=False).select("raw").with_row_index("row")
            wanted = pl.Series(rows, dtype=pl.get_index_type())
            for row, raw in scan.filter(pl.col("row").is_in(wanted.implode())).collect().iter_rows():
                yield segment.start + row, raw


def coded(column: pl.Series) -> Coded:
    """Make a column of numbers of a column of texts."""
    texts = column.drop_nulls().unique().sort().to_list()
    codes = column.cast(pl.Enum(texts)).to_physical().cast(pl.Int64).fill_null(-1)
    return Coded(texts, codes.to_numpy())


class Indexes:
    """Opens the indexes of a workspace, and makes those that aren't there.

    Args:
        workspace: The evidence.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._home = workspace.path / FOLDER
        self._lock = threading.Lock()
        self._known: tuple[tuple[str, ...], Records] | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def records(self, tell: Callable[[int, int], None] | None = None) -> Records:
        """Give all records there are now.

        Args:
            tell: Called while an index is made, with how many records of how many are done.

        Raises:
            DamageError: A file of original records isn't what was written.
        """
        live = [segment for segment in self._workspace.live() if segment.rows]
        mark = tuple(segment.id for segment in live)
        with self._lock:
            if self._known is None or self._known[0] != mark:
                self._known = (mark, Records(list(self._opened(live, tell or _untold))))
            return self._known[1]

    def _opened(self, live: Sequence[SegmentEntry], tell: Callable[[int, int], None]) -> Iterator[Segment]:
        start, count = 0, sum(entry.rows for entry in live)
        for entry in live:
            evidence = self._workspace.folder(entry.id) / EVIDENCE_FILE
            prove(evidence, entry.files[EVIDENCE_FILE], _RECORDS)
            folder = self._folder(entry, lambda done, start=start: tell(start + done, count))  # type: ignore[misc]
            yield Segment(folder, evidence, start)
            start += entry.rows
        with contextlib.suppress(OSError):
            self._tidy({build.folder_of(self._home, entry.id).name for entry in live})

    def _folder(self, entry: SegmentEntry, tell: Callable[[int], None]) -> Path:
        folder = build.folder_of(self._home, entry.id)
        with _MAKING:
            if build.is_made(folder):
                return folder
            source = self._workspace.folder(entry.id)
            try:
                build.make(source, entry, folder, tell)
            except PermissionError:  # a workspace that may only be read is no reason to fail
                folder = build.folder_of(self._elsewhere(), entry.id)
                if not build.is_made(folder):
                    build.make(source, entry, folder, tell)
        return folder

    def _elsewhere(self) -> Path:
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="graphhunt-records-")
        return Path(self._scratch.name)

    def _tidy(self, live: set[str]) -> None:
        """Remove the indexes of segments that are no more."""
        for old in self._home.iterdir() if self._home.is_dir() else ():
            if old.name not in live and not old.name.startswith("."):
                shutil.rmtree(old, ignore_errors=True)


def _untold(done: int, count: int) -> None:
    """Tell nobody."""


def matching(frame: pl.DataFrame, wanted: pl.Expr) -> list[Any]:
    """Give the rows of the pieces or values that are wanted, as one array."""
    found = frame.filter(wanted).get_column("row")
    return [found.explode().drop_nulls().to_numpy()] if len(found) else []
