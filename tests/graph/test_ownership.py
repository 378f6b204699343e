"""An address means a machine only at a time, and only if one machine has it."""

from __future__ import annotations

import math
import random

import polars as pl
import pytest

from graphhunt.graph.case import Case
from graphhunt.graph.graph import build
from graphhunt.model import Authentication, Connection, Fact, Logon

from .facts import SECOND, T0, frames

HOUR = 3600 * SECOND


def out(host: str, ip: str, at: int) -> Fact:
    return Connection(time=T0 + at, host=host, source_ip=ip, source_port=50001, destination_ip="10.9.9.9",
                      destination_port=443, initiated=True, pid=9, path="a.exe")  # fmt: skip


def logon(ip: str, at: int, logon_id: str) -> Fact:
    return Logon(time=T0 + at, host="SRV", user="ann", domain="CORP", logon_id=logon_id, logon_type=3, source_ip=ip)


def sources(facts: list[Fact]) -> dict[str, tuple[str, str]]:
    remote = build(frames(facts)).relationships.get("REMOTE_LOGON", pl.DataFrame())
    return {row["logon_id"]: (row["from_label"], row["from_id"]) for row in remote.iter_rows(named=True)}


def test_dhcp_passes_an_address_on() -> None:
    facts = [out("WS1", "10.0.0.5", 0), out("WS2", "10.0.0.5", 20 * HOUR),
             logon("10.0.0.5", HOUR, "0x1"), logon("10.0.0.5", 21 * HOUR, "0x2")]  # fmt: skip
    assert sources(facts) == {"0x1": ("Machine", "ws1"), "0x2": ("Machine", "ws2")}


def test_a_shared_address_stays_an_address() -> None:
    facts = [out("WS1", "10.0.0.5", 0), out("WS2", "10.0.0.5", 60 * SECOND), out("WS1", "10.0.0.5", 120 * SECOND),
             logon("10.0.0.5", 60 * SECOND, "0x1")]  # fmt: skip
    assert sources(facts) == {"0x1": ("IP", "10.0.0.5")}


def test_a_sighting_too_long_ago_proves_nothing() -> None:
    facts = [out("WS1", "10.0.0.5", 0), logon("10.0.0.5", 8 * 24 * HOUR, "0x1")]
    assert sources(facts) == {"0x1": ("IP", "10.0.0.5")}


def test_a_machine_is_never_its_own_source() -> None:
    facts = [out("SRV", "10.0.0.9", 0), logon("10.0.0.9", HOUR, "0x1"), logon("::1", HOUR, "0x2"),
             logon("::ffff:127.0.0.1", HOUR, "0x3")]  # fmt: skip
    assert sources(facts) == {}


def test_a_mapped_address_is_folded() -> None:
    facts = [out("WS1", "10.0.0.5", 0), logon("::ffff:10.0.0.5", HOUR, "0x1")]
    assert sources(facts) == {"0x1": ("Machine", "ws1")}


def test_a_machine_known_by_its_address_alone_has_it() -> None:
    facts: list[Fact] = [
        Authentication(time=T0 + at, host="10.0.0.4", user="ann", domain="CORP") for at in (HOUR, 3 * HOUR)
    ]
    graph = build(frames(facts))
    leases = graph.relationships["HAD_IP"].select("from_id", "to_id", "start", "end", "count")
    assert leases.rows() == [("10.0.0.4", "10.0.0.4", T0 + HOUR, T0 + 3 * HOUR, 2)]


def test_a_sensors_records_belong_to_the_machine_that_had_the_address_then() -> None:
    """WS1 is last seen there on the first day, and an address is believed for a week."""
    sensed = [
        Authentication(time=T0 + at, host="10.0.0.5", user="ann", domain="CORP")
        for at in (HOUR, 2 * HOUR, 30 * 24 * HOUR)
    ]
    facts = [out("WS1", "10.0.0.5", 0), out("WS1", "10.0.0.5", HOUR), *sensed, logon("10.0.0.5", HOUR, "0x1")]
    assert sources(facts) == {"0x1": ("Machine", "ws1")}
    tables = build(frames(facts))
    assert sorted(tables.relationships["AUTHENTICATED"].get_column("to_id")) == ["10.0.0.5", "ws1", "ws1"]
    had = tables.relationships["HAD_IP"].select("from_id", "start", "end").sort("from_id")
    late = T0 + 30 * 24 * HOUR
    assert had.rows() == [("10.0.0.5", late, late), ("ws1", T0, T0 + 2 * HOUR)]
    assert dict(tables.nodes["Machine"].select("id", "name").iter_rows()) == {
        "10.0.0.5": "10.0.0.5", "srv": "SRV", "ws1": "WS1",
    }  # fmt: skip


def seen(host: str, ip: str, times: range) -> list[Fact]:
    return [out(host, ip, at * SECOND) for at in times]


def owners(facts: list[Fact]) -> list[tuple[str, str]]:
    had = build(frames(facts)).relationships["HAD_IP"]
    return sorted(had.filter(~pl.col("shared")).sort("start").select("from_id", "to_id").iter_rows())


def test_one_to_three_false_sightings_among_hundreds_change_nothing() -> None:
    """By hand: 740 sightings weigh log2(741) = 9.5, one log2(2) = 1, three log2(4) = 2; 8 < 9.5, 16 < 19."""
    true = seen("WS1", "10.0.0.5", range(0, 3600, 5)) + seen("WS1", "10.0.0.5", range(3600, 7200, 5))
    asked = [logon("10.0.0.5", at * SECOND, hex(at)) for at in range(900, 2800, 100)]
    for false in ([1800], [1800, 1801, 1802]):
        facts = [*true, *asked, *(out("WS9", "10.0.0.5", at * SECOND) for at in false)]
        assert set(sources(facts).values()) == {("Machine", "ws1")}
        assert owners(facts) == [("ws1", "10.0.0.5")]


def test_a_hand_over_is_believed_while_it_lasts() -> None:
    facts = [*seen("WS1", "10.0.0.5", range(0, 3600, 5)), *seen("WS1", "10.0.0.5", range(5400, 7200, 5)),
             *seen("WS2", "10.0.0.5", range(4000, 5000, 100)), logon("10.0.0.5", 4500 * SECOND, "0x1"),
             logon("10.0.0.5", 3000 * SECOND, "0x2"), logon("10.0.0.5", 6000 * SECOND, "0x3")]  # fmt: skip
    assert sources(facts) == {"0x1": ("Machine", "ws2"), "0x2": ("Machine", "ws1"), "0x3": ("Machine", "ws1")}


def test_an_address_that_swings_is_shared_only_while_it_swings() -> None:
    swinging = [
        f for at in range(0, 3600, 600) for f in seen(f"WS{at // 600 % 2 + 1}", "10.0.0.5", range(at, at + 600, 60))
    ]
    later = seen("WS1", "10.0.0.5", range(90_000, 97_200, 60))
    facts = [*swinging, *later, logon("10.0.0.5", 1500 * SECOND, "0x1"), logon("10.0.0.5", 93_000 * SECOND, "0x2")]
    assert sources(facts) == {"0x1": ("IP", "10.0.0.5"), "0x2": ("Machine", "ws1")}


def test_a_name_never_outranks_an_address() -> None:
    """WS1 is known elsewhere; whoever comes from an unknown address and calls itself WS1 stays an address."""
    named = Logon(time=T0 + HOUR, host="SRV", user="ann", domain="CORP", logon_id="0x1", logon_type=3,
                  source_ip="10.0.0.66", workstation="WS1")  # fmt: skip
    facts = [*seen("WS1", "10.0.0.5", range(0, 7200, 60)), named]
    row = build(frames(facts)).relationships["REMOTE_LOGON"].row(0, named=True)
    assert (row["from_id"], row["doubt"], row["stated_name"]) == ("10.0.0.66", "name_address_mismatch", "WS1")


def test_a_name_alone_is_only_possible() -> None:
    named = Logon(
        time=T0 + HOUR, host="SRV", user="ann", domain="CORP", logon_id="0x1", logon_type=3, workstation="WS1"
    )
    facts = [*seen("WS1", "10.0.0.5", range(0, 7200, 60)), named]
    row = build(frames(facts)).relationships["REMOTE_LOGON"].row(0, named=True)
    assert (row["from_id"], row["certainty"], row["confidence"]) == ("ws1", 0.4, "inferred")


def test_the_machines_own_connection_proves_the_source() -> None:
    """Nobody is known to have 10.0.0.66 but for one connection of WS7 whose address and port the logon names."""
    left = Connection(time=T0 + HOUR - SECOND, host="WS7", source_ip="10.0.0.66", source_port=50123,
                      destination_ip="10.0.0.9", destination_port=445, initiated=True, pid=4,
                      path="System")  # fmt: skip
    arrived = Logon(time=T0 + HOUR, host="SRV", user="ann", domain="CORP", logon_id="0x1", logon_type=3,
                    source_ip="10.0.0.66", source_port=50123)  # fmt: skip
    row = build(frames([left, arrived])).relationships["REMOTE_LOGON"].row(0, named=True)
    assert (row["from_id"], row["origin_how"]) == ("ws7", "address, port_join")


Run = tuple[str, list[int]]


def weight(run: Run) -> float:
    return math.log2(1 + len(run[1]))


def thin(run: Run) -> bool:
    return len(run[1]) <= 3 or run[1][-1] - run[1][0] <= 60 * SECOND


def amid(runs: list[Run], i: int) -> bool:
    return 0 < i < len(runs) - 1 and runs[i - 1][0] == runs[i + 1][0] != runs[i][0]


def between(runs: list[Run], i: int, away: int) -> int:
    """Give the time between the runs so many places before and after."""
    return runs[i + away][1][0] - runs[i - away][1][-1]


def grouped(parts: list[Run]) -> list[Run]:
    runs: list[Run] = []
    for machine, times in parts:
        if runs and runs[-1][0] == machine and times[0] - runs[-1][1][-1] <= 7 * 24 * HOUR:
            runs[-1][1].extend(times)
        else:
            runs.append((machine, list(times)))
    return runs


def voted(sightings: list[tuple[int, str]]) -> list[tuple[int, str]]:
    def points(machine: str, centre: int) -> float:
        return math.log2(1 + sum(m == machine and abs(t // HOUR - centre) <= 1 for t, m in sightings))

    machines = {m for _, m in sightings}
    return sorted(
        (t, m)
        for t, m in sightings
        if not any(8 * points(m, t // HOUR) <= points(other, t // HOUR) for other in machines)
    )


def dirt(runs: list[Run], i: int) -> bool:
    return amid(runs, i) and thin(runs[i]) and 8 * weight(runs[i]) <= weight(runs[i - 1]) + weight(runs[i + 1])


def unclear(runs: list[Run], i: int) -> bool:
    same = 2 <= i < len(runs) - 2 and runs[i - 2][0] == runs[i][0] == runs[i + 2][0]
    swings = same and between(runs, i, 2) <= 2 * HOUR
    return swings or (amid(runs, i) and thin(runs[i]) and between(runs, i, 1) <= 2 * HOUR)


def brute(sightings: list[tuple[int, str]], at: int) -> str | None:
    """Resolve one address by reading the rules aloud, one sighting at a time: no tables, no joins."""
    runs = grouped([(m, [t]) for t, m in voted(sightings)])
    for _ in range(3):
        runs = grouped([run for i, run in enumerate(runs) if not dirt(runs, i)])
    if not runs:
        return None
    away, _, i = min((max(times[0] - at, at - times[-1], 0), times[0], i) for i, (_, times) in enumerate(runs))
    return None if away > 7 * 24 * HOUR or unclear(runs, i) else runs[i][0]


@pytest.mark.parametrize("seed", range(40))
def test_random_clouds_resolve_as_the_rules_read(seed: int) -> None:
    """Fifty addresses a cloud, asked five times each: 10,000 answers against a resolver that has no tables."""
    rng = random.Random(seed)
    clouds: dict[str, list[tuple[int, str]]] = {}
    facts: list[Fact] = []
    for number in range(50):
        ip = f"10.1.{seed}.{number + 1}"
        span = rng.choice([3600, 20_000, 400_000, 3_000_000])
        claims = {
            (T0 + rng.randrange(span) * SECOND, f"ws{rng.choice([1, 1, 1, 1, 2, 2, 3])}")
            for _ in range(rng.choice([1, 2, 5, 12, 40]))
        }
        # Two machines in one microsecond are told apart by name alone: left to the ordering of ties.
        clouds[ip] = list({t: (t, m) for t, m in sorted(claims)}.values())
        facts += [out(m.upper(), ip, t - T0) for t, m in clouds[ip]]
    owned = Case(frames(facts)).owners
    asked = [
        (ip, rng.choice(claims)[0] + rng.choice([0, 1, 700, 90_000, -5_000, 900_000]) * SECOND)
        for ip, claims in clouds.items()
        for _ in range(5)
    ]
    found = owned.owners(pl.Series([ip for ip, _ in asked]), pl.Series([at for _, at in asked])).get_column(
        "machine_id"
    )
    for (ip, at), machine in zip(asked, found, strict=True):
        assert machine == brute(clouds[ip], at), (ip, at, sorted(clouds[ip]))
