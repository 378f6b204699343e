"""Reasons in words, with the counts they rest on."""

from __future__ import annotations

from dataclasses import dataclass

from graphhunt.lateral.detector._causal import NEW_ACCESS, NO_CAUSE, SWITCH
from graphhunt.lateral.detector.classes import Classed
from graphhunt.lateral.detector.corroboration import KINDS
from graphhunt.lateral.detector.score import Scores
from graphhunt.lateral.paths.table import LogonTable
from graphhunt.plain import counted

_NOTABLE = 1.0


@dataclass(frozen=True, slots=True)
class Narrator:
    """Explains rows of a scored table."""

    table: LogonTable
    scores: Scores
    found: dict[int, list[str]]
    techniques: dict[int, list[str]]
    classed: Classed

    @classmethod
    def of(cls, table: LogonTable, scores: Scores, classes: Classed) -> Narrator:
        """Prepare the corroboration texts of a table."""
        found: dict[int, list[str]] = {}
        techniques: dict[int, list[str]] = {}
        for kind in KINDS:
            rows = scores.corroboration.rows.get(kind.name)
            if rows is None:
                continue
            seen, history = scores.corroboration.days[kind.name]
            for row, days, of in zip(rows.tolist(), seen.tolist(), history.tolist(), strict=True):
                words = kind.words.format(**_names(table, row))
                habit = f" (the like on {days} of {of} earlier days)" if of else ""
                found.setdefault(row, []).append(words + habit)
                if kind.technique:
                    techniques.setdefault(row, []).append(kind.technique)
        return cls(table, scores, found, techniques, classes)

    def reasons(self, row: int) -> list[str]:
        """Say why a row is suspicious."""
        return [
            *self._cause(row), *self._habits(row), *self._around(row), *self._weighed(row), *self.found.get(row, [])
        ]  # fmt: skip

    def technique_ids(self, row: int) -> list[str]:
        """List ATT&CK ids of a row: what was recognised, what host events show, and valid accounts on a switch."""
        ids = []
        if self.table.technique[row] >= 0:
            ids.append(self.table.techniques[self.table.technique[row]])
        ids += self.techniques.get(row, [])
        if int(self.scores.causes.inbound.flags[row]) & SWITCH:
            ids.append("T1078")
        specific = [one for one in dict.fromkeys(ids) if not any(o != one and o.startswith(f"{one}.") for o in ids)]
        return specific or ["T1021"]

    def _cause(self, row: int) -> list[str]:
        side = self.scores.causes.inbound
        flags, name = int(side.flags[row]), _names(self.table, row)
        root = self.table.account_name(int(side.root[row]))
        if flags & SWITCH:
            k = int(side.causes[row])
            certain = (
                "the only possible cause" if k <= 1 else f"the likeliest of {k} possible causes, {1 / k:.0%} certain"
            )
            known = float(side.known[row])
            text = f"the credential changed on {name['s']}: {root} ({certain}) to {name['a']}"
            text += f", seen on {known:.3g} of {self._history(row)} earlier days"
            new = f"{root} did not reach {name['d']} in {self.scores.rarity.window_days} days"
            return [text, new] if flags & NEW_ACCESS else [text]
        if flags & NO_CAUSE and self.scores.signature[row] > 0:
            return [f"no logon into {name['s']} explains it: its cause is missing from the logs or began there"]
        return []

    def _habits(self, row: int) -> list[str]:
        habits, name = self.scores.habits, _names(self.table, row)
        history = self._history(row)
        if not history:
            return ["no earlier day to compare with"]
        window = self.scores.rarity.window_days
        if habits.acct[row] == 0:
            return [f"{name['a']} was not seen on any of {history} earlier days"]
        texts = []
        if habits.acct_dst[row] == 0:
            texts.append(f"{name['a']} never logged on to {name['d']} in {window} days; 0 of {habits.acct[row]} days")
        if habits.acct_src[row] == 0:
            texts.append(f"{name['a']} was never used from {name['s']}; 0 of {habits.acct[row]} days")
        if habits.src_dst[row] == 0:
            texts.append(f"nobody went from {name['s']} to {name['d']}; 0 of {habits.src[row]} days")
        if self.scores.kind[row] >= _NOTABLE:
            texts.append(f"logon type {self.table.logon_type[row]} is rare on {name['d']}")
        if not texts:
            texts.append(f"{name['a']} logged on to {name['d']} on {habits.acct_dst[row]} of {habits.acct[row]} days")
        return texts

    def _around(self, row: int) -> list[str]:
        around, name = self.scores.context, _names(self.table, row)
        texts = []
        if around.rotations[row] > 0:
            texts.append(f"{int(around.rotations[row])} or more other switched accounts left {name['s']} that day")
        if around.arrived[row] > _NOTABLE:
            texts.append(f"a suspicious logon came into {name['s']} in the 24 h before")
        if around.departed[row] > _NOTABLE:
            texts.append(f"a suspicious logon left {name['d']} later that day")
        return texts

    def _weighed(self, row: int) -> list[str]:
        """Say what only the table of weights counts."""
        told, name = self.scores.told, _names(self.table, row)
        value = {term: float(values[row]) for term, values in told.items()}
        texts = []
        if value.get("relay", 0.0) > 0:
            texts.append(f"{name['s']} was entered over the network in the 24 h before, with nobody at its screen")
        if value.get("off_hours", 0.0) > _NOTABLE:
            texts.append("at an hour of the week at which accounts of its kind are rarely used")
        if value.get("failures", 0.0) > 0:
            failed = counted(int(value["failures"]), "failed logon")
            texts.append(f"{failed} of {name['a']} in the hour before")
        return texts

    def _history(self, row: int) -> int:
        return int(self.scores.habits.history[row])


def _names(table: LogonTable, row: int) -> dict[str, str]:
    return {
        "a": table.account_name(int(table.acct[row])),
        "s": table.host_name(int(table.src[row])),
        "d": table.host_name(int(table.dst[row])),
    }
