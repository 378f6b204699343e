"""Cases: notes, tags, verdicts, pinned evidence and saved views, with author and time."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response

from graphhunt.api.case_models import (
    CaseEdit,
    CasesAnswer,
    CaseShape,
    HistoryAnswer,
    ItemEdit,
    ItemsAnswer,
    ItemShape,
    ItemType,
    MarksAnswer,
    NewCase,
    NewItem,
    TargetShape,
)
from graphhunt.api.deps import AuthorDep, CasebookDep, HuntDep
from graphhunt.api.entity_paths import EntityRef
from graphhunt.api.versions import BasedOn, Known, tagged, unchanged
from graphhunt.case.casebook import Target
from graphhunt.case.casebook.book import WHOLE_CASE, After
from graphhunt.case.casebook.forms import FORMS, POLICY
from graphhunt.case.report import case_report
from graphhunt.errors import UsageError
from graphhunt.questions.pivots import Ref
from graphhunt.questions.pivots.reading import check_ref, cut, decode_cursor
from graphhunt.times import TIME_NAMES, dated

router = APIRouter(tags=["cases"])

CaseId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
ItemId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(max_length=200)]


def _after(cursor: str | None) -> After | None:
    found = decode_cursor(cursor)
    return After(*found) if found else None


@router.get("/cases", operation_id="listCases")
def list_cases(book: CasebookDep, limit: Limit = 100, cursor: Cursor = None) -> CasesAnswer:
    """List the cases of this workspace, newest first."""
    rows, more = cut(book.cases(limit + 1, _after(cursor)), limit, "created", "id")
    return CasesAnswer.model_validate({"items": rows, "next_cursor": more})


@router.post("/cases", operation_id="openCase", status_code=201)
def open_case(book: CasebookDep, author: AuthorDep, new: NewCase, response: Response) -> CaseShape:
    """Open a case."""
    case = tagged(response, book.open_case(new.title, author, new.description))
    response.headers["Location"] = f"/api/v1/cases/{case['id']}"
    return CaseShape.model_validate(case)


@router.get("/cases/{case_id}", operation_id="getCase", responses={304: {"description": "Not changed"}})
def get_case(book: CasebookDep, case_id: CaseId, response: Response, known: Known = None) -> CaseShape:
    """Give a case; its ETag is the version of its title, description and status."""
    case = tagged(response, book.case(case_id))
    return unchanged(case, known) or CaseShape.model_validate(case)  # type: ignore[return-value]


@router.patch("/cases/{case_id}", operation_id="editCase")
def edit_case(
    book: CasebookDep, author: AuthorDep, case_id: CaseId, version: BasedOn, edit: CaseEdit, response: Response
) -> CaseShape:
    """Change a case's title, description or status; 412 with the current version if someone was faster."""
    changes = edit.model_dump(exclude_none=True)
    return CaseShape.model_validate(tagged(response, book.edit_case(case_id, version, author, **changes)))


@router.delete("/cases/{case_id}", operation_id="deleteCase", status_code=204)
def delete_case(book: CasebookDep, author: AuthorDep, case_id: CaseId, version: BasedOn) -> None:
    """Take a case off the list."""
    book.delete_case(case_id, version, author)


@router.get("/cases/{case_id}/items", operation_id="listItems")
def list_items(  # noqa: PLR0913 - each is a query parameter of the route
    book: CasebookDep,
    case_id: CaseId,
    item_type: Annotated[ItemType | None, Query(alias="type")] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    entity_id: Annotated[str | None, Query(max_length=6000)] = None,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> ItemsAnswer:
    """List what is in a case, oldest first; of one type, or about one entity, where asked."""
    book.case(case_id)
    found = book.items(case_id, item_type, Target(kind, entity_id), limit + 1, _after(cursor))
    rows, more = cut(found, limit, "created", "id")
    return ItemsAnswer.model_validate({"items": [_shape(row) for row in rows], "next_cursor": more})


@router.post("/cases/{case_id}/items", operation_id="addItem", status_code=201)
def add_item(book: CasebookDep, author: AuthorDep, case_id: CaseId, new: NewItem, response: Response) -> ItemShape:
    """Put a note, tag, verdict, alias, pinned evidence or saved view into a case.

    A tag that is there already is given back; a second verdict or alias of one target is refused (409) with the first.
    """
    body = new.body.model_dump()
    item = book.add(case_id, body.pop("type"), body, author, _target(new.target))
    response.headers["Location"] = f"/api/v1/cases/{case_id}/items/{item['id']}"
    return ItemShape.model_validate(_shape(tagged(response, item)))


@router.get("/cases/{case_id}/items/{item_id}", operation_id="getItem", responses={304: {"description": "Not changed"}})
def get_item(book: CasebookDep, case_id: CaseId, item_id: ItemId, response: Response, known: Known = None) -> ItemShape:
    """Give one item of a case."""
    item = tagged(response, book.item(case_id, item_id))
    return unchanged(item, known) or ItemShape.model_validate(_shape(item))  # type: ignore[return-value]


@router.put("/cases/{case_id}/items/{item_id}", operation_id="editItem")
def edit_item(  # noqa: PLR0913 - the parts of the request
    book: CasebookDep, author: AuthorDep, case_id: CaseId, item_id: ItemId, version: BasedOn, edit: ItemEdit,
    response: Response,
) -> ItemShape:  # fmt: skip
    """Replace an item's body; 412 with the current version if someone was faster."""
    body = edit.body.model_dump()
    if (given := body.pop("type")) != (kind := book.item(case_id, item_id)["type"]):
        raise UsageError(f"the item is a {kind}; it can't become a {given}")
    return ItemShape.model_validate(_shape(tagged(response, book.edit(case_id, item_id, version, author, body))))


@router.delete("/cases/{case_id}/items/{item_id}", operation_id="deleteItem", status_code=204)
def delete_item(book: CasebookDep, author: AuthorDep, case_id: CaseId, item_id: ItemId, version: BasedOn) -> None:
    """Take an item out of its case; its history stays."""
    book.delete(case_id, item_id, version, author)


@router.get("/cases/{case_id}/items/{item_id}/history", operation_id="getItemHistory")
def get_item_history(book: CasebookDep, case_id: CaseId, item_id: ItemId) -> HistoryAnswer:
    """List every version of an item, deleted or not."""
    return HistoryAnswer.model_validate({"items": book.history(case_id, item_id)})


@router.get("/entities/{kind}/{entity_id}/marks", operation_id="getMarks")  # noqa: FAST003 - read by EntityRef
def get_marks(book: CasebookDep, ref: EntityRef) -> MarksAnswer:
    """List what all cases say about one entity, newest first."""
    return MarksAnswer.model_validate({"items": [_shape(item) for item in book.marks(ref.kind, ref.id)]})


@router.get(
    "/cases/{case_id}/report",
    operation_id="getCaseReport",
    response_model=None,
    responses={200: {"content": {kind: {} for kind in ("application/json", *(form.media for form in FORMS.values()))}}},
)
def get_case_report(
    request: Request,
    hunt: HuntDep,
    book: CasebookDep,
    case_id: CaseId,
    wanted: Annotated[Literal["json", "html", "markdown", "stix"] | None, Query(alias="format")] = None,
    accept: Annotated[str, Header()] = "",
) -> Response | dict[str, Any]:
    """Write the case up: JSON, one HTML file that needs nothing else, Markdown, or a STIX 2.1 bundle."""
    report: dict[str, Any] = dated(
        case_report(hunt, book, case_id, version=request.app.version), times=TIME_NAMES | {"written"}
    )
    form = FORMS.get(wanted or ("html" if "text/html" in accept else "json"))
    if form is None:
        return report
    headers = {
        "Content-Security-Policy": POLICY,
        "Content-Disposition": f'attachment; filename="case-{case_id}.{form.suffix}"',
    }
    return Response(form.write(report), media_type=form.media, headers=headers)


def _target(shape: TargetShape | None) -> Target:
    if shape is None:
        return WHOLE_CASE
    check_ref(Ref(shape.kind, shape.id))
    return Target(shape.kind, shape.id, shape.relation, shape.relationship_id)


def _shape(item: dict[str, Any]) -> dict[str, Any]:
    """Give an item with its target as one member."""
    target = {"id" if name == "entity_id" else name: item[name] for name in Target._fields}
    rest = {name: value for name, value in item.items() if name not in Target._fields}
    return rest | {"target": target if target["kind"] else None}
