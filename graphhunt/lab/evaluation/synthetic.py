"""The synthetic case of a seed: a generated enterprise, what its sensors saw, and the truth about its intruders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from graphhunt.errors import UsageError
from graphhunt.graph.claims import READ_MEMORY
from graphhunt.lab.evaluation.case import LabelledCase, Truth
from graphhunt.lab.evaluation.joins import join_ports, proved_events, simulated
from graphhunt.lab.generator import CORROBORATION_KINDS, EvalSet, eval_set
from graphhunt.lab.generator.observe import SECURITY_LOG, SESSION_LOG, SSH_LOG
from graphhunt.lab.generator.places import ADDRESS
from graphhunt.lateral.paths.table import LogonTable

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


_DESKTOP = 10
_SAID = ("T1021.001", "T1021.004")
"""Techniques that the log itself names: remote desktop and SSH."""


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
        hosts=made.machines, accounts=made.accounts, technique=_technique(logons), techniques=_SAID,
    )  # fmt: skip
    cells = tuple(f"{attack.goal}/{attack.stealth}" for attack in made.attacks)
    name = f"synthetic, seed {seed}" + (", benign" if attacks == 0 else "")
    joined = join_ports(logons, made.connections, machines=_machines(made))
    return LabelledCase(
        name, table, made.history_end, np.asarray(made.labels), cells,
        pl.concat([_events(made), proved_events(logons, joined)]), _truth(made),
        joined.proved, joined.source, made,
    )  # fmt: skip


def with_joins(case: LabelledCase, share: float) -> LabelledCase:
    """Give a generated case as it were if a share of its machines proved what led to the logons they make.

    Raises:
        UsageError: The case isn't generated.
    """
    if case.made is None:
        raise UsageError("Joins can be simulated in generated cases only")
    made = case.made
    joined = simulated(made.logons, made.hidden.causes, share=share, machines=_machines(made))
    events = pl.concat([_events(made), proved_events(made.logons, joined)])
    return replace(case, events=events, proved=joined.proved, source=joined.source)


def _machines(made: EvalSet) -> int:
    return int((made.machine_role != ADDRESS).sum())


def _technique(logons: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Give what the log itself says of the way in: remote desktop, SSH, or nothing."""
    kind, witness = logons["logon_type"].to_numpy(), logons["witness"].to_numpy()
    remote = logons["src"].to_numpy() != logons["dst"].to_numpy()
    desktop = remote & ((witness == SESSION_LOG) | ((witness == SECURITY_LOG) & (kind == _DESKTOP)))
    return np.where(desktop, 0, np.where(remote & (witness == SSH_LOG), 1, -1)).astype(np.int16)


def _truth(made: EvalSet) -> Truth:
    """Give the techniques of the hops on record, and the remote logon in whose session each was made.

    Where that session is in no log, nothing can be right.
    """
    logged = [hop for attack in made.attacks for hop in attack.hops if hop.row >= 0 and hop.ok]
    logons, causes = made.logons, made.hidden.causes
    remote = (logons["src"] != logons["dst"]).to_numpy()
    led = {hop.row: int(causes[hop.row]) for hop in logged}
    return Truth(
        {hop.row: TECHNIQUES.get(hop.technique, ()) for hop in logged},
        {row: cause if cause >= 0 and remote[cause] else -1 for row, cause in led.items() if cause >= -1},
    )


def _events(made: EvalSet) -> pl.DataFrame:
    """Give the host events; of accesses to LSASS those with the right to read its memory, as the graph does."""
    names = {number: _KIND_NAMES.get(name, name) for number, name in CORROBORATION_KINDS.items()}
    found = made.corroboration.with_columns(kind=pl.col("kind").replace_strict(names, return_dtype=pl.String))
    telling = (pl.col("kind") != "lsass_access") | (pl.col("rights") & READ_MEMORY != 0)
    return found.filter(telling).select(
        "t", "host", "acct", "kind", pl.col("logon").cast(pl.Int64).alias("row"), "peer"
    )
