"""What analytics wrote, under plain names: every read shows one whole run of each analytic.

No engine hides a commit from a query that runs while it is applied, so results are never overwritten where a
reader may look. A run writes to one of three slots of properties (`rarity_score__a`), and one property of one
node, the analytic's pointer, says which slot is the current one. The plain name `rarity_score` is what readers
say and get: an analyst's statement is turned to the current slot before it runs, nodes and relationships in
results are turned back, and a read during which the slot was given up is done again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphhunt.errors import StoreError
from graphhunt.queries import library
from graphhunt.store.plain_names import rename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from graphhunt.queries import Query
    from graphhunt.store.analyst import Table

SLOTS = "abc"
"""The slots of properties, one letter each; a run's id ends with its own."""

_ENDINGS = tuple(f"__{slot}" for slot in SLOTS)
_TRIES = 20
_SHAPES = frozenset({"node", "relationship", "path", "map", "list[node]", "list[relationship]", "list[map]"})
_OWN = ("analytics/", "admin/")
_COLUMN = re.compile(rf"coalesce\(\s*([^\s.,()]+)\.(`?)(\w+)__[{SLOTS}]\2,\s*\1\.\2\3\2\s*\)")
_NAME = re.compile(rf"\b(\w+)__[{SLOTS}]\b")


@dataclass(frozen=True)
class View:
    """Which run of each analytic a read shows.

    Attributes:
        current: The current run, by id of the pointer.
        kept: The runs whose slots nobody writes to, by id of the pointer.
        slots: The slot's letter by property; empty where the analytic has no current run.
    """

    current: Mapping[str, str | None] = field(default_factory=dict)
    kept: Mapping[str, frozenset[str | None]] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)

    def serves(self, later: View) -> bool:
        """Tell whether no slot this view shows was given up meanwhile, and no property is new to it."""
        kept = all(run is None or run in later.kept.get(head, ()) for head, run in self.current.items())
        return kept and self.slots.keys() == later.slots.keys()

    def renamed(self, cypher: str) -> str:
        """Turn the plain names in an analyst's statement to the current slots."""
        return rename(cypher, {name: f"{name}__{slot}" for name, slot in self.slots.items() if slot})

    def column(self, name: str) -> str:
        """Give a column the name it has in the analyst's own words."""
        name = _COLUMN.sub(r"\1.\2\3\2", name)
        return _NAME.sub(lambda found: found[1] if found[1] in self.slots else found[0], name)

    def shown(self, value: Any) -> Any:
        """Give a value with its properties under plain names, at any depth; other slots' are left out."""
        if isinstance(value, dict):
            return dict(self._items(value))
        if isinstance(value, list):
            return [self.shown(item) for item in value]
        return value

    def _items(self, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for key, item in value.items():
            name, slot = key[:-3], key[-1:]
            if key.endswith(_ENDINGS) and name in self.slots:
                if self.slots[name] == slot:
                    yield name, item
            else:
                yield key, self.shown(item) if isinstance(item, dict | list) else item


def view_of(rows: Iterable[Mapping[str, Any]]) -> View:
    """Make a view of the pointers' rows: `head`, `current`, `previous`, `names`."""
    current: dict[str, str | None] = {}
    kept: dict[str, frozenset[str | None]] = {}
    slots: dict[str, str] = {}
    for row in rows:
        current[row["head"]] = row["current"]
        kept[row["head"]] = frozenset({row["current"], row["previous"]})
        slots.update(dict.fromkeys(row["names"] or (), (row["current"] or "")[-1:]))
    return View(current, kept, slots)


def shows_results(query: Query) -> bool:
    """Tell whether a query gives nodes or relationships to readers, and isn't the analytics' or upkeep's own."""
    return not query.name.startswith(_OWN) and any(column.type in _SHAPES for column in query.returns)


def _has_slots(value: Any) -> bool:
    if isinstance(value, dict):
        return any(
            key.endswith(_ENDINGS) or (isinstance(item, dict | list) and _has_slots(item))
            for key, item in value.items()
        )
    return isinstance(value, list) and any(map(_has_slots, value))


class Published:
    """Reads through the pointers; `read` runs a query of the library."""

    def __init__(self, read: Callable[..., list[dict[str, Any]]]) -> None:
        self._read = read
        self._last = View()

    def view(self) -> View:
        """Read which runs are current."""
        self._last = view_of(self._read(library()["analytics/pointers"]))
        return self._last

    def rows(self, run: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """Run a query of the library and show its rows; costs nothing where no analytic ran.

        Raises:
            StoreError: Runs were published faster than the query could be run.
        """
        view, fresh = self._last, False
        for _ in range(_TRIES):
            found = run()
            if not _has_slots(found):
                return found
            later = self.view()
            if view.serves(later) and (fresh or view.current == later.current):
                return [view.shown(row) for row in found]
            view, fresh = later, True
        raise _restless()

    def stream(self, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Show rows as they arrive.

        Raises:
            StoreError: At the end, if a slot was given up meanwhile.
        """
        view, strange = self.view(), False
        for row in rows:
            shown = view.shown(row)
            strange = strange or _has_slots(shown)
            yield shown
        if (strange or any(view.slots.values())) and not view.serves(self.view()):
            raise _restless()

    def statement(self, cypher: str, run: Callable[[str, View], Table]) -> Table:
        """Run an analyst's statement on the current slots.

        Args:
            cypher: The statement, in plain names.
            run: Runs a renamed statement and shows its result by the view.

        Raises:
            StoreError: Runs were published faster than the statement could be run.
        """
        for _ in range(_TRIES):
            view = self.view()
            found = run(view.renamed(cypher), view)
            if not any(view.slots.values()) and not _has_slots(found.rows):
                return found
            if view.serves(self.view()):
                return found
        raise _restless()


def _restless() -> StoreError:
    return StoreError("results of analytics were replaced again and again during the read", hint="try again")
