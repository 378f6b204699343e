"""Incidents, links between them by hand, networks, and commands in clear."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from graphhunt.api.deps import AuthorDep, HuntDep, WindowDep
from graphhunt.api.incident_models import (
    ChangesAnswer,
    ChangeShape,
    CommandsAnswer,
    CommandsRequest,
    DecodedAnswer,
    DecodeRequest,
    IncidentAnswer,
    IncidentsAnswer,
    LinkRequest,
    LinksAnswer,
    LinkShape,
    NetworkRequest,
    NetworksAnswer,
    WorkRequest,
)
from graphhunt.api.storyboard_models import StoryboardAnswer
from graphhunt.api.versions import BasedOn, tagged
from graphhunt.case.links import Links
from graphhunt.case.networks import StatedNetworks
from graphhunt.errors import MissingError, UsageError
from graphhunt.incidents.asked import options
from graphhunt.incidents.board.commands import commands
from graphhunt.incidents.board.storyboard import Recorded, storyboard
from graphhunt.incidents.casework import Casework, changes_of
from graphhunt.incidents.find import incidents_of
from graphhunt.incidents.questions.incidents import named
from graphhunt.incidents.tables import Tables
from graphhunt.questions.coverage import coverage
from graphhunt.questions.question import Wishes
from graphhunt.questions.recorded import recorded, stretches
from graphhunt.toolbox.decoding import Decoded, decoded

router = APIRouter(tags=["incidents"])

_NONE = "there is no encoded command on it"


def _links(hunt: HuntDep) -> Links:
    return Links(hunt.folder, lambda: hunt.snapshot)


@router.get("/incidents", operation_id="listIncidents")
def list_incidents(
    hunt: HuntDep,
    window: WindowDep,
    budget: Annotated[int | None, Query(ge=1, le=10_000, description="Units of reading per day of records")] = None,
    everything: Annotated[bool, Query(alias="all", description="Also those that are closed or benign")] = False,
) -> IncidentsAnswer:
    """List incidents, best first, as `graphhunt incidents --json`; nothing is written to the graph."""
    asked = {"since": window.since, "until": window.until, "budget": budget, "all": everything}
    given = {name: value for name, value in asked.items() if value is not None}
    found = hunt.ask("incidents", given, Wishes(write=False), "hunt")
    kept = {name: found[name] for name in IncidentsAnswer.model_fields if name in found}
    return IncidentsAnswer.model_validate(kept)


@router.get("/incidents/{incident_id}", operation_id="getIncident")
def get_incident(hunt: HuntDep, incident_id: str) -> IncidentAnswer:
    """Tell one incident step by step, by its id, an older id, or the id of one of its acts."""
    try:
        found = hunt.ask("incidents", {"id": incident_id}, Wishes(write=False), "hunt")
    except UsageError as error:
        raise MissingError(error.message, hint=error.hint) from error
    return IncidentAnswer.model_validate(found["incident"])


@router.get("/incidents/{incident_id}/storyboard", operation_id="getStoryboard")
def get_storyboard(hunt: HuntDep, window: WindowDep, incident_id: str) -> StoryboardAnswer:
    """Tell one incident as a storyboard: lanes, steps, cards and arrows; a window leaves out what lies outside it."""
    found = incidents_of(hunt.snapshot, options({}, hunt.folder))
    try:
        rank, incident = named(found, incident_id)
    except UsageError as error:
        raise MissingError(error.message, hint=error.hint) from error
    known = Recorded(coverage(hunt.workspace), stretches(recorded(hunt.workspace)))
    board = storyboard(incident, rank, known, window.since, window.until)
    work = Casework(found, changes_of(hunt.folder)).of(incident).shown()
    return StoryboardAnswer.model_validate(board | {"work": work})


@router.get("/incidents/{incident_id}/changes", operation_id="listIncidentChanges")
def list_changes(hunt: HuntDep, incident_id: str, response: Response) -> ChangesAnswer:
    """Give what is stated of an incident, and every statement about it; the ETag is the version of that."""
    work = tagged(response, hunt.casework.of(incident_id))
    return ChangesAnswer.model_validate({"work": work, "items": hunt.casework.history(incident_id)})


@router.patch("/incidents/{incident_id}", operation_id="editIncident")
def edit_incident(
    hunt: HuntDep, author: AuthorDep, incident_id: str, version: BasedOn, wanted: WorkRequest, response: Response
) -> ChangesAnswer:
    """State an incident's name, assignee, status or verdict; 412 with what holds now if someone was faster."""
    hunt.casework.state(incident_id, wanted.model_dump(), author=author, version=version)
    return list_changes(hunt, incident_id, response)


@router.delete("/incident-changes/{change_id}", operation_id="undoIncidentChange")
def undo_change(hunt: HuntDep, author: AuthorDep, change_id: str) -> ChangeShape:
    """Take a statement about an incident back: what was stated before holds again."""
    return ChangeShape.model_validate(hunt.casework.undo(change_id, author=author))


@router.post("/incidents/{incident_id}/links", operation_id="addIncidentLink", status_code=201)
def add_link(hunt: HuntDep, author: AuthorDep, incident_id: str, wanted: LinkRequest) -> LinkShape:
    """Cut an inferred join of an incident, join another incident to it, or find an act benign, so that it is no lead.

    The casebook keeps it. Acts found benign through one id of an act are told, and taken back, together in the page.
    """
    links = _links(hunt)
    if wanted.verdict == "cut":
        made = links.cut(wanted.other, reason=wanted.reason, author=author)
    elif wanted.verdict == "benign":
        made = links.benign(wanted.other, incident_id, reason=wanted.reason, author=author)
    else:
        made = links.join(incident_id, wanted.other, reason=wanted.reason, author=author)
    return LinkShape.model_validate(made)


@router.get("/incident-links", operation_id="listIncidentLinks")
def list_links(hunt: HuntDep) -> LinksAnswer:
    """List the links by hand, oldest first."""
    return LinksAnswer.model_validate({"items": _links(hunt).listed()})


@router.delete("/incident-links/{link_id}", operation_id="undoIncidentLink")
def undo_link(hunt: HuntDep, author: AuthorDep, link_id: str) -> LinkShape:
    """Take a link by hand back; it stays on record."""
    try:
        return LinkShape.model_validate(_links(hunt).undo(link_id, author=author))
    except UsageError as error:
        raise MissingError(error.message, hint=error.hint) from error


@router.get("/networks", operation_id="listNetworks")
def list_networks(hunt: HuntDep) -> NetworksAnswer:
    """List networks that are inside, and addresses that are outside or unknown, each with the reason."""
    return _networks(hunt)


@router.put("/networks", operation_id="stateNetwork")
def state_network(hunt: HuntDep, author: AuthorDep, wanted: NetworkRequest) -> NetworksAnswer:
    """State what a network is, as `graphhunt networks --add`; incidents are found anew by it."""
    StatedNetworks(hunt.folder).state(wanted.cidr, wanted.kind, author)
    return _networks(hunt)


@router.delete("/networks", operation_id="forgetNetwork")
def forget_network(
    hunt: HuntDep, author: AuthorDep, cidr: Annotated[str, Query(max_length=200, description="The network")]
) -> NetworksAnswer:
    """Take back what was stated of a network."""
    StatedNetworks(hunt.folder).take_back(cidr, author)
    return _networks(hunt)


def _networks(hunt: HuntDep) -> NetworksAnswer:
    found = hunt.ask("networks", {}, Wishes(write=False), "hunt")
    return NetworksAnswer.model_validate({name: found[name] for name in NetworksAnswer.model_fields})


@router.post("/decode", operation_id="decodeCommand")
def decode_command(wanted: DecodeRequest) -> DecodedAnswer:
    """Decode the encoded PowerShell command on a command line; nothing is run."""
    found = decoded(wanted.text.strip()) or Decoded("", reason=_NONE)
    return DecodedAnswer.model_validate(found._asdict())


@router.post("/commands", operation_id="readCommands")
def read_commands(hunt: HuntDep, wanted: CommandsRequest) -> CommandsAnswer:
    """Give whole command lines of processes, and what encoded ones say; nothing is run."""
    return CommandsAnswer.model_validate({"items": commands(Tables(hunt.snapshot), wanted.processes)})
