"""What a path search returns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path: one act of one account from one host to another.

    Attributes:
        src: Source host index, -1 when unknown.
        dst: Destination host index.
        acct: Account index, -1 when unknown.
        rows: Table rows of its logons, earliest first.
        start: Time of the first logon, µs UTC.
        end: Latest recorded end of its sessions, -1 when one is not known.
        score: How unusual it is; 0 for a habit.
        reasons: Why, in words with counts.
    """

    src: int
    dst: int
    acct: int
    rows: tuple[int, ...]
    start: int
    end: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """Hops that follow one another in time; `score` is the root of the sum of their squared scores."""

    score: float
    reasons: tuple[str, ...]
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class PathSet:
    """Paths, best first.

    Attributes:
        paths: The paths.
        truncated: There are more than were listed.
        exact: False when the search stopped at its budget: a better path may be missing.
        notes: What was left out of the search and why, in words.
    """

    paths: tuple[Path, ...]
    truncated: bool
    exact: bool
    notes: tuple[str, ...] = ()
