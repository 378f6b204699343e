"""`hunt incidents`: what belongs together of an intrusion, ranked by one score, each with the records it rests on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from graphhunt.analyses.runs import analyze
from graphhunt.errors import UsageError
from graphhunt.incidents.analysis import ANALYSIS
from graphhunt.incidents.asked import CUT, NETWORKS, options
from graphhunt.incidents.casework import Casework, changes_of
from graphhunt.incidents.find import BUDGET, Found, incidents_of, nothing_found, shown
from graphhunt.incidents.sentences import plain
from graphhunt.questions.parameter import Parameter
from graphhunt.questions.question import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.incidents.incident import Incident
    from graphhunt.questions.question import Case, Wishes

COLUMNS = (
    "rank", "score", "class", "id", "start", "end", "machines", "accounts", "outside", "techniques",
    "consistent_with", "leads", "units", "over_the_line", "title", "name", "assignee", "status", "verdict",
)  # fmt: skip
"""Columns of the rows."""

PARAMETERS = (
    Parameter("since", "datetime", help="evidence of intrusion from this time on"),
    Parameter("until", "datetime", help="evidence of intrusion before this time"),
    Parameter("id", "str", help="only this incident, with its acts, sentences and records; an id, alias or act's id"),
    Parameter("budget", "int", BUDGET, "units of reading per day of records", least=1),
    Parameter("all", "bool", False, "also those that are closed or benign"),
    NETWORKS,
    CUT,
)
"""What the question takes."""


def _answer(case: Case, given: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """List the incidents, or tell one whole.

    Returns:
        `items`: those over the line that the budget allows, `below` it the best, each with its `work`; how many were
        `held_back`, and how many `left_out` as analysts are done with them, by reason; `rows`, the same as a table;
        `scope`: what was looked at and what is missing; `reason` where there is none;
        with an `id`, that one as `incident` with `steps`, `links` and what its score is made of; `run` and `written`
        where properties were written to the graph.
    """
    written: dict[str, Any] = {"hunt": QUESTION.name}
    snapshot = case.snapshot
    if wishes.write:
        values = {name: given[name] for name in ("since", "until", "networks", "cut")}
        run = analyze(case.store, ANALYSIS.name, values, wishes.progress, snapshot)
        written |= {"run": run["run"], "written": sum(run["written"].values())}
    found = incidents_of(snapshot, options(given, case.workspace.path))
    casework = Casework(found, changes_of(case.workspace.path))
    done = {} if given["all"] else _done(found, casework)
    chosen, below, held = shown(found, given["budget"], done)
    items, under = (
        [each.summary(found.ranks[each.id]) | {"work": casework.of(each).shown()} for each in some[: wishes.limit]]
        for some in (chosen, below)
    )
    answer: dict[str, Any] = {
        **written, "items": items, "below": under, "held_back": held,
        "left_out": dict(sorted(Counter(done.values()).items())), "scope": found.scope,
        "notes": list(found.notes), "columns": list(COLUMNS),
        "rows": [_row(item, over=True) for item in items] + [_row(item, over=False) for item in under],
        "truncated": bool(held),
    }  # fmt: skip
    if not found.incidents:
        answer["reason"] = nothing_found(found.scope)
    return answer | {"incident": story(found, casework, given["id"])} if given["id"] else answer


def _done(found: Found, casework: Casework) -> dict[Incident, str]:
    """Give the incidents that analysts are done with, each with the reason."""
    reasons = {each: casework.of(each).left_out for each in found.incidents}
    return {each: reason for each, reason in reasons.items() if reason}


def _row(item: dict[str, Any], *, over: bool) -> dict[str, Any]:
    shown_as = item["work"] | item | {"title": plain(item["title"]), "over_the_line": over}
    return {column: shown_as[column] for column in COLUMNS}


def story(found: Found, casework: Casework, name: str) -> dict[str, Any]:
    """Tell the incident of an id, an alias or the id of one of its acts.

    Raises:
        UsageError: There is none; the hint names the nearest ids.
    """
    rank, incident = named(found, name)
    return incident.story(rank) | {"work": casework.of(incident).shown()}


def named(found: Found, name: str) -> tuple[int, Incident]:
    """Give the incident of an id, an alias or the id of one of its acts, with its rank.

    Raises:
        UsageError: There is none; the hint names the nearest ids.
    """
    for rank, incident in enumerate(found.incidents, 1):
        if incident.known_as(name):
            return rank, incident
    near = sorted(found.incidents, key=lambda each: -_common(each.id, name))[:3]
    hint = "did you mean " + ", ".join(each.id for each in near) if near else "see: graphhunt incidents"
    raise UsageError(f"there is no incident '{name}'", hint=hint)


def _common(a: str, b: str) -> int:
    """Count the characters that two texts begin with alike."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


QUESTION = Question(
    name=ANALYSIS.name,
    kind="hunt",
    title="Incidents: acts joined by what caused what, ranked by one score, told in sentences with their records",
    answer=_answer,
    parameters=PARAMETERS,
    columns=COLUMNS,
    attack=("T1021", "T1059", "T1003", "T1569.002", "T1047"),
    writes=ANALYSIS.properties,
)
"""The hunt."""
