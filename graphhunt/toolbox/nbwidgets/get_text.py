"""A line of text: `GetText`."""

from __future__ import annotations

from typing import Any

from graphhunt.toolbox.nbwidgets.core import Control, NotebookWidget, displayed


class GetText(NotebookWidget):
    """Asks for a line of text.

    Args:
        default: What it is at first.
        description: What to enter.
        auto_display: Show it at once.
    """

    def __init__(self, default: str = "", description: str = "Enter the value", auto_display: bool = False) -> None:
        self._value = str(default)
        self.description = description
        displayed(self, auto_display)

    @property
    def value(self) -> str:
        """The text, without blanks around it."""
        return self._value.strip()

    @value.setter
    def value(self, text: str) -> None:
        self.set("text", text)

    def controls(self) -> list[Control]:
        """Describe the controls."""
        return [{"kind": "text", "name": "text", "label": self.description, "value": self._value}]

    def _set(self, name: str, value: Any) -> None:
        self._value = str(value)
