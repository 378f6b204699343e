"""A real Neo4j Community server for tests: resolved by Maven, hardened like production, thrown away afterwards.

As a script (`python tests/neo4j_server.py`) it only fetches the server's files.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

POM = Path(__file__).parent / "neo4j" / "pom.xml"
CACHE = Path(__file__).parent.parent / ".neo4j"
VERSION = re.search(r"<neo4j.version>(.+)</neo4j.version>", POM.read_text(encoding="utf-8"))[1]  # type: ignore[index]
JARS = CACHE / f"lib-{VERSION}"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
SETTINGS = {
    "server.default_listen_address": "127.0.0.1",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "dbms.security.auth_enabled": "true",
    "dbms.security.allow_csv_import_from_file_urls": "false",
    "server.directories.import": "import",
    "internal.dbms.cypher_ip_blocklist": "0.0.0.0/0,::/0",
    "dbms.security.procedures.allowlist": "db.*",
    "dbms.usage_report.enabled": "false",
    "db.memory.transaction.max": "256m",
    "db.transaction.timeout": "600s",
    "server.memory.pagecache.size": "128m",
    "db.tx_log.preallocate": "false",
    "db.tx_log.rotation.retention_policy": "keep_none",
}
OPENS = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in ("java.nio", "java.io", "sun.nio.ch")]


def missing() -> str | None:
    """Say why there can't be a server here, or give nothing."""
    if shutil.which("java") is None:
        return "Java isn't installed: the tests on a real Neo4j are skipped"
    if not (JARS / ".done").exists() and shutil.which("mvn") is None:
        return "Maven isn't installed: the tests on a real Neo4j are skipped"
    return None


def install() -> Path:
    """Fetch the server's files once, whichever process comes first, and give their folder."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (JARS / ".done").exists():
            command = ["mvn", "-B", "-ntp", "-q", "-f", str(POM), PLUGIN]
            subprocess.run(
                [*command, f"-DoutputDirectory={JARS}", "-DincludeScope=runtime"],
                check=True,
                stdin=subprocess.DEVNULL,
                timeout=900,
            )
            (JARS / ".done").touch()
    return JARS


def _die_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


def _auth_line(password: str) -> str:
    """Write a user's line as the server's own tool does: SHA-256, salted, 1,024 rounds."""
    salt = secrets.token_bytes(32)
    found = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(1023):
        found = hashlib.sha256(found).digest()
    return f"neo4j:SHA-256,{found.hex()},{salt.hex()},1024:\n"


class Neo4jServer:
    """One server in a folder of its own, on a free loopback port, with a random password."""

    def __init__(self, home: Path, heap: str = "512m") -> None:
        self.home = home
        self.heap = heap
        self.password = secrets.token_urlsafe(24)
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"bolt://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """What a graphhunt process needs in its environment to use this server."""
        return {"GRAPHHUNT_DB_USER": "neo4j", "GRAPHHUNT_DB_PASSWORD": self.password, "GRAPHHUNT_DB": self.url}

    def start(self, timeout: float = 120) -> None:
        """Start and wait until it serves; the data of an earlier start are kept."""
        jars = install()
        self._configure()
        command = [
            "java",
            f"-Xmx{self.heap}",
            "-XX:+UseSerialGC",
            *OPENS,
            "-cp",
            f"{jars}/*",
        ]
        with (self.home / "console.log").open("wb") as console:
            self._process = subprocess.Popen(
                [*command, "org.neo4j.server.CommunityEntryPoint", f"--home-dir={self.home}",
                 f"--config-dir={self.home / 'conf'}"],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                preexec_fn=_die_with_parent,
            )  # fmt: skip
        self._wait(time.monotonic() + timeout)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _configure(self) -> None:
        for name in ("conf", "logs", "import", "data/dbms"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            auth = self.home / "data" / "dbms" / "auth.ini"
            auth.touch(mode=0o600)
            auth.write_text(_auth_line(self.password))
        lines = {**SETTINGS, "server.bolt.listen_address": f"127.0.0.1:{self.port}"}
        text = "".join(f"{key}={value}\n" for key, value in lines.items())
        (self.home / "conf" / "neo4j.conf").write_text(text)
        (self.home / "logs" / "neo4j.log").write_text("")

    def _wait(self, end: float) -> None:
        log = self.home / "logs" / "neo4j.log"
        while time.monotonic() < end:
            if " Started." in log.read_text(errors="replace"):
                return
            if self._process is None or self._process.poll() is not None:
                break
            time.sleep(0.1)
        self.kill()
        raise RuntimeError(
            f"Neo4j didn't start: {log.read_text()[-2000:]} {(self.home / 'console.log').read_text()[-2000:]}"
        )


if __name__ == "__main__":
    install()
