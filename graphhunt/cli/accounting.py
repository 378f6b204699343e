"""What became of every record, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphhunt.plain import counted

MOST = 8
"""Reasons that are named of each kind."""


def words(found: Mapping[str, Any], *, skipped: bool = True) -> Iterable[str]:
    """Say in lines how many records are drawn, evidence only, skipped and rejected, and the commonest reasons.

    Args:
        found: What `Hunt.accounting` gives.
        skipped: Name the reasons of skipped records too.
    """
    if not found.get("read"):
        return
    left, passed, refused = (_numbers(found[part]) for part in ("evidence_only", "skipped", "rejected"))
    yield (
        f"{counted(found['read'], 'record')} read: {found['drawn']:,} drawn, {sum(left.values()):,} evidence only,"
        f" {sum(passed.values()):,} skipped, {sum(refused.values()):,} rejected"
    )
    for what, reasons in (("evidence only", left), ("skipped", passed if skipped else {}), ("rejected", refused)):
        for reason, text in commonest(reasons, what):
            yield text + _example(found["rejected"].get(reason), what)


def commonest(reasons: Mapping[str, int], what: str) -> Iterable[tuple[str, str]]:
    """Give the commonest reasons, each with its line, and one line for all others."""
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    for reason, records in ordered[:MOST]:
        yield reason, f"  {what} {records:,}: {reason}"
    if rest := ordered[MOST:]:
        records = sum(records for _, records in rest)
        yield "", f"  {what} {records:,}: {counted(len(rest), 'reason')} more; --json gives all"


def older_words(found: Mapping[str, Mapping[str, int]]) -> Iterable[str]:
    """Say in lines how many records older loaders read, and what to do about it."""
    for part, remedy in (
        ("records", "the next load reads them again, or: graphhunt reread"),
        ("lost", "they are read again once their files are loaded again"),
    ):
        if records := sum(found[part].values()):
            be = "was" if records == 1 else "were"
            yield f"{counted(records, 'record')} {be} read by an older loader ({', '.join(found[part])}); {remedy}"


def _numbers(reasons: Mapping[str, Any]) -> dict[str, int]:
    return {reason: found["records"] if isinstance(found, Mapping) else found for reason, found in reasons.items()}


def _example(found: Mapping[str, Any] | None, what: str) -> str:
    return f"; the first is {found['position']} of {found['file']}" if found and what == "rejected" else ""


def file_rows(files: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, ...]]:
    """Give the rows of the table of files: name, loader, read, drawn, evidence only, skipped, rejected."""
    for row in files:
        parts = [sum(_numbers(row[part]).values()) for part in ("evidence_only", "skipped", "rejected")]
        yield row["file"], row["loader"], *(f"{n:,}" for n in (row["read"], row["drawn"], *parts))
