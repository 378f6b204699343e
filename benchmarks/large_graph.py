"""Builds a large graph of the product's own schema in both engines, once, for every benchmark that needs one.

    python benchmarks/large_graph.py build FOLDER [--relationships 10000000] [--engine embedded|neo4j|both]
    python benchmarks/large_graph.py serve FOLDER        runs FOLDER's Neo4j until Ctrl-C; prints how to reach it

FOLDER/embedded and FOLDER/neo4j/workspace are workspaces of the product with the graph's snapshot (paths and
analytics read it); the first holds the embedded engine's database, FOLDER/neo4j/home a server with the same graph.
Neither has evidence behind it: the tables are made by large_tables.py, not by loading logs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bulk_load import PATIENT, Server, Tables, fill_embedded, fill_neo4j
from large_tables import Estate

from graphhunt import queries
from graphhunt.evidence import Workspace
from graphhunt.graph.state import VERSION
from graphhunt.ids import digest
from graphhunt.settings import Settings
from graphhunt.store import Store, open_store
from graphhunt.store.embedded import stop_engine

CLIENT = "default"


def make_tables(folder: Path, relationships: int) -> Tables:
    """Write the tables, unless an earlier build did."""
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, table in Estate(relationships).tables():
            table.write_parquet(folder / f"{name}.parquet")
        done.touch()
    return Tables(folder)


def make_workspace(path: Path, tables: Tables) -> str:
    """Make a workspace whose snapshot is the tables; give the fingerprint that its database has to carry."""
    shutil.rmtree(path, ignore_errors=True)
    workspace = Workspace(path)
    fingerprint = digest(workspace.fingerprint(), CLIENT, str(VERSION))
    name = f"tables-{fingerprint[:16]}-v{VERSION}"
    (path / "graph" / name).mkdir(parents=True)
    for table in tables.folder.glob("*.parquet"):
        os.link(table, path / "graph" / name / table.name)
    state = {"version": VERSION, "fingerprint": fingerprint, "tables": name}
    (path / "graph" / "current.json").write_text(json.dumps(state))
    return fingerprint


def mark(store: Store, workspace: Path, fingerprint: str) -> None:
    """Say in the database that it holds this workspace's graph, so that nothing syncs it away."""
    store.write(
        queries.library()["admin/set_sync_state"],
        client_id=CLIENT,
        workspace=Workspace(workspace).id,
        state=fingerprint,
    )


def build_embedded(folder: Path, tables: Tables) -> dict[str, float]:
    path = folder / "embedded"
    stop_engine(path)
    fingerprint = make_workspace(path, tables)
    taken = fill_embedded(tables, path)
    with open_store(path, "", PATIENT) as store:
        mark(store, path, fingerprint)
    stop_engine(path)
    return taken


def build_neo4j(folder: Path, tables: Tables) -> dict[str, float]:
    path = folder / "neo4j" / "workspace"
    home = folder / "neo4j" / "home"
    shutil.rmtree(home, ignore_errors=True)
    fingerprint = make_workspace(path, tables)
    server = Server(home)
    taken = fill_neo4j(tables, server, folder / "neo4j" / "csv")
    began = time.monotonic()
    with running(server), open_store(path, server.url, settings(server)) as store:
        store.ensure_schema()
        wait_for_indexes(store)
        mark(store, path, fingerprint)
    return {**taken, "schema": time.monotonic() - began}


def settings(server: Server) -> Settings:
    return Settings(db_password=server.password, command_timeout=7200.0)


def wait_for_indexes(store: Store) -> None:
    door = store._link.own()
    with door.driver.session(database=door.database) as session:
        session.run("CALL db.awaitIndexes(7200)").consume()


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def serve(folder: Path) -> None:
    """Run the Neo4j of a build until interrupted."""
    server = Server(folder / "neo4j" / "home")
    with running(server), contextlib.suppress(KeyboardInterrupt):
        print(f"workspace {folder / 'neo4j' / 'workspace'}")
        for name, value in {**server.env, "GRAPHHUNT_DB_PASSWORD_FILE": str(server.home / "password")}.items():
            print(f"export {name}={value}", flush=True)
        while True:
            time.sleep(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("build", "serve"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--relationships", type=int, default=10_000_000)
    parser.add_argument("--engine", choices=("embedded", "neo4j", "both"), default="both")
    given = parser.parse_args()
    folder = given.folder.absolute()
    if given.task == "serve":
        serve(folder)
        return
    began = time.monotonic()
    tables = make_tables(folder / "tables", given.relationships)
    print(f"tables     {tables.relationships:,} relationships, {time.monotonic() - began:.0f} s", flush=True)
    for name, build in (("embedded", build_embedded), ("neo4j", build_neo4j)):
        if given.engine in (name, "both"):
            taken = build(folder, tables)
            rate = tables.relationships / taken["load"]
            print(
                f"{name:10}",
                *(f"{step} {t:.0f} s" for step, t in taken.items()),
                f"{rate:,.0f} relationships/s",
                flush=True,
            )


if __name__ == "__main__":
    main()
