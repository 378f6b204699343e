"""`enrich decoded`: what is encoded in command lines (Base64, at any depth), in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.analyses.enrichers.common import origin, stamped
from graphhunt.questions.question import Written
from graphhunt.toolbox.base64unpack import unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

_MOST = 20_000
"""Characters kept of what was encoded in one command line."""


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    commands = extract.processes.drop_nulls("command_line").select("id", "command_line")
    known = {command: _decoded(command) for command in commands["command_line"].unique()}
    rows = [(node, *known[command]) for node, command in commands.iter_rows() if known[command][1]]
    types = {"id": pl.String, "decoded_text": pl.String, "decoded_items": pl.Int64}
    return {"Process": stamped(pl.DataFrame(rows, schema=types, orient="row"), "decoded", "the command line itself")}


def _decoded(command: str) -> tuple[str, int]:
    _, found = unpack(command)
    texts = [text for text in found["decoded_string"] if isinstance(text, str) and text]
    return "\n".join(texts)[:_MOST], len(texts)


ANALYSIS = Analysis(
    name="decoded",
    prefix="decoded",
    summary="Writes what is encoded in command lines in clear.",
    compute=_compute,
    properties=(
        Written("Process", "decoded_text", "what was encoded, in clear; the outermost first"),
        Written("Process", "decoded_items", "encoded parts"),
        *origin("decoded", "Process"),
    ),
    kind="enricher",
)
"""The enricher."""
