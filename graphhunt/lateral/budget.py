"""What fits into a day's reading: units of account, source and day, and what is counted instead of shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphhunt.lateral.detector import LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphhunt.lateral.detector import Finding, FoundHop

Unit = tuple[int, int, int]
"""Account, source and UTC day."""

PER_DAY = 9
"""Units shown for each scored day, where nothing else is asked for."""

OPENED = 10
"""Most units of one chain that are opened at once."""


@dataclass(slots=True)
class Budget:
    """Fills the reading of a run, first what to read first.

    Attributes:
        per_day: Units for each day.
        days: Days that were scored.
        shown: Units shown so far, each with its class.
    """

    per_day: int
    days: int
    shown: dict[Unit, str] = field(default_factory=dict)

    @property
    def whole(self) -> int:
        """Units that fit."""
        return self.per_day * max(1, self.days)

    def take(self, findings: Iterable[Finding]) -> list[Finding]:
        """Give the chains that fit; the one with which the budget is used up is still shown."""
        taken = []
        for finding in findings:
            if len(self.shown) >= self.whole:
                break
            taken.append(finding)
            for unit, letter in list(classes_of(finding).items())[:OPENED]:
                self.shown[unit] = min(self.shown.get(unit, letter), letter, key=LETTERS.index)
        return taken

    def json(self, found: Mapping[str, int]) -> dict[str, Any]:
        """Write what was shown of what was found.

        Args:
            found: Units found, by class.

        Returns:
            `per_day`, `days`, `units`, `shown`, `found`, and `not_shown` by class.
        """
        shown = Counter(self.shown.values())
        left = {letter: found.get(letter, 0) - shown[letter] for letter in LETTERS}
        return {
            "per_day": self.per_day, "days": self.days, "units": self.whole, "shown": len(self.shown),
            "found": sum(found.values()), "not_shown": {letter: n for letter, n in left.items() if n > 0},
        }  # fmt: skip


def classes_of(finding: Finding) -> dict[Unit, str]:
    """Give the units of a chain with the best class of their hops, the most telling first, then by time."""
    best: dict[Unit, FoundHop] = {}
    for hop in finding.hops:
        known = best.get(hop.unit)
        if not hop.lead_in and (known is None or LETTERS.index(hop.klass) < LETTERS.index(known.klass)):
            best[hop.unit] = hop
    ordered = sorted(best.values(), key=lambda hop: (LETTERS.index(hop.klass), -hop.kinds, hop.start))
    return {hop.unit: hop.klass for hop in ordered}


def opened(finding: Finding) -> tuple[list[FoundHop], int]:
    """Give the hops of a chain that are opened at once, with what led to them, and how many units are left."""
    units = list(classes_of(finding))
    first = set(units[:OPENED])
    hops = [hop for hop in finding.hops if hop.lead_in or hop.unit in first]
    return hops, max(0, len(units) - OPENED)


def found_units(findings: Iterable[Finding]) -> dict[str, int]:
    """Count the units of chains by class."""
    best: dict[Unit, str] = {}
    for finding in findings:
        for unit, letter in classes_of(finding).items():
            best[unit] = min(best.get(unit, letter), letter, key=LETTERS.index)
    return dict(Counter(best.values()))


def budget_words(budget: Mapping[str, Any]) -> str | None:
    """Say what did not fit, by class; None where everything did."""
    if not budget["not_shown"]:
        return None
    left = ", ".join(f"{number:,} of class {letter}" for letter, number in budget["not_shown"].items())
    return f"{budget['shown']:,} of {budget['found']:,} units shown; not shown: {left}"
