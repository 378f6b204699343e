"""Security alerts: `SecurityAlert` under msticpy's name, also of an alert of the graph."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graphhunt.errors import UsageError
from graphhunt.questions import pivots
from graphhunt.svg import escape
from graphhunt.toolbox.entities import Entity
from graphhunt.toolbox.entities.graph_nodes import moment, row_of
from graphhunt.toolbox.entities.plain_form import known
from graphhunt.toolbox.security_base import SecurityBase

_OF_NODE = {
    "name": "AlertDisplayName", "rule": "AlertType", "level": "Severity", "product": "ProviderName",
    "technique": "Techniques", "action": "Action", "detection_id": "ProviderAlertId", "first_seen": "StartTimeUtc",
    "last_seen": "EndTimeUtc",
}  # fmt: skip
"""Properties of a node `Alert`, with the columns of the documents that say the same."""

_TIMES = ("first_seen", "last_seen")
_FLAGGED = ("Machine", "User", "Process", "File", "IP", "Domain", "URL", "RegistryKey", "Service", "ScheduledTask")
_NAMES = ("AlertDisplayName", "DisplayName", "AlertName", "AlertType")
_STARTS = ("StartTimeUtc", "StartTime", "TimeGenerated")


class SecurityAlert(SecurityBase):
    """An alert: its columns as attributes, and its entities with the references among them resolved.

    Args:
        src_row: The alert: a dictionary or a row of a frame with the columns of the documents (`SystemAlertId`,
            `Entities`, `ExtendedProperties` …, the two as JSON or as values), a node `Alert` of the graph as a row or
            as drivers give it, or one alert of an open hunt (`gh.Alert(…)`), which brings what it flags.

    Raises:
        UsageError: An alert of a hunt stands for none or several alerts.
    """

    def __init__(self, src_row: Any = None) -> None:
        super().__init__(src_row)
        self.extended_properties: dict[str, Any] = _read(self._source.get("ExtendedProperties"), dict)
        self._entities = _resolved(_raw_entities(self._source, self.extended_properties))

    @staticmethod
    def _columns(src_row: Any) -> dict[str, Any]:
        """Give the columns of a row, or those that a node of the graph stands for."""
        if hasattr(src_row, "hunt") and hasattr(src_row, "ids"):
            return _of_hunt(src_row)
        is_node = hasattr(src_row, "labels") or (
            isinstance(src_row, Mapping) and (src_row.get("kind") or src_row.get("label")) == "Alert"
        )
        return _of_node(row_of(src_row)) if is_node else SecurityBase._columns(src_row)

    @property
    def query_params(self) -> dict[str, Any]:
        """The parameters of queries that it says, with its id as `system_alert_id`."""
        return super().query_params | {"system_alert_id": self.ids.get("SystemAlertId")}

    def to_html(self, show_entities: bool = False) -> str:
        """Give it as HTML: title, columns, and its entities if they are wanted; everything is escaped."""
        if not self._source:
            return "Alert has no data."
        name, start = self._first(_NAMES, "no alert name"), self._first(_STARTS, "no timestamp")
        head = (
            f"<h3>Alert: '{escape(name)}'</h3><b>Alert_time:</b> {escape(start)}, "
            f"<b>Compr_entity:</b> {escape(self._first(('CompromisedEntity',), 'unknown'))}, "
            f"<b>Alert_id:</b> {escape(self._first(('SystemAlertId',), 'none'))}"
        )
        return head + super().to_html(show_entities)

    def _first(self, columns: tuple[str, ...], otherwise: str) -> Any:
        said = (known(self._source.get(column)) for column in columns)
        return next((value for value in said if value is not None), otherwise)

    def __str__(self) -> str:
        extended = [f"ExtProp: {name}: {value}" for name, value in self.extended_properties.items()]
        return "\n".join([super().__str__(), *extended])


def _read(value: Any, kind: type) -> Any:
    """Give a value that may be written as JSON; an empty one of its kind where it is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return kind()
    return value if isinstance(value, kind) else kind()


def _raw_entities(source: Mapping[str, Any], extended: Mapping[str, Any]) -> list[Any]:
    """Give the entities as the alert has them, and those of its extended properties."""
    found = list(_read(source.get("Entities"), list))
    if extended.get("IpAddress"):
        found.append({"Type": "ip", "Address": extended["IpAddress"]})
    if extended.get("Username"):
        found.append({"Type": "account", "Name": extended["Username"]})
    return found


def _resolved(raw: list[Any]) -> list[Entity]:
    """Make the entities, and put each in the place of the references to it, at any depth; equal ones once."""
    given = [item for item in raw if isinstance(item, Mapping | Entity) and "$ref" not in item]
    entities = [item if isinstance(item, Entity) else Entity.create(item) for item in given]
    by_id: dict[str, Entity] = {}
    for item, entity in zip(given, entities, strict=True):
        _enter(item, entity, by_id)
    seen: set[int] = set()
    for entity in entities:
        _resolve(entity, by_id, seen)
    return [entity for place, entity in enumerate(entities) if entity not in entities[:place]]


def _enter(raw: Any, entity: Any, by_id: dict[str, Entity]) -> None:
    """Note an entity and those that it holds under the ids that the alert gives them."""
    if not isinstance(raw, Mapping) or not isinstance(entity, Entity):
        return
    if "$id" in raw:
        by_id[str(raw["$id"])] = entity
    for name, value in raw.items():
        held = entity.properties.get(name) or entity.properties.get(str(name)[:1].upper() + str(name)[1:])
        if isinstance(value, list) and isinstance(held, list):
            for part, inner in zip(value, held, strict=False):
                _enter(part, inner, by_id)
        else:
            _enter(value, held, by_id)


def _resolve(entity: Entity, by_id: Mapping[str, Entity], seen: set[int]) -> None:
    """Replace the references that an entity holds; one to nothing stays as it is."""
    if id(entity) in seen:
        return
    seen.add(id(entity))
    for name, value in entity.properties.items():
        if isinstance(value, list):
            setattr(entity, name, [_target(item, by_id) for item in value])
        else:
            setattr(entity, name, _target(value, by_id))
    for _, inner in entity.linked():
        _resolve(inner, by_id, seen)


def _target(value: Any, by_id: Mapping[str, Entity]) -> Any:
    return by_id.get(str(value["$ref"]), value) if isinstance(value, Mapping) and "$ref" in value else value


def _of_node(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a node's properties under the documents' names, and under their own where the documents have none."""
    told = {
        _OF_NODE.get(name, name): moment(value) if name in _TIMES else value
        for name, value in row["properties"].items()
    }
    title = told.get("AlertDisplayName") or told.get("AlertType")
    return {"SystemAlertId": row["id"], "AlertName": title, **told}


def _of_hunt(alert: Any) -> dict[str, Any]:
    """Give the one alert that an alert of a hunt stands for, with the entities that it flags."""
    if len(alert.ids) != 1:
        raise UsageError(f"{alert!r} stands for {len(alert.ids)} alerts", hint="name it by its id")
    store, ref = alert.hunt.store, pivots.Ref("Alert", alert.ids[0])
    found = pivots.entity(store, ref)
    columns = _of_node(row_of(found))
    flagged = [Entity.from_graph(row) for row in pivots.entities(store, _flagged(store, ref), whole=True)]
    hosts = [entity.name_str for entity in flagged if entity.Type == "host"]
    return columns | {"Entities": flagged, "CompromisedEntity": hosts[0] if hosts else None}


def _flagged(store: pivots.Reader, alert: pivots.Ref) -> list[pivots.Ref]:
    """Give all entities that an alert flags."""
    found: list[pivots.Ref] = []
    for label in _FLAGGED:
        relation = pivots.Relation("FLAGGED", True, label)
        cursor: str | None = None
        while True:
            answer = pivots.neighbours(store, alert, relation, order="first", page=pivots.Page(cursor=cursor))
            found += [pivots.Ref(label, str(item["node"]["id"])) for item in answer["items"]]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
    return found
