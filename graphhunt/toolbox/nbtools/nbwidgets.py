"""What `msticpy.nbtools.nbwidgets` has for widgets of notebooks; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.nbwidgets import (
    AlertSelector,
    GetEnvironmentKey,
    GetText,
    Lookback,
    OptionButtons,
    Progress,
    QueryTime,
    SelectAlert,
    SelectItem,
    SelectString,
    SelectSubset,
)

__all__ = [
    "AlertSelector",
    "GetEnvironmentKey",
    "GetText",
    "Lookback",
    "OptionButtons",
    "Progress",
    "QueryTime",
    "SelectAlert",
    "SelectItem",
    "SelectString",
    "SelectSubset",
]
