"""`analyze lateral-movement`: chains of suspicious remote logons, written to the logons themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.lateral.detection import DetectionOptions, detected
from graphhunt.lateral.detector.findings import PROPERTIES
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.extract import Extract

_MEANINGS = {
    "lm_chain_id": "id of the chain the logon belongs to",
    "lm_hop": "place of its act in the chain, from 1",
    "lm_class": "P proved, E evidence, S switched account, N new access, H habit or rare alone",
    "lm_root_user": "account the causal path began with",
    "lm_certainty": "one over the number of possible causes",
    "lm_score": "how suspicious, in nats; none in case mode, where there is no baseline",
    "lm_p": "conformal p-value of its account, source and day among those of the 15 days before; none if not tested",
    "lm_reason": "why, in words with counts",
}


MODE = Parameter("mode", "str", "auto", "case (by evidence, everything scored), monitor (against its history), or auto")
"""Parameter of everything that runs the detector: how it reads the case."""

LISTS = (
    Parameter("scanners", "list[str]", help="machines that scan; their logons are suppressed, by name"),
    Parameter("help_desk", "list[str]", help="accounts of the help desk; likewise"),
    Parameter("owners", "list[str]", help="inventory of owners, each as machine=account"),
)
"""Parameters of everything that runs the detector: what an estate knows of its machines and accounts."""


def _compute(extract: Extract, values: Mapping[str, Any]) -> Result:
    found = detected(extract.snapshot, DetectionOptions.read(values))
    if found is None:
        return {"REMOTE_LOGON": pl.DataFrame(schema={"id": pl.String})}
    return {"REMOTE_LOGON": found.findings.properties()}


ANALYSIS = Analysis(
    name="lateral-movement",
    prefix="lm",
    summary="Ranks remote logons by switched credentials, rarity, context and host events, and links them into chains.",
    compute=_compute,
    properties=tuple(Written("REMOTE_LOGON", name, _MEANINGS[name]) for name in PROPERTIES),
    parameters=(MODE, Parameter("findings", "int", 200, "most chains to write", least=1), *LISTS),
)
"""The analytic."""
