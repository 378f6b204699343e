"""Accounting: what became of every record, per file: drawn, evidence only, skipped or rejected, and why.

Always `read = drawn + evidence_only + skipped + rejected`, for each file and in all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt import ids
from graphhunt.evidence.proof import prove
from graphhunt.evidence.segment import EVIDENCE_FILE
from graphhunt.graph.state import VERSION
from graphhunt.questions.kept import kept_table

if TYPE_CHECKING:
    from graphhunt.evidence import Workspace
    from graphhunt.evidence.journal import SourceEntry
    from graphhunt.graph.snapshot import Snapshot

DRAWN, EVIDENCE, REJECTED = "drawn", "evidence only", "rejected"
NOT_YET = "the graph of this evidence isn't made yet; the next load makes it"

_KEY = ["file", "loader"]
_COUNTED = {
    "file": pl.String, "loader": pl.String, "became": pl.String, "reason": pl.String, "records": pl.Int64,
    "position": pl.String, "event_id": pl.String,
}  # fmt: skip


def accounting(workspace: Workspace, snapshot: Snapshot, *, files: bool = False) -> dict[str, Any]:
    """Say what became of every record that was read.

    Args:
        workspace: The evidence.
        snapshot: The graph's tables, which tell what is drawn.
        files: List the files too.

    Returns:
        `read`, `drawn`, and by reason `evidence_only`, `skipped` and `rejected` (each with `records` and an example's
        `file`, `position` and `event_id`); with `files` the same per file and loader.
    """
    counted = _kept(workspace, snapshot)
    rows = _rows(workspace.sources(), counted)
    total = _total(rows)
    if snapshot.fingerprint is None and total["read"]:
        total["reason"] = NOT_YET
    return {**total, **({"files": rows} if files else {})}


def _kept(workspace: Workspace, snapshot: Snapshot) -> pl.DataFrame:
    """Count the records by file and what became of them; kept beside the snapshot until either changes."""
    mark = ids.digest(workspace.fingerprint(), str(snapshot.fingerprint), VERSION, size=8)
    return kept_table(workspace, "accounting", mark, lambda: _counted(workspace, snapshot))


def _counted(workspace: Workspace, snapshot: Snapshot) -> pl.DataFrame:
    files = {}
    for segment in workspace.live():
        if segment.rows:
            files[workspace.folder(segment.id) / EVIDENCE_FILE] = segment.files[EVIDENCE_FILE]
    for path, known in files.items():
        prove(path, known, "the file of original records")
    if not files:
        return pl.DataFrame(schema=_COUNTED)
    undrawn = snapshot.scan("Undrawn")
    left = undrawn if undrawn is not None else pl.LazyFrame(schema={"event_id": pl.String, "reason": pl.String})
    rows = pl.scan_parquet(list(files), glob=False).select(*_KEY, "event_id", "position", "outcome", "reason")
    rows = rows.filter(pl.col("outcome") != "skipped").join(
        left.rename({"reason": "_left"}), on="event_id", how="left", maintain_order="left"
    )
    became = (
        pl.when(pl.col("outcome") == "rejected").then(pl.lit(REJECTED))
        .when(pl.col("_left").is_not_null()).then(pl.lit(EVIDENCE))
        .otherwise(pl.lit(DRAWN))
    )  # fmt: skip
    why = pl.when(became == REJECTED).then("reason").otherwise(pl.col("_left").fill_null(""))
    grouped = rows.group_by(*_KEY, became=became, reason=why).agg(
        records=pl.len().cast(pl.Int64), position=pl.col("position").first(), event_id=pl.col("event_id").first()
    )
    return grouped.select(*_COUNTED).sort(*_KEY, "became", "reason").collect()


def _rows(sources: list[SourceEntry], counted: pl.DataFrame) -> list[dict[str, Any]]:
    """Give one row per file and loader."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for source in sources:
        row = found.setdefault((source.file, source.loader), _empty(file=source.file, loader=source.loader))
        row["read"] += source.read
        _add(row["skipped"], source.skipped)
    for file, loader, became, reason, records, position, event_id in counted.iter_rows():
        row = found.setdefault((file, loader), _empty(file=file, loader=loader))
        if became == DRAWN:
            row["drawn"] += records
        elif became == EVIDENCE:
            _add(row["evidence_only"], {reason: records})
        else:
            row["rejected"][reason] = {"records": records, "file": file, "position": position, "event_id": event_id}
    return [row for _, row in sorted(found.items())]


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    total = _empty()
    for row in rows:
        total["read"] += row["read"]
        total["drawn"] += row["drawn"]
        _add(total["evidence_only"], row["evidence_only"])
        _add(total["skipped"], row["skipped"])
        for reason, found in row["rejected"].items():
            known = total["rejected"].setdefault(reason, {**found, "records": 0})
            known["records"] += found["records"]
    return total


def _empty(**own: str) -> dict[str, Any]:
    return {**own, "read": 0, "drawn": 0, "evidence_only": {}, "skipped": {}, "rejected": {}}


def _add(into: dict[str, int], more: dict[str, int]) -> None:
    for reason, records in more.items():
        into[reason] = into.get(reason, 0) + records
