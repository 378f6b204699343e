"""What all widgets share: plain objects with a value, shown by the browser where a notebook can."""

from __future__ import annotations

from typing import Any

from graphhunt.errors import UsageError
from graphhunt.svg import escape
from graphhunt.toolbox.nbwidgets.view import made_view
from graphhunt.toolbox.notebook_html import show

Control = dict[str, Any]
"""One control as the browser builds it: `kind`, `name`, `label`, `value`, and `options`, `min`, `max` where it has
such. It holds only what may be seen and kept with the notebook."""


class NotebookWidget:
    """Something to set in a notebook. Its value is there without a browser, a kernel or anywidget."""

    _view: Any = None

    def controls(self) -> list[Control]:
        """Describe the controls, with what they show now."""
        return []

    def set(self, name: str, value: Any) -> None:
        """Set what a control of that name shows, as the browser does.

        Raises:
            UsageError: There is no such control, or it can't have that value.
        """
        if name not in {control["name"] for control in self.controls()}:
            raise UsageError(f"{type(self).__name__} has no control '{name}'")
        self._set(name, value)
        self.refresh()

    def _set(self, name: str, value: Any) -> None:
        """Take a value of a control."""

    def refresh(self) -> None:
        """Show in the browser what is set now."""
        if self._view is not None:
            self._view.controls = self.controls()

    def display(self) -> None:
        """Show it in the notebook."""
        show(self)

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """Give what a notebook shows: the widget where anywidget is installed, else its state."""
        try:
            self._view = self._view or made_view(self.controls(), self._heard)
        except ImportError:
            return {"text/plain": repr(self), "text/html": self._repr_html_()}
        return self._view._repr_mimebundle_()

    def _heard(self, _view: Any, content: Any, _buffers: Any) -> None:
        """Take what the browser says; what a control can't have is passed over, and the control shown as it was."""
        if isinstance(content, dict):
            try:
                self.set(str(content.get("name")), content.get("value"))
            except (UsageError, ValueError, TypeError):
                self.refresh()

    def _repr_html_(self) -> str:
        shown = [(control.get("label") or control["name"], control.get("value", "")) for control in self.controls()]
        rows = "".join(f"<tr><td>{escape(label)}</td><td>{escape(value)}</td></tr>" for label, value in shown)
        return f"<table>{rows}</table>"

    def __repr__(self) -> str:
        shown = ", ".join(f"{control['name']}={control.get('value')!r}" for control in self.controls())
        return f"{type(self).__name__}({shown})"


def displayed(widget: NotebookWidget, auto_display: bool) -> None:
    """Show a widget at once, if that is wanted."""
    if auto_display:
        widget.display()
