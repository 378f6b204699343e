"""`graphhunt decode`: an encoded command in clear; nothing is run."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graphhunt.cli.context import JsonOption, command
from graphhunt.cli.show import block, json_out, line, message
from graphhunt.incidents.templates import DOES
from graphhunt.toolbox.decoding import MAX_TEXT, Decoded, decoded


@command
def run(
    text: Annotated[str, typer.Argument(help="A command line; - reads it from standard input.", show_default=False)],
    json: JsonOption = False,
) -> None:
    """Decode the encoded PowerShell command on a command line, and say what it does."""
    given = sys.stdin.read(MAX_TEXT) if text == "-" else text
    found = decoded(given.strip())
    if json:
        json_out((found or Decoded("", reason=_NONE))._asdict())
    elif found is None or found.reason:
        message((found.reason if found else None) or _NONE)
    else:
        _show(found)


def _show(found: Decoded) -> None:
    """Write a decoded command as text: what it says, what it does, and the addresses it names."""
    block(found.text)
    for fact in found.facts:
        message(f"it {DOES[fact]}")
    for url in found.urls:
        line(url)


_NONE = "there is no encoded command on it"
