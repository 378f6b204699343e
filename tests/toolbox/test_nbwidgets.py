"""Widgets for notebooks: their values without a browser, what the browser is told, and what never leaves Python."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from graphhunt.errors import UsageError
from graphhunt.toolbox import QueryProvider, SecurityAlert, TimeSpan, nbdisplay, nbwidgets
from graphhunt.toolbox.nbwidgets import view

NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)
EVIL = "<img src=x onerror=alert(1)>"
ALERTS = pd.DataFrame(
    {"SystemAlertId": ["b", "a"], "AlertName": ["late", EVIL], "CompromisedEntity": ["ws5", None],
     "StartTimeUtc": ["2020-01-02", "2020-01-01"]}
)  # fmt: skip


def widgets() -> list[nbwidgets.NotebookWidget]:
    return [
        nbwidgets.QueryTime(origin_time=NOON, description=EVIL), nbwidgets.Lookback(origin_time=NOON),
        nbwidgets.SelectAlert(ALERTS), nbwidgets.SelectItem(description="x", options=[EVIL, "b"]),
        nbwidgets.SelectString(item_list=["a"]), nbwidgets.SelectSubset([EVIL, "b"], [EVIL], auto_display=False),
        nbwidgets.OptionButtons(description=EVIL), nbwidgets.GetText(default=EVIL),
        nbwidgets.GetEnvironmentKey(env_var="GRAPHHUNT_TEST_KEY", help_str=EVIL),
        nbwidgets.Progress(completed_len=10, visible=False),
    ]  # fmt: skip


def test_query_time() -> None:
    times = nbwidgets.QueryTime(origin_time=NOON, before=2, after=1, units="hours", max_before=20)
    assert times.value == TimeSpan(NOON - timedelta(hours=2), NOON + timedelta(hours=1))
    assert (times.start, times.end, times.units, times.value.period) == (
        times.value.start, times.value.end, "hour", timedelta(hours=3),
    )  # fmt: skip
    times.set("before", 20)
    times.set("units", 3)
    times.set("origin", "2020-01-02T00:00:00Z")
    assert times.start == datetime(2019, 12, 13, tzinfo=UTC)
    for name, value in (("before", 21), ("after", -1), ("units", "x"), ("origin", "noon"), ("nothing", 1)):
        with pytest.raises(UsageError):
            times.set(name, value)
    assert times.before == 20


def test_query_time_of_a_span() -> None:
    for span in ({"start": "2020-01-01", "end": "2020-01-03"}, {"timespan": TimeSpan(NOON, NOON + timedelta(days=2))}):
        times = nbwidgets.QueryTime(**span)
        assert (times.value.period, times.units, times.before, times.after) == (timedelta(days=2), "day", 2, 0)
    times.set_time(SimpleNamespace(start=NOON, end=NOON + timedelta(minutes=90)))
    assert (times.units, times.before, times.start) == ("hour", 1.5, NOON)
    assert nbwidgets.QueryTime().value.period == timedelta(hours=2)
    for wrong in ({"start": NOON}, {"start": NOON, "end": NOON - timedelta(1)}, {"units": "parsec"}):
        with pytest.raises(UsageError):
            nbwidgets.QueryTime(**wrong)
    with pytest.raises(TypeError):
        nbwidgets.QueryTime(bfore=1)  # type: ignore[call-arg]


def test_lookback() -> None:
    back = nbwidgets.Lookback(default=5, origin_time=NOON, units="d", max_value=10)
    assert (back.value, back.lookback, back.start, back.end) == (5, 5, NOON - timedelta(5), NOON)
    assert back.controls()[0]["label"] == "Select time (day) to look back"
    back.value = 10
    assert back.timespan == TimeSpan(NOON - timedelta(10), NOON)
    with pytest.raises(UsageError, match="from 1 to 10"):
        back.value = 11
    assert (nbwidgets.Lookback().value, nbwidgets.Lookback().units) == (4, "hour")


def test_select_alert(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[Any] = []
    select = nbwidgets.SelectAlert(alerts=ALERTS, action=seen.append, columns=["AlertName"], auto_display=False)
    assert (select.alert_id, select.value["AlertName"]) == ("a", EVIL)  # the earliest
    assert select.options == [f"2020-01-01 - {EVIL} - a", "2020-01-02 - late - b"]
    select.value = "b"
    assert select.selected_alert.to_dict() == ALERTS.iloc[0].to_dict()
    assert [row["SystemAlertId"] for row in seen] == ["b"]
    with pytest.raises(UsageError, match="no alert 'c'"):
        select.value = "c"
    with pytest.raises(UsageError, match="no column 'Id'"):
        nbwidgets.SelectAlert(ALERTS, id_col="Id")
    shown = nbwidgets.SelectAlert(ALERTS, action=lambda row: nbdisplay.format_alert(SecurityAlert(row)))
    shown.display()
    assert f"Alert: '{EVIL}'" in capsys.readouterr().out


def test_select_item_and_subset() -> None:
    seen: list[Any] = []
    item = nbwidgets.SelectItem(description="Pick", options={"one": 1, "two": 2}, action=seen.append, value="two")
    assert (item.value, item.label, item.options) == (2, "two", ["one", "two"])
    item.value = 1
    item.value = "two"
    assert seen == [1, 2]
    assert nbwidgets.SelectItem(item_list=["a", "b"]).value == "a"
    assert nbwidgets.SelectItem(options=[("A", 1)]).value == 1
    for wrong in (lambda: item.set("item", 2), lambda: nbwidgets.SelectItem(options=[])):
        with pytest.raises(UsageError):
            wrong()
    subset = nbwidgets.SelectSubset({"x": 1, "y": 2}, {"y": 2, "z": 3}, auto_display=False)
    assert (subset.value, subset.selected_items) == ([2], [("y", 2)])
    subset.value = [1, 2]
    assert subset.selected_values == [1, 2]
    with pytest.raises(UsageError, match="3 is none"):
        subset.value = [3]


def test_texts_buttons_and_progress(capsys: pytest.CaptureFixture[str]) -> None:
    text = nbwidgets.GetText(default=" a ", description="Name")
    assert text.value == "a"
    text.value = "b "
    assert text.value == "b"
    buttons = nbwidgets.OptionButtons(description="Go on?", buttons=["Yes", "No"], default="No", timeout=10)
    assert buttons.value == "No"
    buttons.value = "Yes"
    with pytest.raises(UsageError, match="none of Yes, No"):
        buttons.value = "Perhaps"
    assert buttons.value == "Yes"
    progress = nbwidgets.Progress(completed_len=8)
    assert "Progress" in capsys.readouterr().out
    progress.update_progress(delta=3)
    progress.update_progress(delta=1)
    assert (progress.value, progress.max, progress.percent) == (4, 8, 50)
    progress.update_progress(new_total=9)
    assert progress.percent == 100
    progress.hide()
    assert progress.controls() == []


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHHUNT_TEST_KEY", "s3cret")
    key = nbwidgets.GetEnvironmentKey(env_var="GRAPHHUNT_TEST_KEY", help_str="from the portal")
    bundle = key._repr_mimebundle_()
    key._heard(None, {"name": "key", "value": "t0ken "}, [])
    assert (key.value, os.environ["GRAPHHUNT_TEST_KEY"]) == ("t0ken", "t0ken")
    state = {name: value for name, value in key._view.get_state().items() if not name.startswith("_")}
    shown = " ".join([repr(key), str(key), key._repr_html_(), json.dumps(bundle), json.dumps(state), repr(vars(key))])
    assert "s3cret" not in shown
    assert "t0ken" not in shown
    assert "GRAPHHUNT_TEST_KEY is set" in shown


def test_a_widget_is_a_query_time() -> None:
    provider = QueryProvider("Graphhunt")
    times = nbwidgets.QueryTime(origin_time=NOON, before=1, after=0, units="day")
    provider.add_custom_query(
        "q", "T between {start} and {end}", "Own", parameters=[("start", "", "datetime"), ("end", "", "datetime")]
    )
    assert provider.Own.q(times, "print") == "T between 2019-12-31T12:00:00.000000Z and 2020-01-01T12:00:00.000000Z"


@pytest.mark.parametrize("widget", widgets(), ids=lambda widget: type(widget).__name__)
def test_the_browser_and_python_say_the_same(widget: nbwidgets.NotebookWidget) -> None:
    bundle = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in json.dumps(bundle)
    assert widget._view.controls == widget.controls()
    json.dumps(widget.controls())
    for control in widget.controls():
        widget._heard(None, {"name": control["name"], "value": control["value"]}, [])
    before = widget.controls()
    for message in ("nonsense", {}, {"name": "item", "value": 99}, {"name": before[0]["name"] if before else "x"}):
        widget._heard(None, message, [])
    assert widget._view.controls == widget.controls()
    assert "<img" not in widget._repr_html_()


@pytest.mark.parametrize("widget", widgets(), ids=lambda widget: type(widget).__name__)
def test_without_anywidget_the_state_is_shown(
    widget: nbwidgets.NotebookWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    view._view_class.cache_clear()
    bundle = widget._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "<img" not in bundle["text/html"]


def test_the_script_makes_no_markup_of_data() -> None:
    script = (Path(nbwidgets.__file__).parent / "view.js").read_text("utf-8")
    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(", script) == []
