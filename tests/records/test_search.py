"""Search over ground truth A: what it finds is what reading all its records one by one finds."""

from __future__ import annotations

import gzip
import ipaddress
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graphhunt.errors import MissingError, QueryTextError
from graphhunt.evidence import Workspace
from graphhunt.graph.snapshot import Snapshot
from graphhunt.records.asking import RecordSearch
from graphhunt.records.index import FOLDER

Records = list[dict[str, Any]]
NOISE = "Sysmon/7,Sysmon/10,Sysmon/12,Sysmon/13,Security/4656,Security/4658,Security/4690,PowerShell/4103"


@pytest.fixture(scope="module")
def records(shared_data: Path) -> Records:
    """Every distinct line of the data set, read without any of the program."""
    return [json.loads(line) for line in sorted(set(_lines(shared_data / "mordor_theshire_2020")))]


def _lines(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield from filter(None, archive.read(name).decode().splitlines())


@pytest.fixture(scope="module")
def search(real_case: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> RecordSearch:
    """Search a workspace of the data set."""
    folder = tmp_path_factory.mktemp("records") / "workspace"
    shutil.copytree(real_case("mordor_theshire_2020"), folder)
    return RecordSearch(Workspace(folder), lambda: Snapshot(folder / "graph"), NOISE)


def host(record: dict[str, Any]) -> str:
    return str(record["Hostname"]).partition(".")[0].upper()


def has(text: str) -> Callable[[dict[str, Any]], bool]:
    """Tell whether any name or value of a record has a text."""
    return lambda record: any(text in part.lower() for name, value in record.items() for part in (name, _text(value)))


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _in_network(record: dict[str, Any]) -> bool:
    names = ("SourceAddress", "DestAddress", "SourceIp", "DestinationIp", "IpAddress")
    network = ipaddress.ip_network("10.10.10.0/24")
    return record["EventID"] in (3, 5156) and any(
        ipaddress.ip_address(record[name]) in network for name in names if record.get(name)
    )


QUERIES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "": lambda record: True,
    "4627": lambda record: record["EventID"] == 4627,
    "host:WORKSTATION6": lambda record: host(record) == "WORKSTATION6",
    "host:workstation6.theshire.local 4624": lambda record: record["Hostname"].lower() == "workstation6.theshire.local"
    and record["EventID"] == 4624,
    "TargetLogonId:0x2990d17": lambda record: record.get("TargetLogonId") == "0x2990d17",
    "Keywords:-9214364837600034816 4634|4647": lambda record: record.get("Keywords") == -9214364837600034816
    and record["EventID"] in (4634, 4647),
    "RecordNumber>1943110 RecordNumber<1943200": lambda record: 1943110 < record["RecordNumber"] < 1943200,
    "code:Sysmon/22 -msedge": lambda record: record["EventID"] == 22 and "Sysmon" in record["Channel"]
    and not has("msedge")(record),
    '"group membership information"': has("group membership information"),
    "wlbsctrl.dll": has("wlbsctrl.dll"),
    "c:\\windows\\temp": has("c:\\windows\\temp"),
    "10.10.10.0/24 code:Sysmon/3|5156": _in_network,
    "ServiceName:Updater|ServiceName:IKEEXT": lambda record: str(record.get("ServiceName")).lower()
    in ("updater", "ikeext"),
}  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_what_is_found_is_what_reading_through_finds(search: RecordSearch, records: Records, query: str) -> None:
    expected = [record for record in records if QUERIES[query](record)]
    found = search.find(query, limit=1)
    assert found["total"] == len(expected)
    assert found["searched"] == len(records)
    machines = {row["value"]: row["records"] for row in found["facets"]["machine"]["values"]}
    assert machines == {name: sum(host(record) == name for record in expected) for name in {host(r) for r in expected}}
    assert sum(found["histogram"]["counts"]) == len(expected)


def test_the_design_s_own_queries(search: RecordSearch) -> None:
    """Line 11 of what is done when it is done; the numbers are of the recording."""
    assert search.find("pgustavo 4697 host:WORKSTATION6")["total"] == 2
    called = search.find("10.10.10.5:80 code:Sysmon/3")["items"]
    assert len({item["fields"]["Image"] + str(item["time"]) for item in called}) == 5
    assert search.find("T1047")["total"] > 0
    started = search.find("news.php code:Sysmon/1")  # nothing but the encoded command says so
    assert started["total"] >= 3


def test_pages_lose_and_double_nothing(search: RecordSearch) -> None:
    query = "host:MORDORDC -Sysmon"
    for by_session in (False, True):
        whole = search.find(query, by_session=by_session)["total"]
        seen: list[str] = []
        times: list[int] = []
        cursor = None
        while True:
            found = search.find(query, by_session=by_session, limit=377, cursor=cursor)
            seen += [item["event_id"] for item in found["items"]]
            times += [item["time"] for item in found["items"]]
            cursor = found["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == whole
        assert by_session or times == sorted(times)


def test_a_cursor_of_nothing_is_refused(search: RecordSearch) -> None:
    with pytest.raises(MissingError):
        search.find("4624", cursor="0" * 32)


def test_the_session_that_installed_a_service_has_what_the_service_did(search: RecordSearch) -> None:
    found = search.find("host:WORKSTATION6 around:2020-09-20T16:16:56±10m", by_session=True, quiet=True)
    group = found["groups"]["0"]
    assert (group["session"], group["accounts"], group["machine"]) == ("0x2990d17", ["pgustavo"], "WORKSTATION6")
    own = [item for item in found["items"] if item["group"] == 0]
    kinds = [item["code"] for item in own]
    assert {"Security/4624", "Security/4697", "System/7045", "Sysmon/1", "Sysmon/3", "Security/4634"} <= set(kinds)
    assert [item["time"] for item in own] == sorted(item["time"] for item in own)
    programs = " ".join(str(item["fields"]) for item in own)
    assert all(text in programs for text in ("cmd.exe", "powershell.exe", "10.10.10.5", "whoami.exe"))
    assert kinds[-1] == "Security/4634"
    assert any(item["lead"] for item in own)


def test_what_is_hidden_is_counted(search: RecordSearch, records: Records) -> None:
    quiet, all_ = search.find("host:MORDORDC", quiet=True), search.find("host:MORDORDC")
    of_security, of_sysmon = (4656, 4658, 4690), (7, 10, 12, 13)
    noisy = {("PowerShell/", 4103), *(("Security", n) for n in of_security), *(("Sysmon", n) for n in of_sysmon)}
    hidden = sum(
        any(name.lower() in r["Channel"].lower() and number == r["EventID"] for name, number in noisy)
        for r in records if host(r) == "MORDORDC"
    )  # fmt: skip
    assert quiet["hidden"] == hidden > 0
    assert quiet["total"] + quiet["hidden"] == all_["total"]
    assert search.find("host:MORDORDC 4658", quiet=True)["hidden"] == 0  # it is asked for by name


def test_records_that_no_loader_maps_have_machine_time_and_kind(search: RecordSearch) -> None:
    """A 4627 in the second of its logon: `EventTime` there is four hours behind, as its time of arrival shows."""
    found = search.find("4627 TargetLogonId:0x2990d17")["items"]
    assert [(item["machine"], item["code"], item["time"], item["session"], item["mapped"]) for item in found] == [
        ("WORKSTATION6", "Security/4627", 1600618616000000, "0x2990d17", False)
    ]


def test_a_field_that_no_record_has(search: RecordSearch) -> None:
    with pytest.raises(QueryTextError) as caught:
        search.find("4624 TargetLogonIdd:0x1")
    assert (caught.value.at, caught.value.hint) == (5, "nearest: TargetLogonId")


def test_nothing_found_says_which_clause_left_nothing(search: RecordSearch) -> None:
    found = search.find("4697 pgustavo host:NOWHERE")
    assert found["total"] == 0
    assert {row["clause"]: row["total"] for row in found["without"]} == {"4697": 0, "pgustavo": 0, "host:NOWHERE": 2}


def test_around_a_record(search: RecordSearch) -> None:
    (item, *_) = search.find("4697 pgustavo host:WORKSTATION6")["items"]
    query = search.around(item["event_id"], 10)
    assert query is not None
    near = search.find(query)["items"]
    assert {each["machine"] for each in near} == {"WORKSTATION6"}
    assert all(abs(each["time"] - item["time"]) <= 600_000_000 for each in near)
    assert search.around("0" * 32, 10) is None


def test_numbers_stay_as_they_are_written(search: RecordSearch) -> None:
    (item, *_) = search.find("Keywords:-9214364837600034816 4634")["items"]
    record = search.record(item["event_id"])
    assert record is not None
    assert record["fields"]["Keywords"] == "-9214364837600034816"


def test_a_page_is_small(search: RecordSearch) -> None:
    """500 records with facets and histogram take at most 250 kB packed."""
    found = search.find("host:WORKSTATION6")
    assert len(found["items"]) == 500
    assert len(gzip.compress(json.dumps(found).encode(), 6)) <= 250_000


def test_the_index_is_small(search: RecordSearch, records: Records) -> None:
    """At most 250 bytes a record: a quarter of a gigabyte for a million."""
    search.find("4624", limit=1)
    files = [path for path in (search._workspace.path / FOLDER).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 250 * len(records)
