"""Hours and alerts against plain pandas over the raw records of two real attacks, on both engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from graphhunt.entities import Client, Machine, TimePeriod, User
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.store.sync import sync
from tests.conftest import empty
from tests.entities.conftest import Counting, StoreHunt, lines

SETS = {"mordor_theshire_2020": ("2020-09-14", "2020-09-28"), "mordor_purplesharp": ("2020-10-19", "2020-10-26")}
"""The sets, each with the whole weeks that hold it."""

ACTS = {
    1: ["ProcessGuid"],
    3: ["ProcessGuid", "other", "service", "Protocol", "Initiated"],
    7: ["ProcessGuid", "what"],
    8: ["ProcessGuid", "TargetProcessGuid"],
    11: ["ProcessGuid", "TargetFilename"],
    13: ["ProcessGuid", "TargetObject"],
    23: ["ProcessGuid", "TargetFilename", "what"],
}
"""What Sysmon tells of a process, and what makes two records one act."""


class Hours(NamedTuple):
    """A set loaded, with the raw records."""

    name: str
    hunt: StoreHunt
    raw: pd.DataFrame
    alerts: pd.DataFrame

    @property
    def period(self) -> TimePeriod:
        return TimePeriod(*SETS[self.name])


@pytest.fixture(scope="module", params=list(SETS))
def given(
    request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, Hours]:
    """Load the Sysmon records of a set that name their process; other logs tell of some acts a second time.

    Neither set has records of a product's finds: they are added, in Defender's layout, for programs that really ran.
    """
    folder = tmp_path_factory.mktemp(request.param)
    files = sorted((shared_data / request.param).glob("*.zip"))
    rows = [(line, json.loads(line)) for file in files for line in lines(file)]
    mine = [(line, row) for line, row in rows if told(row)]
    raw = pd.DataFrame([row for _, row in mine])
    raw["time"] = pd.to_datetime(raw["UtcTime"], utc=True)
    raw["host"] = raw["Hostname"].str.split(".").str[0].str.lower()
    alerts = finds(raw[raw["EventID"] == 1])
    (folder / "sysmon.json").write_bytes(b"\n".join(line.strip() for line, _ in mine) + b"\n")
    write(folder / "defender.json", alerts["record"])
    workspace = Workspace(folder / "workspace")
    ingest(workspace, [folder / name for name in ("sysmon.json", "defender.json")])
    return workspace, Hours(request.param, StoreHunt(None), acts(raw), alerts)


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def loaded(request: pytest.FixtureRequest, given: tuple[Workspace, Hours]) -> Iterator[Hours]:
    """Each set in each engine."""
    workspace, hours = given
    store = empty(request.getfixturevalue(f"_{request.param}_session"))
    sync(workspace, store)
    yield hours._replace(hunt=StoreHunt(Counting(store)))
    empty(store)


def write(file: Path, records: pd.Series[Any]) -> None:
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def finds(made: pd.DataFrame) -> pd.DataFrame:
    """Write a find of Defender for every third process made, and that it was stopped for every second of them."""
    chosen = made.sort_values("time").iloc[::3].reset_index(drop=True)
    chosen["stopped"] = chosen.index % 2 == 0
    chosen["id"] = "{" + chosen.index.astype(str) + "}"
    found = chosen.assign(code=1116, Action="Not Applicable")
    done = chosen[chosen["stopped"]].assign(code=1117, Action="Quarantine")
    done["time"] += pd.Timedelta(seconds=2)
    both = pd.concat([found, done], ignore_index=True)
    records: list[Any] = [
        {
            "TimeGenerated": row.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "Computer": row.Hostname,
            "Channel": "Microsoft-Windows-Windows Defender/Operational", "EventID": row.code,
            "EventData": {
                "Detection ID": row.id, "Threat Name": "Tool", "Severity Name": "High", "Detection User": row.User,
                "Process Name": "Unknown", "Path": f"file:_{row.Image}", "Action Name": row.Action,
            },
        }
        for row in both.itertuples()
    ]  # fmt: skip
    both["record"] = records
    return both


def told(row: dict[str, Any]) -> bool:
    guid = row.get("ProcessGuid") or row.get("SourceProcessGuid") or "{00000000-"
    return "Sysmon" in row.get("SourceName", "") and row["EventID"] in ACTS and not guid.startswith("{00000000-")


def acts(raw: pd.DataFrame) -> pd.DataFrame:
    """Give one row per act, when it was first told: `guid`, `host`, `user`, `time`."""
    raw = raw.assign(
        ProcessGuid=raw["ProcessGuid"].fillna(raw.get("SourceProcessGuid")).str.lower(),
        what=raw["Hashes"].str.lower(),
        TargetFilename=raw["TargetFilename"].str.lower(),
        TargetObject=raw["TargetObject"].str.lower(),
    )
    # Of what it didn't begin, Sysmon gives a machine's own end as source (answers over UDP) or as destination.
    made = raw["Initiated"] == "true"
    # Its own address is the one that most of its connections have at either end.
    ends = pd.concat([raw[["host", "SourceIp"]].set_axis(["host", "ip"], axis=1),
                      raw[["host", "DestinationIp"]].set_axis(["host", "ip"], axis=1)])  # fmt: skip
    own = raw["host"].map(ends.dropna().groupby("host")["ip"].agg(lambda ips: ips.mode()[0]))
    answered = ~made & (raw["SourceIp"] == own) & (raw["DestinationIp"] != own)
    raw["other"] = raw["DestinationIp"].where(made | answered, raw["SourceIp"]).map(address, na_action="ignore")
    raw["service"] = raw["DestinationPort"].where(~answered, raw["SourcePort"])
    first: list[pd.DataFrame] = []
    for code, part in raw.groupby("EventID"):
        told_once = part.sort_values("time").drop_duplicates(subset=ACTS[int(str(code))])
        first.append(told_once[["EventID", "ProcessGuid", "host", "time"]])
    return pd.concat(first)


def address(text: str) -> str:
    return str(ip_address(text.split("%")[0]))


def averages(times: pd.Series[Any], weeks: tuple[str, str]) -> pd.DataFrame:
    """Average and deviate over the days of whole weeks, with nothing of the product's."""
    days = pd.date_range(weeks[0], weeks[1], freq="D", inclusive="left", tz="UTC")
    counts = pd.crosstab(times.dt.floor("D"), times.dt.hour).reindex(index=days, columns=range(24), fill_value=0)
    by_weekday = counts.groupby(pd.DatetimeIndex(counts.index).day_of_week + 1)
    return pd.DataFrame({"AvgActions": by_weekday.mean().stack(), "StdActions": by_weekday.std(ddof=0).stack()})


def test_the_timetable_of_each_machine(loaded: Hours) -> None:
    for host, part in loaded.raw.groupby("host"):
        found = Machine(host, hunt=loaded.hunt).get_timetable(period=loaded.period)
        expected = averages(part["time"], SETS[loaded.name])
        assert len(found) == 7 * 24
        pd.testing.assert_frame_equal(
            found.set_index(["Weekday", "Hour"])[["AvgActions", "StdActions"]],
            expected,
            check_names=False,
            check_index_type=False,
        )


def test_alerts_of_each_machine_and_account(loaded: Hours) -> None:
    first = loaded.alerts.sort_values("time").drop_duplicates("id")
    for name, kind in (("host", Machine), ("User", User)):
        for key, part in first.groupby(name):
            entity = kind(key, hunt=loaded.hunt)
            expected = {(row.time, row.id, row.host, row.Image, file_name(row.Image)) for row in part.itertuples()}
            assert shown(entity.get_detections().df) == expected
            stopped = {row.id for row in part.itertuples() if row.stopped}
            blocked = entity.get_blocked().df
            assert shown(blocked) == {row for row in expected if row[1] in stopped}
            assert set(blocked["Action"]) <= {"Quarantine"}
            assert set(blocked["WinningTech"]) <= {"Defender"}
    day = first["time"].iloc[len(first) // 2].floor("D")
    within = first[first["time"].dt.floor("D") == day]
    found = Client(hunt=loaded.hunt).get_detections(period=TimePeriod.day(day.date())).df
    assert {row[1] for row in shown(found)} == set(within["id"])


def shown(frame: pd.DataFrame) -> set[tuple[Any, ...]]:
    return set(
        frame[["DateTime", "DetectionId", "Muid", "ChildPath", "ChildFilename"]].itertuples(index=False, name=None)
    )


def file_name(path: str) -> str:
    return path.split("\\")[-1].lower()
