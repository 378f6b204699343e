"""`enrich decoded`: what is encoded in command lines (Base64, at any depth), in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.analyses.enrichers.common import origin, stamped
from graphhunt.questions.question import Written
from graphhunt.toolbox.base64unpack import unpack
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

_MOST = 20_000
"""Characters kept of what was encoded in one command line."""


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    commands = extract.processes.drop_nulls("command_line").select("id", "command_line")
    known = {command: _decoded(command) for command in commands["command_line"].unique()}
    rows = [(node, *known[command]) for node, command in commands.iter_rows() if known[command][1]]
    types = {
        "id": pl.String(), "decoded_text": pl.String(), "decoded_items": pl.Int64(),
        "decoded_facts": pl.List(pl.String()), "decoded_urls": pl.List(pl.String()),
    }  # fmt: skip
    return {"Process": stamped(pl.DataFrame(rows, schema=types, orient="row"), "decoded", "the command line itself")}


def _decoded(command: str) -> tuple[str, int, list[str], list[str]]:
    _, found = unpack(command)
    texts = [text for text in found["decoded_string"] if isinstance(text, str) and text]
    script = decoded(command)
    if script is None or script.reason:
        return "\n".join(texts)[:_MOST], len(texts), [], []
    texts = texts or [script.text]
    return "\n".join(texts)[:_MOST], len(texts), list(script.facts), list(script.urls)


ANALYSIS = Analysis(
    name="decoded",
    prefix="decoded",
    summary="Writes what is encoded in command lines in clear.",
    compute=_compute,
    properties=(
        Written("Process", "decoded_text", "what was encoded, in clear; the outermost first"),
        Written("Process", "decoded_items", "encoded parts"),
        Written(
            "Process", "decoded_facts", "what an encoded PowerShell command does: script_log_off, amsi_off, fetches …"
        ),
        Written("Process", "decoded_urls", "addresses that it names"),
        *origin("decoded", "Process"),
    ),
    kind="enricher",
)
"""The enricher."""
