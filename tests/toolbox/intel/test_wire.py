"""The client goes to public addresses only, and to the one that was checked."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from graphhunt.errors import WireError
from graphhunt.toolbox.intel.wire import Wire

from .answers import Net, json

NOT_PUBLIC = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1",
    "ff02::1",     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:a00:1::",
    "2001:0:0:0:0:0:f5ff:fffe", "2001:db8::1", "fd00:ec2::254",
]  # fmt: skip


def ask(net: Net, url: str) -> None:
    asyncio.run(net.wire().get(url))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    for addresses in ([address], ["93.184.215.14", address]):
        net = Net(json({}), addresses)
        with pytest.raises(WireError, match="not public"):
            ask(net, "https://api.example.org/x")
        assert net.requests == []


@pytest.mark.parametrize("url", [
    "http://api.example.org/", "ftp://api.example.org/", "file:///etc/passwd", "https://u:p@api.example.org/",
    "https://api.example.org:8443/", "https:///x", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:7f00:1]/",
    "https://api.example.org:99999/", "gopher://x/", "https://10.1.1.1/",
])  # fmt: skip
def test_other_places_are_refused(url: str) -> None:
    net = Net(json({}))
    with pytest.raises(WireError):
        ask(net, url)
    assert net.requests == []


@pytest.mark.parametrize("host", ["0x7f.1", "0177.0.0.1", "2130706433", "localhost", "127.1"])
def test_odd_spellings_of_this_machine_are_resolved_and_refused(host: str) -> None:
    wire = Wire(httpx.MockTransport(json({})))
    with pytest.raises(WireError):
        asyncio.run(wire.get(f"https://{host}/"))


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    net = Net(json({}))
    ask(net, "https://api.example.org/x?y=1")
    sent = net.requests[0]
    assert net.resolved == ["api.example.org"]
    assert (sent.url.host, sent.headers["host"]) == ("93.184.215.14", "api.example.org")
    assert sent.extensions["sni_hostname"] == "api.example.org"


def test_slow_answers_end() -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        return httpx.Response(200, json={})

    async def resolve(host: str) -> list[str]:
        return ["93.184.215.14"]

    with pytest.raises(WireError, match="within"):
        asyncio.run(Wire(httpx.MockTransport(slow), resolve, timeout=0.05).get("https://api.example.org/"))


def test_a_broken_connection_names_no_address() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no route to {request.url}")

    with pytest.raises(WireError, match=r"ConnectError$"):
        ask(Net(broken), "https://api.example.org/?key=secret")
