"""The widgets in the browser, by anywidget where that is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any


def made_view(controls: list[dict[str, Any]], heard: Callable[[Any, Any, Any], None]) -> Any:
    """Make what the browser shows of a widget.

    Args:
        controls: The controls; they are kept with the notebook.
        heard: Called with what somebody sets there, which comes as a message and is kept nowhere.

    Raises:
        ImportError: anywidget isn't installed.
    """
    view = _view_class()(controls=controls)
    view.on_msg(heard)
    return view


@cache
def _view_class() -> Any:
    import anywidget
    import traitlets

    class View(anywidget.AnyWidget):
        """Shows controls, and sends back what somebody sets."""

        _esm = Path(__file__).with_name("view.js")
        controls: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)

    return View
