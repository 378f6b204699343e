"""One of a few buttons: `OptionButtons`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphhunt.errors import UsageError
from graphhunt.toolbox.nbwidgets.core import Control, NotebookWidget


class OptionButtons(NotebookWidget):
    """Asks for one of a few answers.

    Args:
        description: What is asked.
        buttons: The answers.
        default: The answer until one is chosen.
        timeout: Accepted; nothing waits for an answer, so that a notebook also runs without anybody there.
        debug: Accepted.

    Raises:
        UsageError: There are no answers.
    """

    def __init__(
        self,
        description: str = "Select an option to continue",
        buttons: Sequence[str] = ("Yes", "No", "Cancel"),
        default: str = "Cancel",
        timeout: int = 0,
        debug: bool = False,
    ) -> None:
        del timeout, debug
        self.buttons = [str(button) for button in buttons]
        if not self.buttons:
            raise UsageError("there is nothing to choose", hint="buttons=[…] lists the answers")
        self.description = description
        self._value = default if default in self.buttons else self.buttons[-1]

    @property
    def value(self) -> str:
        """The answer."""
        return self._value

    @value.setter
    def value(self, button: str) -> None:
        self.set("option", button)

    def controls(self) -> list[Control]:
        """Describe the controls."""
        held = {"options": list(self.buttons), "value": self._value}
        return [{"kind": "buttons", "name": "option", "label": self.description, **held}]

    def _set(self, name: str, value: Any) -> None:
        if value not in self.buttons:
            raise UsageError(f"{value!r} is none of {', '.join(self.buttons)}")
        self._value = value
