"""Results of look-ups as a page for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from graphhunt.plain import clean
from graphhunt.toolbox._frames import require_columns
from graphhunt.toolbox.intel.answer import Severity

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = ("Ioc", "IocType", "Provider", "Severity", "Details", "Reference")


class ResultPage:
    """A table of results, the worst first.

    Args:
        data: Results.
        severities: Severities to show; warning and high when not given.

    Raises:
        UsageError: These are no results.
    """

    def __init__(self, data: pd.DataFrame, severities: Sequence[str] | None = None) -> None:
        require_columns(data, _SHOWN)
        wanted = set(severities or (Severity.WARNING, Severity.HIGH))
        rank = {each.value: -place for place, each in enumerate(Severity)}
        found = data[data["Severity"].isin(wanted)] if len(wanted) else data
        self.value = found.sort_values("Severity", key=lambda column: column.map(rank), kind="stable")

    def to_html(self) -> str:
        """Give the table as HTML; what strangers wrote is text in it, never markup or a link."""
        head = "".join(f"<th>{name}</th>" for name in _SHOWN)
        rows = (
            "".join(f"<td>{escape(clean(row[name]))}</td>" for name in _SHOWN)
            for row in self.value.to_dict(orient="records")
        )
        return f"<table><tr>{head}</tr>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"

    def _repr_html_(self) -> str:
        return self.to_html()
