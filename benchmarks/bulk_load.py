"""Fills empty databases with the tables of a graph by each engine's bulk route, far faster than through Bolt.

The embedded engine takes lines of JSON, nodes first, in an HTTP request for each label and type to its batch handler;
Neo4j's own import tool makes a database of CSV files while the server is down. Constraints and indexes are
the product's own and come last.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import polars as pl
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from graphhunt.schema import NODES, RELATIONSHIPS
from graphhunt.settings import Settings
from graphhunt.store import Store, open_store
from graphhunt.store.embedded import config
from graphhunt.store.embedded.process import Paths, read_state
from tests import neo4j_server

PIECE = 100_000
"""Rows turned into text at a time."""

PATIENT = Settings(command_timeout=7200.0, engine_idle=5.0, engine_memory_mb=8192)
ENDS = ["from_id", "from_label", "to_id", "to_label"]


class Tables:
    """The Parquet tables of a graph, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.labels = [label for label in NODES if (folder / f"{label}.parquet").exists()]
        self.types = [kind for kind in RELATIONSHIPS if (folder / f"{kind}.parquet").exists()]

    @property
    def relationships(self) -> int:
        return sum(pl.scan_parquet(self.folder / f"{k}.parquet").select(pl.len()).collect().item() for k in self.types)

    def read(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / f"{name}.parquet")

    def located(self, kind: str, places: dict[str, pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Give a type's rows with the places of both ends, a part for each pair of labels."""
        for (start, end), part in self.read(kind).partition_by("from_label", "to_label", as_dict=True).items():
            table = part.join(places[str(start)].rename({"id": "from_id", "place": "@from"}), on="from_id")
            table = table.join(places[str(end)].rename({"id": "to_id", "place": "@to"}), on="to_id")
            assert table.height == part.height, f"{kind} has ends that are no nodes"
            yield table.drop(ENDS)


def lines(table: pl.DataFrame, fixed: dict[str, str]) -> Iterator[bytes]:
    """Write rows as lines of JSON; what is null isn't named."""
    table = table.with_columns(pl.lit(value).alias(name) for name, value in fixed.items())
    sparse = [name for name in table.columns if table[name].null_count()]
    nulls = [pl.col(name).is_null().alias(f"?{name}") for name in sparse]
    parts = table.with_columns(nulls).partition_by([f"?{n}" for n in sparse]) if sparse else [table]
    for part in parts:
        kept = part.select(n for n in part.columns if not n.startswith("?") and part[n].null_count() < part.height)
        for piece in kept.iter_slices(PIECE):
            yield piece.write_ndjson().encode()


class Batch:
    """The HTTP door of a workspace's running embedded engine."""

    def __init__(self, workspace: Path) -> None:
        state = read_state(Paths(workspace.resolve() / "engine"))
        assert state is not None, "the engine doesn't run"
        flag = "-Darcadedb.server.httpIncomingPort="
        port = next(a.removeprefix(flag) for a in psutil.Process(state.engine).cmdline() if a.startswith(flag))
        login = base64.b64encode(f"{config.OWNER}:{state.owner_password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {login}"}
        self.port = int(port)

    def post(self, path: str, body: bytes | Iterator[bytes], kind: str = "application/json") -> dict[str, Any]:
        streamed = not isinstance(body, bytes)
        headers = {**self.headers, "Content-Type": kind} | ({"Transfer-Encoding": "chunked"} if streamed else {})
        # A connection of its own: the server closes one that has been idle for some seconds.
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=3600)) as connection:
            connection.request("POST", path, body, headers, encode_chunked=streamed)
            answer = connection.getresponse()
            text = answer.read().decode()
        assert answer.status < 300, f"{answer.status}: {text[:2000]}"
        return json.loads(text)

    def batch(self, rows: Iterator[bytes]) -> dict[str, Any]:
        options = urlencode({"wal": "false", "idMapping": "false"})
        return self.post(f"/api/v1/batch/{config.DATABASE}?{options}", rows, "application/x-ndjson")

    def command(self, text: str) -> None:
        self.post("/api/v1/server", json.dumps({"command": text}).encode())

    def sql(self, text: str) -> None:
        body = json.dumps({"language": "sql", "command": text}).encode()
        self.post(f"/api/v1/command/{config.DATABASE}", body)


def where(store: Store, label: str) -> pl.DataFrame:
    """Ask where the engine put the nodes of a label."""
    door = store._link.own()
    with door.driver.session(database=door.database, fetch_size=100_000) as session:
        rows = session.run(f"MATCH (n:`{label}`) RETURN n.id, elementId(n)").values()
    return pl.DataFrame(rows, schema={"id": pl.String, "place": pl.String}, orient="row")


def fill_embedded(tables: Tables, workspace: Path) -> dict[str, float]:
    """Fill the empty engine of a workspace; give the seconds of each step."""
    with open_store(workspace, "", PATIENT) as store:
        door = Batch(workspace)
        door.command("set server setting arcadedb.server.httpBodyContentMaxSize -1")
        for what, names in (("VERTEX", tables.labels), ("EDGE", tables.types)):
            for name in names:
                door.sql(f"CREATE {what} TYPE `{name}` IF NOT EXISTS")
        began = time.monotonic()
        for label in tables.labels:
            door.batch(lines(tables.read(label), {"@type": "vertex", "@class": label}))
        places = {label: where(store, label) for label in tables.labels}
        for kind in tables.types:
            # One type at a time: the handler keeps the incoming side of all edges of a request in memory.
            for part in tables.located(kind, places):
                made = door.batch(lines(part, {"@type": "edge", "@class": kind}))
                assert made["edgesCreated"] == part.height, made
        loaded = time.monotonic()
        store.ensure_schema()
    return {"load": loaded - began, "schema": time.monotonic() - loaded}


class Server(neo4j_server.Neo4jServer):
    """The tests' Neo4j with both compilers, memory for a large graph, and one password for all starts."""

    def __init__(self, home: Path, cache: str = "3g", heap: str = "2g") -> None:
        super().__init__(home, heap)
        self.cache = cache
        kept = home / "password"
        if kept.exists():
            self.password = kept.read_text()
        else:
            home.mkdir(parents=True, exist_ok=True)
            kept.touch(mode=0o600)
            kept.write_text(self.password)

    def start(self, timeout: float = 300) -> None:
        neo4j_server.SETTINGS |= {
            "server.memory.pagecache.size": self.cache,
            "db.memory.transaction.max": "1g",
            "db.transaction.timeout": "3600s",
        }
        self.jars = neo4j_server.install()
        self._configure()
        places = (f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}")
        with (self.home / "console.log").open("wb") as console:
            self._process = subprocess.Popen(
                self._java("org.neo4j.server.CommunityEntryPoint", *places),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                preexec_fn=neo4j_server._die_with_parent,
            )
        self._wait(time.monotonic() + timeout)

    def stop(self) -> None:
        """End it as its own signal handler does, so that the next start needs no recovery."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(120)
            self._process = None

    def admin(self, *arguments: str) -> None:
        self.jars = neo4j_server.install()
        self._configure()
        places = {"NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}
        with (self.home / "import.log").open("wb") as log:
            subprocess.run(
                self._java("org.neo4j.cli.AdminTool", *arguments),
                check=True,
                cwd=self.home,  # where it leaves a report
                env={**os.environ, **places},
                stdout=log,
                stderr=log,
            )

    def _java(self, name: str, *arguments: str) -> list[str]:
        return [
            "java",
            f"-Xmx{self.heap}",
            "-XX:+UseSerialGC",
            *neo4j_server.OPENS,
            "-cp",
            f"{self.jars}/*",
            name,
            *arguments,
        ]


CSV_TYPES = {pl.String: "string", pl.Boolean: "boolean", pl.Float64: "double"}


def csv(table: pl.DataFrame, path: Path, names: dict[str, str]) -> None:
    """Write a table as the import tool reads it; `names` are headers of the columns that aren't properties."""
    lists = [name for name, kind in table.schema.items() if isinstance(kind, pl.List)]
    headers = {
        name: names.get(name) or f"{name}:{'string[]' if name in lists else CSV_TYPES.get(kind.base_type(), 'long')}"
        for name, kind in table.schema.items()
    }
    table.with_columns(pl.col(name).list.join(";") for name in lists).rename(headers).write_csv(path)


def fill_neo4j(tables: Tables, server: Server, folder: Path) -> dict[str, float]:
    """Make the database of a server that isn't running; give the seconds of each step."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.monotonic()
    given = []
    for label in tables.labels:
        csv(tables.read(label), folder / f"{label}.csv", {"id": f"id:ID({label})"})
        given.append(f"--nodes={label}={folder / label}.csv")
    for kind in tables.types:
        for (start, end), part in tables.read(kind).partition_by("from_label", "to_label", as_dict=True).items():
            path = folder / f"{kind}-{start}-{end}.csv"
            csv(
                part.drop("from_label", "to_label"),
                path,
                {"from_id": f":START_ID({start})", "to_id": f":END_ID({end})"},
            )
            given.append(f"--relationships={kind}={path}")
    written = time.monotonic()
    server.admin("database", "import", "full", "neo4j", "--overwrite-destination", *given)
    loaded = time.monotonic()
    shutil.rmtree(folder)
    return {"csv": written - began, "load": loaded - written}
