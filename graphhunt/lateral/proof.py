"""What records prove of the steps of a path: that one led to the next, or that something else did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from graphhunt.lateral.paths import Explainer, Hop, LogonTable, Path

Causes = Mapping[str, str | None]
"""The remote logon that led to each one whose cause is proved; None where it is proved that no remote logon did."""


def proven(table: LogonTable, path: Path, causes: Causes) -> Path:
    """Say which steps of a path records prove."""
    steps = [b for a, b in zip(path.hops, path.hops[1:], strict=False) if _led(table, a, b, causes)]
    words = "the logon to {} was opened from the session before on {}"
    reasons = tuple(words.format(table.host_name(hop.dst), table.host_name(hop.src)) for hop in steps)
    return replace(path, reasons=(*reasons, *path.reasons))


def parted(table: LogonTable, path: Path, causes: Causes) -> list[Path]:
    """Give the parts of a path between steps that records deny: the logon was opened by something else."""
    parts: list[list[Hop]] = [[path.hops[0]]]
    for a, b in zip(path.hops, path.hops[1:], strict=False):
        if _denied(table, a, b, causes):
            parts.append([])
        parts[-1].append(b)
    if len(parts) == 1:
        return [path]
    words = Explainer(table, None)
    return [words.joined(tuple(part)) for part in parts]


def _proved(table: LogonTable, hop: Hop, causes: Causes) -> set[str | None]:
    """Give the proved causes of a hop's logons."""
    ids = [table.row_id(row) for row in hop.rows]
    return {causes[one] for one in ids if one in causes}


def _led(table: LogonTable, a: Hop, b: Hop, causes: Causes) -> bool:
    return bool(_proved(table, b, causes) & {table.row_id(row) for row in a.rows})


def _denied(table: LogonTable, a: Hop, b: Hop, causes: Causes) -> bool:
    """Tell whether all that is proved of a hop's causes is that the one before wasn't it."""
    return bool(_proved(table, b, causes)) and not _led(table, a, b, causes)
