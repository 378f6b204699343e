"""Telemetry of any kind that graphhunt loads, as a case: its remote logons, host events and proved causes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl

from graphhunt.errors import LoadError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import build
from graphhunt.graph.snapshot import Snapshot
from graphhunt.lab.evaluation.case import LabelledCase, Truth, led_by_arrival
from graphhunt.lab.evaluation.joins import NOTHING_PROVED
from graphhunt.lateral.paths.table import DAY, Codes, LogonTable
from graphhunt.lateral.scores import cause_of, host_events, logon_table


class Telemetry:
    """What is loaded of some files, in a workspace that is gone afterwards.

    Args:
        paths: Files and folders.

    Raises:
        LoadError: They hold no remote logon.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        wanted = list(paths)
        with tempfile.TemporaryDirectory(prefix="graphhunt-eval-") as folder:
            workspace = Workspace(Path(folder))
            ingest(workspace, wanted)
            snapshot = Snapshot(Path(folder) / "graph")
            snapshot.replace(build(lambda kind: workspace.facts(kind).collect()), workspace.fingerprint())
            table = logon_table(snapshot)
            if table is None:
                where = str(wanted[0].parent if len(wanted) > 1 else wanted[0]) if wanted else None
                raise LoadError("no remote logon was loaded", where=where, hint="see what loads: graphhunt load")
            self.table: LogonTable = table
            self.events: pl.DataFrame | None = host_events(table, snapshot)
            self.proved: Codes = _proved(table, cause_of(snapshot))

    def case(self, name: str, labels: Codes, truth: Truth, history_days: int) -> LabelledCase:
        """Make the labelled case.

        Args:
            name: What it is, for the report.
            labels: Attack number per row, -1 for benign.
            truth: What else is known of the attacks.
            history_days: Days of history; where an attack begins within them, everything is scored.
        """
        first = int(self.table.t[0]) // DAY * DAY
        since = first + history_days * DAY
        attacked = self.table.t[labels >= 0]
        if len(attacked) and attacked.min() < since:
            since = first
        return LabelledCase(name, self.table, since, labels, (), self.events, truth, self.proved)


def truth_of(table: LogonTable, labels: Codes, techniques: dict[int, tuple[str, ...]]) -> Truth:
    """Give the truth about labelled rows; what led to each is the attack's latest arrival at where it left from."""
    rows = np.flatnonzero(labels >= 0)
    causes: dict[int, int] = {}
    for number in np.unique(labels[rows]):
        own = rows[labels[rows] == number]
        causes |= led_by_arrival((int(row), int(table.src[row]), int(table.dst[row])) for row in own)
    return Truth(techniques, causes)


def _proved(table: LogonTable, causes: dict[str, str | None]) -> Codes:
    """Give the row that is proved to have led to each row; -1 where it is proved that none did."""
    row_of = {table.row_id(row): row for row in range(len(table))}
    proved = np.full(len(table), NOTHING_PROVED, dtype=np.int32)
    for one, led in causes.items():
        if one in row_of and (led is None or led in row_of):
            proved[row_of[one]] = -1 if led is None else row_of[led]
    return proved
