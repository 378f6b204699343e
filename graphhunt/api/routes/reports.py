"""Reports on incidents, and the parts of them that analysts put in their own words."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from graphhunt.api.deps import AuthorDep, HuntDep
from graphhunt.api.incident_models import ReportTextRequest, ReportTextShape
from graphhunt.case.incident_report.content import gathered
from graphhunt.case.incident_report.forms import FORMS
from graphhunt.case.incident_report.html import POLICY
from graphhunt.case.incident_report.redaction import asked
from graphhunt.case.incident_report.texts import Texts
from graphhunt.errors import MissingError, UsageError
from graphhunt.questions.question import Wishes

router = APIRouter(tags=["reports"])


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
    _require(hunt, incident_id)
    found = gathered(hunt, incident_id, swapped)
    headers = {
        "Content-Security-Policy": POLICY,
        "Content-Disposition": f'attachment; filename="incident-{found.report["id"]}.{form.suffix}"',
    }
    return Response(form.write(found), media_type=form.media, headers=headers)


@router.put("/reports/incident/{incident_id}/texts/{part}", operation_id="putReportText")
def put_text(
    hunt: HuntDep,
    author: AuthorDep,
    incident_id: str,
    part: Literal["happened", "reach", "first"],
    wanted: ReportTextRequest,
) -> ReportTextShape:
    """Put a part of a report's summary in one's own words; an empty text gives it back to the records."""
    _require(hunt, incident_id)
    return ReportTextShape.model_validate(Texts(hunt.folder).put(incident_id, part, wanted.text, author))


def _require(hunt: HuntDep, incident_id: str) -> None:
    try:
        hunt.ask("incidents", {"id": incident_id}, Wishes(write=False), "hunt")
    except UsageError as error:
        raise MissingError(error.message, hint=error.hint) from error
