"""Shapes of cases and what is in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from graphhunt.api.models import Shape
from graphhunt.api.time_shapes import Time
from graphhunt.case.casebook.bodies import MAX_EVENTS, MAX_STATE, MAX_TEXT
from graphhunt.case.casebook.book import MAX_DESCRIPTION, MAX_TITLE

Status = Literal["open", "closed"]
ItemType = Literal["note", "tag", "verdict", "alias", "pin", "view"]


class CaseShape(Shape):
    """A case; `items` counts what is in it by type, `version` is its ETag."""

    id: str
    title: str
    description: str
    status: Status
    created: Time
    author: str
    changed: Time
    changed_by: str
    version: int
    items: dict[str, int]


class CasesAnswer(Shape):
    """A page of cases, newest first."""

    items: list[CaseShape]
    next_cursor: str | None


class NewCase(Shape):
    """A case to open."""

    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE)]
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)] = ""


class CaseEdit(Shape):
    """What to change of a case; what is left out stays."""

    title: Annotated[str | None, Field(min_length=1, max_length=MAX_TITLE)] = None
    description: Annotated[str | None, Field(max_length=MAX_DESCRIPTION)] = None
    status: Status | None = None


class TargetShape(Shape):
    """An entity, or a relationship that begins at it."""

    kind: Annotated[str, Field(max_length=40)]
    id: Annotated[str, Field(max_length=6000)]
    relation: Annotated[str | None, Field(max_length=60)] = None
    relationship_id: Annotated[str | None, Field(max_length=200)] = None


class NoteBody(Shape):
    """A note."""

    type: Literal["note"] = "note"
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class TagBody(Shape):
    """A tag."""

    type: Literal["tag"] = "tag"
    tag: Annotated[str, Field(min_length=1, max_length=100)]


class VerdictBody(Shape):
    """What an analyst holds an entity or relationship to be."""

    type: Literal["verdict"] = "verdict"
    verdict: Literal["malicious", "benign", "unknown"]
    reason: Annotated[str, Field(max_length=MAX_TEXT)] = ""


class AliasBody(Shape):
    """What the analysts of a case call an entity; its name in the telemetry stays."""

    type: Literal["alias"] = "alias"
    alias: Annotated[str, Field(min_length=1, max_length=200)]


class PinBody(Shape):
    """Original records that belong to the case."""

    type: Literal["pin"] = "pin"
    event_ids: Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=MAX_EVENTS)]
    comment: Annotated[str, Field(max_length=MAX_TEXT)] = ""


class ViewBody(Shape):
    """A state of the workspace under a name."""

    type: Literal["view"] = "view"
    name: Annotated[str, Field(min_length=1, max_length=200)]
    state: Annotated[str, Field(min_length=1, max_length=MAX_STATE)]


ItemBody = Annotated[NoteBody | TagBody | VerdictBody | AliasBody | PinBody | ViewBody, Field(discriminator="type")]
"""The body of an item; `type` says which."""


class NewItem(Shape):
    """An item to put into a case; `target` is left out for what concerns the whole case."""

    target: TargetShape | None = None
    body: ItemBody


class ItemEdit(Shape):
    """The new body of an item; its type stays."""

    body: ItemBody


class ItemShape(Shape):
    """An item of a case; `version` is its ETag."""

    id: str
    case_id: str
    type: ItemType
    target: TargetShape | None
    body: dict[str, Any]
    created: Time
    author: str
    changed: Time
    changed_by: str
    version: int


class ItemsAnswer(Shape):
    """A page of items, oldest first."""

    items: list[ItemShape]
    next_cursor: str | None


class MarksAnswer(Shape):
    """What the cases say about one entity, newest first."""

    items: list[ItemShape]


class VersionShape(Shape):
    """One version of an item."""

    version: int
    time: Time
    author: str
    deleted: bool
    body: dict[str, Any]


class HistoryAnswer(Shape):
    """Every version of an item, oldest first."""

    items: list[VersionShape]
