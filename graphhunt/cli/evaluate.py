"""`graphhunt eval`: measure the hunt for lateral movement on labelled data."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphhunt.cli.context import JsonOption, command
from graphhunt.cli.show import json_out, line, message, table
from graphhunt.errors import LoadError, UsageError
from graphhunt.lab.evaluation import evaluate, evaluate_synthetic, read_lanl, read_lmdg, read_optc, read_own, report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.lab.evaluation import LabelledCase

app = typer.Typer(help="Measure the hunt for lateral movement on labelled data.", no_args_is_help=True)

DaysOption = Annotated[int, typer.Option(help="Days of history before the test period.")]
AblationsOption = Annotated[bool, typer.Option("--ablations", help="Also measure without each part of the score.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="File for every measure, as JSON.", show_default=False)]


@app.command()
@command
def synthetic(
    seed: Annotated[int, typer.Option(help="Seed of the generated enterprise; 0 was used for tuning.")] = 1,
    ablations: AblationsOption = False,
    out: OutOption = None,
    json: JsonOption = False,
) -> None:
    """Measure on a generated enterprise and its benign twin, beside the baselines."""
    about = report.facts("synthetic", {"ablations": ablations}, seed=seed)
    _show(about | evaluate_synthetic(seed, ablations=ablations, progress=message), out, json=json)


@app.command()
@command
def lanl(
    auth: Annotated[Path, typer.Argument(help="The auth file of LANL's data set.", exists=True, show_default=False)],
    redteam: Annotated[Path, typer.Argument(help="The redteam file.", exists=True, show_default=False)],
    history_days: DaysOption = 14,
    until_day: Annotated[int | None, typer.Option(help="Stop after this day.")] = 30,
    ablations: AblationsOption = False,
    out: OutOption = None,
    json: JsonOption = False,
) -> None:
    """Measure on LANL's authentication data and its red team; an attack is an account, source and active day."""
    options = {"history_days": history_days, "until_day": until_day, "ablations": ablations}
    with _readable(auth, "LANL's auth and redteam files, as published"):
        about = report.facts("lanl", options, (auth, redteam))
        case = read_lanl(auth, redteam, history_days=history_days, until_day=until_day)
    _measure(about, case, out or Path("eval-lanl.json"), ablations=ablations, json=json)


@app.command()
@command
def optc(
    folder: Annotated[Path, typer.Argument(help="Folder with the eCAR files and the label file.", exists=True,
                                           file_okay=False, show_default=False)],
    labels: Annotated[Path | None, typer.Option(help="The label file; the folder's only .csv where not given.",
                                                exists=True, show_default=False)] = None,
    history_days: DaysOption = 5,
    ablations: AblationsOption = False,
    out: OutOption = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Measure on DARPA's OpTC with LMDEval's labels."""
    named = labels or _only_csv(folder)
    with _readable(folder, "OpTC's eCAR files and a label file with id, description, label"):
        about = report.facts("optc", {"history_days": history_days, "ablations": ablations}, (folder, named))
        case = read_optc(folder, named, history_days=history_days)
    _measure(about, case, out or Path("eval-optc.json"), ablations=ablations, json=json)


@app.command()
@command
def lmdg(
    folder: Annotated[Path, typer.Argument(help="Folder with the event logs and Caldera's reports.", exists=True,
                                           file_okay=False, show_default=False)],
    history_days: DaysOption = 14,
    ablations: AblationsOption = False,
    out: OutOption = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Measure on LMDG; an attack is one trial of a scenario."""
    about = report.facts("lmdg", {"history_days": history_days, "ablations": ablations}, (folder,))
    case = read_lmdg(folder, history_days=history_days)
    _measure(about, case, out or Path("eval-lmdg.json"), ablations=ablations, json=json)


@app.command()
@command
def own(
    folder: Annotated[Path, typer.Argument(help="Folder with telemetry of any kind that is loaded.", exists=True,
                                           file_okay=False, show_default=False)],
    truth: Annotated[Path, typer.Option(help="CSV of what was done: attack, t, src, dst, account, perhaps technique"
                                             " and parent.", exists=True, dir_okay=False, show_default=False)],
    history_days: DaysOption = 14,
    ablations: AblationsOption = False,
    out: OutOption = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Measure on an exercise of your own red team."""
    about = report.facts("own", {"history_days": history_days, "ablations": ablations}, (folder, truth))
    found = read_own(folder, truth, history_days=history_days)
    if found.matched < found.hops:
        message(f"{found.hops - found.matched} of {found.hops} rows of {truth.name} fit no logon: they are in no log")
    about |= {"truth_rows": found.hops, "truth_rows_matched": found.matched}
    _measure(about, found.case, out or Path("eval-own.json"), ablations=ablations, json=json)


def _only_csv(folder: Path) -> Path:
    found = sorted(folder.rglob("*.csv"))
    if len(found) != 1:
        raise UsageError(f"{folder.name} holds {len(found)} .csv files: name the one with the labels by --labels")
    return found[0]


def _measure(about: Mapping[str, Any], case: LabelledCase, out: Path, *, ablations: bool, json: bool) -> None:
    _show({**about, **evaluate(case, ablations=ablations, progress=message)}, out, json=json)


@contextmanager
def _readable(path: Path, wanted: str) -> Iterator[None]:
    """Say which file can't be read, instead of how its reading failed."""
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise LoadError(f"it can't be read: {error}", where=str(path), hint=f"give {wanted}") from error


def _show(found: Mapping[str, Any], out: Path | None, *, json: bool) -> None:
    if out is not None:
        report.write(found, out)
        message(f"every measure is in {out}")
    if json:
        json_out(report.plain(found))
        return
    machine = found["machine"]
    line(f"{found['data']}, graphhunt {found['version']}, Python {machine['python']}, {machine['cores']} cores")
    named = {"seed": found["seed"], **found["options"], **found["sha256"]}
    line(", ".join(f"{name} {value}" for name, value in named.items() if value is not None))
    line(f"{found['attacks']} attacks in {found['days']} days, each alone against the benign days; 95 % intervals")
    table(report.heads(found), report.measures(found))
    table(("on", "method", *report.COMPARED), report.compared(found))
