"""The shape of a labelled evaluation set: what a detector gets, and the truth that stays with the judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class HopTruth:
    """One movement of an intruder: time (µs), machine and account numbers, technique and its row in ``logons``.

    ``row`` is -1 where no log tells of it; ``ok`` is false for a try that was refused.  Time and source are the true
    ones: the row may show another time, and no source or an address.
    """

    t: int
    src: int
    dst: int
    acct: int
    technique: str
    row: int
    ok: bool = True


@dataclass(frozen=True)
class AttackTruth:
    """One intrusion; ``cell`` is goal x 4 + stealth, ``style`` how it moves, ``hops`` in time order.

    ``side`` are rows it left beside its hops: local sessions under another account.
    """

    index: int
    goal: str
    stealth: int
    cell: int
    start_machine: int
    start_acct: int
    hops: tuple[HopTruth, ...]
    style: str = "usual"
    side: tuple[int, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the rows of ``EvalSet.logons`` that are its hops, refused ones included."""
        return tuple(hop.row for hop in self.hops if hop.row >= 0)

    @property
    def first(self) -> int:
        """Return the time of the first hop in µs."""
        return self.hops[0].t

    @property
    def last(self) -> int:
        """Return the time of the last hop in µs."""
        return self.hops[-1].t


@dataclass(frozen=True)
class Labels:
    """The intrusion behind each row of the frames (-1: none), and more that only the judge knows.

    ``causes`` is the row of ``logons`` in whose session each one was made: -1 for none (a desk nobody recorded, a
    service), -2 when no log has that session.  ``sources`` are the true sources.
    """

    events: NDArray[np.int32]
    connections: NDArray[np.int32]
    flows: NDArray[np.int32]
    causes: NDArray[np.int64]
    sources: NDArray[np.int32]


@dataclass(frozen=True)
class EvalSet:
    """Logons, host events, connections and inventory of one synthetic enterprise, and the truth about them.

    ``logons`` has the columns t, src (-1 where the log names none), dst, acct, logon_type (-1 for SSH), ok, end,
    auth, port (-1 where none is named), session and witness (see ``observe``) and is sorted by time;
    ``corroboration`` t, host, acct, kind, logon, peer, subject, actor, rights; ``connections`` what sensors saw at
    the source: t, host, port, peer, peer_port, process (-1: the kernel), session; ``flows`` what the network alone
    tells of unlogged segments.  Rows before ``history_end`` are free of attacks.  ``labels``, ``hidden``,
    ``attacks`` and ``decoys`` are the truth.
    """

    seed: int
    start: int
    history_end: int
    end: int
    logons: pl.DataFrame
    machines: tuple[str, ...]
    accounts: tuple[str, ...]
    machine_role: NDArray[np.int8]
    machine_subnet: NDArray[np.int16]
    owners: pl.DataFrame
    corroboration: pl.DataFrame
    connections: pl.DataFrame
    flows: pl.DataFrame
    sensors: NDArray[np.bool_]
    labels: NDArray[np.int32]
    hidden: Labels
    attacks: tuple[AttackTruth, ...]
    decoys: dict[str, NDArray[np.int32]]

    def alone(self, number: int) -> EvalSet:
        """Return the set with one of its intrusions only, among the same harmless rows.

        Raises:
            IndexError: There is no intrusion of that number.
        """
        attack = self.attacks[number]
        keep = _kept(self.labels, number)
        position = np.where(keep, np.cumsum(keep) - 1, -1)
        labels, hidden = self.labels, self.hidden
        events, connections, flows = (
            _kept(column, number) for column in (hidden.events, hidden.connections, hidden.flows)
        )
        logon = self.corroboration["logon"].to_numpy()[events]
        moved = np.where(logon >= 0, position[np.maximum(logon, 0)], -1).astype(np.int32)
        causes = hidden.causes[keep]
        return replace(
            self,
            logons=self.logons.filter(pl.Series(keep)),
            corroboration=self.corroboration.filter(pl.Series(events)).with_columns(logon=pl.Series(moved)),
            connections=self.connections.filter(pl.Series(connections)),
            flows=self.flows.filter(pl.Series(flows)),
            labels=_single(labels[keep]),
            hidden=Labels(
                events=_single(hidden.events[events]),
                connections=_single(hidden.connections[connections]),
                flows=_single(hidden.flows[flows]),
                causes=np.where(causes >= 0, position[np.maximum(causes, 0)], causes),
                sources=hidden.sources[keep],
            ),
            attacks=(_renumbered(attack, position),),
            decoys={name: position[rows].astype(np.int32) for name, rows in self.decoys.items()},
        )


def _kept(labels: NDArray[np.int32], number: int) -> NDArray[np.bool_]:
    return np.asarray((labels < 0) | (labels == number))


def _single(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.where(labels >= 0, 0, -1).astype(np.int32)


def _renumbered(attack: AttackTruth, position: NDArray[np.int64]) -> AttackTruth:
    hops = tuple(replace(hop, row=int(position[hop.row]) if hop.row >= 0 else -1) for hop in attack.hops)
    return replace(attack, index=0, hops=hops, side=tuple(position[list(attack.side)].tolist()))
