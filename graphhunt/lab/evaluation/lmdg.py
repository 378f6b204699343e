"""Reader of LMDG (Mabrouk and others, August 2025): event logs of 25 machines, and reports of what was done.

The layout is that of the authors' repository (AnasSalah9/LMDG-Lateral-Movement-Dataset) and of their labelling
program: a folder per machine with `Logs/*.evtx`, and `Caldera_Attacks_Reports` with one `…_event-logs.json` per step,
named `LMT_SC-<scenario>_V-<variant>_STP-<step>_TRIAL-<trial>` with slips of spelling. A report is a list of commands:
`delegated_timestamp`, `finished_timestamp`, `command` or `plaintext_command`, `agent_metadata` (`host`, `username`)
and `attack_metadata` (`technique_id`).

The labelling program's own tables name records that carry the id of a process of the step's tree. Logons at the target
carry none, so here a remote logon belongs to a step if it left the agent's machine within the command's time (three
seconds more on either side, as there), by the agent's account or one that the command names. A scenario's variant and
trial is an attack. Where the logs are laid out otherwise, any telemetry that graphhunt loads is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from graphhunt.errors import LoadError
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.own import Names, plain_account
from graphhunt.lab.evaluation.telemetry import Telemetry, truth_of
from graphhunt.lateral.paths.table import SECOND, Ints, LogonTable

SLACK = 3 * SECOND
"""How long before its start and after its end a command still counts, µs."""

EXPECTED = (
    "a folder with a folder per machine that holds its event logs (Logs/*.evtx), and Caldera's reports, named like"
    " LMT_SC-1_V-1_STP-1_TRIAL-1_event-logs.json"
)
"""What a folder of LMDG holds, in words."""

_NAME = re.compile(r"SC[-_]*(\d+)[-_]+V[-_]*(\d+)[-_]+STP[-_]*(\d+)[-_]+TRIAL[-_]*(\d+)", re.IGNORECASE)
_MOVING = ("T1021", "T1047", "T1053", "T1210", "T1550", "T1563", "T1569", "T1570")


class Command(NamedTuple):
    """One command of a step.

    Attributes:
        attack: Scenario, variant and trial.
        start: When it was handed out, µs UTC.
        end: When it had ended.
        host: Machine it ran on.
        account: Account it ran as.
        text: The command itself.
        technique: ATT&CK id; empty where none is given.
    """

    attack: tuple[int, int, int]
    start: int
    end: int
    host: str
    account: str
    text: str
    technique: str


def read_lmdg(folder: Path, *, history_days: int = 14) -> LabelledCase:
    """Read a folder of LMDG into a labelled case.

    Args:
        folder: The logs and Caldera's reports.
        history_days: Days of history; where an attack begins within them, everything is scored.

    Raises:
        LoadError: There is no report or no log, with what was found instead.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    reports = [path for path in files if path.suffix.lower() == ".json" and _NAME.search(path.name)]
    logs = [path for path in files if path not in set(reports)]
    if not reports or not logs:
        found = f"{len(reports)} reports and {len(logs)} other files" + (f", such as {logs[0].name}" if logs else "")
        raise LoadError(f"it holds {found}", where=str(folder), hint=f"give {EXPECTED}")
    commands = [command for path in reports for command in read_report(path)]
    telemetry = Telemetry(logs)
    number = {name: index for index, name in enumerate(sorted({command.attack for command in commands}))}
    labels = np.full(len(telemetry.table), -1, dtype=np.int32)
    techniques: dict[int, tuple[str, ...]] = {}
    names = Names(telemetry.table)
    for command in sorted(commands, key=lambda each: each.start):
        rows = _rows(telemetry.table, names, command)
        labels[rows] = number[command.attack]
        moving = (command.technique,) if command.technique.startswith(_MOVING) else ()
        techniques |= dict.fromkeys(rows.tolist(), moving)
    return telemetry.case("LMDG", labels, truth_of(telemetry.table, labels, techniques), history_days)


def read_report(path: Path) -> Iterator[Command]:
    """Yield the commands of one report of Caldera.

    Raises:
        LoadError: It isn't laid out as expected.
    """
    named = _NAME.search(path.name)
    try:
        found: list[dict[str, Any]] = json.loads(path.read_bytes())
        for each in found:
            agent = each["agent_metadata"]
            scenario, variant, _, trial = (int(part) for part in named.groups()) if named else (0, 0, 0, 0)
            yield Command(
                (scenario, variant, trial), _micros(each["delegated_timestamp"]), _micros(each["finished_timestamp"]),
                str(agent["host"]), str(agent["username"]), str(each.get("plaintext_command") or each["command"]),
                str(each.get("attack_metadata", {}).get("technique_id") or ""),
            )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        wanted = (
            "a list of commands with delegated_timestamp, finished_timestamp, command, agent_metadata (host, username)"
        )
        raise LoadError(f"it isn't a report as expected: {error!r}", where=str(path), hint=f"give {wanted}") from error


def _rows(table: LogonTable, names: Names, command: Command) -> Ints:
    """Give the remote logons that a command made."""
    within = (table.t >= command.start - SLACK) & (table.t <= command.end + SLACK)
    near = np.flatnonzero(within & np.isin(table.src, names.hosts(command.host)) & table.people())
    text = command.text.casefold()
    own = plain_account(command.account)

    def named(row: int) -> bool:
        account = plain_account(table.account_name(int(table.acct[row])))
        return account == own or re.search(rf"(?<![\w.-]){re.escape(account)}(?![\w.-])", text) is not None

    return np.array([row for row in near.tolist() if named(row)], dtype=np.int64)


def _micros(text: str) -> int:
    time = datetime.fromisoformat(text)
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * SECOND)
