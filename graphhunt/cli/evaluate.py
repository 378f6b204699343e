"""`graphhunt eval`: measure the lateral-movement detector on labelled data."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphhunt.cli.context import JsonOption, command
from graphhunt.cli.show import json_out, message, table
from graphhunt.errors import LoadError
from graphhunt.lab.evaluation import evaluate, evaluate_synthetic, read_lanl, read_optc

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer(help="Measure the lateral-movement detector on labelled data.", no_args_is_help=True)

DaysOption = Annotated[int, typer.Option(help="Days of history before the test period.")]


@app.command()
@command
def synthetic(
    seed: Annotated[int, typer.Option(help="Seed of the generated enterprise; 0 was used for tuning.")] = 1,
    json: JsonOption = False,
) -> None:
    """Measure on a generated enterprise and its benign twin, beside the baselines."""
    _show(evaluate_synthetic(seed, progress=message), json=json)


@app.command()
@command
def lanl(
    auth: Annotated[Path, typer.Argument(help="The auth file of LANL's data set.", exists=True, show_default=False)],
    redteam: Annotated[Path, typer.Argument(help="The redteam file.", exists=True, show_default=False)],
    history_days: DaysOption = 7,
    until_day: Annotated[int | None, typer.Option(help="Stop after this day.", show_default=False)] = None,
    json: JsonOption = False,
) -> None:
    """Measure on LANL's authentication data and its red team."""
    with _readable(auth, "LANL's auth and redteam files, as published"):
        case = read_lanl(auth, redteam, history_days=history_days, until_day=until_day)
    _show(evaluate(case, ablations=False, progress=message), json=json)


@app.command()
@command
def optc(
    folder: Annotated[Path, typer.Argument(help="Folder with the eCAR files.", exists=True, show_default=False)],
    labels: Annotated[Path, typer.Argument(help="The label file.", exists=True, show_default=False)],
    history_days: DaysOption = 5,
    json: JsonOption = False,
) -> None:
    """Measure on DARPA's OpTC with LMDEval's labels."""
    with _readable(folder, "OpTC's eCAR files and a label file with id, description, label"):
        case = read_optc(folder, labels, history_days=history_days)
    _show(evaluate(case, ablations=False, progress=message), json=json)


@contextmanager
def _readable(path: Path, wanted: str) -> Iterator[None]:
    """Say which file can't be read, instead of how its reading failed."""
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise LoadError(f"it can't be read: {error}", where=str(path), hint=f"give {wanted}") from error


def _show(metrics: Mapping[str, float], *, json: bool) -> None:
    if json:
        json_out({name: None if math.isnan(value) else value for name, value in metrics.items()})
    else:
        table(("metric", "value"), [(name, f"{value:.4g}") for name, value in metrics.items()])
