"""Where the engine is installed, how it is started, and who may do what in it."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from graphhunt.errors import StoreError
from graphhunt.store.embedded import memory
from graphhunt.store.places import IN_ALL

if TYPE_CHECKING:
    from graphhunt.settings import Settings

DATABASE = "graphhunt"
OWNER, READER = "root", "reader"
PACKAGES = ("arcadedb_jvm", "arcadedb_embedded")
"""Python packages that carry the engine with its own Java, newest name first."""

_HASH_ROUNDS = 16_384  # the passwords are 256 random bits: rounds add nothing, and each log-in pays for them
_OPTIMISED_AFTER = {
    "InvocationThreshold": 50_000,
    "MinInvocationThreshold": 6_000,
    "CompileThreshold": 150_000,
    "BackEdgeThreshold": 400_000,
}
"""Calls and loops after which Java compiles code a second time: ten times its own defaults."""

_EVERYTHING = ["createRecord", "readRecord", "updateRecord", "deleteRecord"]


class Installation(NamedTuple):
    """The engine's files."""

    java: Path
    jars: Path


def find_installation() -> Installation:
    """Find the engine inside its Python package, without importing that.

    Raises:
        StoreError: No package with an engine is installed.
    """
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            java, jars = Path(folder, "jre", "bin", "java"), Path(folder, "jars")
            if java.is_file() and jars.is_dir():
                return Installation(java, jars)
    hint = "install arcadedb-embedded, or name a Neo4j server with --db"
    raise StoreError("the embedded engine isn't installed", hint=hint)


def command_line(found: Installation, root: Path, ports: tuple[int, int], settings: Settings) -> list[str]:
    """Build the engine's command line. It holds no secret: everyone on the machine may read it."""
    options = {
        "server.rootPath": root,
        "server.databaseDirectory": root / "databases",
        "server.backupDirectory": root / "backups",
        "server.logsDirectory": root / "log",
        "server.defaultDatabases": f"{DATABASE}[]",
        "server.httpIncomingHost": "127.0.0.1",
        "server.httpIncomingPort": ports[1],
        "server.httpBodyContentMaxSize": -1,  # a whole graph may come as one request
        "server.httpWorkerThreads": 4,
        "server.httpsIoThreads": 2,
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "bolt.host": "127.0.0.1",
        "bolt.port": ports[0],
        "studio.enabled": "false",
        "serverMetrics": "false",
        "polyglotEngineEnabled": "false",
        # What a power cut takes from the graph is made anew from the evidence, which is synced to disk; a killed
        # process loses nothing either way. Flushing at each commit halves the speed of loading.
        "txWalFlush": 0,
        "command.timeout": int(settings.command_timeout * 1000),
        "command.regexTimeout": int(settings.query_timeout * 1000),
        # A statement that doesn't look at the clock keeps its place until it ends: analysts get a quarter of them.
        "queryMaxConcurrent": IN_ALL,
        "queryMaxHeapElementsAllowedPerOp": 5_000_000,
        "queryMaxRangeSize": 10_000_000,
        "opencypher.loadCsv.allowFileUrls": "false",
        "opencypher.loadCsv.allowRemoteUrls": "false",
    }
    return [
        str(found.java),
        f"-Xmx{memory.heap(settings.engine_memory_mb, memory.machine())}m",
        # On a machine of few cores a concurrent collector takes them from the work.
        "-XX:+UseSerialGC",
        # A load of a few seconds ends before the optimising compiler's code pays; a long read passes these at once.
        *(f"-XX:Tier4{name}={calls}" for name, calls in _OPTIMISED_AFTER.items()),
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:-UsePerfData",
        "-Djava.awt.headless=true",
        f"-Djava.util.logging.config.file={root / 'config' / 'logging.properties'}",
        "-Dpolyglot.engine.WarnInterpreterOnly=false",
        "--enable-native-access=ALL-UNNAMED",
        "--add-modules=jdk.incubator.vector",
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        *(f"-Darcadedb.{name}={value}" for name, value in options.items()),
        "-cp",
        str(found.jars / "*"),
        "com.arcadedb.server.ArcadeDBServer",
    ]


def write_config(root: Path, settings: Settings) -> tuple[str, str]:
    """Write users, groups and logging of the engine; give the owner's and the reader's fresh random password."""
    owner, reader = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    folder = root / "config"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (root / "log").mkdir(mode=0o700, exist_ok=True)
    users = [
        {"name": OWNER, "password": _hashed(owner), "databases": {"*": ["admin"]}},
        {"name": READER, "password": _hashed(reader), "databases": {DATABASE: ["reader"]}},
    ]
    write_private(folder / "server-users.jsonl", "".join(json.dumps(user) + "\n" for user in users))
    write_private(folder / "server-groups.json", json.dumps(_groups(settings)))
    write_private(folder / "logging.properties", _logging(root))
    return owner, reader


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step by one that only its owner may read."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as out:
        out.write(text)
    fresh.replace(path)


def _hashed(password: str) -> str:
    salt = base64.b64encode(secrets.token_bytes(32)).decode()
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), _HASH_ROUNDS, 32)
    return f"PBKDF2WithHmacSHA256${_HASH_ROUNDS}${salt}${base64.b64encode(digest).decode()}"


def _groups(settings: Settings) -> dict[str, Any]:
    def group(server: list[str], records: list[str], timeout: int = -1) -> dict[str, Any]:
        types = {"*": {"access": records}}
        return {"access": server, "resultSetLimit": -1, "readTimeout": timeout, "types": types}

    groups = {
        "admin": group(["updateSecurity", "updateSchema", "updateDatabaseSettings"], _EVERYTHING),
        "reader": group([], ["readRecord"], int(settings.query_timeout * 1000)),
        "*": group([], []),
    }
    return {"version": 1, "databases": {"*": {"groups": groups}}}


def _logging(root: Path) -> str:
    lines = {
        "handlers": "java.util.logging.FileHandler",
        ".level": "WARNING",
        "java.util.logging.FileHandler.level": "WARNING",
        "java.util.logging.FileHandler.pattern": str(root / "log" / "engine.log").replace("%", "%%"),
        "java.util.logging.FileHandler.limit": "2000000",
        "java.util.logging.FileHandler.count": "2",
        "java.util.logging.FileHandler.append": "true",
        "java.util.logging.FileHandler.formatter": "com.arcadedb.utility.AnsiLogFormatter",
    }
    return "".join(f"{key}={value}\n" for key, value in lines.items())
