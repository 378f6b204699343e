"""The library's bonuses for further classes of evidence, as far as host events of a table of logons show them.

A class that only other hops of an incident show than its best adds part of its weight, each and all bounded, and a
proved relay with a changed account adds as well (`graphhunt.incidents.score`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from graphhunt.incidents.score import RELAY
from graphhunt.incidents.weights import weights
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.hops import Hops
from graphhunt.lateral.detector.classes import marked
from graphhunt.lateral.detector.corroboration import Corroboration
from graphhunt.lateral.paths.table import Flags, Floats

KINDS = {
    "remote_process": "remote_wmi", "service_install": "remote_service", "task_install": "remote_task",
    "lsass_access": "lsass_read", "explicit_credentials": "new_credentials", "local_switch": "new_credentials",
    "outside_address": "outside_logon", "credential_switch": RELAY,
}  # fmt: skip
"""The kind of lead that the library makes of a kind of host event; of a process the most usual one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What each hop shows, nats by class: of its honest logons on the benign days, and of an attack's logons.

    Attributes:
        benign: One row per hop, one column per class; 0 for nothing.
        attack: The same.
        relayed: Hops with a proved relay and change of account, likewise benign and attack.
    """

    benign: Floats
    attack: Floats
    relayed: tuple[Flags, Flags]

    @classmethod
    def of(cls, case: LabelledCase, hops: Hops, support: Corroboration, twin: Corroboration | None) -> Evidence:
        """Take the events of a case's rows; those of honest rows from its twin where there is one."""
        honest = case.labels < 0
        whole = _marks(support, len(case.table))
        if twin is not None:
            for kind, mark in _marks(twin, int(honest.sum())).items():
                whole.setdefault(kind, np.zeros(len(case.table), dtype=bool))[honest] = mark
        parts = [{kind: mark & side for kind, mark in whole.items()} for side in (honest, ~honest)]
        benign, attack = (_by_class(hops, part) for part in parts)
        first, second = (_of_hops(hops, part.get("credential_switch")) for part in parts)
        return cls(benign, attack, (first, second))

    def bonus(self, members: Sequence[int], best: int, own: Collection[int]) -> float:
        """Give what an incident's other hops add.

        Args:
            members: Its hops.
            best: Place of its best hop among them.
            own: Hops of the attack that is added, whose attack logons count.
        """
        rule, kept = weights(), list(members)
        attacked = np.array([hop in own for hop in kept])
        shown = np.maximum(self.benign[kept], np.where(attacked[:, None], self.attack[kept], 0.0))
        further = np.where(shown[best] > 0, 0.0, shown.max(axis=0))
        adds = np.sort(np.minimum(rule.further, rule.further_share * further))[::-1][: rule.most_further]
        relayed = self.relayed[0][kept] | (attacked & self.relayed[1][kept])
        return float(adds.sum()) + (rule.relay if relayed.any() else 0.0)


def _marks(support: Corroboration, rows: int) -> dict[str, Flags]:
    return {kind: marked(support, kind, rows) for kind in KINDS if kind in support.rows}


def _by_class(hops: Hops, marks: dict[str, Flags]) -> Floats:
    kinds = {kind: weights().kinds[name] for kind, name in KINDS.items()}
    classes = sorted({each.klass for each in kinds.values()})
    found = np.zeros((len(hops), len(classes)))
    for kind, mark in marks.items():
        column = classes.index(kinds[kind].klass)
        found[:, column] = np.maximum(found[:, column], kinds[kind].weight * _of_hops(hops, mark))
    return found


def _of_hops(hops: Hops, mark: Flags | None) -> Flags:
    found = np.zeros(len(hops), dtype=bool)
    if mark is not None:
        found[hops.place[mark & (hops.place >= 0)]] = True
    return found
