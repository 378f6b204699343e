"""Rereading: facts are told again from the kept records where their loader has become another since.

A segment is behind if a loader of its records has another version now. It is written anew, with the same records under
the same ids, and takes the old one's place in one step: whoever is killed on the way leaves the old one.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec.structs import replace

from graphhunt.errors import DamageError, UsageError
from graphhunt.evidence.batch import DUPLICATE, LOADED, REJECTED, SKIPPED, Batch, Row
from graphhunt.evidence.contents import kept_records
from graphhunt.evidence.files import Staging, typed_errors
from graphhunt.evidence.journal import SegmentEntry, SourceEntry, new_id
from graphhunt.evidence.mending import publish
from graphhunt.evidence.proof import prove
from graphhunt.evidence.segment import (
    EVIDENCE_FILE,
    INDEX_FILE,
    evidence_table,
    fact_tables,
    seal,
    write_evidence,
    write_facts,
)
from graphhunt.evidence.segments import Home
from graphhunt.evidence.tables import EVIDENCE_SCHEMA, KINDS, arrow_schema, model_version
from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.held import write_held
from graphhunt.sources.loading import Held, Loader, Rereader, Source, named, version_of
from graphhunt.sources.pool import Pool, WorkerLimits

Outcome = list[Fact] | Skipped | Rejected
File = tuple[str, str]
"""A file's name and its loader: what a record says of where it came from."""

_TOLD = ("host", "time", "code", "outcome", "reason")
"""Columns of a record that its loader tells."""


class Behind(NamedTuple):
    """What an older loader read.

    Attributes:
        segment: The segment that holds it.
        files: The files whose records can be read again, with what their loader has to know of them.
        records: How many records these are, by loader.
        lost: How many records can't be read again without their files, by loader.
    """

    segment: SegmentEntry
    files: dict[File, str]
    records: Counter[str]
    lost: Counter[str]


class Reread(NamedTuple):
    """What rereading did: records that were read again, and what went wrong."""

    records: int
    warnings: list[FileWarning]


def older(workspace: Home, known: Mapping[str, Loader] | None = None) -> dict[str, dict[str, int]]:
    """Count by loader the `records` that older versions read, and as `lost` those that only their files would tell.

    Args:
        workspace: The evidence.
        known: The loaders by name; those of the entry points if None.
    """
    late = _behind(workspace, _known(workspace, known))
    return {
        "records": dict(sorted(sum((one.records for one in late), Counter()).items())),
        "lost": dict(sorted(sum((one.lost for one in late), Counter()).items())),
    }


def reread(
    workspace: Home,
    only: str | None = None,
    *,
    known: Mapping[str, Loader] | None = None,
    limits: WorkerLimits | None = None,
) -> Reread:
    """Tell the facts again of what older loaders read; segments that can't be read again stay as they are.

    Args:
        workspace: The evidence.
        only: Name of the loader to do so for; None for all.
        known: The loaders by name; those of the entry points if None.
        limits: What a worker may take for the records of one segment.

    Raises:
        UsageError: No loader is called `only`.
        WorkspaceError: The workspace can't be written.
    """
    loaders = _known(workspace, known)
    if only is not None and only not in loaders:
        raise UsageError(f"no record was read by a loader called '{only}'", hint="valid: " + ", ".join(sorted(loaders)))
    late = [one for one in _behind(workspace, loaders, only) if one.records]
    done = Reread(0, [])
    if not late:
        return done
    answers = _Answers()
    versions = {name: version_of(loader) for name, loader in loaders.items()}
    with typed_errors(workspace.path), Pool(known, limits=limits, take=answers.take) as pool:
        for one in late:
            try:
                records, warnings = _rewrite(workspace, one, versions, pool, answers)
            except DamageError as error:
                records, warnings = 0, [FileWarning(error.where or "", "", error.message)]
            done = Reread(done.records + records, done.warnings + warnings)
    return done


def _known(workspace: Home, known: Mapping[str, Loader] | None) -> dict[str, Loader]:
    """Give the loaders, by their own names, that records of the workspace were read by."""
    names = {source.loader for source in workspace.contents()}
    return {loader.name: loader for loader in (known or named(names)).values() if loader.name in names}


def _behind(workspace: Home, loaders: Mapping[str, Loader], only: str | None = None) -> list[Behind]:
    """List what older loaders read, segment by segment."""
    versions = {name: version_of(loader) for name, loader in loaders.items() if only in (None, name)}
    # A file that is loaded once more, when nothing of it is new, still tells what its records need.
    contexts = {(s.loader, s.sha256): s.context for s in workspace.contents() if s.context}
    found = [_behind_in(segment, versions, loaders, contexts) for segment in workspace.live() if segment.rows]
    return [one for one in found if one.records or one.lost]


def _behind_in(
    segment: SegmentEntry, versions: Mapping[str, str], loaders: Mapping[str, Loader], contexts: Mapping[File, str]
) -> Behind:
    one = Behind(segment, {}, Counter(), Counter())
    for source in segment.sources:
        kept, version = kept_records(source), versions.get(source.loader)
        if not kept or version in (None, source.version):
            continue
        key, loader = (source.file, source.loader), loaders[source.loader]
        context = source.context or contexts.get((source.loader, source.sha256), "")
        told = bool(context) or not hasattr(loader, "context")
        if isinstance(loader, Rereader) and told and one.files.get(key, context) == context:
            one.files[key] = context
            one.records[source.loader] += kept
        else:
            one.lost[source.loader] += kept
    return one


class _Answers:
    """What the workers say of the records of one segment, by row."""

    def __init__(self) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self.warnings: list[FileWarning] = []

    def take(self, rows: Sequence[int], item: Record | FileWarning) -> None:
        """Take what is said of one of some rows."""
        if isinstance(item, FileWarning):
            self.warnings.append(item)
        else:
            self.outcomes[rows[int(item.position)]] = item.outcome


def _rewrite(
    workspace: Home, one: Behind, versions: Mapping[str, str], pool: Pool[Sequence[int]], answers: _Answers
) -> tuple[int, list[FileWarning]]:
    """Read a segment's records again and put another one in its place, unless a worker failed."""
    segment = one.segment
    folder = workspace.folder(segment.id)
    for name, known in segment.files.items():
        prove(folder / name, known, "a file of records or facts")
    records = pq.read_table(folder / EVIDENCE_FILE, schema=EVIDENCE_SCHEMA)
    answers.outcomes, answers.warnings = {}, []
    with Staging(workspace.home / "staging", new_id()) as scratch:
        _ask(records, one.files, scratch.path, pool)
    if answers.warnings:
        return 0, [replace(warning, file=f"records of {warning.file}") for warning in answers.warnings]
    with Staging(workspace.home / "staging", new_id()) as staging:
        entry = _write(staging.path, folder, records, one, answers.outcomes, versions)
        with workspace.lock.held():
            workspace.refresh()
            if segment.id not in {other.id for other in workspace.journal.segments()}:
                return 0, []  # somebody else has replaced it, and looks after it
            # An index over several segments names the old one; each has its own.
            over = [index.id for index in workspace.journal.indexes() if segment.id in index.segments]
            publish(workspace, staging, replace(entry, replaces=[segment.id, *over]))
    return one.records.total(), []


def _ask(records: pa.Table, files: Mapping[File, str], scratch: Path, pool: Pool[Sequence[int]]) -> None:
    """Let the loaders read the records of some files again."""
    rows: dict[str, list[int]] = {}
    names, loaders = records.column("file").to_pylist(), records.column("loader").to_pylist()
    for row, key in enumerate(zip(names, loaders, strict=True)):
        if key in files:
            rows.setdefault(key[1], []).append(row)
    for number, (loader, mine) in enumerate(sorted(rows.items())):
        path = scratch / f"{number}.held"
        write_held(path, _held(records.take(mine), files))
        pool.submit(Source(loader, path), loader, mine, again=True)
    pool.finish()


def _held(records: pa.Table, files: Mapping[File, str]) -> Iterable[Held]:
    columns = ("raw", "position", "file", "loader", "outcome", "reason")
    for batch in records.select(columns).to_batches(max_chunksize=1024):
        for raw, position, file, loader, outcome, reason in zip(
            *(batch.column(name).to_pylist() for name in columns), strict=True
        ):
            yield Held(raw, position, file, files[file, loader], reason if outcome == REJECTED else "")


def _write(
    target: Path, folder: Path, records: pa.Table, one: Behind, outcomes: Mapping[int, Outcome],
    versions: Mapping[str, str],
) -> SegmentEntry:  # fmt: skip
    """Write the files of the new segment."""
    segment = one.segment
    again = [_batch(records, outcomes, rows) for rows in _by_tenant(records, outcomes)]
    facts = _facts(segment, folder, again)  # what can't be kept becomes rejected here
    told = _told(records, outcomes, again)
    shutil.copyfile(folder / INDEX_FILE, target / INDEX_FILE)
    write_evidence(target / EVIDENCE_FILE, told)
    for kind, table in facts.items():
        write_facts(target / f"{kind}.parquet", table)
    return replace(
        segment,
        id=target.name,
        rejected=told.column("outcome").to_pylist().count(REJECTED),
        facts={kind: table.num_rows for kind, table in sorted(facts.items())},
        files=seal(target),
        sources=_sources(segment.sources, told, one.files, versions),
        model=model_version(),
    )


def _by_tenant(records: pa.Table, outcomes: Mapping[int, Outcome]) -> Iterable[list[int]]:
    """Part the rows that were read again by the tenant they belong to."""
    found: dict[str, list[int]] = {}
    tenants = records.column("client_id").to_pylist()
    for row in sorted(outcomes):
        found.setdefault(tenants[row], []).append(row)
    return found.values()


def _batch(records: pa.Table, outcomes: Mapping[int, Outcome], rows: list[int]) -> Batch:
    """Make a batch of what is told of some rows of one tenant, without the records themselves."""
    taken = records.select(["event_id", "loader", "client_id", "position"]).take(rows).to_pylist()
    batch = Batch(taken[0]["client_id"])
    numbers: dict[str, int] = {}
    for row, place in zip(taken, rows, strict=True):
        loader, outcome = row["loader"], outcomes[place]
        if loader not in numbers:
            numbers[loader] = batch.begin(SourceEntry(file="", loader=loader, sha256="", bytes=0))
        state, reason, facts = _state(outcome)
        batch.rows.append(Row(row["event_id"], numbers[loader], row["position"], state, reason, b"", facts))
    return batch


def _state(outcome: Outcome) -> tuple[str, str, list[Fact]]:
    if isinstance(outcome, list):
        return LOADED, "", outcome
    return (SKIPPED if isinstance(outcome, Skipped) else REJECTED), outcome.reason, []


def _facts(segment: SegmentEntry, folder: Path, again: Sequence[Batch]) -> dict[str, pa.Table]:
    """Give the segment's facts: those told now, and those of the records that weren't read again."""
    told = pa.array([row.event_id for batch in again for row in batch.rows], pa.string())
    parts: dict[str, list[pa.Table]] = {}
    for batch in again:
        for kind, table in fact_tables(batch).items():
            parts.setdefault(kind, []).append(table)
    for kind in segment.facts:
        old = pq.read_table(folder / f"{kind}.parquet", schema=arrow_schema(KINDS[kind]))
        left = old.filter(pc.invert(pc.is_in(old.column("event_id"), told)))
        if left.num_rows:
            parts.setdefault(kind, []).append(left)
    return {kind: pa.concat_tables(tables) for kind, tables in parts.items()}


def _told(records: pa.Table, outcomes: Mapping[int, Outcome], again: Sequence[Batch]) -> pa.Table:
    """Give the records with what their loaders say of them now."""
    columns = {name: records.column(name).to_pylist() for name in _TOLD}
    for rows, batch in zip(_by_tenant(records, outcomes), again, strict=True):
        fresh = evidence_table(batch).select(_TOLD).to_pydict()
        for name, values in fresh.items():
            for row, value in zip(rows, values, strict=True):
                columns[name][row] = value
    for name in _TOLD:
        place, field = EVIDENCE_SCHEMA.get_field_index(name), EVIDENCE_SCHEMA.field(name)
        records = records.set_column(place, field, pa.array(columns[name], field.type))
    return records


def _sources(
    sources: Sequence[SourceEntry], told: pa.Table, files: Mapping[File, str], versions: Mapping[str, str]
) -> list[SourceEntry]:
    """Count again what came of the files that were read again; of several contents of one name the first has it all."""
    counts: dict[File, Counter[tuple[str, str]]] = {}
    for file, loader, outcome, reason in zip(
        *(told.column(name).to_pylist() for name in ("file", "loader", "outcome", "reason")), strict=True
    ):
        counts.setdefault((file, loader), Counter())[outcome, reason if outcome == SKIPPED else ""] += 1
    return [
        _counted(source, counts.pop(key, Counter()), versions[source.loader], files[key]) if key in files else source
        for source in sources
        for key in [(source.file, source.loader)]
    ]


def _counted(source: SourceEntry, counts: Mapping[tuple[str, str], int], version: str, context: str) -> SourceEntry:
    """Give a file's entry with the outcomes of its records; duplicates stay what they were."""
    repeated = {DUPLICATE: n} if (n := source.skipped.get(DUPLICATE, 0)) else {}
    skipped = {reason: n for (outcome, reason), n in counts.items() if outcome == SKIPPED}
    return replace(
        source,
        version=version,
        context=context,
        read=sum(counts.values()) + sum(repeated.values()),
        loaded=counts.get((LOADED, ""), 0),
        rejected=counts.get((REJECTED, ""), 0),
        skipped=dict(sorted((repeated | skipped).items())),
    )
