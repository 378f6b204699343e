"""Saved states of the workspace, so that a long one still fits into a URL."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from pydantic import Field

from graphhunt.api.deps import CasebookDep
from graphhunt.api.models import Shape

router = APIRouter(tags=["views"])

ViewId = Annotated[str, Path(pattern="^[0-9a-f]{24}$")]


class ViewState(Shape):
    """A state of the workspace as the browser wrote it."""

    state: Annotated[str, Field(max_length=1_000_000)]


class ViewAddress(Shape):
    """Where a state is kept."""

    id: str


@router.post("/views", operation_id="saveView", status_code=201)
def save_view(book: CasebookDep, view: ViewState) -> ViewAddress:
    """Keep a state; the same state always gets the same id."""
    return ViewAddress(id=book.save_view(view.state))


@router.get("/views/{view_id}", operation_id="getView")
def get_view(book: CasebookDep, view_id: ViewId) -> ViewState:
    """Give a kept state back."""
    state = book.view(view_id)
    if state is None:
        raise HTTPException(404, "There is no saved view with this id in this workspace.")
    return ViewState(state=state)
