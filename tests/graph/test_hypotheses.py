"""How sessions were used: every way by its own records, against those that only look like it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import Graph, build
from graphhunt.graph.hypotheses import UNKNOWN_WAY
from graphhunt.model import (
    Connection,
    Fact,
    Logon,
    PolicyChange,
    ProcessStart,
    RegistryAction,
    ServiceInstall,
    ShareAccess,
    TaskAction,
    WmiAction,
)

from .facts import SECOND, T0, frames

ANN: dict[str, Any] = {"user": "ann", "domain": "CORP", "sid": "S-1-5-21-1-2-3-1101"}
BOB: dict[str, Any] = {"user": "bob", "domain": "CORP", "sid": "S-1-5-21-1-2-3-1102"}
ANONYMOUS: dict[str, Any] = {"user": "ANONYMOUS LOGON", "domain": "NT AUTHORITY", "sid": "S-1-5-7"}
SYSTEM: dict[str, Any] = {"user": "SYSTEM", "domain": "NT AUTHORITY", "sid": "S-1-5-18", "logon_id": "0x3e7"}
THERE, HERE = "10.0.0.5", "10.0.0.6"
WINDOWS = "C:\\Windows\\System32\\"


def at(second: float) -> int:
    return T0 + int(second * SECOND)


def logon(logon_id: str = "0x100", second: float = 0, who: dict[str, Any] | None = None, **more: Any) -> Logon:
    more = {"logon_type": 3, "source_ip": THERE, "source_port": 50123, **more}
    return Logon(time=at(second), host="SRV", code="Security/4624", logon_id=logon_id, **(who or ANN), **more)


def came(second: float, port: int, program: str = "System", client: int = 50123) -> Connection:
    return Connection(
        time=at(second), host="SRV", pid=4, path=program, source_ip=THERE, source_port=client, destination_ip=HERE,
        destination_port=port, protocol="tcp", initiated=False, code="Sysmon/3",
    )  # fmt: skip


def started(name: str, parent: str, second: float = 5, **more: Any) -> ProcessStart:
    more = {"pid": 900, "command_line": name, "parent_pid": 500, **more}
    return ProcessStart(
        time=at(second), host="SRV", path=WINDOWS + name, parent_path=WINDOWS + parent, code="Sysmon/1", **more
    )


def opened(target: str | None = None, share: str = r"\\*\IPC$", logon_id: str = "0x100") -> ShareAccess:
    return ShareAccess(time=at(1), host="SRV", share=share, target=target, logon_id=logon_id, **ANN)


OWN = Connection(
    time=at(-500), host="SRV", pid=9, path=r"c:\a.exe", source_ip=HERE, source_port=40001, destination_ip="10.0.0.9",
    destination_port=443, protocol="tcp", initiated=True, code="Sysmon/3",
)  # fmt: skip
"""Whose address it is."""


def graph(*facts: Fact) -> Graph:
    return build(frames([OWN, *facts]))


def way(*facts: Fact, logon_id: str = "0x100") -> dict[str, Any]:
    rows = graph(*facts).relationships["REMOTE_LOGON"]
    (row,) = rows.filter(pl.col("logon_id") == logon_id).iter_rows(named=True)
    return row


def test_a_desktop_is_no_dcom() -> None:
    """Type 10 speaks against whatever only runs something, even a server that is started for embedding."""
    row = way(
        logon(logon_type=10, source_port=None),
        started("mmc.exe", "svchost.exe", command_line="mmc.exe -Embedding", logon_id="0x100", **ANN),
    )
    assert (row["technique"], row["technique_level"], row["technique_margin"]) == ("T1021.001", "clear", 10.0)
    assert row["alternatives"] == []


def test_plumbing_started_for_embedding_names_nothing() -> None:
    row = way(
        logon(), started("RuntimeBroker.exe", "svchost.exe", command_line="RuntimeBroker.exe -Embedding",
                         logon_id="0x100", **ANN),
    )  # fmt: skip
    assert (row["technique"], row["technique_name"]) == (None, None)


def test_a_server_started_for_embedding_is_dcom() -> None:
    server = started("mmc.exe", "svchost.exe", command_line="mmc.exe -Embedding", logon_id="0x100", **ANN)
    row = way(logon(), came(0, 135, "svchost.exe"), server)
    assert (row["technique"], row["technique_level"], row["transport"]) == ("T1021.003", "clear", "rpc")


def test_a_borrowed_program_is_dcom_and_its_child_belongs_to_the_session_too() -> None:
    """ShellWindows: explorer is bob's, and so is what it starts; the logon is ann's."""
    facts = (
        logon(), came(0, 49_800, r"C:\Windows\explorer.exe"),
        started("cmd.exe", "..\\explorer.exe", 4, logon_id="0x50", **BOB),
        Logon(time=at(-900), host="SRV", logon_id="0x50", logon_type=2, **BOB),
    )  # fmt: skip
    built = graph(*facts)
    (row,) = built.relationships["REMOTE_LOGON"].iter_rows(named=True)
    assert (row["technique"], row["technique_level"]) == ("T1021.003", "clear")
    (child,) = built.nodes["Process"].filter(pl.col("name") == "cmd.exe").iter_rows(named=True)
    sessions = dict(built.relationships["LOGGED_ON"].select("logon_id", "id").iter_rows())
    assert child["remote_session_id"] == sessions["0x100"]
    assert child["logon_id"] == "0x50"


def test_a_child_long_after_the_connection_is_the_users_own() -> None:
    child = started("cmd.exe", "..\\explorer.exe", 40, logon_id="0x50", **BOB)
    row = way(logon(), came(0, 49_800, r"C:\Windows\explorer.exe"), child)
    assert row["remote_process_id"] is None


def test_wmi_over_winrm_is_wmi_that_winrm_carried() -> None:
    row = way(logon(), came(0, 5985), started("cmd.exe", "wmiprvse.exe", logon_id="0x100", **ANN))
    assert (row["technique"], row["technique_level"], row["transport"]) == ("T1047", "clear", "winrm")
    assert row["alternatives"] == []


def test_a_shell_over_winrm_is_winrm() -> None:
    row = way(logon(), came(0, 5985), started("wsmprovhost.exe", "svchost.exe", logon_id="0x100", **ANN))
    assert (row["technique"], row["technique_level"], row["technique_margin"]) == ("T1021.006", "clear", 12.0)


def exploit(*beside: Fact) -> dict[str, Any]:
    return way(logon(who=ANONYMOUS), came(0, 445), started("cmd.exe", "spoolsv.exe", 6, **SYSTEM), *beside)


def test_a_systems_shell_after_smb_is_an_exploit() -> None:
    row = exploit()
    assert (row["technique"], row["technique_level"]) == (
        "T1210",
        "clear" if row["technique_margin"] >= 6 else "likely",
    )
    assert row["technique_margin"] == pytest.approx(7 - 1.5)
    assert "spoolsv.exe started cmd.exe" in row["technique_reason"]


@pytest.mark.parametrize(
    "beside",
    [
        ServiceInstall(time=at(30), host="SRV", service="svc", image=r"c:\b.exe"),
        opened("svcctl"),
        RegistryAction(
            time=at(3), host="SRV", operation="modify", key=r"HKLM\System\CurrentControlSet\Services\x\ImagePath",
            value="cmd.exe /c c.exe",
        ),
        PolicyChange(time=at(3), host="SRV", what="service start", operation="change", target="x"),
    ],
    ids=["install", "svcctl", "ImagePath", "7040"],
)  # fmt: skip
def test_work_with_services_explains_such_a_shell(beside: Fact) -> None:
    assert exploit(beside)["technique"] != "T1210"


def test_a_shell_long_after_the_connection_is_no_exploit() -> None:
    row = way(logon(who=ANONYMOUS), came(0, 445), started("cmd.exe", "spoolsv.exe", 12, **SYSTEM))
    assert row["technique"] == "T1021.002"


@pytest.mark.parametrize("second", [40, 70])
def test_a_task_made_by_a_second_logon(second: int) -> None:
    made = TaskAction(
        time=at(second + 1), host="SRV", task="\\t", operation="create", command="cmd.exe", logon_id="0x101", **ANN
    )
    row = way(logon(), logon("0x101", second, source_port=50124), made)
    assert (row["technique"], row["technique_points"]) == (("T1053.005", 5.0) if second < 60 else (None, None))


def test_a_wmi_subscription_says_so() -> None:
    made = WmiAction(time=at(3), host="SRV", operation="consumer", user="ann", domain="CORP", code="Sysmon/20")
    row = way(logon(), made)
    assert (row["technique"], row["technique_level"]) == ("T1546.003", "clear")


def test_a_provider_that_started_says_nothing() -> None:
    row = way(logon(), WmiAction(time=at(3), host="SRV", operation="provider", user="ann", domain="CORP"))
    assert row["technique"] is None


def test_a_changed_service_is_execution_without_an_install() -> None:
    """`sc config x binPath= …` and `sc start x`: nothing is installed, no 7045 is written."""
    row = way(
        logon(), came(0, 445), opened("svcctl"),
        RegistryAction(
            time=at(2), host="SRV", operation="modify", key=r"HKLM\System\CurrentControlSet\Services\x\ImagePath",
            value=r"C:\Temp\tool.exe -k", path=WINDOWS + "services.exe", pid=600,
        ),
        started("tool.exe", "services.exe", 4, **SYSTEM),
    )  # fmt: skip
    assert (row["technique"], row["technique_level"]) == ("T1569.002", "likely")
    assert row["remote_process"] == "tool.exe"
    assert any("T1021.002" in other for other in row["alternatives"])


def test_a_shell_that_the_service_manager_started_on_request_is_execution() -> None:
    row = way(logon(), came(0, 445), opened("svcctl"), started("cmd.exe", "services.exe", 4, **SYSTEM))
    assert (row["technique"], row["remote_process"]) == ("T1569.002", "cmd.exe")


def test_asking_for_services_alone_is_no_execution() -> None:
    row = way(logon(), came(0, 445), opened("svcctl"))
    assert (row["technique"], row["technique_name"]) == ("T1021.002", "SMB, service control")
    assert row["technique_margin"] == 3.5


def test_an_installed_service_outweighs_the_pipe_it_came_by() -> None:
    row = way(
        logon(), came(0, 445), opened("svcctl"),
        ServiceInstall(time=at(2), host="SRV", service="svc", image=WINDOWS + "made.exe", logon_id="0x100", **ANN),
        started("made.exe", "services.exe", 3, **SYSTEM),
    )  # fmt: skip
    assert (row["technique"], row["technique_level"], row["technique_margin"]) == ("T1569.002", "clear", 6.0)
    assert row["technique_support"][0].startswith("service svc was installed in this session")
    assert len(row["technique_records"]) >= 2


def test_what_ran_without_any_trace_of_how_is_said() -> None:
    row = way(logon(), started("tool.exe", "other.exe", logon_id="0x100", **ANN))
    assert (row["technique"], row["technique_name"], row["technique_level"]) == (None, UNKNOWN_WAY, "unnamed")
    assert row["remote_process"] == "tool.exe"


def test_the_door_alone_doesnt_say_how_it_ran() -> None:
    row = way(logon(), came(0, 445), started("tool.exe", "other.exe", logon_id="0x100", **ANN))
    assert (row["technique"], row["technique_name"]) == ("T1021.002", f"SMB; {UNKNOWN_WAY}")


def test_two_ways_alike_are_named_neither() -> None:
    row = way(logon(), opened("svcctl"), opened("atsvc"))
    assert (row["technique"], row["technique_level"], row["technique_margin"]) == (None, "unnamed", 0.0)
    assert len(row["alternatives"]) == 2


def test_sessions_of_one_act_lend_but_not_against_their_own_records() -> None:
    facts = [logon(), started("cmd.exe", "wmiprvse.exe", logon_id="0x100", **ANN)]
    beside = way(*facts, logon("0x101", 1, source_port=50124), logon_id="0x101")
    assert (beside["technique"], beside["technique_points"]) == ("T1047", 6.0)
    desktop = way(*facts, logon("0x102", 2, source_port=None, logon_type=10), logon_id="0x102")
    assert desktop["technique"] == "T1021.001"
    assert not any("T1047" in other for other in desktop["alternatives"])


def levels(built: Graph) -> Counter[str | None]:
    rows = built.relationships["REMOTE_LOGON"].filter((pl.col("user_kind") == "person") & (pl.col("certainty") >= 0.5))
    return Counter(rows.get_column("technique_level"))


def test_a_of_31_logons_of_people_5_are_unnamed(theshire: Graph) -> None:
    found = levels(theshire)
    assert sum(found.values()) == 31
    assert (found[None], found["open"]) == (5, 8)


def test_b_every_logon_of_people_is_clear(purplesharp: Graph) -> None:
    assert levels(purplesharp) == {"clear": 19}


def test_reported_type_10_is_rdp(shared_data: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    ingest(workspace, [shared_data / "cases" / "rdp.jsonl"])
    facts: Callable[[str], pl.DataFrame] = lambda kind: workspace.facts(kind).collect()  # noqa: E731
    (row,) = build(facts).relationships["REMOTE_LOGON"].iter_rows(named=True)
    assert (row["technique"], row["technique_margin"]) == ("T1021.001", 10.0)
