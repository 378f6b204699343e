"""`enrich command-scores`: numbers of command lines and paths that make odd ones stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.analyses.enrichers.common import origin, stamped
from graphhunt.questions.question import Written
from graphhunt.toolbox.text_features import char_ord_score, delim_count, token_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

_MEANINGS = {
    "tokens": "words of the command line", "delimiters": "marks between its parts", "length": "its characters",
    "command": "sum of its characters' numbers", "path": "the same of the program's path",
}  # fmt: skip


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    rows = [
        {
            "id": node, "score_tokens": token_count(command), "score_delimiters": delim_count(command),
            "score_length": len(command), "score_command": char_ord_score(command),
            "score_path": char_ord_score(path or ""),
        }
        for node, command, path in extract.processes.drop_nulls("command_line")
        .select("id", "command_line", "path").iter_rows()
    ]  # fmt: skip
    types: dict[str, Any] = {"id": pl.String} | {f"score_{name}": pl.Int64 for name in _MEANINGS}
    return {"Process": stamped(pl.DataFrame(rows, schema=types), "score", "the command line itself")}


ANALYSIS = Analysis(
    name="command-scores",
    prefix="score",
    summary="Gives numbers of command lines and paths that make odd ones stand out.",
    compute=_compute,
    properties=(
        *(Written("Process", f"score_{name}", meaning) for name, meaning in _MEANINGS.items()),
        *origin("score", "Process"),
    ),
    kind="enricher",
)
"""The enricher."""
