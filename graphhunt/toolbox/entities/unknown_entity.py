"""An entity of a kind that has no class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphhunt.toolbox.entities.entity import Entity
from graphhunt.toolbox.entities.plain_form import Event


class UnknownEntity(Entity, names="unknown"):
    """An entity of a kind that has no class: it has whatever properties it is given."""

    def __init__(
        self,
        src_entity: Mapping[str, Any] | Entity | None = None,
        src_event: Event | None = None,
        role: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(src_event=src_event, role=role)
        given = src_entity.properties if isinstance(src_entity, Entity) else dict(src_entity or {})
        for name, value in {**given, **kwargs}.items():
            if not str(name).startswith("$"):
                setattr(self, str(name), value)
