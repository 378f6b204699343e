"""Whose times are wrong, and by how much: hand-made logs whose clocks and zones are known."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import polars as pl
import pytest

from graphhunt.graph.case import Case
from graphhunt.graph.clocks import Clocks
from graphhunt.graph.graph import build
from graphhunt.model import Connection, Fact, Flow, Logon, ProcessEnd, ProcessStart

from .facts import SECOND, frames

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOON = 18_500 * DAY + 12 * HOUR
LOGS = ("Security", "Sysmon")
HOSTS = {"WS1": "10.0.0.1", "WS2": "10.0.0.2", "SRV": "10.0.0.9"}


def link(number: int, log: str, *, host: str = "WS1", to: str = "SRV", seen: str | None = None, **more: int) -> Fact:
    """Make connection `number`, which a host opened ten minutes after the one before, as a log of either end has it."""
    owner = seen or host
    code = {"Security": "Security/5156", "Sysmon": "Sysmon/3"}[log]
    return Connection(
        time=NOON + number * 10 * MINUTE + more.get("late", 0), host=owner, code=code, protocol="tcp", pid=700,
        path=r"C:\a.exe", source_ip=HOSTS[host], source_port=50_000 + number, destination_ip=HOSTS[to],
        destination_port=445, initiated=owner == host, direction="outbound" if owner == host else "inbound",
    )  # fmt: skip


def program(number: int, log: str, *, late: int = 0, host: str = "WS1") -> Fact:
    """Make the start of program `number` as a log has it."""
    code = {"Security": "Security/4688", "Sysmon": "Sysmon/1"}[log]
    time = NOON + number * 10 * MINUTE + late
    return ProcessStart(time=time, host=host, code=code, pid=1_000 + number, path=rf"C:\p{number}.exe")


def told(facts: Iterable[Fact], shuffle: int | None = None) -> list[tuple[object, ...]]:
    """List what was put right: machine, channel, what, how far ahead (s), the time taken, and how many pairs tell."""
    table = Case(frames(facts, shuffle)).corrected.table
    columns = ["machine_id", "channel", "what", pl.col("offset") / SECOND, "field", "pairs"]
    return table.select(columns).rows()


def twice(numbers: Iterable[int], make: object = link, **late: int) -> list[Fact]:
    """Make what the Security log, `late` by so much, and Sysmon of one host tell of."""
    assert callable(make)
    return [make(n, log, late=late.get(log, 0)) for n in numbers for log in LOGS]


def in_utc(facts: Iterable[Fact]) -> list[Fact]:
    """Let Sysmon's records state that their time is UTC."""
    return [
        msgspec.structs.replace(fact, time_field="UtcTime") if fact.code.startswith("Sysmon") else fact
        for fact in facts
    ]  # fmt: skip


def witness(numbers: Iterable[int]) -> list[Fact]:
    """Make what Sysmon of the server tells of the same connections."""
    return [link(n, "Sysmon", seen="SRV") for n in numbers]


def test_five_pairs_that_agree_show_a_zone() -> None:
    facts = [*twice(range(5), Security=4 * HOUR), *witness(range(5))]
    assert told(facts) == [("ws1", "Security", "zone", 14_400, None, 10)]
    times = Case(frames(facts)).raw("connection").filter(pl.col("code") == "Security/5156").get_column("time")
    assert times.to_list() == [NOON + n * 10 * MINUTE for n in range(5)]


def test_four_pairs_show_none() -> None:
    assert told([*twice(range(4), Security=4 * HOUR)]) == []


@pytest.mark.parametrize(("astray", "found"), [(1, 1), (2, 0)])
def test_four_of_five_must_agree(astray: int, found: int) -> None:
    facts = [*twice(range(5 - astray), Security=4 * HOUR), *twice(range(5 - astray, 5), Security=9 * HOUR)]
    assert len(told(facts)) == found


@pytest.mark.parametrize(("late", "found"), [(5 * HOUR + 30 * MINUTE, 1), (4 * HOUR + 7 * MINUTE, 0), (14 * HOUR, 1)])
def test_zones_are_quarters_of_an_hour(late: int, found: int) -> None:
    assert len(told(twice(range(6), Security=late))) == found


def test_delays_that_vary_are_no_zone() -> None:
    """The Security log is a quarter of an hour late, give or take some minutes."""
    delays = [15 * MINUTE + step * MINUTE for step in (-4, -2, 0, 2, 4, -3, 3)]
    facts = [link(n, log, late=late if log == "Security" else 0) for n, late in enumerate(delays) for log in LOGS]
    assert told(facts) == []
    near = [15 * MINUTE + step * SECOND for step in (-40, -2, 0, 2, 4, -3, 30)]
    facts = [link(n, log, late=late if log == "Security" else 0) for n, late in enumerate(near) for log in LOGS]
    assert len(told(facts)) == 1


def test_the_log_that_most_others_agree_with_is_right() -> None:
    """Sysmon is wrong here: the Security log has the server's on its side."""
    others = [link(n, "Security", seen="SRV") for n in range(5)]
    facts = [*twice(range(5), Sysmon=-330 * MINUTE), *others]
    assert told(facts) == [("ws1", "Sysmon", "zone", -19_800, None, 10)]


def test_of_two_logs_the_one_that_writes_utc_is_right() -> None:
    facts = twice(range(5), Security=-4 * HOUR)
    assert [row[1] for row in told(in_utc(facts))] == ["Security"]
    assert [row[1] for row in told(facts)] == ["Sysmon"]


def test_a_whole_host_in_another_zone_is_moved() -> None:
    """Both logs of WS2 agree with each other, but with nobody else."""
    right = [*twice(range(6)), *witness(range(6)), *[link(n, "Security", seen="SRV") for n in range(6)]]
    numbers = range(20, 26)
    here = [link(n, log, host="WS2", late=HOUR) for n in numbers for log in LOGS]
    there = [link(n, log, host="WS2", seen="SRV") for n in numbers for log in LOGS]
    assert [row[:4] for row in told([*right, *here, *there])] == [
        ("ws2", "Security", "zone", 3_600), ("ws2", "Sysmon", "zone", 3_600),
    ]  # fmt: skip


def test_logons_tell_with_the_connections_they_came_over() -> None:
    """The target's Security log has logons alone, the source's Sysmon their connections."""
    logons = [
        Logon(time=NOON + n * 10 * MINUTE + SECOND - 4 * HOUR, host="SRV", code="Security/4624", user="ann",
              domain="CORP", logon_id=hex(n + 20), logon_type=3, source_ip=HOSTS["WS1"], source_port=50_000 + n,
              success=True)
        for n in range(5)
    ]  # fmt: skip
    facts = [*[link(n, "Sysmon") for n in range(5)], *logons, *twice(range(5))]
    assert told(facts) == [("srv", "Security", "zone", -14_400, None, 10)]


def test_flows_of_a_sensor_tell_too() -> None:
    flows = [
        Flow(time=NOON + n * 10 * MINUTE, code="zeek/conn", protocol="tcp", source_ip=HOSTS["WS1"],
             source_port=50_000 + n, destination_ip=HOSTS["SRV"], destination_port=445)
        for n in range(5)
    ]  # fmt: skip
    facts = [*twice(range(5), Security=HOUR, Sysmon=HOUR), *flows, *witness(range(5))]
    assert [row[:4] for row in told(facts)] == [("ws1", log, "zone", 3_600) for log in LOGS]


def test_starts_and_ends_of_processes_tell() -> None:
    ends = [
        ProcessEnd(time=NOON + n * 10 * MINUTE + late, host="WS1", code=code, pid=1_000 + n, path=rf"C:\p{n}.exe")
        for n in range(2) for code, late in (("Security/4689", -HOUR), ("Sysmon/5", 0))
    ]  # fmt: skip
    starts = in_utc(twice(range(5, 8), program, Security=-HOUR))
    assert told([*in_utc(ends), *starts]) == [("ws1", "Security", "zone", -3_600, None, 5)]


def test_what_a_log_tells_of_twice_in_a_day_pairs_with_nothing() -> None:
    """The port is used again an hour later: which of the two connections the other log means isn't known."""
    again = [link(n, "Sysmon", late=HOUR) for n in range(5)]
    assert told([*twice(range(5), Security=HOUR), *again]) == []
    once = twice(range(10, 15), Security=HOUR)
    others = [link(n, log, late=late) for n in range(15, 18) for late in (0, 3 * HOUR) for log in LOGS]
    late = [msgspec.structs.replace(fact, time=fact.time + HOUR) if "Sec" in fact.code else fact for fact in others]
    assert [row[5] for row in told([*once, *late])] == [5]
    at_once = [link(n, "Sysmon", late=SECOND) for n in range(5)]
    assert len(told([*twice(range(5), Security=HOUR), *at_once])) == 1


def test_each_day_has_its_own_zone_and_the_others_follow_the_nearest() -> None:
    """Summer time ends between the second and the third day; on the second and the fifth nothing tells."""
    summer, winter = (twice(range(day * 144, day * 144 + 5), Security=late) for day, late in ((0, 2 * HOUR), (2, HOUR)))
    alone = [link(4 * 144, "Security", late=HOUR), link(144, "Security", late=2 * HOUR)]
    facts = in_utc([*summer, *winter, *alone])
    assert [row[3:] for row in told(facts)] == [(7_200, None, 5), (3_600, None, 5)]
    frame = Case(frames(facts)).raw("connection")
    numbers = (frame.get_column("source_port") - 50_000).to_list()
    assert frame.get_column("time").to_list() == [NOON + n * 10 * MINUTE for n in numbers]
    assert {144, 4 * 144} <= set(numbers)


def test_records_without_a_code_are_a_log_too() -> None:
    bare = [
        msgspec.structs.replace(fact, code="") if fact.code.startswith("Security") else fact
        for fact in twice(range(5), Security=4 * HOUR)
    ]  # fmt: skip
    assert [row[:4] for row in told([*bare, *witness(range(5))])] == [("ws1", "", "zone", 14_400)]


def test_two_loaders_of_a_channel_are_two_logs() -> None:
    """The same log, read by another loader that took local time for UTC, beside Sysmon's: one of the three is wrong."""
    give = frames(twice(range(5)))
    other = frames([fact for fact in twice(range(5), Security=3 * HOUR) if "Security" in fact.code])

    def both(kind: str) -> pl.DataFrame:
        return pl.concat([give(kind), other(kind).with_columns(source=pl.lit("other"))])

    table = Case(both).corrected.table
    assert table.select("machine_id", "loader", "offset").rows() == [("ws1", "other", 3 * HOUR)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_order_and_repetition_tell_nothing_else(seed: int) -> None:
    facts = [*twice(range(6), Security=4 * HOUR), *witness(range(6))]
    assert told([*facts, *facts[:7]], shuffle=seed) == told(facts)


def connected(number: int, ahead: int, *, kept: bool) -> Fact:
    """Make a connection whose own clock is ahead; its record may keep when it was written, two seconds later."""
    fact = link(number, "Sysmon", late=ahead)
    times = {"UtcTime": fact.time, "EventTime": fact.time - ahead + 2 * SECOND} if kept else {}
    return msgspec.structs.replace(fact, times=times, time_field="UtcTime" if kept else None)


def astray(ahead: int, *, kept: bool = True) -> list[Fact]:
    """Make twenty connections that Sysmon wrote ahead of the Security log, and four process starts that agree."""
    steady = [*twice(range(40, 44), program), *[link(n, "Security") for n in range(20)]]
    return [*steady, *[connected(n, ahead, kept=kept) for n in range(20)]]


@pytest.mark.parametrize("ahead", [15 * MINUTE, 40 * SECOND, 47 * MINUTE])
def test_a_kind_of_record_that_goes_astray_is_no_zone(ahead: int) -> None:
    """Sysmon's connections are ahead by as much as a zone may be, but its process starts aren't."""
    facts = astray(ahead)
    assert told(facts) == [("ws1", "Sysmon", "drift", ahead / SECOND, "EventTime", 20)]
    frame = Case(frames(facts)).raw("connection").filter(pl.col("code") == "Sysmon/3")
    assert frame.get_column("time").to_list() == [NOON + n * 10 * MINUTE + 2 * SECOND for n in range(20)]


def test_one_kind_of_record_alone_shows_no_zone_of_a_log_with_more() -> None:
    """Nothing but connections tells on the first day, and they are astray; the starts of the next day are right."""
    starts = twice(range(200, 206), program)
    logs = [*starts, *[link(n, "Security") for n in range(8)]]
    assert told([*logs, *[connected(n, 45 * MINUTE, kept=False) for n in range(8)]]) == []
    kept = told([*logs, *[connected(n, 45 * MINUTE, kept=True) for n in range(8)]])
    assert kept == [("ws1", "Sysmon", "drift", 2_700, "EventTime", 8)]


@pytest.mark.parametrize(("steady", "found"), [(4, []), (1, [3_600])])
def test_a_few_pairs_of_any_kind_speak_against_a_zone_and_one_does_not(steady: int, found: list[int]) -> None:
    """Connections and ends of processes are an hour ahead in the Security log, starts aren't."""
    ends = [
        ProcessEnd(time=NOON + n * 10 * MINUTE + late, host="WS1", code=code, pid=1_000 + n, path=rf"C:\p{n}.exe")
        for n in range(8) for code, late in (("Security/4689", HOUR), ("Sysmon/5", 0))
    ]  # fmt: skip
    facts = [*twice(range(16), Security=HOUR), *ends, *twice(range(40, 40 + steady), program)]
    assert [row[3] for row in told(in_utc(facts))] == found


def test_a_drift_with_no_other_time_stays() -> None:
    assert told(astray(15 * MINUTE, kept=False)) == []


def test_half_a_minute_is_no_drift() -> None:
    assert told(astray(29 * SECOND)) == []


def test_machines_clocks_are_measured_per_day() -> None:
    """The server is two seconds ahead on the first day, and forty on the third; one connection alone tells nothing."""
    facts = [
        link(day * 144 + n, "Sysmon", seen=seen, late=ahead if seen else 0)
        for day, ahead in ((0, 2 * SECOND), (2, 40 * SECOND)) for n in range(3) for seen in (None, "SRV")
    ]  # fmt: skip
    one = [link(9 * 144, "Sysmon", seen=seen, late=100 * SECOND if seen else 0) for seen in (None, "SRV")]
    clocks = Clocks(Case(frames([*facts, *one])).owners)
    days = [NOON + day * DAY for day in (-3, 0, 2, 9)]
    asked = pl.DataFrame({"time": days, "here": ["ws1"] * 4, "there": ["srv"] * 4})
    forth = clocks.onto(asked, "here", "there").get_column("time").to_list()
    assert [(moved - day) / SECOND for moved, day in zip(forth, days, strict=True)] == [2, 2, 40, 40]
    back = clocks.onto(asked, "there", "here").get_column("time").to_list()
    assert [(moved - day) / SECOND for moved, day in zip(back, days, strict=True)] == [-2, -2, -40, -40]
    assert clocks.pairs.select("origin", "target", "skew", "matches").rows() == [("ws1", "srv", 40 * SECOND, 7)]
    assert clocks.told.select("least", "most").rows() == [(2 * SECOND, 40 * SECOND)]


def test_what_no_day_tells_is_told_of_all_days() -> None:
    """Two connections on each of two days are too few for a day, and four for no drift."""
    facts = [
        link(day * 144 + n, "Sysmon", seen=seen, late=(day + 1) * SECOND if seen else 0)
        for day in (0, 1) for n in range(2) for seen in (None, "SRV")
    ]  # fmt: skip
    told_pairs = Clocks(Case(frames(facts)).owners).told
    assert told_pairs.select("skew", "least", "most").rows() == [(3 * SECOND // 2,) * 3]


def test_the_machine_says_what_its_clock_and_zone_were() -> None:
    facts = [*twice(range(5), Security=4 * HOUR), *[link(n, "Sysmon", seen="SRV", late=3 * SECOND) for n in range(5)]]
    machines = build(frames(facts)).nodes["Machine"]
    assert machines.sort("id").select("id", "clock_offset", "zone_offset").rows() == [
        ("srv", 3 * SECOND, None), ("ws1", 0, 4 * HOUR),
    ]  # fmt: skip
