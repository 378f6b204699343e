"""`enrich risky-commands`: which command lines match a pattern of `risky_cmd_line`, also in what is encoded in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.analyses.enrichers.common import origin, stamped
from graphhunt.questions.question import Written
from graphhunt.toolbox.cmd_line import matched_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    commands = extract.processes.drop_nulls("command_line").select("id", "command_line")
    known = {command: matched_rules(command) for command in commands["command_line"].unique()}
    rows = [(node, "\n".join(rules), len(rules)) for node, command in commands.iter_rows() if (rules := known[command])]
    types = {"id": pl.String, "risky_rules": pl.String, "risky_count": pl.Int64}
    return {"Process": stamped(pl.DataFrame(rows, schema=types, orient="row"), "risky", "the command line itself")}


ANALYSIS = Analysis(
    name="risky-commands",
    prefix="risky",
    summary="Marks command lines that match a risky pattern.",
    compute=_compute,
    properties=(
        Written("Process", "risky_rules", "the patterns that match, one a line"),
        Written("Process", "risky_count", "how many"),
        *origin("risky", "Process"),
    ),
    kind="enricher",
)
"""The enricher."""
