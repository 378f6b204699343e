"""One of several alerts: `SelectAlert`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.toolbox.entities.plain_form import known
from graphhunt.toolbox.nbwidgets.select_item import SelectItem

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("AlertName", "AlertDisplayName", "CompromisedEntity")


class SelectAlert(SelectItem):
    """Asks for one of several alerts; the earliest is chosen at first.

    Args:
        alerts: The alerts, one a row.
        action: Called with the row of each alert that is chosen, such as `display_alert`; what it gives is shown.
        columns: Columns that the list shows beside time and id; title and machine when not given.
        time_col: Column of times, by which the list is sorted.
        id_col: Column of ids.
        auto_display: Show it at once.

    Raises:
        UsageError: There are no alerts, or a column is missing.
    """

    def __init__(
        self,
        alerts: pd.DataFrame,
        action: Callable[[Any], Any] | None = None,
        columns: Sequence[str] | None = None,
        time_col: str = "StartTimeUtc",
        id_col: str = "SystemAlertId",
        auto_display: bool = False,
    ) -> None:
        wanted = [id_col, *(columns or ())]
        if missing := [name for name in wanted if name not in alerts]:
            raise UsageError(f"the alerts have no column '{missing[0]}'", hint="they have " + ", ".join(alerts.columns))
        shown = list(columns) if columns else [name for name in _COLUMNS if name in alerts]
        self.alerts = alerts
        self.id_col = id_col
        ordered = alerts.sort_values(time_col, kind="stable") if time_col in alerts else alerts
        parts = [
            *([time_col] if time_col in alerts else []),
            *(c for c in shown if c not in (time_col, id_col)),
            id_col,
        ]
        rows = [row for _, row in ordered.iterrows()]
        labels = [" - ".join(str(row[name]) for name in parts if known(row[name]) is not None) for row in rows]
        super().__init__("Select alert", list(zip(labels, range(len(rows)), strict=True)), action, auto_display=False)
        self._rows = rows
        if auto_display:
            self.display()

    @property
    def value(self) -> Any:
        """The row of the alert that is chosen."""
        return self._rows[self._place]

    @value.setter
    def value(self, alert_id: Any) -> None:
        place = next((place for place, row in enumerate(self._rows) if row[self.id_col] == alert_id), None)
        if place is None:
            raise UsageError(f"there is no alert '{alert_id}'")
        self.set("item", place)

    @property
    def selected_alert(self) -> Any:
        """The row of the alert that is chosen, as `value`."""
        return self.value

    @property
    def alert_id(self) -> Any:
        """The id of the alert that is chosen."""
        return self.value[self.id_col]


AlertSelector = SelectAlert
"""The older name."""
