"""`graphhunt generate`: the logs of a synthetic enterprise, with intrusions whose truth is kept apart."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated

import typer

from graphhunt.cli.context import JsonOption, command
from graphhunt.cli.show import json_out, line, progress
from graphhunt.errors import UsageError
from graphhunt.lab.generator import DIFFERENCES, Dirt, GeneratorConfig, Hardening, generate


@command
def run(
    folder: Annotated[Path, typer.Argument(help="Folder to write to.", show_default=False)],
    hosts: Annotated[int, typer.Option(help="Machines.")] = 200,
    users: Annotated[int, typer.Option(help="People.")] = 150,
    days: Annotated[int, typer.Option(help="Days.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
    chains: Annotated[int, typer.Option(help="Intrusions.")] = 3,
    format: Annotated[list[str] | None, typer.Option("--format", help="nxlog, lanl; may be given twice.")] = None,
    clean: Annotated[bool, typer.Option("--clean", help="Without duplicates, losses, skew and other dirt.")] = False,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="Without this dirt or difference, such as dhcp or desks; may be given again."),
    ] = None,
    hardened: Annotated[
        bool, typer.Option("--hardened", help="With honest work that looks like an intruder's.")
    ] = False,
    compress: Annotated[bool, typer.Option("--gzip", help="Write gzip files.")] = False,
    json: JsonOption = False,
) -> None:
    """Write event logs of a synthetic enterprise, and truth.json beside them."""
    config = GeneratorConfig(
        seed=seed, hosts=hosts, users=users, days=days, chains=chains, formats=tuple(format or ("nxlog",)),
        dirt=Dirt.none() if clean else _dirt(without or []), compress=compress,
        hardening=_hardening(without or [], hardened),
    )  # fmt: skip
    with progress() as tell:
        truth = generate(config, folder, lambda done, total, lines: tell("generate", done, total, lines))
    report = {"folder": str(folder), "lines": truth.expected.lines, "chains": len(truth.chains), "days": days}
    if json:
        json_out(report)
    else:
        line(f"{report['lines']:,} records of {days} days in {folder}")
        line(f"the truth of {report['chains']} chains is in truth.json")


def _dirt(without: list[str]) -> Dirt:
    """Give the usual dirt with some of it switched off.

    Raises:
        UsageError: There is neither dirt nor a difference of that name.
    """
    known = {field.name: getattr(Dirt.none(), field.name) for field in fields(Dirt)}
    for name in without:
        if name not in known and name not in DIFFERENCES:
            raise UsageError(f"there is no dirt called '{name}'", hint="one of " + ", ".join([*known, *DIFFERENCES]))
    return replace(Dirt(), **{name: known[name] for name in without if name in known})


def _hardening(without: list[str], hardened: bool) -> Hardening:
    """Give the differences that are made honest: none unless asked for."""
    if not hardened:
        return Hardening.none()
    return Hardening.of_records().without(*(name for name in without if name in DIFFERENCES))
