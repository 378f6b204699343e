"""A labelled case: logons, what is history, which rows are an attack, and the host events if there are any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from graphhunt.lab.generator import CORROBORATION_KINDS, EvalSet, eval_set
from graphhunt.lateral.paths.table import DAY, Codes, Flags, Ints, LogonTable

_KIND_NAMES = {
    "remote_execution": "remote_process", "task_registered": "task_install", "service_install": "service_install",
    "lsass_access": "lsass_access", "explicit_credentials": "explicit_credentials",
}  # fmt: skip


TECHNIQUES = {
    "psexec": ("T1021.002", "T1569.002"), "smbexec": ("T1021.002", "T1569.002"), "wmi": ("T1047",),
    "winrm": ("T1021.006",), "dcom": ("T1021.003",), "schtask": ("T1053.005",), "rdp": ("T1021.001",),
    "pth": ("T1550.002", "T1021.002"), "ssh": ("T1021.004",), "star": ("T1550.002", "T1021.002"),
}  # fmt: skip
"""ATT&CK ids that rightly name what the generator's attacks do."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of the rows of attacks beside whose they are.

    Attributes:
        techniques: ATT&CK ids that rightly name each row.
        causes: Row of the remote logon that led to each row; -1 where none did.
    """

    techniques: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    causes: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelledCase:
    """Logons with ground truth; labels are kept apart so that no detector can read them.

    Attributes:
        name: What it is, for the report.
        table: The logons.
        since: Start of the test period, µs; everything before is history.
        labels: Attack number per row, -1 for benign.
        cells: Group of each attack (goal and stealth), by attack number.
        events: Host events as `corroborate` takes them, or None.
        truth: What else is known of the attacks.
        proved: Row of the remote logon that records prove to have led to each row; -1 where they prove that none
            did, -2 where they prove nothing. None where no record tells.
    """

    name: str
    table: LogonTable
    since: int
    labels: Codes
    cells: tuple[str, ...] = ()
    events: pl.DataFrame | None = field(default=None, compare=False)
    truth: Truth = field(default_factory=Truth, compare=False)
    proved: Codes | None = field(default=None, compare=False)

    @property
    def tested(self) -> Flags:
        """Mark the rows that are ranked: hops of the test period with known source and account."""
        table = self.table
        return np.asarray((table.t >= self.since) & table.usable() & (table.src >= 0) & (table.acct >= 0))

    @property
    def days(self) -> int:
        """Days of the test period."""
        tested = self.table.t[self.table.t >= self.since] // DAY
        return int(tested[-1] - tested[0] + 1) if len(tested) else 0

    @property
    def attacks(self) -> int:
        """Count the attacks with at least one row among the tested ones."""
        return len(np.unique(self.labels[self.tested & (self.labels >= 0)]))

    def units(self) -> Ints:
        """Number the alert units (account, source, day) of all rows."""
        table = self.table
        key = (table.acct.astype(np.int64) + 1) * (len(table.hosts) + 1) + table.src + 1
        return key * 100_000 + table.t // DAY % 100_000

    def connections(self) -> Ints:
        """Number the connections (account, source, destination) of all rows."""
        table, hosts = self.table, len(self.table.hosts) + 1
        return (table.acct.astype(np.int64) + 1) * hosts * hosts + (table.src.astype(np.int64) + 1) * hosts + table.dst


def synthetic_case(seed: int, *, attacks: int | None = None, **options: int) -> LabelledCase:
    """Generate the synthetic evaluation case of a seed; `attacks=0` gives benign days only.

    Args:
        seed: Seed of the generator.
        attacks: Number of intrusions, the generator's default when None.
        options: Other parameters of the generator.
    """
    made = eval_set(seed, **options) if attacks is None else eval_set(seed, attacks=attacks, **options)
    logons = made.logons
    table = LogonTable.from_arrays(
        logons["t"].to_numpy(), logons["src"].to_numpy(), logons["dst"].to_numpy(), logons["acct"].to_numpy(),
        end=logons["end"].to_numpy(), logon_type=logons["logon_type"].to_numpy(), ok=logons["ok"].to_numpy(),
        hosts=made.machines, accounts=made.accounts,
    )  # fmt: skip
    cells = tuple(f"{attack.goal}/{attack.stealth}" for attack in made.attacks)
    name = f"synthetic, seed {seed}" + (", benign" if attacks == 0 else "")
    return LabelledCase(name, table, made.history_end, np.asarray(made.labels), cells, _events(made), _truth(made))


def _truth(made: EvalSet) -> Truth:
    techniques = {hop.row: TECHNIQUES.get(hop.technique, ()) for attack in made.attacks for hop in attack.hops}
    causes: dict[int, int] = {}
    for attack in made.attacks:
        causes |= led_by_arrival((hop.row, hop.src, hop.dst) for hop in attack.hops)
    return Truth(techniques, causes)


def led_by_arrival(hops: Iterable[tuple[int, int, int]]) -> dict[int, int]:
    """Give the hop of an intrusion by which it had last come to where each hop left from; -1 at its foothold.

    Args:
        hops: Row, source and destination of each, in time order.
    """
    entered: dict[int, int] = {}
    causes: dict[int, int] = {}
    for row, src, dst in hops:
        causes[row] = entered.get(src, -1)
        entered[dst] = row
    return causes


def _events(made: EvalSet) -> pl.DataFrame:
    names = {number: _KIND_NAMES.get(name, name) for number, name in CORROBORATION_KINDS.items()}
    return made.corroboration.select(
        "t", "host", "acct",
        pl.col("kind").replace_strict(names, return_dtype=pl.String).alias("kind"),
        pl.col("logon").cast(pl.Int64).alias("row"), "peer",
    )  # fmt: skip
