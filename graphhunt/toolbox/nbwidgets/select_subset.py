"""Some of a list: `SelectSubset`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphhunt.errors import UsageError
from graphhunt.toolbox.nbwidgets.core import Control, NotebookWidget, displayed
from graphhunt.toolbox.nbwidgets.select_item import pairs_of


class SelectSubset(NotebookWidget):
    """Asks for some of several items.

    Args:
        source_items: The items: a list, (label, value) pairs, or a dictionary of values by label.
        default_selected: Those that are chosen at first, in the same form; the others among them are passed over.
        display_filter: Accepted; the browser finds items by typing.
        auto_display: Show it at once.
    """

    def __init__(
        self,
        source_items: Iterable[Any] | Mapping[Any, Any],
        default_selected: Iterable[Any] | Mapping[Any, Any] | None = None,
        display_filter: bool = True,
        auto_display: bool = True,
    ) -> None:
        del display_filter
        given = list(source_items.items()) if isinstance(source_items, Mapping) else list(source_items)
        self._given = sorted(dict.fromkeys(given), key=str)
        self._pairs = pairs_of(self._given)
        wanted = [value for _, value in pairs_of(default_selected or ())]
        self._places = [place for place, (_, value) in enumerate(self._pairs) if value in wanted]
        displayed(self, auto_display)

    @property
    def selected_items(self) -> list[Any]:
        """The items that are chosen, as they were given."""
        return [self._given[place] for place in self._places]

    @property
    def selected_values(self) -> list[Any]:
        """The values of the items that are chosen."""
        return [self._pairs[place][1] for place in self._places]

    @property
    def value(self) -> list[Any]:
        """The values of the items that are chosen."""
        return self.selected_values

    @value.setter
    def value(self, values: Iterable[Any]) -> None:
        known = [value for _, value in self._pairs]
        wanted = list(values)
        if strange := [value for value in wanted if value not in known]:
            raise UsageError(f"{strange[0]!r} is none of the items")
        self.set("items", [place for place, value in enumerate(known) if value in wanted])

    def controls(self) -> list[Control]:
        """Describe the controls."""
        held = {"options": [label for label, _ in self._pairs], "value": list(self._places)}
        return [{"kind": "subset", "name": "items", "label": "Select items", **held}]

    def _set(self, name: str, value: Any) -> None:
        places = sorted(set(value))
        if any(not isinstance(place, int) or not 0 <= place < len(self._pairs) for place in places):
            raise UsageError(f"{value!r} are no places in the list")
        self._places = places
