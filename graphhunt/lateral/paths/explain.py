"""Says in words why a hop or path is unusual."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from graphhunt.lateral.paths.acts import Acts
from graphhunt.lateral.paths.rarity import Rarity
from graphhunt.lateral.paths.result import Hop, Path
from graphhunt.lateral.paths.table import SECOND, LogonTable

_RARE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Explainer:
    """Turns acts into hops and paths with reasons."""

    table: LogonTable
    rarity: Rarity | None

    def path(self, acts: Acts, members: list[int]) -> Path:
        """Describe a path given by its acts in order."""
        return self.joined(tuple(self.hop(acts, act) for act in members))

    def joined(self, hops: tuple[Hop, ...]) -> Path:
        """Describe a path of hops that are described already."""
        score = sqrt(sum(hop.score**2 for hop in hops))
        return Path(score, tuple(self._about(hops)), hops)

    def hop(self, acts: Acts, act: int) -> Hop:
        """Describe one act."""
        rows = acts.rows_of(act)
        total = acts.score if self.rarity is None else self.rarity.total
        best = rows[0] if self.rarity is None else max(rows, key=lambda row: (total[row], -row))
        return Hop(
            int(acts.src[act]), int(acts.dst[act]), int(acts.acct[act]), rows, int(acts.t[act]),
            int(acts.end[act]), float(acts.score[act]), tuple(self._rare(best)),
        )  # fmt: skip

    def _rare(self, row: int) -> list[str]:
        if self.rarity is None:
            return []
        history = int(self.rarity.history_days[row])
        if not history:
            return ["no earlier day in the data to compare with"]
        names = {
            "a": self.table.account_name(int(self.table.acct[row])),
            "s": self.table.host_name(int(self.table.src[row])),
            "d": self.table.host_name(int(self.table.dst[row])),
        }
        return [
            f"{_often(int(term.together[row]), int(term.given[row]), history)} {term.view.words.format(**names)}"
            for term in self.rarity.terms
            if term.surprise[row] > 0 and term.together[row] <= _RARE_SHARE * max(1, int(term.given[row]))
        ]

    def _about(self, hops: tuple[Hop, ...]) -> list[str]:
        reasons = []
        if len(hops) > 1:
            reasons.append(f"{len(hops)} hops in time order within {span_words(hops[-1].start - hops[0].start)}")
        for before, after in pairwise(hops):
            if before.acct != after.acct:
                place = self.table.host_name(after.src)
                names = self.table.account_name(before.acct), self.table.account_name(after.acct)
                reasons.append(f"the account changes from {names[0]} to {names[1]} on {place}")
        for hop in hops:
            reasons.extend(reason for reason in hop.reasons if reason not in reasons)
        return reasons


def _often(together: int, given: int, history: int) -> str:
    if not given:
        return f"never before (no day to compare in {history}):"
    return f"on {together} of {given} earlier days" if together else f"never before (0 of {given} days):"


def span_words(span_us: int) -> str:
    """Say a length of time in its two largest units, such as `2 h 5 min`."""
    seconds = max(0, span_us) // SECOND
    parts = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            parts.append(f"{seconds // size} {unit}")
            seconds %= size
    return " ".join(parts[:2]) or "under a second"
