"""The lateral-movement detector over a workspace's snapshot, and what its run was asked.

The snapshot keeps the last result, so that listing findings, ranking paths and writing properties back score once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.lateral.detector import AUTO, WANTED, Classed, Findings, LateralOptions, Lists, ScoreRules, findings_of
from graphhunt.lateral.scores import Ranking, logon_table, scored_case

if TYPE_CHECKING:
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.lateral.paths import LogonTable


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionOptions:
    """What a run of the detector is asked.

    Attributes:
        since: Report from this time on, µs UTC; everything before is history. None: see `LateralOptions`.
        until: Leave out everything later, µs UTC.
        mode: `auto`, `case` or `monitor`; see `graphhunt.lateral.detector.modes`.
        findings: Most chains.
        scanners: Machines that scan, by name or id; their logons are suppressed, by name.
        help_desk: Accounts of the help desk, likewise.
        owners: Machine and owning account, by name or id, from an inventory; learnt where not given.
    """

    since: int | None = None
    until: int | None = None
    mode: str = AUTO
    findings: int = 200
    scanners: tuple[str, ...] = ()
    help_desk: tuple[str, ...] = ()
    owners: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> DetectionOptions:
        """Make options from the bound parameters of an analytic or a hunt.

        Raises:
            UsageError: An owner isn't written as `machine=account`, or there is no such mode.
        """
        if given["mode"] not in WANTED:
            raise UsageError(f"'{given['mode']}' is no mode", hint="one of " + ", ".join(WANTED))
        return cls(
            since=given["since"], until=given["until"], mode=given["mode"], findings=given["findings"],
            scanners=tuple(given["scanners"] or ()), help_desk=tuple(given["help_desk"] or ()),
            owners=tuple(_pair(text) for text in given["owners"] or ()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Detection:
    """One run: the logons it looked at, what it found, their classes, and what orders paths."""

    table: LogonTable
    findings: Findings
    classed: Classed
    ranking: Ranking


def detected(snapshot: Snapshot, options: DetectionOptions | None = None) -> Detection | None:
    """Run the detector on a snapshot, or give the result of the same run before; None without remote logons."""
    asked = options or DetectionOptions()
    return snapshot.remembered("detection", asked, lambda: _run(snapshot, asked))


def _run(snapshot: Snapshot, options: DetectionOptions) -> Detection | None:
    table = logon_table(snapshot)
    if table is None:
        return None
    if options.until is not None:
        table, _ = table.filter(until=options.until - 1)
    lists = Lists(options.scanners, options.help_desk)
    rules = ScoreRules(owners=_owners(table, options.owners))
    asked = LateralOptions(since=options.since, mode=options.mode, limit=options.findings, lists=lists, rules=rules)
    scoring = scored_case(table, snapshot, asked)
    return Detection(table, findings_of(table, scoring, asked), scoring.classed, Ranking.of(scoring))


def _pair(text: str) -> tuple[str, str]:
    machine, equals, account = (part.strip() for part in text.partition("="))
    if not (machine and equals and account):
        raise UsageError(f"'{text}' is not an owner", hint="write machine=account, separated by commas or line breaks")
    return machine, account


def _owners(table: LogonTable, pairs: tuple[tuple[str, str], ...]) -> dict[int, int]:
    """Give the account index per host index; machines and accounts without a logon are passed over."""
    hosts = _indexes(table.hosts, table.host_names)
    accounts = _indexes(table.accounts, table.account_names)
    known = ((hosts.get(machine.casefold()), accounts.get(account.casefold())) for machine, account in pairs)
    return {host: account for host, account in known if host is not None and account is not None}


def _indexes(ids: tuple[str, ...], shown: tuple[str, ...]) -> dict[str, int]:
    named = {name.casefold(): index for index, name in enumerate(shown)}
    return named | {name.casefold(): index for index, name in enumerate(ids)}
