"""`enrich iocs`: addresses, names, URLs and hashes in command lines, also in what is encoded in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.analyses.enrichers.common import origin, stamped
from graphhunt.questions.question import Written
from graphhunt.toolbox.base64unpack import unpack
from graphhunt.toolbox.iocextract import IoCExtract

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract


def _compute(extract: Extract, _values: Mapping[str, Any]) -> Result:
    extractor = IoCExtract()
    commands = extract.processes.drop_nulls("command_line").select("id", "command_line")
    known = {command: _found(extractor, command) for command in commands["command_line"].unique()}
    rows = [(node, ", ".join(found), len(found)) for node, command in commands.iter_rows() if (found := known[command])]
    types = {"id": pl.String, "ioc_values": pl.String, "ioc_count": pl.Int64}
    return {"Process": stamped(pl.DataFrame(rows, schema=types, orient="row"), "ioc", "the command line itself")}


def _found(extractor: IoCExtract, command: str) -> list[str]:
    _, decoded = unpack(command)
    text = "\n".join([command, *(each for each in decoded["decoded_string"] if isinstance(each, str))])
    found = extractor.extract(text, include_paths=False)
    assert isinstance(found, dict)  # a frame only comes of a frame
    return sorted({value for values in found.values() for value in values})


ANALYSIS = Analysis(
    name="iocs",
    prefix="ioc",
    summary="Finds addresses, names, URLs and hashes in command lines.",
    compute=_compute,
    properties=(
        Written("Process", "ioc_values", "what was found, with commas"),
        Written("Process", "ioc_count", "how many"),
        *origin("ioc", "Process"),
    ),
    kind="enricher",
)
"""The enricher."""
