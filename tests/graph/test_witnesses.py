"""Sessions told by other records than the logon's own: what they are worth alone, together and beside the logon."""

from __future__ import annotations

from typing import Any

import polars as pl

from graphhunt.graph.graph import build
from graphhunt.model import (
    Authentication,
    Connection,
    ExplicitCredentials,
    Fact,
    Flow,
    Logon,
    OutgoingRemote,
    SessionChange,
    ShareAccess,
)

from .facts import SECOND, T0, frames

ANN: dict[str, Any] = {"user": "ann", "domain": "CORP"}
CLIENT = "10.0.0.5"


def client() -> Fact:
    """WS1 has 10.0.0.5."""
    return Connection(time=T0, host="WS1", source_ip=CLIENT, source_port=50001, destination_ip="10.9.9.9",
                      destination_port=443, initiated=True, pid=9, path="a.exe")  # fmt: skip


def desktop(action: str, code: str, at: int = 0, host: str = "SRV", **more: Any) -> Fact:
    return SessionChange(time=T0 + at * SECOND, host=host, action=action, code=code, source_ip=CLIENT, **more)


def hops(*facts: Fact) -> list[tuple[str, str, float]]:
    remote = build(frames([client(), *facts])).relationships.get("REMOTE_LOGON")
    return [] if remote is None else remote.sort("start").select("from_id", "to_id", "certainty").rows()


def ticket(at: int = 0, service: str = "SRV$", code: str = "Security/4769") -> Fact:
    return Authentication(time=T0 + at * SECOND, host="DC", protocol="kerberos-service", service=service, code=code,
                          source_ip=CLIENT, **ANN)  # fmt: skip


def test_a_desktop_session_alone_is_a_hop() -> None:
    """LocalSessionManager 21 weighs 0.95."""
    assert hops(desktop("connect", "LocalSessionManager/21", **ANN)) == [("ws1", "srv", 0.95)]


def test_an_authenticated_channel_alone_is_only_possible() -> None:
    """1149 is written for failures too: 0.4; with a session begun (21) both weigh 1 - 0.6 x 0.05 = 0.97."""
    channel = desktop("authenticated", "RemoteConnectionManager/1149", **ANN)
    assert hops(channel) == [("ws1", "srv", 0.4)]
    assert hops(channel, desktop("connect", "LocalSessionManager/21", 3, **ANN)) == [("ws1", "srv", 0.97)]


def test_a_session_of_the_console_comes_from_nowhere() -> None:
    console = SessionChange(time=T0, host="SRV", action="connect", code="LocalSessionManager/21", console=True, **ANN)
    assert hops(console) == []


def test_attempts_however_many_stay_attempts() -> None:
    """4648, RDP client, RdpCoreTS and a ticket share one cap of 0.45."""
    going = OutgoingRemote(time=T0, host="WS1", via="rdp", target_name="SRV", code="RDPClient/1024", **ANN)
    used = ExplicitCredentials(time=T0 + SECOND, host="WS1", target_server="SRV", target_info="TERMSRV/SRV",
                               code="Security/4648", **ANN)  # fmt: skip
    asked = desktop("attempt", "RdpCoreTS/131", 2)
    for facts in ([going], [going, used], [going, used, asked]):
        assert {certainty for _, _, certainty in hops(*facts)} == {0.45}


def test_a_ticket_with_traffic_to_the_service_is_a_hop() -> None:
    """A ticket weighs 0.45, one followed by traffic to the service 0.9."""
    owner = Connection(time=T0, host="SRV", source_ip="10.0.0.9", source_port=50009, destination_ip="10.9.9.9",
                       destination_port=443, initiated=True, pid=9, path="a.exe")  # fmt: skip
    flow = Flow(time=T0 + 30 * SECOND, source_ip=CLIENT, source_port=50100, destination_ip="10.0.0.9",
                destination_port=445)  # fmt: skip
    assert hops(ticket()) == [("ws1", "srv", 0.45)]
    assert hops(ticket(), owner, flow) == [("ws1", "srv", 0.9)]


def test_a_ticket_for_the_controller_itself_is_no_hop() -> None:
    assert hops(ticket(service="DC$"), ticket(service="krbtgt")) == []


def test_a_failure_at_that_moment_speaks_against() -> None:
    """A share's record weighs 0.9, less 0.7 of it: 0.27 is not even possible."""
    opened = ShareAccess(time=T0, host="SRV", share=r"\\*\C$", source_ip=CLIENT, logon_id="0x5", code="Security/5140",
                         **ANN)  # fmt: skip
    failed = Logon(time=T0 + SECOND, host="SRV", success=False, source_ip=CLIENT, logon_type=3, **ANN)
    assert hops(opened) == [("ws1", "srv", 0.9)]
    assert hops(opened, failed) == []


def test_one_source_that_tries_many_accounts_is_no_hop_of_theirs() -> None:
    """Zeek calls guest and null sessions a success: 0.6 x 0.3 each."""
    tried = [
        Authentication(time=T0 + n * SECOND, host="SRV", user=f"user{n}", domain="CORP", protocol="ntlm",
                       code="zeek/ntlm", source_ip=CLIENT)
        for n in range(6)
    ]  # fmt: skip
    assert hops(*tried[:4]) != []
    assert hops(*tried) == []


def test_the_logon_and_its_witnesses_are_one_session() -> None:
    logon = Logon(time=T0, host="SRV", logon_id="0x7", logon_type=10, **ANN)
    seen = [desktop("authenticated", "RemoteConnectionManager/1149", -1, **ANN),
            desktop("connect", "LocalSessionManager/21", 2, **ANN)]  # fmt: skip
    graph = build(frames([client(), logon, *seen]))
    sessions = graph.relationships["LOGGED_ON"]
    assert sessions.select("logon_id", "start_how").rows() == [("0x7", "logon")]
    assert sessions.item(0, "witnesses").to_list() == ["logon", "desktop_channel", "desktop_session"]
    remote = graph.relationships["REMOTE_LOGON"].row(0, named=True)
    assert (remote["from_id"], remote["origin_how"]) == ("ws1", "witness")


def test_losing_the_logon_leaves_the_hop_less_certain() -> None:
    logon = Logon(time=T0, host="SRV", logon_id="0x5", logon_type=3, source_ip=CLIENT, **ANN)
    opened = ShareAccess(time=T0 + SECOND, host="SRV", share=r"\\*\C$", source_ip=CLIENT, logon_id="0x5",
                         code="Security/5140", **ANN)  # fmt: skip
    (whole,), (left,) = hops(logon, opened), hops(opened)
    assert whole[:2] == left[:2] == ("ws1", "srv")
    assert whole[2] > left[2] >= 0.5


def test_possible_sessions_are_no_logons_of_the_account() -> None:
    graph = build(frames([client(), ticket()]))
    assert "LOGGED_ON" not in graph.relationships
    assert graph.relationships["REMOTE_LOGON"].get_column("logon_session_id").to_list() == [None]
    assert set(graph.nodes["Machine"].filter(pl.col("stub")).get_column("id")) == {"srv"}
