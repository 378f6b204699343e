"""Entities from nodes of the graph and back, without loss either way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from graphhunt.errors import UsageError
from graphhunt.questions import pivots
from graphhunt.toolbox.entities import plain_form
from graphhunt.toolbox.entities.graph_nodes import Field, row_of

_CANDIDATES = 500
"""Nodes that are looked at when an entity is looked for by its name."""

_KEPT = "graph"
"""Where `AdditionalData` keeps what a node has beside the entity's properties."""


class WithGraph:
    """What an entity offers to and takes from the graph; a base of `Entity`."""

    label: ClassVar[str] = ""
    """Label of the nodes that are such entities; empty for none."""

    whole: ClassVar[bool] = True
    """Whether a node is such an entity; False where it is only a part of what the node stands for."""

    fields: ClassVar[tuple[Field, ...]] = ()
    """Which properties of a node say the same as which of the entity."""

    ENTITY_NAME_MAP: ClassVar[Any]
    ID_PROPERTIES: ClassVar[tuple[str, ...]]
    nested: ClassVar[Mapping[str, str]]
    schema: ClassVar[dict[str, Any]]
    AdditionalData: dict[str, Any]

    @classmethod
    def from_graph(cls, node: Any) -> Self:
        """Make the entity that a node of the graph is.

        Args:
            node: A row as `hunt.entity` gives it, a mapping with `label`, or a node of the `neo4j` driver or of
                py2neo. What the entity has no property for is kept in `AdditionalData["graph"]`.

        Raises:
            UsageError: It isn't a node of the graph, or of another kind than this class.
        """
        row = row_of(node)
        entity: Self = cls._of_label(row["kind"])
        entity.put(row["id"], row["properties"])
        for name, value in row.get("other", {}).items():
            setattr(entity, name, dict(value) if name == "AdditionalData" else value)
        derived = entity.columns()
        told = {"id": row["id"], **row["properties"]}
        apart = {name for name in told.keys() | derived.keys() if told.get(name) != derived.get(name)}
        kept = {name: told[name] for name in sorted(apart) if told.get(name) is not None}
        instead = {name: derived[name] for name in sorted(apart) if derived.get(name) is not None}
        if kept or instead or row["kind"] != entity.label:
            entity.AdditionalData[_KEPT] = {"kind": row["kind"], "properties": kept, "instead": instead}
        return entity

    @classmethod
    def _of_label(cls, label: str) -> Any:
        """Make an empty entity for a label, of this class or of one below it."""
        if cls.label == label:
            return cls()
        known = dict.fromkeys(kind for kind in cls.ENTITY_NAME_MAP.values() if issubclass(kind, cls))
        own = next((kind for kind in known if kind.label == label and kind.whole), None)
        if own is None and cls.__name__ in {"Entity", "UnknownEntity"}:
            return cls.ENTITY_NAME_MAP["unknown"](Type=label.lower())
        if own is None:
            raise UsageError(f"a {label} is no {cls.__name__}", hint="Entity.from_graph takes nodes of any label")
        return own()

    def put(self, key: Any, properties: Mapping[str, Any]) -> None:
        """Set the properties that a node's say."""
        told = {"id": key, **properties}
        for field in self.fields:
            if told.get(field.column) is not None:
                *way, last = field.path.split(".")
                holder: Any = self
                for name in way:
                    if getattr(holder, name) is None:
                        setattr(holder, name, self.ENTITY_NAME_MAP[holder.nested[name]]())
                    holder = getattr(holder, name)
                setattr(holder, last, field.read(told[field.column]))

    def columns(self) -> dict[str, Any]:
        """Give the properties of a node that the entity's say."""
        found: dict[str, Any] = {}
        for field in self.fields:
            value: Any = self
            for name in field.path.split("."):
                value = getattr(value, name, None)
            if plain_form.known(value) is not None and field.column not in found:
                found[field.column] = field.write(value)
        return found

    def to_graph(self) -> dict[str, Any]:
        """Give the node that the entity is, as a row.

        Returns:
            `kind`, `id` (None where nothing says it), `properties`, and `other`: properties of the entity that a node
            has no place for, if there are some. `from_graph` makes an equal entity of it.

        Raises:
            UsageError: The graph has no label for such entities.
        """
        kept = self.AdditionalData.get(_KEPT, {})
        kind = kept.get("kind") or self.label
        if not kind:
            raise UsageError(f"the graph has no nodes for a {type(self).__name__}")
        told = self.columns()
        instead = kept.get("instead", {})
        for name in instead.keys() & told.keys():
            if told[name] == instead[name]:
                del told[name]  # nobody changed it, so the node's own value stands, or none
        told = {**{name: value for name, value in kept.get("properties", {}).items() if name not in told}, **told}
        row = {"kind": kind, "id": told.pop("id", None), "properties": told}
        return row | ({"other": other} if (other := self._other(row)) else {})

    def _other(self, row: dict[str, Any]) -> dict[str, Any]:
        """Give the properties that an entity made of the row would lack."""
        mine, again = _beside_graph(self), _beside_graph(type(self).from_graph(row))
        return {name: value for name, value in mine.items() if plain_form.plain(value) != plain_form.plain(again[name])}

    def node(self, hunt: Any) -> dict[str, Any] | None:
        """Find the node of a hunt's graph that the entity is.

        It is looked up by its id where the entity came from the graph, else by what tells it apart.

        Args:
            hunt: The hunt, or anything with its `store`.

        Returns:
            The node's row (`kind`, `id`, `properties`); None if the graph has none.

        Raises:
            UsageError: Several nodes fit (among the first 500 of a name), or the graph has no label for such entities.
        """
        row = self.to_graph()
        if row["id"] is not None and (found := pivots.entity(hunt.store, pivots.Ref(row["kind"], str(row["id"])))):
            return row_of(found)
        fitting: list[dict[str, Any]] = []
        for text in self.search_texts():
            fitting = fitting or [found for found in _named(hunt, row["kind"], text) if self._fits(found)]
        if len(fitting) > 1:
            ids = ", ".join(str(found["id"]) for found in fitting[:5])
            raise UsageError(f"several nodes fit {self!r}", hint=f"{row['kind']} {ids}")
        return fitting[0] if fitting else None

    def search_texts(self) -> list[str]:
        """Give the texts that the graph is searched for to find the entity, the one that says most first."""
        texts = {value for value in self.columns().values() if isinstance(value, str) and value}
        return sorted(texts, key=lambda text: (-len(text), text))

    def _fits(self, row: dict[str, Any]) -> bool:
        """Tell whether no property says otherwise than a node; case makes no difference."""
        mine, theirs = self.columns(), type(self).from_graph(row).columns()
        return all(str(mine[name]).lower() == str(theirs[name]).lower() for name in mine.keys() & theirs.keys())


def _beside_graph(entity: WithGraph) -> dict[str, Any]:
    """Give all properties of an entity without what it keeps of its node."""
    data = {name: value for name, value in entity.AdditionalData.items() if name != _KEPT}
    return {**dict.fromkeys(entity.schema), **vars(entity), "AdditionalData": data}


def _named(hunt: Any, kind: str, text: str) -> list[dict[str, Any]]:
    """Give the nodes of a label that have a text in any of their names; the first of very many."""
    groups = pivots.search(hunt.store, text, [kind], _CANDIDATES)
    refs = [pivots.Ref(kind, str(item["id"])) for group in groups for item in group["items"]]
    return [row_of(found) for found in pivots.entities(hunt.store, refs, whole=True)]
