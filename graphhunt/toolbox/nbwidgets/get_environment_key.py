"""A key from the environment, or typed where it has none: `GetEnvironmentKey`."""

from __future__ import annotations

import os
from typing import Any

from graphhunt.toolbox.nbwidgets.core import Control, NotebookWidget, displayed


class GetEnvironmentKey(NotebookWidget):
    """Gets a key from an environment variable, and asks for it where there is none.

    The key itself is never shown, neither by the browser nor by `repr`, and isn't kept with the notebook.

    Args:
        env_var: The variable.
        help_str: Where the key comes from.
        prompt_str: What to enter.
        auto_display: Show it at once.
    """

    def __init__(
        self, env_var: str, help_str: str = "", prompt_str: str = "Enter the value: ", auto_display: bool = False
    ) -> None:
        self.env_var = env_var
        self.help_str = help_str
        self.prompt_str = prompt_str
        displayed(self, auto_display)

    @property
    def name(self) -> str:
        """The name of the variable."""
        return self.env_var

    @property
    def value(self) -> str:
        """The key; empty where there is none."""
        return os.environ.get(self.env_var, "")

    @value.setter
    def value(self, key: str) -> None:
        self.set("key", key)

    def controls(self) -> list[Control]:
        """Describe the controls: whether there is a key, and a place to type one."""
        state = f"{self.env_var} is {'set' if self.value else 'not set'}"
        note = {"kind": "note", "name": "state", "label": self.help_str, "value": state}
        return [note, {"kind": "secret", "name": "key", "label": self.prompt_str, "value": ""}]

    def _set(self, name: str, value: Any) -> None:
        if name == "key":
            os.environ[self.env_var] = str(value).strip()
