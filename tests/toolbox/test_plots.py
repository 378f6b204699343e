"""Drawings: what they show, that nothing in the data becomes markup, and that they need nothing from outside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from graphhunt import analytics as ga
from graphhunt.errors import UsageError
from graphhunt.svg import Plot

EVIL = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>&amp;\x00\u202e"
ALLOWED = {
    "html", "head", "meta", "title", "body", "style", "div", "svg", "line", "text", "circle", "rect", "path", "script",
}  # fmt: skip


class _Tags(HTMLParser):
    """Collects tags, attributes and scripts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)


def assert_safe(plot: Plot) -> str:
    """Check a page: known tags only, no handlers, no address but the SVG name space, one fixed script."""
    page = plot.page()
    parsed = _Tags()
    parsed.feed(page)
    assert {t for t, _ in parsed.tags} <= ALLOWED
    assert not [a for _, attrs in parsed.tags for a in attrs if a.startswith("on") or a in ("href", "src", "style")]
    assert len(parsed.scripts) == 1
    assert "alert" not in parsed.scripts[0]
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "prefers-color-scheme:dark" in page
    return page


def events(n: int = 6) -> pd.DataFrame:
    times = pd.date_range("2024-01-01", periods=n, freq="h", tz="UTC")
    return pd.DataFrame({"TimeGenerated": times, "who": ["a", "b"] * (n // 2), "n": range(n), "text": EVIL})


def dots(plot: Plot) -> int:
    return plot.page().count("<circle") + plot.page().count("<rect")


def test_a_timeline_shows_each_event_and_opens_offline(tmp_path: Path) -> None:
    plot = ga.display_timeline(events(), title=EVIL, source_columns=["who", "text"])
    page = assert_safe(plot)
    assert dots(plot) == 6
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    file = plot.to_html(tmp_path / "t.html")
    assert file.read_text(encoding="utf-8") == page
    assert plot._repr_html_() in page
    assert plot.to_svg(tmp_path / "t.svg").read_text(encoding="utf-8").startswith("<svg")


def test_groups_get_lanes_in_time_order_and_legend_follows() -> None:
    plot = ga.display_timeline(events(), group_by="who", legend="right")
    assert plot.data["lanes"] == ["a", "b"]
    assert [la["name"] for la in plot.data["layers"]] == ["a", "b"]
    assert [la["events"] for la in plot.data["layers"]] == [3, 3]
    assert plot.page().index(">a</text>") < plot.page().index(">b</text>")


def test_overlays_dictionaries_and_references() -> None:
    frame = events()
    both = ga.display_timeline(frame, overlay_data=frame.iloc[:2], overlay_color="red")
    assert [la["events"] for la in both.data["layers"]] == [6, 2]
    assert both.data["layers"][1]["colour"] == "red"
    named = ga.display_timeline({"x": {"data": frame, "color": EVIL}, "y": {"data": frame.iloc[:1]}})
    assert_safe(named)
    assert named.data["lanes"] == ["x", "y"]
    refs = ga.display_timeline(
        frame, ref_event=frame.iloc[2], ref_time="2024-01-02", ref_times=[("2024-01-03", EVIL)],
        ref_events=frame.iloc[:2], ref_col="text",
    )  # fmt: skip
    assert_safe(refs)
    assert [t for t, _ in refs.data["references"]][:2] == ["2024-01-01T02:00:00+00:00", "2024-01-02T00:00:00+00:00"]
    assert len(refs.data["references"]) == 5


def names_at(plot: Plot, *names: str) -> list[tuple[float, float, str]]:
    """Find where names stand: x, y and which end of the text that is."""
    found = []
    for name in names:
        at = re.search(
            rf'<text x="([\d.]+)" y="([\d.]+)" class="[^"]*" text-anchor="(\w+)">{re.escape(name)}</text>', plot.page()
        )
        assert at, name
        found.append((float(at[1]), float(at[2]), at[3]))
    return found


def test_names_of_close_references_do_not_cover_one_another() -> None:
    close = [
        ("2024-01-01 04:00:00", "first"),
        ("2024-01-01 04:00:01", "second"),
        ("2024-01-01 05:00", "at the very end"),
    ]
    plot = ga.display_timeline(events(), ref_times=close)
    (_, y1, _), (_, y2, _), (x3, _, end) = names_at(plot, "first", "second", "at the very end")
    assert y1 - y2 >= 12
    assert (end, x3 < 900) == ("end", True)
    many = [(f"2024-01-01 04:00:0{i}", f"mark {i}") for i in range(9)]
    crowded = ga.display_timeline(events(), ref_times=many)
    assert crowded.data["notes"] == ["5 references stand too close to others to be named."]
    assert crowded.page().count('class="r"') == 9


def test_an_inline_legend_stands_above_the_events_and_lanes_may_be_unnamed() -> None:
    plot = ga.display_timeline(events(), group_by="who", legend="inline", yaxis=False)
    (x1, y1, _), (x2, y2, _) = names_at(plot, "a", "b")
    assert (y1, x1 < x2) == (y2, True)
    dots = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)" r="5"', plot.page())]
    assert len(dots) == 6
    assert min(dots) - y1 > 12
    named = ga.display_timeline(events(), group_by="who")
    assert named.page().count(">a</text>") == 1
    assert ga.display_timeline(events(), group_by="who", yaxis=False, legend="none").page().count(">a</text>") == 0


def test_value_axes_stand_beside_the_events() -> None:
    plot = ga.display_timeline_values(events(), "n", kind="circle")
    (x, _, end), (x2, _, _) = names_at(plot, "0", "2.5")
    assert end == "end"
    assert x == x2 < min(float(v) for v in re.findall(r'<circle cx="([\d.]+)"', plot.page()))


def test_rows_without_a_time_are_said_and_empty_frames_too() -> None:
    frame = events().astype({"TimeGenerated": object})
    frame.loc[:1, "TimeGenerated"] = None
    plot = ga.display_timeline(frame)
    assert plot.data["rows_without_time"] == 2
    assert plot.data["notes"] == ["2 rows without a time are not shown."]
    assert "2 rows without a time" in plot.page()
    assert ga.display_timeline(events().iloc[:0]).data["notes"] == ["No data to plot."]


def test_misspelt_keywords_and_columns_are_refused() -> None:
    with pytest.raises(UsageError, match="'titel'"):
        ga.display_timeline(events(), titel="x")
    with pytest.raises(UsageError, match="'when'"):
        ga.display_timeline(events(), time_column="when")
    with pytest.raises(UsageError, match="'nobody'"):
        ga.display_timeline(events(), group_by="nobody")


@pytest.mark.parametrize("kind", ["vbar", "circle", "line", ["circle", "line"]])
def test_values_over_time(kind: Any) -> None:
    frame = events().assign(n=[1.0, float("nan"), -3, 2, 5, 0])
    plot = ga.display_timeline_values(frame, "n", kind=kind, group_by="who")
    assert_safe(plot)
    assert plot.data["range"] == (-3.0, 5.0)
    with pytest.raises(UsageError, match="isn't numeric"):
        ga.display_timeline_values(frame, "text")
    with pytest.raises(UsageError, match="'pie'"):
        ga.display_timeline_values(frame, "n", kind="pie")


def test_durations_span_groups_or_run_to_their_end() -> None:
    folded = ga.display_timeline_duration(events(), "who")
    assert folded.data["lanes"] == ["a", "b"]
    assert dots(folded) - 0 == 2
    frame = events(4).assign(end=pd.date_range("2024-01-02", periods=4, tz="UTC"))
    frame.loc[3, "end"] = pd.NaT
    spans = ga.display_timeline_duration(frame, ["who", "text"], end_time_column="end")
    assert_safe(spans)
    assert dots(spans) == 4


def test_process_trees_are_drawn_in_path_order() -> None:
    frame = pd.DataFrame(
        {"Image": ["c:\\a.exe", "c:\\b.exe"], "ProcessId": [1, 2], "ParentProcessId": [0, 1],
         "ParentImage": ["", "c:\\a.exe"], "UtcTime": [10, 20], "CommandLine": [EVIL, EVIL], "User": EVIL,
         "LogonId": "1", "EventID": 1, "Computer": "h"}
    )  # fmt: skip
    plot, same = ga.build_and_show_process_tree(frame, legend_col="Image", title=EVIL)
    assert plot is same
    assert_safe(plot)
    assert [(r["depth"], r["name"], r["inferred"]) for r in plot.data["rows"]] == [
        (0, "unknown", True), (1, "a.exe", False), (2, "b.exe", False),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="process tree"):
        ga.plot_process_tree(frame)
    assert ga.plot_process_tree(ga.build_process_tree(frame).iloc[:0], ga.infer_schema(frame))[0].data["notes"]


def test_a_tree_names_its_colours_and_cuts_long_commands() -> None:
    frame = pd.DataFrame(
        {"Image": ["c:\\a.exe", "c:\\b.exe"], "ProcessId": [1, 2], "ParentProcessId": [0, 1],
         "ParentImage": ["", "c:\\a.exe"], "UtcTime": [10, 20], "CommandLine": ["a " * 90, "b"], "User": ["ann", "bob"],
         "LogonId": "1", "EventID": 1, "Computer": "h"}
    )  # fmt: skip
    plot, _ = ga.build_and_show_process_tree(frame, legend_col="User")
    assert len(names_at(plot, "ann", "bob")) == 2
    assert re.search(r">[\d: -]+(a )+a?…</text>", plot.page())
    crowd = pd.concat([frame.iloc[1:].assign(ProcessId=i + 5, User=f"account number {i}") for i in range(40)])
    assert re.search(r">and \d+ more</text>", ga.build_and_show_process_tree(crowd, legend_col="User")[0].page())


def test_names_of_clusters_do_not_cover_one_another() -> None:
    x = np.array([[i / 1000, i / 1000] for i in range(30)] + [[9.0, 9.0]])
    frame = pd.DataFrame(x, columns=["a", "b"]).assign(label=[f"process {i}" for i in range(31)])
    _, model, x_data = ga.dbcluster_events(frame, ["a", "b"], normalize=False, max_cluster_distance=1e-9)
    page = ga.plot_cluster(model, frame, x_data, plot_label="label").page()
    places = [
        (float(a), float(b)) for a, b in re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>process \d+</text>', page)
    ]
    assert 1 < len(places) < 31
    assert all(abs(b - d) > 10 or abs(a - c) > 50 for i, (a, b) in enumerate(places) for c, d in places[:i])
    assert ">9</text>" in page
    near = np.array([[0.0, 0.99985], [1.0, 1.0]])
    _, model, x_data = ga.dbcluster_events(near, normalize=False)
    assert ">0.9999</text>" in ga.plot_cluster(model, pd.DataFrame(near), x_data).page()
    assert page.count("process ") >= 31  # every name shows when pointed at


def test_cluster_marks_have_their_own_clusters_size() -> None:
    x = np.array([[1.0, 5], [1, 5], [1, 5], [9, 1], [9, 1], [40, -40]])
    frame = pd.DataFrame(x, columns=["a", "b"]).assign(label=EVIL)
    _, model, x_data = ga.dbcluster_events(frame, ["a", "b"])
    plot = ga.plot_cluster(model, frame, x_data, plot_label="label", xlabel=EVIL)
    assert_safe(plot)
    sizes = {m["cluster"]: m["size"] for m in plot.data["marks"]}
    assert sizes == {-1: 1, 0: 3, 1: 2}
    assert {m["cluster"]: m["outlier"] for m in plot.data["marks"]} == {-1: True, 0: False, 1: True}
    assert plot.data["title"] == "2 clusters, 1 events in none"
    for wrong in ((0, 0), (0, 7)):
        with pytest.raises(UsageError, match="plot_features"):
            ga.plot_cluster(model, frame, x_data, plot_features=wrong)


def test_heat_maps_count_hours() -> None:
    frame = pd.DataFrame({"TimeGenerated": ["2024-01-01 05:10", "2024-01-01 05:50", "2024-01-06 23:00", None]})
    plot = ga.plot_heatmap(frame)
    assert_safe(plot)
    counts = np.array(plot.data["counts"])
    assert counts.sum() == 3
    assert (counts[0, 5], counts[5, 23]) == (2, 1)
    assert plot.data["notes"] == ["1 rows without a time are not shown."]
    assert ga.plot_heatmap(frame, by="date").data["rows"] == ["2024-01-01", "2024-01-06"]
    with pytest.raises(UsageError, match="weekday or date"):
        ga.plot_heatmap(frame, by="month")


def test_the_documents_timelines_can_be_drawn(shared_data: Path) -> None:
    logons = pd.read_csv(shared_data / "msticpy" / "host_logons.csv", parse_dates=["TimeGenerated"])
    logons["AccountNum"] = ga.char_ord_score_df(logons, "Account")
    clusters, _, _ = ga.dbcluster_events(
        logons, ["AccountNum", "LogonType"], time_column="TimeGenerated", max_cluster_distance=0.0001
    )
    both = {"Clustered": {"data": clusters}, "All Logons": {"data": logons}}
    plot = ga.display_timeline(
        data=both, source_columns=["Account", "LogonType"], ref_event=clusters.iloc[0], title="All Host Logons",
        legend="inline",
    )  # fmt: skip
    assert [la["events"] for la in plot.data["layers"]] == [3, 14]
    assert_safe(plot)


def test_every_public_name_stays_a_function_or_class_when_its_module_is_loaded() -> None:
    for name in ga.__all__:
        assert callable(getattr(ga, name))
    assert not set(ga.__all__) & {p.stem for p in Path(ga.__file__).parent.glob("*.py")}
