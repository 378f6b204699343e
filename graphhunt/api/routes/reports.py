"""Reports on incidents, and what analysts write in them and add to them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response

from graphhunt.api.deps import AuthorDep, HuntDep
from graphhunt.api.incident_models import ReportTextRequest, ReportTextShape
from graphhunt.api.report_models import ArrangeRequest, DraftAnswer, ItemRequest, ListAnswer
from graphhunt.api.versions import BasedOn, tagged
from graphhunt.case.incident_report.content import gathered, story_of
from graphhunt.case.incident_report.forms import FORMS
from graphhunt.case.incident_report.html import POLICY
from graphhunt.case.incident_report.listed import Lists, shown
from graphhunt.case.incident_report.redaction import asked
from graphhunt.case.incident_report.texts import Texts
from graphhunt.errors import MissingError, UsageError

router = APIRouter(tags=["reports"])

Part = Annotated[
    str,
    Path(
        pattern="^(happened|reach|first|way|timeline|added|accounts|machines|indicators|attack|missing|records|item-.+)$",
        max_length=60,
        description="A part of the summary, a section, or `item-` and the id of an added item",
    ),
]


@router.get(
    "/reports/incident/{incident_id}",
    operation_id="getIncidentReport",
    response_class=Response,
    responses={200: {"content": {form.media: {} for form in FORMS.values()}}},
)
def get_report(
    hunt: HuntDep,
    incident_id: str,
    wanted: Annotated[Literal["html", "md", "json", "csv", "stix", "zip"], Query(alias="format")] = "html",
    redact: Annotated[str, Query(max_length=100, description="names, addresses, or both with a comma")] = "",
) -> Response:
    """Write an incident up, as `graphhunt report`: one HTML file, Markdown, JSON, its indicators or its records."""
    swapped = asked(redact)
    form = FORMS[wanted]
    found = gathered(hunt, _story(hunt, incident_id)["id"], swapped)
    headers = {
        "Content-Security-Policy": POLICY,
        "Content-Disposition": f'attachment; filename="incident-{found.report["id"]}.{form.suffix}"',
    }
    return Response(form.write(found), media_type=form.media, headers=headers)


@router.get("/reports/incident/{incident_id}/draft", operation_id="getReportDraft")
def get_draft(hunt: HuntDep, incident_id: str) -> DraftAnswer:
    """Give a report as the page shows it, to be written in and added to."""
    story = _story(hunt, incident_id)
    names = (story["id"], story["aliases"])
    report = gathered(hunt, story["id"]).report
    listed = Lists(hunt.folder).of(*names)
    refs = {item.id: list(item.refs) for item in listed.items}
    rows = [row | {"refs": refs.get(row["id"], [])} for row in report["added"]]
    kept = {name: report[name] for name in DraftAnswer.model_fields if name in report}
    kept |= {"added": rows, "written": sorted(Texts(hunt.folder).written(*names)), "list_version": listed.version}
    return DraftAnswer.model_validate(kept)


@router.put("/reports/incident/{incident_id}/texts/{part}", operation_id="putReportText")
def put_text(
    hunt: HuntDep, author: AuthorDep, incident_id: str, part: Part, wanted: ReportTextRequest
) -> ReportTextShape:
    """Put a part of a report's summary in one's own words, or write a note; an empty text gives it back."""
    story = _story(hunt, incident_id)
    return ReportTextShape.model_validate(Texts(hunt.folder).put(story["id"], part, wanted.text, author))


@router.delete("/reports/incident/{incident_id}/texts/{part}", operation_id="takeBackReportText")
def take_back_text(hunt: HuntDep, author: AuthorDep, incident_id: str, part: Part) -> ReportTextShape:
    """Take the newest text of a part back, so that the one before it holds; gives what was taken back."""
    story = _story(hunt, incident_id)
    gone = Texts(hunt.folder).take_back(story["id"], part, story["aliases"], author)
    return ReportTextShape.model_validate(gone)


@router.post("/reports/incident/{incident_id}/items", operation_id="addReportItem", status_code=201)
def add_item(hunt: HuntDep, author: AuthorDep, incident_id: str, wanted: ItemRequest, response: Response) -> ListAnswer:
    """Add an incident, acts, records or a search to a report; what is there already stays where it is."""
    story = _story(hunt, incident_id)
    made, listed = Lists(hunt.folder).add(story["id"], story["aliases"], wanted.kind, wanted.refs, author)
    return ListAnswer.model_validate({**tagged(response, shown(listed)), "made": made.id})


@router.put("/reports/incident/{incident_id}/items", operation_id="arrangeReportItems")
def arrange_items(
    hunt: HuntDep,
    author: AuthorDep,
    based_on: BasedOn,
    incident_id: str,
    wanted: ArrangeRequest,
    response: Response,
) -> ListAnswer:
    """Order what was added to a report, take items out, or put back what was there before."""
    story = _story(hunt, incident_id)
    listed = Lists(hunt.folder).arrange(story["id"], story["aliases"], wanted.items, based_on, author)
    return ListAnswer.model_validate(tagged(response, shown(listed)))


def _story(hunt: HuntDep, incident_id: str) -> dict[str, Any]:
    try:
        return story_of(hunt, incident_id)
    except UsageError as error:
        raise MissingError(error.message, hint=error.hint) from error
