"""`analyze incidents`: which incident each machine, account, process, address, logon and connection belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.analyses.analysis import Analysis, Result
from graphhunt.incidents.asked import CUT, NETWORKS, options
from graphhunt.incidents.find import incidents_of
from graphhunt.incidents.tables import Tables
from graphhunt.questions.question import Written
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphhunt.analyses.extract import Extract
    from graphhunt.incidents.acts import Act
    from graphhunt.incidents.incident import Incident

TARGETS = ("Machine", "User", "Process", "IP", "LOGGED_ON", "REMOTE_LOGON", "CONNECTED")
"""What is written to."""

_PROPERTIES = {
    "incident_id": "id of the incident it belongs to, of several the one ranked highest",
    "incident_rank": "rank of that incident; 1 is read first",
    "incident_score": "score of that incident, nats; it orders and is no probability",
    "incident_leads": "kinds of evidence of intrusion that it gives itself",
}
_DECODED = {
    "incident_decoded": "what its encoded command says, in clear",
    "incident_decoded_facts": "what that does: script_log_off, amsi_off, fetches, runs, loads",
    "incident_decoded_urls": "addresses that it names",
}
"""What processes of incidents are told of their encoded commands."""

_MOST = 20_000
"""Characters kept of a command in clear."""

_SCHEMA = {
    "id": pl.String(), "incident_id": pl.String(), "incident_rank": pl.Int64(), "incident_score": pl.Float64(),
    "incident_leads": pl.List(pl.String()),
}  # fmt: skip


def _compute(extract: Extract, values: Mapping[str, Any]) -> Result:
    """Give what is written to each target."""
    found = incidents_of(extract.snapshot, options(values, extract.workspace))
    rows: dict[str, dict[str, tuple[Any, ...]]] = {target: {} for target in TARGETS}
    for rank, incident in enumerate(found.incidents, 1):
        if values.get("machine") not in (None, *incident.machines):
            continue
        for target, id_, kinds in _members(incident):
            said = (id_, incident.id, rank, round(incident.score.total, 4), kinds)
            rows[target].setdefault(id_, said)
    sessions = _session_ids(extract, set(rows["LOGGED_ON"]))
    rows["LOGGED_ON"] = {
        edge: (edge, *rows["LOGGED_ON"][session][1:]) for edge, session in sessions if session in rows["LOGGED_ON"]
    }
    result = {
        target: pl.DataFrame([rows[target][key] for key in sorted(rows[target])], schema=_SCHEMA, orient="row")
        for target in TARGETS
    }
    return result | {"Process": _with_commands(extract, result["Process"]), "CONNECTED": _known(extract, result)}


def _with_commands(extract: Extract, processes: pl.DataFrame) -> pl.DataFrame:
    """Add what the encoded commands of processes say."""
    lines = Tables(extract.snapshot).processes.select("id", "command_line").drop_nulls()
    found = []
    for process, line in lines.join(processes, on="id", how="semi").iter_rows():
        clear = decoded(line)
        if clear is not None and not clear.reason:
            found.append((process, clear.text[:_MOST], list(clear.facts), list(clear.urls)))
    texts = [pl.String(), pl.String(), pl.List(pl.String()), pl.List(pl.String())]
    said = pl.DataFrame(found, schema=dict(zip(("id", *_DECODED), texts, strict=True)), orient="row")
    return processes.join(said, on="id", how="left", maintain_order="left")


def _known(extract: Extract, result: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Keep of the relationships that leads stand on those that are connections."""
    made = Tables(extract.snapshot).edges("CONNECTED").select("id")
    return result["CONNECTED"].join(made, on="id", how="semi", maintain_order="left")


def _members(incident: Incident) -> Iterator[tuple[str, str, list[str]]]:
    """Give target, id and kinds of leads of everything in an incident; sessions by their session's id."""
    for act in incident.acts:
        yield from _of_act(act)
    entities = {"Machine": incident.machines, "User": incident.accounts, "IP": incident.outside}
    for target, found in entities.items():
        for id_ in found:
            yield target, id_, []


def _of_act(act: Act) -> Iterator[tuple[str, str, list[str]]]:
    kind, _, owner = act.vertex.partition("|")
    kinds = sorted({lead.kind for lead in act.leads})
    if kind == "process":
        yield "Process", owner, kinds
    if kind == "session":
        yield "LOGGED_ON", owner, kinds
    if act.hop:
        yield "REMOTE_LOGON", act.hop["id"], kinds
    for lead in act.leads:
        for relationship in lead.relationships:
            yield "CONNECTED", relationship, [lead.kind]


def _session_ids(extract: Extract, wanted: set[str]) -> list[tuple[str, str]]:
    """Give the ids of the LOGGED_ON of sessions, each with its session's id."""
    found = extract.snapshot.scan("LOGGED_ON")
    if found is None:
        return []
    own = found.filter(pl.col("logon_session_id").is_in(sorted(wanted))).select("id", "logon_session_id")
    return list(own.collect().iter_rows())


ANALYSIS = Analysis(
    name="incidents",
    prefix="incident",
    summary="Joins acts by what caused what to incidents, ranks them, and marks what belongs to each.",
    compute=_compute,
    properties=(
        *(Written(target, name, text) for target in TARGETS for name, text in _PROPERTIES.items()),
        *(Written("Process", name, text) for name, text in _DECODED.items()),
    ),
    parameters=(NETWORKS, CUT),
)
"""The analytic."""
