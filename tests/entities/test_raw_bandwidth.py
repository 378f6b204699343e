"""Bandwidth against plain pandas over the raw records of two real attacks, on both engines.

Neither set states bytes. So a sensor's record is written, in Zeek's layout, for connections that Sysmon really told.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from graphhunt.entities import Client, Machine, Process
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.store.sync import sync
from tests.conftest import empty
from tests.entities.conftest import Counting, StoreHunt, lines

SKEW = pd.Timedelta(minutes=1)
KEY = ["own", "other", "protocol", "port", "out"]
TALK = ["guid", "other", "protocol", "port", "out"]


class Traffic(NamedTuple):
    """A set loaded: what each process did (`talks`) and what the sensor saw (`flows`)."""

    hunt: StoreHunt
    talks: pd.DataFrame
    flows: pd.DataFrame


@pytest.fixture(scope="module", params=["mordor_theshire_2020", "mordor_purplesharp"])
def given(
    request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, Traffic]:
    """Load a set's network connections of Sysmon, and a sensor's records of two thirds of those made."""
    folder = tmp_path_factory.mktemp(request.param)
    rows = [json.loads(line) for file in sorted((shared_data / request.param).glob("*.zip")) for line in lines(file)]
    rows = [row for row in rows if "Sysmon" in row.get("SourceName", "") and row["EventID"] == 3 and _by_ipv4(row)]
    raw = pd.DataFrame(rows)
    raw["time"] = pd.to_datetime(raw["UtcTime"], utc=True)
    raw["host"] = raw["Hostname"].str.split(".").str[0].str.lower()
    seen = raw[(raw["Initiated"] == "true") & (raw.index % 3 != 0)]
    conn = [_zeek(row) for row in seen.itertuples()]
    (folder / "sysmon.json").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "conn.log").write_text("".join(json.dumps(row) + "\n" for row in conn), encoding="utf-8")
    workspace = Workspace(folder / "workspace")
    ingest(workspace, [folder / "sysmon.json", folder / "conn.log"])
    return workspace, Traffic(StoreHunt(None), _talks(raw), _flows(pd.DataFrame(conn)))


def _by_ipv4(row: dict[str, Any]) -> bool:
    return not row["ProcessGuid"].startswith("{00000000-") and row["SourceIsIpv6"] == "false" and "." in row["SourceIp"]


def _zeek(row: Any) -> dict[str, Any]:
    number = zlib.crc32(f"{row.SourceIp}:{row.SourcePort} {row.time}".encode())
    return {
        "_path": "conn", "ts": row.time.timestamp(), "uid": f"C{row.Index}", "id.orig_h": row.SourceIp,
        "id.orig_p": int(row.SourcePort), "id.resp_h": row.DestinationIp, "id.resp_p": int(row.DestinationPort),
        "proto": row.Protocol, "duration": number % 50 / 10, "orig_bytes": number % 99_991,
        "resp_bytes": number % 1_000_003, "conn_state": "SF", "history": "ShADadFf",
    }  # fmt: skip


def _talks(raw: pd.DataFrame) -> pd.DataFrame:
    """Give per process, address, port, protocol and direction the time and own address of its connections.

    Of what it didn't begin, Sysmon gives the machine's own end as source (answers over UDP) or as destination; its
    own address is the one that most connections of the host have at either end.
    """
    ends = pd.concat([raw[["host", end]].set_axis(["host", "ip"], axis=1) for end in ("SourceIp", "DestinationIp")])
    mine = raw["host"].map(ends.groupby("host")["ip"].agg(lambda ips: ips.mode()[0]))
    out = raw["Initiated"] == "true"
    first = out | ((raw["SourceIp"] == mine) & (raw["DestinationIp"] != mine))
    return pd.DataFrame({
        "guid": raw["ProcessGuid"].str.lower(), "host": raw["host"], "time": raw["time"], "out": out,
        "own": raw["SourceIp"].where(first, raw["DestinationIp"]),
        "other": raw["DestinationIp"].where(first, raw["SourceIp"]), "protocol": raw["Protocol"],
        "port": raw["DestinationPort"].where(first == out, raw["SourcePort"]).astype(int),
    })  # fmt: skip


def _flows(conn: pd.DataFrame) -> pd.DataFrame:
    """Add up what the sensor saw per pair of addresses, port, protocol and hour."""
    began = pd.to_datetime(conn["ts"], unit="s", utc=True)
    conn = conn.assign(start=began, end=began + pd.to_timedelta(conn["duration"], unit="s"), hour=began.dt.floor("h"))
    folded = conn.groupby(["id.orig_h", "id.resp_h", "proto", "id.resp_p", "hour"], as_index=False).agg(
        start=("start", "min"), end=("end", "max"), sent=("orig_bytes", "sum"), got=("resp_bytes", "sum")
    )
    return folded.set_axis(["source", "target", "protocol", "port", "hour", "start", "end", "sent", "got"], axis=1)


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def loaded(request: pytest.FixtureRequest, given: tuple[Workspace, Traffic]) -> Iterator[Traffic]:
    """Each set in each engine."""
    workspace, traffic = given
    store = empty(request.getfixturevalue(f"_{request.param}_session"))
    sync(workspace, store)
    yield traffic._replace(hunt=StoreHunt(Counting(store)))
    empty(store)


def ends(flows: pd.DataFrame) -> pd.DataFrame:
    """Give each flow as either of its ends sees it."""
    there = flows.rename(columns={"source": "own", "target": "other"}).assign(out=True)
    back = flows.rename(columns={"target": "own", "source": "other", "sent": "got", "got": "sent"}).assign(out=False)
    return pd.concat([there, back], ignore_index=True)


def days(rows: pd.DataFrame) -> dict[Any, Any]:
    added = rows.groupby(rows["start"].dt.date)[["sent", "got"]].sum() / 1e6
    return {day: (pytest.approx(row.sent), pytest.approx(row.got)) for day, row in added.iterrows()}


def told(table: pd.DataFrame) -> dict[Any, Any]:
    return {row.Date: (row.Outgoing, row.Incoming) for row in table.itertuples()}


def of_machine(traffic: Traffic, host: str) -> pd.DataFrame:
    """Give the flows of a machine's addresses within a minute of when it had them."""
    held = traffic.talks[traffic.talks["host"] == host].groupby("own")["time"].agg(["min", "max"]).reset_index()
    both = ends(traffic.flows).merge(held, on="own")
    return both[(both["start"] <= both["max"] + SKEW) & (both["end"] >= both["min"] - SKEW)]


def test_each_machine_has_the_flows_of_its_addresses(loaded: Traffic) -> None:
    for host in loaded.talks["host"].unique():
        expected = days(of_machine(loaded, host))
        assert told(Machine(host, hunt=loaded.hunt).get_bandwidth()) == expected
    hosts = [of_machine(loaded, host) for host in loaded.talks["host"].unique()]
    whole = pd.concat(hosts).drop_duplicates(["own", "other", "protocol", "port", "out", "hour"])
    assert told(Client(hunt=loaded.hunt).get_bandwidth()) == days(whole)


def test_each_process_has_the_flows_that_no_other_can_have_made(loaded: Traffic) -> None:
    spans = loaded.talks.groupby(["host", *TALK], as_index=False).agg(
        begin=("time", "min"), last=("time", "max"), own=("own", "first"), owns=("own", "nunique")
    )
    assert (spans["owns"] == 1).all(), "a process with two own addresses needs a rule here"
    both = ends(loaded.flows).merge(spans, on=KEY)
    both = both[(both["start"] <= both["last"] + SKEW) & (both["end"] >= both["begin"] - SKEW)]
    sole = both[both.groupby([*KEY, "hour"])["guid"].transform("nunique") == 1]
    assert len(sole) > 10
    for (host, guid), _ in spans.groupby(["host", "guid"]):
        mine = sole[(sole["host"] == host) & (sole["guid"] == guid)]
        assert told(Process.of([f"{host}|{guid}"], hunt=loaded.hunt).get_bandwidth()) == days(mine), guid


LAB = {"newyork": "10.0.0.4", "nashua": "10.0.1.6"}
"""The servers of the sensor's recording, as those who made it name them."""


def test_zeek_alone_states_the_traffic_of_a_lab(shared_data: Path, store: Any, tmp_path: Path) -> None:
    files = sorted((shared_data / "apt29_zeek_day1").glob("*.zip"))
    workspace = Workspace(tmp_path / "workspace")
    ingest(workspace, files)
    sync(workspace, store)
    rows: dict[str, dict[str, Any]] = {}
    for file in files:
        with zipfile.ZipFile(file) as held:
            for name in held.namelist():
                records = map(json.loads, held.read(name).splitlines())
                rows |= {f"{row['uid']} {row['ts']}": row for row in records if row.get("@stream") == "conn"}
    conn = pd.DataFrame(rows.values()).rename(columns={"id_orig_h": "source", "id_resp_h": "target"})
    hunt = StoreHunt(Counting(store))
    client = Client(hunt=hunt)
    machines = client.get_machines().df
    assert set(machines["Muid"]) == set(LAB)
    for muid in machines["Muid"]:
        address = LAB[muid]
        sent = conn[conn["source"] == address][["orig_bytes", "resp_bytes"]].sum()
        got = conn[conn["target"] == address][["resp_bytes", "orig_bytes"]].sum()
        table = Machine(muid, hunt=hunt).get_bandwidth()
        assert table["Outgoing"].sum() == pytest.approx((sent["orig_bytes"] + got["resp_bytes"]) / 1e6)
        assert table["Incoming"].sum() == pytest.approx((sent["resp_bytes"] + got["orig_bytes"]) / 1e6)
