"""A real server process of an empty workspace, and requests written by hand, for the tests of the front gate."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psutil
import uvicorn

from graphhunt.accounts import Accounts
from graphhunt.api.document import document
from graphhunt.cli.serve import Door, server_config, trusted
from graphhunt.store.embedded import stop_engine

WORD = "correct horse battery"
PROGRAM = str(Path(sys.executable).with_name("graphhunt"))


def environment(**more: str) -> dict[str, str]:
    """A small engine that goes when its server goes."""
    return {**os.environ, "GRAPHHUNT_ENGINE_MEMORY_MB": "256", "GRAPHHUNT_ENGINE_IDLE": "1", **more}


class Answer(NamedTuple):
    """A status, the kind of problem and the bytes of body that had been handed to the socket when it came."""

    status: int
    headers: dict[str, str]
    body: bytes
    sent: int

    @property
    def problem(self) -> dict[str, object]:
        """The RFC 9457 document."""
        assert self.headers["content-type"] == "application/problem+json", self
        found: dict[str, object] = json.loads(self.body)
        assert found["status"] == self.status
        return found


class Server(NamedTuple):
    """Where it listens, what it is, and its process."""

    port: int
    token: str
    admin: str
    process: psutil.Process
    log: Path

    def memory(self) -> int:
        """Bytes of the server's own process."""
        return int(self.process.memory_info().rss)

    def ask(
        self, method: str, path: str, headers: Iterable[str] = (), body: bytes = b"", *, pump: int = 0,
        chunked: bool = False, timeout: float = 60,
    ) -> Answer:  # fmt: skip
        """Send a head, then `body`, then up to `pump` more bytes of it as long as no answer has come."""
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers]
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as line:
            line.sendall("\r\n".join([*head, "", ""]).encode("latin-1"))
            sent = _pump(line, body, pump, chunked=chunked)
            return _read(line, sent)


def _pump(line: socket.socket, body: bytes, pump: int, *, chunked: bool) -> int:
    part = b"x" * 2**16
    sent = 0
    try:
        for piece in [body] * bool(body) + [part] * (pump // len(part)):
            line.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            sent += len(piece)
            line.settimeout(0)
            try:
                if line.recv(1, socket.MSG_PEEK):
                    break
            except BlockingIOError:
                pass
            finally:
                line.settimeout(60)
        else:
            if chunked:
                line.sendall(b"0\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass  # answered and closed: what it said may still be read
    return sent


def _read(line: socket.socket, sent: int) -> Answer:
    text = b""
    while b"\r\n\r\n" not in text:
        more = line.recv(2**16)
        assert more, f"no answer after {sent:,} bytes: {text!r}"
        text += more
    head, body = text.split(b"\r\n\r\n", 1)
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (item.split(":", 1) for item in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += line.recv(2**16)
    return Answer(int(first.split()[1]), headers, body, sent)


@contextmanager
def running(folder: Path, *words: str, **more: str) -> Iterator[Server]:
    """Serve a new workspace, with an admin called `root`, until the block ends."""
    workspace = folder / "workspace"
    subprocess.run([PROGRAM, "--workspace", str(workspace), "users", "add", "root", "--role", "admin"],
                   input=WORD, text=True, check=True, capture_output=True)  # fmt: skip
    accounts = Accounts(workspace / "access.db")
    _, admin = accounts.make_token("tests", ["read", "annotate", "load", "admin"], "root")
    accounts.close()
    log = folder / "server.log"
    with log.open("wb") as errors:
        process = subprocess.Popen([PROGRAM, "--workspace", str(workspace), "serve", "--json", *words],
                                   stdout=subprocess.PIPE, stderr=errors, env=environment(**more))  # fmt: skip
        try:
            assert process.stdout is not None
            text = b""
            while not text.rstrip().endswith(b"}"):
                got = process.stdout.readline()
                assert got, log.read_text()
                text += got
            address = urlsplit(json.loads(text)["url"])
            assert address.port
            token = address.query.partition("=")[2]
            server = Server(address.port, token, admin, psutil.Process(process.pid), log)
            assert server.ask("GET", "/api/v1/health").status == 200
            yield server
        finally:
            process.terminate()
            process.wait(30)
            if process.stdout:
                process.stdout.close()
            stop_engine(workspace)
            shutil.rmtree(workspace, ignore_errors=True)


@contextmanager
def threaded(app: Any, accounts: Accounts, proxies: str = "") -> Iterator[str]:
    """Serve an application with accounts of the test's own from a thread, as `graphhunt serve` configures it."""
    for layer in app.user_middleware:
        if "access" in layer.kwargs:
            layer.kwargs["access"] = app.state.access
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(200)
        server = uvicorn.Server(server_config(app, Door(), trusted(proxies)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


WITH_BODY = {
    operation["operationId"]
    for methods in json.loads(document())["paths"].values()
    for operation in methods.values()
    if "requestBody" in operation
} - {"upload"}
"""Operations that read a body of JSON."""


def operations() -> list[tuple[str, str, str]]:
    """Every route of the interface: method, path with something in place of its parameters, operation id."""
    found = []
    for path, methods in json.loads(document())["paths"].items():
        concrete = path.replace("{kind}", "Machine").replace("{form}", "pyvis")
        for name in ("case_id", "item_id", "job_id"):
            concrete = concrete.replace("{" + name + "}", "0" * 16)
        concrete = concrete.replace("{", "").replace("}", "")
        found += [(method.upper(), concrete, operation["operationId"]) for method, operation in methods.items()]
    return found
