"""How far something is: `Progress`."""

from __future__ import annotations

from graphhunt.errors import UsageError
from graphhunt.toolbox.nbwidgets.core import Control, NotebookWidget, displayed


class Progress(NotebookWidget):
    """Shows how far something is.

    Args:
        completed_len: The number that is all of it.
        visible: Show it at once.

    Raises:
        UsageError: The number isn't above zero.
    """

    def __init__(self, completed_len: int, visible: bool = True) -> None:
        if completed_len <= 0:
            raise UsageError(f"all of it is above 0, not {completed_len}")
        self._total = completed_len
        self._done = 0
        self.visible = visible
        displayed(self, visible)

    @property
    def value(self) -> int:
        """How much is done."""
        return self._done

    @property
    def max(self) -> int:
        """The number that is all of it."""
        return self._total

    @property
    def percent(self) -> int:
        """How much is done, in whole percent; never above 100."""
        return min(100, 100 * self._done // self._total)

    def update_progress(self, new_total: int = 0, delta: int = 0) -> None:
        """Set how much is done to `new_total`, or add `delta` to it."""
        self._done = new_total or self._done + delta
        self.refresh()

    def show(self) -> None:
        """Show it."""
        self.visible = True
        self.refresh()

    def hide(self) -> None:
        """Show it no longer."""
        self.visible = False
        self.refresh()

    def controls(self) -> list[Control]:
        """Describe the bar."""
        bar = {"kind": "progress", "name": "done", "label": f"{self.percent}%", "value": self.percent, "max": 100}
        return [bar] if self.visible else []
