"""Every question against an independent computation over the raw records of a real campaign, on both engines."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pandas as pd
import pytest

from graphhunt.entities import IP, Client, File, Histogram, Machine, Process, TimePeriod, User
from tests.entities.conftest import StoreHunt

PGUSTAVO = r"THESHIRE\pgustavo"
FIVE = {
    "{d273d0f0-fd6c-5f66-7605-000000000800}", "{d273d0f0-8078-5f67-cc06-000000000800}",
    "{d273d0f0-c4f7-5f67-a707-000000000800}", "{d273d0f0-cc10-5f67-1008-000000000800}",
    "{d273d0f0-28bd-5f68-af08-000000000800}",
}  # fmt: skip
"""The processes that talk to the command server, as the data's README names them."""

Pairs = set[tuple[Any, ...]]


def sysmon(raw: pd.DataFrame, *codes: int, host: str | None = None) -> pd.DataFrame:
    found = raw[raw["SourceName"].str.contains("Sysmon") & raw["EventID"].isin(codes)]
    return found if host is None else found[found["host"] == host]


def guid(process_id: str) -> str:
    return process_id.split("|")[1]


def pairs(frame: pd.DataFrame, *columns: str) -> Pairs:
    return set(frame[list(columns)].itertuples(index=False, name=None))


def workstation6(hunt: StoreHunt) -> Machine:
    return Machine(name="WORKSTATION6", hunt=hunt)


def test_five_processes_talk_to_the_command_server(hunt: StoreHunt) -> None:
    found = workstation6(hunt).get_communications(ips="10.10.10.5", port="HTTP")
    assert {guid(row.process_id) for row in found} == FIVE
    assert set(found.df["ParentFilename"]) == {"powershell.exe"}
    assert found.df["LoggedUser"].value_counts().to_dict() == {PGUSTAVO: 3, r"NT AUTHORITY\SYSTEM": 2}
    assert set(found.df["RemotePort"]) == {80}
    assert [len(workstation6(hunt).get_communications(ips="10.10.10.5", port=p)) for p in ("80", 443)] == [5, 0]
    assert {guid(row.process_id) for row in IP("10.10.10.5", hunt=hunt).get_communications()} == FIVE


def test_connections_are_those_of_the_records(hunt: StoreHunt, raw: pd.DataFrame) -> None:
    """Sysmon 3 with a process it knows; the Security log adds others."""
    records = sysmon(raw, 3, host="workstation6")
    known = ~records["guid"].str.startswith("{00000000-")
    out = records[(records["Initiated"] == "true") & known]
    expected = {(row.guid, row.DestinationIp, int(row.DestinationPort)) for row in out.itertuples()}
    found = workstation6(hunt).get_communications(direction="Outgoing", protocol=["TCP", "UDP"]).df
    rows = {(guid(i), ip, port) for i, ip, port in pairs(found, "ProcessId", "RemoteIp", "RemotePort")}
    assert expected
    assert expected <= rows
    assert set(found["Direction"]) == {"Outgoing"}
    whole = workstation6(hunt).get_communications()
    parts = [len(workstation6(hunt).get_communications(iptype=kind)) for kind in ("Public", "Private")]
    assert sum(parts) == len(whole)
    assert len(workstation6(hunt).get_communications(top=3)) == 3


def test_executions_are_those_of_the_records(hunt: StoreHunt, raw: pd.DataFrame) -> None:
    made = sysmon(raw, 1)
    mine = set(made[made["User"] == PGUSTAVO]["guid"])
    found = User(PGUSTAVO, hunt=hunt).get_executions(operation="create")
    with_guid = {guid(row.process_id) for row in found if "{" in str(row.process_id)}
    assert with_guid == mine
    shells = made[(made["User"] == PGUSTAVO) & made["CommandLine"].str.contains("whoami", case=False)]
    asked = User(PGUSTAVO, hunt=hunt).get_executions(operation="create", command="WHOAMI")
    assert {guid(row.process_id) for row in asked if "{" in str(row.process_id)} == set(shells["guid"])
    names = {"powershell.exe", "cmd.exe", "mshta.exe", "wscript.exe", "cscript.exe"}
    kinds = User(PGUSTAVO, hunt=hunt).get_executions(operation="create", kind="interpreter")
    assert {row.child_filename for row in kinds} <= names
    base = made["Image"].str.split("\\").str[-1].str.lower()
    expected = set(made[(made["User"] == PGUSTAVO) & base.isin(names)]["guid"])
    assert {guid(row.process_id) for row in kinds if "{" in str(row.process_id)} == expected


def test_executions_on_a_machine_and_in_a_period(hunt: StoreHunt, raw: pd.DataFrame) -> None:
    made = sysmon(raw, 1, host="workstation6")
    day = made[made["UtcTime"].str.startswith("2020-09-20")]
    found = workstation6(hunt).get_executions(operation="create", period=TimePeriod.day("2020-09-20"))
    assert {guid(row.process_id) for row in found if "{" in str(row.process_id)} == set(day["guid"])
    same = User(PGUSTAVO, hunt=hunt).get_executions(operation="create", muid="WORKSTATION6.theshire.local")
    assert {guid(row.process_id) for row in same if "{" in str(row.process_id)} == set(
        made[made["User"] == PGUSTAVO]["guid"]
    )


def test_remote_sessions_are_told(hunt: StoreHunt) -> None:
    """The shell of PowerShell remoting ran in the session of a network logon; the one of a service did not."""
    found = workstation6(hunt).get_executions(operation="create", file="powershell.exe")
    remote = {guid(row.process_id): row.remote_session for row in found if "{" in str(row.process_id)}
    assert remote["{d273d0f0-c4f7-5f67-a707-000000000800}"] is True
    assert remote["{d273d0f0-fd6c-5f66-7605-000000000800}"] is False
    asked = workstation6(hunt).get_executions(operation="create", file="powershell.exe", attributes="ATTR_REMOTE")
    assert {row.process_id for row in asked} == {row.process_id for row in found if row.remote_session}


def test_modules_are_those_of_the_records(hunt: StoreHunt, raw: pd.DataFrame) -> None:
    records = sysmon(raw, 7, host="workstation6")
    found = workstation6(hunt).get_executions(operation="load")
    assert {(guid(row.parent_id), row.child_filename) for row in found} == {
        (row.guid, row.ImageLoaded.split("\\")[-1].lower()) for row in records.itertuples()
    }


def test_file_actions_are_those_of_the_records(hunt: StoreHunt, raw: pd.DataFrame) -> None:
    for code, operation in ((11, "create"), (23, "delete")):
        records = sysmon(raw, code)
        found = Client(hunt=hunt).get_files(operation=operation).df
        rows = {(guid(i), path.lower()) for i, path in pairs(found, "ProcessId", "ChildPath")}
        assert rows == {(row.guid, row.TargetFilename.lower()) for row in records.itertuples()}
    scripts = Client(hunt=hunt).get_files(operation="script").df
    assert set(scripts["ChildPath"].str.lower().str.extract(r"(\.\w+)$")[0]) <= {".ps1", ".psm1", ".psd1", ".bat"}


def test_registry_actions_are_those_of_the_records(hunt: StoreHunt, raw: pd.DataFrame) -> None:
    records = sysmon(raw, 13, host="workstation6")
    expected = {(row.guid, row.TargetObject.lower()) for row in records.itertuples()}
    found = workstation6(hunt).get_registry(operation=["create", "modify"]).df
    rows = {(guid(i), key.lower()) for i, key in pairs(found, "ProcessId", "Key") if "{" in i}
    assert expected
    assert expected <= rows
    assert rows <= {(row.guid, row.TargetObject.lower()) for row in sysmon(raw, 12, 13).itertuples()} | expected


def test_the_tree_is_that_of_the_records(hunt: StoreHunt, raw: pd.DataFrame) -> None:
    """Ancestors and descendants by Sysmon's own parent GUIDs."""
    made = sysmon(raw, 1)
    oracle = nx.DiGraph(zip(made["ParentProcessGuid"].str.lower(), made["guid"], strict=True))
    for start in sorted(FIVE):
        process = Process.of([f"workstation6|{start}"], hunt=hunt)
        found = {guid(row.process_id) for row in process.get_execution_tree()}
        assert found == nx.ancestors(oracle, start) | nx.descendants(oracle, start) | {start}
        near = {guid(row.process_id) for row in process.get_execution_tree(up=1, down=1)}
        assert near == {start, *oracle.predecessors(start), *oracle.successors(start)}
        assert {guid(i) for i in process.get_parent().ids} == set(oracle.predecessors(start))
        assert {guid(i) for i in process.get_childs().ids} == set(oracle.successors(start))
        record = made[made["guid"] == start].iloc[0]
        assert process.name == record["Image"].split("\\")[-1].lower()
        assert process.get_time.strftime("%Y-%m-%d %H:%M:%S") == record["UtcTime"][:19]


def test_logons_are_those_of_the_records(hunt: StoreHunt, raw: pd.DataFrame) -> None:
    logons = raw[(raw["EventID"] == 4624) & (raw["TargetUserName"] == "pgustavo") & (raw["host"] == "workstation6")]
    found = User(PGUSTAVO, hunt=hunt).get_logons(muid="WORKSTATION6")
    assert set(logons["TargetLogonId"]) == {row.logon_id for row in found if row.logon_type is not None}
    remote = User(PGUSTAVO, hunt=hunt).get_remote_logons(muid="WORKSTATION6")
    assert {row.source for row in remote} == {"workstation5"}
    assert len(remote) == 21


def test_machines_and_users(hunt: StoreHunt) -> None:
    assert set(User("sbeavers", hunt=hunt).get_machines().ids) == {"workstation6", "mordordc"}
    assert PGUSTAVO in set(workstation6(hunt).get_users().df["LoggedUser"])
    assert Machine(local_ip="172.18.39.6", hunt=hunt).ids == ["workstation6"]
    assert File(name="whoami.exe", hunt=hunt).get_machines().ids == ["workstation6"]


def test_a_histogram_counts_what_the_rows_say(hunt: StoreHunt, raw: pd.DataFrame) -> None:
    found = workstation6(hunt).get_executions(operation="create", histogram=Histogram(by="ChildFilename")).df
    rows = workstation6(hunt).get_executions(operation="create").df["ChildFilename"].value_counts()
    assert dict(zip(found["ChildFilename"], found["Count"], strict=True)) == rows.to_dict()


def test_the_timetable_adds_up(hunt: StoreHunt) -> None:
    """Averages times days give every action back; weekdays are those of the dates."""
    period = TimePeriod("2020-09-14", "2020-09-28")
    table = workstation6(hunt).get_timetable(period=period)
    assert list(table.columns) == ["LoggedUser", "Weekday", "Hour", "AvgActions", "StdActions"]
    assert len(table) == 7 * 24
    machine = workstation6(hunt)
    parts = [machine.get_executions(operation=["create", "thread", "load"], period=period),
             machine.get_communications(), machine.get_files(), machine.get_registry()]  # fmt: skip
    times = pd.concat([part.df["DateTime"] for part in parts])
    assert round(table["AvgActions"].sum() * 2) == len(times)
    expected = times.dt.day_of_week.add(1).value_counts().to_dict()
    by_day = table.groupby("Weekday")["AvgActions"].sum().mul(2).round().astype(int)
    assert {day: n for day, n in by_day.items() if n} == expected
    one = table[(table["Weekday"] == 7) & (table["Hour"] == 21)].iloc[0]
    seen = sum((times.dt.day_of_week == 6) & (times.dt.hour == 21))
    assert (one["AvgActions"], one["StdActions"]) == (pytest.approx(seen / 2), pytest.approx(seen / 2))


def test_a_chain_asks_once_per_step(hunt: StoreHunt) -> None:
    hunt.store.asked.clear()
    chain = User(PGUSTAVO, hunt=hunt).get_machines().get_executions(kind="interpreter", operation="create")
    assert hunt.store.asked == []
    found = chain.entities("Process").get_communications(ips="10.10.10.5")
    assert {guid(row.process_id) for row in found} <= FIVE
    assert hunt.store.asked == ["entity/find/user", "entity/machines", "entity/executions", "entity/communications"]


def test_histograms_count_the_rows_by_every_column(hunt: StoreHunt) -> None:
    """Counted in the graph or here, each gives what plain pandas counts of the rows."""
    machine, account = workstation6(hunt), User(PGUSTAVO, hunt=hunt)
    asks = [
        *(getattr(machine, name) for name in ("get_executions", "get_communications", "get_files", "get_registry")),
        *(getattr(account, name) for name in ("get_logons", "get_remote_logons", "get_machines", "get_detections")),
    ]
    for ask in asks:
        frame = ask().df
        for name in frame.columns:
            values = frame[name].explode()
            expected = values.map(lambda value: None if _is_null(value) else value).value_counts(dropna=False)
            found = ask(histogram=Histogram(by=name)).df
            counts = {(None if _is_null(value) else value): count for value, count in found.itertuples(index=False)}
            assert counts == {None if _is_null(value) else value: count for value, count in expected.items()}, name
        if "DateTime" in frame.columns:
            by_hour = ask(histogram=Histogram(bucket="1h")).df
            hours = frame["DateTime"].dt.floor("1h").value_counts().sort_index()
            assert list(by_hour.itertuples(index=False, name=None)) == list(hours.items())


def _is_null(value: Any) -> bool:
    return bool(pd.isna(value))


def test_a_histogram_is_one_query_that_gives_no_rows(hunt: StoreHunt) -> None:
    hunt.store.asked.clear()
    found = workstation6(hunt).get_communications(histogram=Histogram(by="RemoteIp", bucket="1d"))
    assert "count(*)" in found.cypher
    assert hunt.store.asked == []
    assert list(found.df.columns) == ["DateTime", "RemoteIp", "Count"]
    assert [name for name in hunt.store.asked if "find" not in name] == ["entity/histogram/communications"]
    assert found.params["by"] == "RemoteIp"
    both = workstation6(hunt).get_communications(top=5, histogram=Histogram(bucket="1d"))
    assert sum(both.df["Count"]) == 5
