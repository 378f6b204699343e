"""One of a list: `SelectItem` and `SelectString`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphhunt.errors import UsageError
from graphhunt.toolbox.nbwidgets.core import Control, NotebookWidget, displayed
from graphhunt.toolbox.notebook_html import show


class SelectItem(NotebookWidget):
    """Asks for one of several items.

    Args:
        description: What is asked.
        options: The items: a list, (label, value) pairs, or a dictionary of values by label.
        action: Called with the value of each item that is chosen; what it gives is shown.
        value: The value or label that is chosen at first; the first item when it is none.
        item_list: Another name of `options`.
        item_dict: Another name of `options`.
        auto_display: Show it at once.

    Raises:
        UsageError: There are no items.
    """

    def __init__(  # noqa: PLR0913  the documented parameters
        self,
        description: str = "Select an item",
        options: Iterable[Any] | Mapping[Any, Any] | None = None,
        action: Callable[[Any], Any] | None = None,
        value: Any = "",
        *,
        item_list: Iterable[Any] | None = None,
        item_dict: Mapping[Any, Any] | None = None,
        auto_display: bool = False,
    ) -> None:
        given = next((one for one in (options, item_list, item_dict) if one is not None), ())
        self.items = pairs_of(given)
        if not self.items:
            raise UsageError("there is nothing to select", hint="options=[…] lists the items")
        self.description = description
        self.item_action = action
        self._place = next((place for place, pair in enumerate(self.items) if value in pair), 0)
        self.shown: Any = None
        displayed(self, auto_display)

    def display(self) -> None:
        """Show it, and what the action gives for the item that is chosen."""
        super().display()
        self._act()

    @property
    def options(self) -> list[str]:
        """The labels of the items."""
        return [label for label, _ in self.items]

    @property
    def label(self) -> str:
        """The label of the item that is chosen."""
        return self.items[self._place][0]

    @property
    def value(self) -> Any:
        """The value of the item that is chosen."""
        return self.items[self._place][1]

    @value.setter
    def value(self, value: Any) -> None:
        place = next((place for place, pair in enumerate(self.items) if value in pair), None)
        if place is None:
            raise UsageError(f"{value!r} is none of the items")
        self.set("item", place)

    def controls(self) -> list[Control]:
        """Describe the controls."""
        held = {"options": self.options, "value": self._place}
        return [{"kind": "select", "name": "item", "label": self.description, **held}]

    def _set(self, name: str, value: Any) -> None:
        if not isinstance(value, int) or not 0 <= value < len(self.items):
            raise UsageError(f"{value!r} is no place in the list")
        self._place = value
        self._act()

    def _act(self) -> None:
        if self.item_action is not None:
            self.shown = self.item_action(self.value)
            for part in self.shown if isinstance(self.shown, tuple | list) else [self.shown]:
                if part is not None:
                    show(part)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.label!r})"


class SelectString(SelectItem):
    """Asks for one of several texts; the older name of `SelectItem`."""

    def __init__(
        self,
        description: str = "Select an item",
        item_list: Iterable[Any] | None = None,
        action: Callable[[Any], Any] | None = None,
        item_dict: Mapping[Any, Any] | None = None,
        auto_display: bool = False,
    ) -> None:
        super().__init__(
            description, action=action, item_list=item_list, item_dict=item_dict, auto_display=auto_display
        )


def pairs_of(items: Iterable[Any] | Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """Give items as pairs of label and value: of a dictionary, of pairs, or of plain values."""
    if isinstance(items, Mapping):
        return [(str(label), value) for label, value in items.items()]
    return [(str(item[0]), item[1]) if isinstance(item, tuple) else (str(item), item) for item in items]
