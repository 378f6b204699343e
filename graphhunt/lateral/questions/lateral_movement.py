"""`hunt lateral-movement`: run the detector, write its findings to the graph, and list them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graphhunt.analyses.runs import analyze
from graphhunt.lateral.analysis import ANALYSIS, LISTS, MODE
from graphhunt.lateral.budget import PER_DAY
from graphhunt.lateral.detection import DetectionOptions, detected
from graphhunt.lateral.findings import FindingFilter, report
from graphhunt.lateral.sight import gathered, sight_of
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.questions.question import Case, Wishes

_RUN = ("since", "until", "mode", "findings", "scanners", "help_desk", "owners")


def _answer(case: Case, given: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """Find chains of suspicious remote logons.

    Returns:
        See `graphhunt.lateral.findings.report`; with `run` and `written` when properties were written.
    """
    options = DetectionOptions.read(given)
    written: dict[str, Any] = {"hunt": QUESTION.name}
    snapshot = case.snapshot
    if wishes.write:
        values = {name: given[name] for name in _RUN}
        run = analyze(case.store, ANALYSIS.name, values, wishes.progress, snapshot)
        written |= {"run": run["run"], "written": run["written"].get("REMOTE_LOGON", 0)}
    wanted = FindingFilter(machine=given["machine"], user=given["user"], significant=given["significant"])
    sight = partial(sight_of, case.workspace)
    found = report(detected(snapshot, options), snapshot, sight, wanted, budget=given["budget"])
    cut = wishes.limit is not None and len(found["findings"]) > wishes.limit
    found["findings"] = found["findings"][: wishes.limit]
    return gathered(written | found | {"truncated": cut}, "findings")


QUESTION = Question(
    name=ANALYSIS.name,
    kind="hunt",
    title="Chains of suspicious remote logons, ranked, each with its reasons, techniques, records and blind spots",
    answer=_answer,
    parameters=(
        Parameter("since", "datetime", help="report from this time on; everything before is history"),
        Parameter("until", "datetime", help="leave out everything later"),
        Parameter("machine", "str", help="only chains with a hop from or to this machine"),
        Parameter("user", "str", help="only chains with a hop by this account"),
        Parameter("significant", "bool", False, "only chains that pass the false-discovery rule"),
        MODE,
        Parameter("budget", "int", PER_DAY, "units to read for each scored day: account, source and day", least=1),
        Parameter("findings", "int", 200, "most chains", least=1),
        *LISTS,
    ),
    attack=("T1021", "T1078", "T1550"),
    writes=ANALYSIS.properties,
)
"""The hunt."""
