"""What all entities share: they stand for one or several nodes of a label, looked up at the first question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeVar

from graphhunt import current, queries
from graphhunt.entities.collection import Collection
from graphhunt.entities.described import described
from graphhunt.entities.histogram import Histogram, HistogramResult
from graphhunt.entities.kinds import entity_class
from graphhunt.entities.parts import Part
from graphhunt.entities.period import TimePeriod, default_period
from graphhunt.entities.question import Question
from graphhunt.entities.rows import Row
from graphhunt.entities.values import listed, rows_at_most
from graphhunt.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from graphhunt.entities.pictures import Picture

R = TypeVar("R", bound=Row)
Result = Collection[R] | HistogramResult
"""What a method gives: the rows, or their histogram when one is asked for."""


class Only(NamedTuple):
    """What a question is limited to: machines, accounts, files, a time and a number of rows; None for any."""

    muid: Any = None
    users: Any = None
    file: Any = None
    period: TimePeriod | None = None
    limit: int | None = None


class Entity:
    """One or several nodes of one label.

    Args:
        names: Ids or names, or nodes of the `neo4j` driver or py2neo; several mean all of them. One that the graph
            doesn't have stands for nothing.
        client_id: Tenants to look in; all when not given.
        period: The time asked about when a method isn't given another; when not given, what the setting
            `period` says: all loaded time, or today.
        hunt: The hunt to ask; the open one when not given, if only one is open.
    """

    label: ClassVar[str]
    anchor: ClassVar[str]
    """The parameter of the queries that takes the ids of this label."""

    def __init__(
        self,
        names: Any,
        client_id: str | list[str] | None = None,
        period: TimePeriod | None = None,
        hunt: current.OpenHunt | None = None,
    ) -> None:
        self.names = [_name_of(name) for name in listed(names)]
        self.client_id = client_id
        self._period = period
        self._given: Collection[Any] | None = None
        self._ids: list[str] | None = None
        self.hunt = hunt or current.only_open()

    @property
    def period(self) -> TimePeriod:
        """The time asked about when a method isn't given another."""
        return self._period or default_period(getattr(self.hunt, "settings", None))

    @classmethod
    def of(cls, ids: list[str], *, hunt: current.OpenHunt | None = None, period: TimePeriod | None = None) -> Self:
        """Give the entity that stands for nodes whose ids are known: nothing is looked up."""
        found = cls.__new__(cls)
        Entity.__init__(found, ids, period=period, hunt=hunt)
        found._ids = list(ids)
        return found

    @classmethod
    def of_rows(cls, rows: Collection[Any], period: TimePeriod | None = None) -> Self:
        """Give the entity that stands for those that rows name; they are asked for at the first use."""
        found = cls.__new__(cls)
        Entity.__init__(found, (), period=period, hunt=rows.question.hunt)
        found._given = rows
        return found

    @cached_property
    def rows(self) -> Collection[Any]:
        """The rows of the question that gave these entities; of those that were named, what the graph says of each."""
        if self._given is not None:
            return self._given
        kind, shape = described(self.label)
        return self._ask(kind, "nodes", dict, shape)

    @property
    def df(self) -> pd.DataFrame:
        """The entities' `rows` as a frame."""
        return self.rows.df

    def to_df(self) -> pd.DataFrame:
        """Give the entities' `rows` as a frame."""
        return self.rows.df

    def print_dataframe(self) -> Picture:
        """Show the entities' `rows`: as a picture in a notebook, as text elsewhere."""
        return self.rows.print_dataframe()

    @property
    def ids(self) -> list[str]:
        """The ids of the nodes; looked up at the first use, empty when the graph has none."""
        if self._ids is None:
            self._ids = self._asked_for()
        return self._ids

    def _asked_for(self) -> list[str]:
        rows = self._given
        if rows is None:
            return self._look_up()
        field = rows.kind.entity_fields[self.label]
        return list(dict.fromkeys(getattr(row, field) for row in rows if getattr(row, field)))

    def _look_up(self) -> list[str]:
        names = listed(self.client_id)
        clients = None if not names or "all" in names else names
        return self._found(self.label.lower(), names=self.names, clients=clients)

    def _found(self, what: str, **params: Any) -> list[str]:
        rows = self.hunt.store.read(queries.library()[f"entity/find/{what}"], **params)
        return [row["id"] for row in rows]

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Self]:
        return (type(self).of([one], hunt=self.hunt, period=self.period) for one in self.ids)

    def __repr__(self) -> str:
        names = self.names or (["not asked for yet"] if self._ids is None else self._ids)
        shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        return f"{type(self).__name__}({shown})"

    def _window(self, period: TimePeriod | None) -> dict[str, int | None]:
        since, until = (period or self.period).window
        return {"since": since, "until": until}

    def _ask(
        self,
        kind: type[R],
        name: str,
        given: Callable[[], dict[str, Any]],
        shape: Callable[[Part], Part] | None = None,
        extra: Mapping[str, Any] | None = None,
        limited: bool = False,
    ) -> Collection[R]:
        """Make the collection of a question about these nodes; parameters that are None are left out."""

        def params() -> dict[str, Any]:
            return {self.anchor: self.ids} | {key: value for key, value in given().items() if value is not None}

        return Collection(kind, Question(name, params, self.hunt, shape, extra or {}, limited))

    def _plain(self, name: str, **given: Any) -> list[dict[str, Any]]:
        """Ask at once and give the query's rows as they are."""
        params = {key: value for key, value in given.items() if value is not None}
        return self.hunt.store.read(queries.library()[f"entity/{name}"], **{self.anchor: self.ids}, **params)

    def _limited(
        self,
        kind: type[R],
        name: str,
        only: Only,
        checked: Mapping[str, Any] | None = None,
        *,
        files: str = "names",
        shape: Callable[[Part], Part] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Collection[R]:
        """Make the collection of a question with its limits; `files` is the parameter that takes the file's names."""
        check_files(only.file)
        fixed = {"limit": rows_at_most(only.limit), **self._window(only.period), **(checked or {})}

        def given() -> dict[str, Any]:
            return fixed | self._scope(only, files)

        return self._ask(kind, name, given, shape, extra, only.limit is not None)

    def _scope(self, only: Only, files: str = "names") -> dict[str, Any]:
        """Look up the machines and accounts that a question is limited to."""
        return {
            "muids": self._ids_of("Machine", only.muid),
            "accounts": self._ids_of("User", only.users),
            files: file_keys(only.file),
        }

    def _ids_of(self, label: str, given: Any) -> list[str] | None:
        """Give the ids of entities of a label that a result is limited to; None for all."""
        if given is None:
            return None
        found: dict[str, None] = {}
        texts = [item for item in listed(given) if not isinstance(item, Entity)]
        for item in listed(given):
            if isinstance(item, Entity):
                found.update(dict.fromkeys(item.ids))
        if texts:
            kind = entity_class(label)
            found.update(dict.fromkeys(kind(texts, client_id=self.client_id, hunt=self.hunt).ids))
        return list(found)


def counted(rows: Collection[R], histogram: Histogram | None) -> Result[R]:
    """Give the rows, or their histogram when one is asked for."""
    return rows if histogram is None else rows.histogram(histogram)


def check_files(file: Any) -> None:
    """Raise UsageError when a parameter `file` names another kind of entity."""
    for item in listed(file):
        if isinstance(item, Entity) and item.label != "File":
            raise UsageError(f"file is a name, a hash or a File, not a {item.label}")


def file_keys(file: Any) -> list[str] | None:
    """Give names, paths and hashes in lower case of what a parameter `file` names; None for any file."""
    if file is None:
        return None
    keys: list[str] = []
    for item in listed(file):
        if isinstance(item, Entity):
            keys += [key.rsplit("|", 1)[-1].lower() for key in item.ids]
        else:
            keys.append(_name_of(item).lower())
    return keys


def _name_of(item: Any) -> str:
    """Give the text that names an entity; a node of the `neo4j` driver or of py2neo is named by its id."""
    return str(item["id"] if hasattr(item, "labels") and hasattr(item, "keys") else item)
