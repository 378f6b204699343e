"""Parameters, periods, histograms and collections, without a graph or on a small one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphhunt import current
from graphhunt.entities import (
    IP,
    Client,
    Collection,
    Domain,
    File,
    Histogram,
    Machine,
    Process,
    TimePeriod,
    User,
    values,
)
from graphhunt.entities.question import Question
from graphhunt.entities.rows import (
    Block,
    Connection,
    Detection,
    Execution,
    FileAction,
    RegistryAction,
    Row,
    TreeExecution,
    columns,
)
from graphhunt.entities.values import program_kinds
from graphhunt.errors import UsageError

ACTION = ["DateTime", "Muid", "LoggedUser", "ChildFilename", "ChildPath", "ChildMd5", "ChildPid", "ParentFilename",
          "ParentMd5", "ParentPid", "CommandLine", "RemoteIp", "Operation"]  # fmt: skip
ATTRIBUTES = ["RemoteSession", "External", "FreshUnknown", "LanShared"]
COMMUNICATION = ["DateTime", "Date", "Muid", "LoggedUser", "ParentFilename", "ParentPid", "RemoteIp", "RemotePort",
                 "LocalIp", "LocalPort", "Protocol", "Direction", "Ipv4Status"]  # fmt: skip
DETECTION = ["DateTime", "ClientId", "Muid", "LoggedUser", "ChildMd5", "ChildPath", "ChildFilename", "ParentMd5",
             "ParentPath", "ParentFilename", "WinningTech", "DetectionId", "Action"]  # fmt: skip
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


class Fake:
    """A store that gives the same rows to every query and counts the questions."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.asked = 0

    def read(self, query: Any, /, **params: Any) -> list[dict[str, Any]]:
        self.asked += 1
        query.bind(params)
        return self.rows

    def stream(self, query: Any, /, **params: Any) -> Iterator[dict[str, Any]]:
        return iter(self.read(query, **params))


class FakeHunt:
    def __init__(self, rows: list[dict[str, Any]] | None = None) -> None:
        self.store = Fake(rows or [])


def executions(rows: list[dict[str, Any]]) -> Collection[Execution]:
    return Collection(Execution, Question("executions", dict, FakeHunt(rows)))


@pytest.mark.parametrize(
    ("kind", "names"),
    [(Execution, ACTION + ATTRIBUTES), (FileAction, ACTION + ATTRIBUTES), (RegistryAction, ACTION),
     (TreeExecution, [name for name in ACTION if name != "ChildPath"]), (Connection, COMMUNICATION),
     (Detection, DETECTION), (Block, DETECTION)],
)  # fmt: skip
def test_columns_have_the_documents_names_and_order(kind: type[Row], names: list[str]) -> None:
    found = [column.name for column in columns(kind)]
    assert found[: len(names)] == names
    assert found[-1] == "EventIds"
    frame = Collection(kind, Question("executions", dict, FakeHunt())).df
    assert list(frame.columns) == found
    assert str(frame["DateTime"].dtype) == "datetime64[us, UTC]"


@pytest.mark.parametrize(
    ("method", "parameter", "valid"),
    [("get_executions", "kind", "interpreter, remoteaccess, admintool, hackingtool, userallowed"),
     ("get_executions", "operation", "create, kill, thread, load"),
     ("get_executions", "attributes", "ATTR_REMOTE, ATTR_EXTERNAL, ATTR_FRESHUNKNOWN, ATTR_LANSHARED"),
     ("get_files", "operation", "create, modify, delete, rename, folder, newcmp, opencmp, access, script"),
     ("get_registry", "operation", "create, modify, access"),
     ("get_communications", "protocol", "ICMP, IGMP, RFCOMM, TCP, RDP, UDP, ICMPV6, RM"),
     ("get_communications", "port", "FTP, SSH, TELNET, SMTP, HTTP, POP3, HTTPS, RDP"),
     ("get_communications", "iptype", "Public, Private"),
     ("get_communications", "direction", "Incoming, Outgoing")],
)  # fmt: skip
@pytest.mark.parametrize("entity", [User("x", hunt=FakeHunt()), Process.of(["x"], hunt=FakeHunt())])
def test_an_unknown_value_lists_the_valid_ones(entity: Any, method: str, parameter: str, valid: str) -> None:
    with pytest.raises(UsageError, match="'nonsense'") as caught:
        getattr(entity, method)(**{parameter: "nonsense"})
    assert valid in str(caught.value)
    for value in valid.split(", "):
        getattr(entity, method)(**{parameter: value.lower()})


def test_other_wrong_values_are_refused() -> None:
    user = User("x", hunt=FakeHunt())
    for given_ in ({"ips": "not an address"}, {"top": -1}, {"port": 70000}):
        with pytest.raises(UsageError):
            user.get_communications(**given_)
    for wrong in (lambda: Machine(hunt=FakeHunt()), lambda: File(hunt=FakeHunt()), lambda: Histogram()):
        with pytest.raises(UsageError):
            wrong()
    with pytest.raises(UsageError, match="0 to 15"):
        Process.of(["x"], hunt=FakeHunt()).get_execution_tree(down=65)


@pytest.mark.usefixtures("none_open")
def test_without_a_hunt_the_only_open_one_is_asked() -> None:
    mine, other = FakeHunt(), FakeHunt()
    with pytest.raises(UsageError, match="no hunt is open"):
        User("x")
    current.register(mine, "case one")
    try:
        assert User("x").hunt is mine
        current.register(other, "case two")
        with pytest.raises(UsageError, match="2 hunts are open: case one, case two"):
            User("x")
        assert User("x", hunt=mine).hunt is mine
        current.forget(mine)
        assert User("x").hunt is other
    finally:
        current.forget(mine)
        current.forget(other)


@pytest.mark.usefixtures("none_open")
def test_a_case_opened_again_is_no_second_one() -> None:
    """A notebook's cell that opens a case may be run again."""
    first, again = FakeHunt(), FakeHunt()
    current.register(first, "case")
    current.register(again, "case")
    try:
        assert User("x").hunt is again
    finally:
        current.forget(first)
        current.forget(again)


@given(TIMES, TIMES)
def test_periods_are_half_open_and_ordered(one: datetime, other: datetime) -> None:
    first, last = sorted([one, other])
    since, until = TimePeriod(first, last).window
    assert since is not None
    assert until is not None
    assert until - since == (last - first) // timedelta(microseconds=1)
    assert TimePeriod(first.isoformat(), last.isoformat()).window == (since, until)
    if first < last:
        with pytest.raises(UsageError):
            TimePeriod(last, first)


def test_named_periods() -> None:
    assert TimePeriod.day("2020-09-20").window == (1600560000000000, 1600646400000000)
    assert TimePeriod.around("2020-09-20T00:05:00Z", minutes=5).window == (1600560000000000, 1600560600000000)
    since, until = TimePeriod.last(days=7).window
    assert since is not None
    assert until is not None
    assert until - since == 7 * 86_400_000_000
    for wrong in (lambda: TimePeriod.day("soon"), lambda: TimePeriod(datetime(2020, 1, 1))):  # noqa: DTZ001
        with pytest.raises(UsageError):
            wrong()


@given(st.lists(st.tuples(st.integers(0, 10**12), st.sampled_from(["a", "b", None])), max_size=30))
def test_histograms_count_like_a_counter(rows: list[tuple[int, str | None]]) -> None:
    found = executions([{"date_time": time, "child_filename": name} for time, name in rows])
    counted = Histogram(by="ChildFilename", bucket="1h").of(found.df).df
    hour = 3_600_000_000
    expected = Counter((time // hour * hour, name) for time, name in rows)
    assert sum(counted["Count"]) == len(rows)
    got = {
        (int(when.timestamp() * 1e6), None if pd.isna(name) else name): count
        for when, name, count in counted.itertuples(index=False)
    }
    assert got == expected


def test_nothing_is_asked_before_it_is_looked_at_and_then_once() -> None:
    hunt = FakeHunt([{"date_time": 1, "child_filename": "a.exe"}])
    rows = Collection(Execution, Question("executions", dict, hunt))
    repr(rows)
    assert "MATCH" in rows.cypher
    assert hunt.store.asked == 0
    assert [len(rows), len(list(rows)), len(rows.df), len(rows[:1]), len(rows.to_polars())] == [1] * 5
    assert hunt.store.asked == 1


def test_collections_are_parted_and_sorted() -> None:
    rows = executions(
        [{"date_time": n, "child_pid": pid, "child_filename": name}
         for n, (pid, name) in enumerate([(3, "a"), (None, "b"), (7, "a"), (5, "b")])]
    )  # fmt: skip
    assert [row.child_pid for row in rows.top(3, by="ChildPid")] == [7, 5, 3]
    assert [row.child_pid for row in rows.top(4, by="ChildPid")][-1] is None
    assert {name: len(part) for name, part in rows.groupby("ChildFilename").items()} == {"a": 2, "b": 2}
    assert [row.child_pid for row in rows.filter(ChildFilename="b")] == [None, 5]
    assert [row.child_pid for row in rows.filter(lambda row: bool(row.child_pid), child_filename=["a"])] == [3, 7]
    with pytest.raises(UsageError, match="ChildPid"):
        rows.filter(Nonsense=1)


def test_pictures_are_escaped() -> None:
    """Whatever the logs wrote stays text."""
    evil = "<script>alert(1)</script>"
    rows = executions([{"date_time": 1, "command_line": evil, "event_ids": [evil]}])
    histogram = Histogram(by="CommandLine").of(rows.df)
    for html in (rows._repr_html_(), rows.print_dataframe()._repr_html_(), histogram._repr_html_()):
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        assert "http" not in html
    assert evil in str(rows.print_dataframe())


def test_program_kinds_are_names_in_lower_case() -> None:
    for kind in ("interpreter", "remoteaccess", "admintool", "hackingtool"):
        names = program_kinds()[kind]
        assert list(names) == [name.lower().strip() for name in dict.fromkeys(names)]
    assert "powershell.exe" in program_kinds()["interpreter"]


def test_what_the_graph_lacks_gives_nothing(sample: Any) -> None:
    """Unknown entities have every table, empty; and a circle of processes ends."""
    for entity in (User("nobody", hunt=sample), Machine("nowhere", hunt=sample), File("nothing", hunt=sample)):
        assert len(entity) == 0
        for method in ("get_executions", "get_files", "get_registry", "get_communications", "get_detections",
                       "get_blocked", "get_bandwidth", "get_timetable"):  # fmt: skip
            assert len(getattr(entity, method)()) == 0
    assert len(Domain("none.example", hunt=sample).get_machines()) == 0
    assert len(IP("192.0.2.1", hunt=sample).get_communications()) == 0
    circle = Process.of(["process-1"], hunt=sample).get_execution_tree()
    assert sorted(str(row.process_id) for row in circle) == ["process-1", "process-2", "process-3"]


def test_bandwidth_and_alerts_of_the_sample(sample: Any) -> None:
    """Worked out by hand: processes 1 and 2 of user 1 send 100 per number to addresses 1 and 2, and 3."""
    table = User("user-1", hunt=sample).get_bandwidth()
    assert list(table.columns) == ["Date", "Outgoing", "Incoming"]
    assert table["Outgoing"].sum() == pytest.approx((100 + 100 + 200) / 1e6)
    assert table["Incoming"].sum() == pytest.approx((10 + 20 + 30) / 1e6)
    assert [row.alert_id for row in User("user-1", hunt=sample).get_blocked()] == ["alert-1", "alert-3"]
    sample.store.inner.put_nodes("Client", [{"id": "default", "props": {"name": "default"}}])
    assert {row.client_id for row in Client(hunt=sample).get_detections()} == {"default"}
    late = TimePeriod("2030-01-01", None)
    assert len(Client(hunt=sample).get_detections(period=late)) == 0
    assert Machine("MACHINE 1", hunt=sample).ids == ["machine-1"]
    assert User("uSER 2", hunt=sample).ids == ["user-2"]
    assert User(["user-1", "user-2"], client_id="other", hunt=sample).ids == []


def test_attributes_may_be_joined() -> None:
    assert values.attributes("ATTR_REMOTE | attr_lanshared") == ["ATTR_REMOTE", "ATTR_LANSHARED"]
    assert values.attributes(["ATTR_EXTERNAL"]) == ["ATTR_EXTERNAL"]
    with pytest.raises(UsageError, match="ATTR_FRESHUNKNOWN"):
        values.attributes("ATTR_REMOTE|ATTR_NONSENSE")
