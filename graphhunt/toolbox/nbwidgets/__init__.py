"""Widgets for notebooks, under msticpy's names: plain objects whose `value` is there without a browser.

Where anywidget is installed (`pip install graphhunt[notebook]`), a notebook shows them to be set; elsewhere their
state is shown, and `value` can be set by code.
"""

from __future__ import annotations

from graphhunt.toolbox.nbwidgets.core import NotebookWidget
from graphhunt.toolbox.nbwidgets.get_environment_key import GetEnvironmentKey
from graphhunt.toolbox.nbwidgets.get_text import GetText
from graphhunt.toolbox.nbwidgets.lookback import Lookback
from graphhunt.toolbox.nbwidgets.option_buttons import OptionButtons
from graphhunt.toolbox.nbwidgets.progress import Progress
from graphhunt.toolbox.nbwidgets.query_time import QueryTime
from graphhunt.toolbox.nbwidgets.select_alert import AlertSelector, SelectAlert
from graphhunt.toolbox.nbwidgets.select_item import SelectItem, SelectString
from graphhunt.toolbox.nbwidgets.select_subset import SelectSubset

__all__ = [
    "AlertSelector", "GetEnvironmentKey", "GetText", "Lookback", "NotebookWidget", "OptionButtons", "Progress",
    "QueryTime", "SelectAlert", "SelectItem", "SelectString", "SelectSubset",
]  # fmt: skip
