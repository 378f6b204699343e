"""Pictures of pages: off unless allowed, only of public addresses, by a browser that reaches one host."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from graphhunt.errors import AccessError, LoadError, UsageError
from graphhunt.toolbox import screenshot, screenshots
from tests.ui.serving import chromium

ASKED: list[tuple[str, str]] = []


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        port = self.server.server_port  # type: ignore[attr-defined]
        ASKED.append((str(self.headers["Host"]), self.path))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        inside = "".join(f"<iframe src='http://{name}:{port}/in'></iframe>" for name in ("127.0.0.1", "localhost"))
        self.wfile.write(f"<body style='background:#c00'>{inside}".encode())

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    ASKED.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_named: found)


def test_it_is_off_unless_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_named: pytest.fail("looked up"))
    with pytest.raises(AccessError, match="isn't allowed"):
        screenshot("http://example.com", "key")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1%2", "fd00::1", "::ffff:10.0.0.1"],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolves_to(monkeypatch, "8.8.8.8", address)
    monkeypatch.setenv("GRAPHHUNT_ALLOW_NETWORK", "true")
    with pytest.raises(AccessError, match="isn't a public address"):
        screenshot("http://inside.example/")


def test_what_cannot_be_shown_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("file:///etc/passwd", "javascript://x/%0aalert(1)", "http://a b/"):
        with pytest.raises(UsageError, match="isn't a"):
            screenshot(url, allow_network=True)
    resolves_to(monkeypatch, "8.8.8.8")
    monkeypatch.setattr(screenshots, "BROWSERS", ("no-such-browser",))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(LoadError, match="no browser"):
        screenshot("example.com", allow_network=True)


@pytest.mark.browser
@pytest.mark.skipif(chromium() is None, reason="Chromium is not here; install it or name it in CHROMIUM")
def test_the_browser_reaches_the_one_host_alone(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    resolves_to(monkeypatch, "127.0.0.1")
    monkeypatch.setattr(screenshots, "is_public", lambda _address: True)
    monkeypatch.setenv("CHROMIUM", str(chromium()))
    picture = screenshot(f"http://shown.example:{port}/page", allow_network=True)
    assert picture.content.startswith(b"\x89PNG\r\n")
    assert (f"shown.example:{port}", "/page") in ASKED
    assert [one for one in ASKED if not one[0].startswith("shown.example")] == []
