"""Looks for shortcuts in generated sets of the usual size: what tells intruders from honest people too easily.

    python benchmarks/shortcut_audit.py [--seeds 75 76 77 78] [--without NAME …] [--detector] [--shares]

Each seed is judged by a tree and rules fitted on the two seeds before it. `--without` switches differences of the
generator off, so that the effect of each can be seen; `--detector` also sets the tree beside the shipped detector;
`--shares` moves every share to both ends of its range and prints what the detector then finds. Exit code 1 when
something exceeds its limit. Never look at seeds 1 to 5 here: they are for reporting detectors only.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

import numpy as np

from graphhunt.lab.evaluation.audit import Examined, Report, alone_recall, audit, examine
from graphhunt.lab.generator import DIFFERENCES, EvalSet, GeneratorConfig, Hardening, set_of
from graphhunt.lateral.detector import LateralOptions, detect
from graphhunt.lateral.paths.table import Floats, LogonTable

USUAL = GeneratorConfig(
    hosts=2_010,
    users=1_500,
    servers=500,
    admins=40,
    service_accounts=15,
    days=45,
    utc_offset_minutes=0,
    logons_per_user_day=3.6,
)
RESERVED = frozenset(range(1, 6))


def made(seed: int, hardening: Hardening) -> EvalSet:
    return set_of(replace(USUAL, seed=seed, hardening=hardening), history_days=30, attacks=90)


def detector_score(each: EvalSet) -> Floats:
    """Give the shipped detector's score per row of the logons, without host events."""
    logons = each.logons
    columns = {name: logons[name].to_numpy() for name in logons.columns}
    table = LogonTable.from_arrays(
        columns["t"], columns["src"], columns["dst"], columns["acct"], end=columns["end"],
        logon_type=columns["logon_type"], ok=columns["ok"], hosts=each.machines, accounts=each.accounts,
    )  # fmt: skip
    return np.asarray(detect(table, None, LateralOptions(since=each.history_end)).scores.total, dtype=np.float64)


def print_report(seed: int, report: Report) -> None:
    for name, value in sorted(report.figures.items(), key=lambda item: (item[0].split(",")[0], -item[1])):
        print(f"{seed}\t{value:.3f}\t{name}")
    for failure in report.failures:
        print(f"\nseed {seed}: {failure}\n")


def print_shares(seed: int, hardening: Hardening) -> bool:
    """Print the detector's recall with each share at the ends of its range; true when it loses over ten points."""
    whole = recall(made(seed, hardening))
    lost = False
    for shares in DIFFERENCES.values():
        for name, ends in shares.items():
            for end in sorted(set(ends)):
                value = recall(made(seed, hardening.fixing(name, end)))
                lost |= value < whole - 0.1
                print(f"{seed}\t{value:.3f}\trecall at 9 units a day with {name} at {end} ({whole:.3f} as drawn)")
    return lost


def recall(each: EvalSet) -> float:
    examined = examine(each)
    return alone_recall(examined, detector_score(each)[examined.rows], 9)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[75, 76, 77, 78])
    parser.add_argument("--without", nargs="+", default=[], choices=list(DIFFERENCES), metavar="NAME")
    parser.add_argument("--detector", action="store_true")
    parser.add_argument("--shares", action="store_true")
    arguments = parser.parse_args()
    if RESERVED & set(arguments.seeds):
        parser.error("seeds 1 to 5 are only reported")
    hardening = Hardening().without(*arguments.without)
    known: dict[int, Examined] = {seed: examine(made(seed, hardening)) for seed in arguments.seeds}
    failed = False
    for place, seed in enumerate(arguments.seeds):
        training = [known[arguments.seeds[place - back]] for back in (1, 2)]
        score = detector_score(known[seed].made) if arguments.detector else None
        report = audit(training, known[seed], score)
        print_report(seed, report)
        failed |= bool(report.failures)
        failed |= arguments.shares and print_shares(seed, hardening)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
