"""What all entities of alerts share: properties, comparing and merging, and their forms as JSON, HTML and graph."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from graphhunt.errors import UsageError
from graphhunt.svg import escape
from graphhunt.toolbox.entities import plain_form
from graphhunt.toolbox.entities.entity_enums import member
from graphhunt.toolbox.entities.plain_form import Event
from graphhunt.toolbox.entities.with_graph import WithGraph

if TYPE_CHECKING:
    import networkx as nx

_COMMON = {"TimeGenerated": None, "StartTime": None, "EndTime": None, "AdditionalData": dict}


class Entity(WithGraph):
    """One thing that alerts and events tell of, with the properties that Microsoft's alert schema gives its kind.

    A property without a value is None (lists and dictionaries are empty); a name that the kind doesn't have raises
    AttributeError. Entities of one kind with equal values are equal, so don't change one that stands in a set.

    Args:
        src_entity: An entity or a mapping to take properties from, in either spelling of Microsoft's interfaces
            (`HostName`, `hostName`). What the kind has no property for is kept in `AdditionalData`.
        src_event: An event (a row or mapping) to take properties from.
        role: Which of several such things in an event is meant.
        **kwargs: Properties by name.

    Raises:
        AttributeError: A keyword is no property of the kind.
    """

    ENTITY_NAME_MAP: ClassVar[dict[str, type[Entity]]] = {}
    """The classes by the names that alerts give their kinds, in lower case."""

    ID_PROPERTIES: ClassVar[tuple[str, ...]] = ()
    """Properties that tell entities of the kind apart."""

    nested: ClassVar[Mapping[str, str]] = {}
    """Properties whose values are entities, or lists of such, with the name of their kind."""

    enums: ClassVar[Mapping[str, type[Enum]]] = {}
    """Properties whose values are of an enumeration."""

    schema: ClassVar[dict[str, Any]] = dict(_COMMON)
    """The kind's properties, with what makes an empty one."""

    Type: str
    TimeGenerated: Any
    StartTime: Any
    EndTime: Any
    AdditionalData: dict[str, Any]

    def __init_subclass__(cls, names: str = "", **kwargs: Any) -> None:
        """Enter a class under the names that alerts give its kind, separated by blanks; the first is its `Type`."""
        super().__init_subclass__(**kwargs)
        own = {name: _empty(str(kind)) for name, kind in inspect.get_annotations(cls).items() if _held(str(kind))}
        cls.schema = own | _COMMON
        Entity.ENTITY_NAME_MAP.update(dict.fromkeys(names.split(), cls))

    def __init__(
        self,
        src_entity: Mapping[str, Any] | Entity | None = None,
        src_event: Event | None = None,
        role: str = "",
        **kwargs: Any,
    ) -> None:
        self.Type = self.type_name()
        for name, empty in self.schema.items():
            setattr(self, name, empty() if empty else None)
        if src_entity is not None:
            self._take(src_entity)
        if src_event is not None:
            self._read_event(src_event, role)
        for name, value in kwargs.items():
            if name not in self.schema and name != "Type":
                known = ", ".join(self.schema)
                raise AttributeError(f"{type(self).__name__} has no property {name!r}; it has {known}")
            if name != "Type" or self.type_name() == "unknown":
                setattr(self, name, self.held(name, value))
        self._complete()

    @classmethod
    def type_name(cls) -> str:
        """Give the name that alerts have for the kind."""
        return next((name for name, known in Entity.ENTITY_NAME_MAP.items() if known is cls), "unknown")

    @classmethod
    def create(cls, src_entity: Mapping[str, Any] | None = None, **kwargs: Any) -> Entity:
        """Make an entity of the kind that `Type` names, an `UnknownEntity` if there is none such."""
        given = src_entity if src_entity is not None else kwargs
        if not isinstance(given, Mapping):
            raise UsageError(f"an entity is made of a mapping, and this is a {type(given).__name__}")
        name = str(given.get("Type") or given.get("type") or "unknown").lower()
        kind = Entity.ENTITY_NAME_MAP.get(name, Entity.ENTITY_NAME_MAP["unknown"])
        return kind(src_entity, **kwargs)

    @classmethod
    def instantiate_entity(cls, raw_entity: Any, entity_type: type[Entity] | None = None) -> Any:
        """Make an entity of a mapping by its `Type`, or of a given class; what says neither is given back as it is.

        Raises:
            TypeError: There is no such type.
        """
        if isinstance(raw_entity, Entity) or not isinstance(raw_entity, Mapping):
            return raw_entity
        name = str(raw_entity.get("Type") or raw_entity.get("type") or "").lower()
        if kind := (entity_type or Entity.ENTITY_NAME_MAP.get(name)):
            return kind(raw_entity)
        if name:
            raise TypeError(f"there is no kind of entity called {name!r}")
        return raw_entity

    def _take(self, source: Mapping[str, Any] | Entity) -> None:
        """Take the properties of an entity or mapping.

        Raises:
            UsageError: It is neither.
        """
        given = source.properties if isinstance(source, Entity) else source
        if not isinstance(given, Mapping):
            raise UsageError(f"an entity is made of a mapping, and this is a {type(given).__name__}")
        for raw, value in given.items():
            name = str(raw)
            name = name if name in self.schema else name[:1].upper() + name[1:]
            if name in self.schema:
                setattr(self, name, self.held(name, plain_form.known(value)))
            elif name == "Type":
                self.Type = self.Type if self.type_name() != "unknown" else str(value)
            elif not name.startswith("$"):
                self.AdditionalData[str(raw)] = value

    def held(self, name: str, value: Any) -> Any:
        """Give a value as the property of that name holds it: an entity of a mapping, a member of an enumeration."""
        if value is None:
            empty = self.schema.get(name)
            return empty() if empty else None
        if kind := self.enums.get(name):
            return member(kind, value)
        if name not in self.nested:
            return value
        kind_of = Entity.ENTITY_NAME_MAP.get(self.nested[name])
        if isinstance(value, list | tuple):
            return [_made(item, kind_of) for item in value]
        return _made(value, kind_of)

    def _read_event(self, event: Event, role: str) -> None:
        """Take the properties of an event: unless a kind knows better, the columns that have their names.

        The event's own times aren't the thing's: a machine is the same in two events.
        """
        for name in self.schema:
            if name in event and name not in _COMMON:
                setattr(self, name, self.held(name, plain_form.known(event[name])))

    def _complete(self) -> None:
        """Fill in properties that follow from others; none unless a kind knows some."""

    def __getitem__(self, key: str) -> Any:
        """Give a property by name; KeyError for a name that the kind doesn't have."""
        if key in vars(self):
            return vars(self)[key]
        raise KeyError(key)

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a property by name."""
        setattr(self, key, self.held(key, value))

    def __contains__(self, key: object) -> bool:
        """Tell whether a property has a value."""
        return key in self.properties

    def __iter__(self) -> Iterator[str]:
        """Give the names of the properties that have a value."""
        return iter(self.properties)

    def __len__(self) -> int:
        """Count the properties that have a value."""
        return len(self.properties)

    @property
    def properties(self) -> dict[str, Any]:
        """The properties that have a value; 0 and False are values."""
        found = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        return {n: value for n, value in found.items() if value is not None and not _is_empty(value)}

    @property
    def name_str(self) -> str:
        """Its name, in short."""
        return next((str(self[name]) for name in self.ID_PROPERTIES if self[name]), type(self).__name__)

    @property
    def description_str(self) -> str:
        """What it is, in a line."""
        return self.name_str if self.name_str != type(self).__name__ else self.Type

    @property
    def node_properties(self) -> dict[str, str]:
        """Its properties as text, but for those that are entities or lists; with `Description` and `Name`."""
        found = self.properties.items()
        plain = {name: str(value) for name, value in found if not isinstance(value, Entity | list)}
        return plain | {"Description": self.description_str, "Name": self.name_str}

    def linked(self) -> Iterator[tuple[str, Entity]]:
        """Give the entities that its properties hold, each with the property's name."""
        for name, value in self.properties.items():
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, Entity):
                    yield name, item

    def can_merge(self, other: Any) -> bool:
        """Tell whether another is of the same kind, and no property that tells them apart has two values."""
        if type(self) is not type(other):
            return False
        both = ((self[name], other[name]) for name in self.ID_PROPERTIES)
        return all(mine == theirs for mine, theirs in both if mine and theirs)

    def merge(self, other: Any) -> Self:
        """Give a new entity with this one's properties, and another's where this one has none.

        Raises:
            AttributeError: They can't be merged.
        """
        if not self.can_merge(other):
            raise AttributeError("the entities can't be merged: they are of two kinds, or two things")
        merged = copy.deepcopy(self)
        for name, value in other.properties.items():
            if name not in self.properties:
                setattr(merged, name, copy.deepcopy(value))
        merged.AdditionalData = copy.deepcopy(other.AdditionalData) | merged.AdditionalData
        return merged

    def is_equivalent(self, other: Any) -> bool:
        """Tell whether another is of the same kind and no property has one value here and another there."""
        if type(self) is not type(other):
            return False
        mine, theirs = plain_form.plain(self), plain_form.plain(other)
        apart = {"TimeGenerated", "AdditionalData"}
        return all(mine[name] == theirs[name] for name in mine.keys() & theirs.keys() - apart)

    def __eq__(self, other: object) -> bool:
        """Tell whether another is of the same kind with the same values."""
        return type(self) is type(other) and plain_form.plain(self) == plain_form.plain(other)

    def __hash__(self) -> int:
        """Give the hash of the properties that tell it apart."""
        told = [(name, str(self[name])) for name in self.ID_PROPERTIES if not isinstance(self[name], Entity)]
        return hash((type(self).__name__, *told))

    def to_json(self) -> str:
        """Give it as JSON with the entities it holds; one that holds itself is named by `$ref`, as alerts do."""
        return json.dumps(plain_form.plain(self))

    def to_html(self) -> str:
        """Give it as HTML, everything escaped."""
        body = escape(json.dumps(plain_form.plain(self), indent=2, ensure_ascii=False))
        return f"<h3>{escape(self.Type)}</h3><pre>{body}</pre>"

    def to_networkx(self, graph: nx.Graph[str] | None = None) -> nx.Graph[str]:
        """Give a graph of it and the entities it holds, or add them to one.

        Nodes are called by `name_str`, with the kind added where another entity has that name, and carry
        `node_properties`; edges carry the `name` of the property.
        """
        from graphhunt.toolbox.entities.networks import drawn

        return drawn(self, graph)

    def __str__(self) -> str:
        return json.dumps(plain_form.plain(self), indent=2, ensure_ascii=False)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.properties.items() if name != "Type")
        return f"{type(self).__name__}({shown[:80] + ('…' if len(shown) > 80 else '')})"

    def _repr_html_(self) -> str:
        return self.to_html()


def _is_empty(value: Any) -> bool:
    """Tell whether a value is an empty text, list or dictionary; numbers of numpy can't be compared with those."""
    return isinstance(value, str | list | dict) and not value


def _held(annotation: str) -> bool:
    """Tell whether an annotation is that of a property, not of something of the class."""
    return not annotation.startswith("ClassVar")


def _empty(annotation: str) -> Any:
    """Give what makes the empty value of an annotated property."""
    return {"list": list, "dict": dict}.get(annotation.partition("[")[0])


def _made(value: Any, kind: type[Entity] | None) -> Any:
    """Make the entity that a property holds; a reference stays one until the alert resolves it."""
    if isinstance(value, Entity) or not isinstance(value, Mapping) or "$ref" in value:
        return value
    return kind(value) if kind else Entity.create(value)


def camelcase_property_names(input_ent: Mapping[str, Any]) -> dict[str, Any]:
    """Give a mapping with the first letter of each name in upper case, as the classes spell them."""
    return {key[:1].upper() + key[1:]: value for key, value in input_ent.items()}
