"""Measures lateral movement from the graph's logons to properties in the database, on either engine.

    python benchmarks/lateral_end_to_end.py build FOLDER [--rows 1000000] [--engine embedded|neo4j|both]
    python benchmarks/lateral_end_to_end.py measure FOLDER [--engine embedded|neo4j|both]

`build` makes days of the generated enterprise with its intrusions, and fills the workspace's snapshot and the
database by bulk. `measure` reads the logons (export), scores every one and links chains (score), and writes the
`lm_` properties of every logon of a finding (write back), as `graphhunt hunt lateral-movement` does; the engine
runs already, and the compiled loops are read from numba's cache.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from bulk_load import PATIENT, Server, Tables, fill_embedded, fill_neo4j
from large_graph import make_workspace, mark, running, settings, wait_for_indexes

from graphhunt.analyses import runs
from graphhunt.graph.snapshot import Snapshot
from graphhunt.lab.evaluation.protocol import peak_memory_mb
from graphhunt.lab.generator import eval_set
from graphhunt.lateral.scores import corroboration, logon_table
from graphhunt.store import Store, open_store
from graphhunt.store.embedded import stop_engine

KINDS = {
    0: "remote_process", 1: "service_install", 2: "lsass_access", 3: "explicit_credentials", 4: "task_install",
}  # fmt: skip


def make_tables(folder: Path, rows: int) -> Tables:
    """Write the tables of a graph with that many remote logons and the host events beside them."""
    # Automation does not grow with the rate of people's logons: a little more of those makes up for it.
    made = eval_set(0, rate=3.6 * rows / 170_000)
    machines, accounts = pl.Series("m", made.machines), pl.Series("a", made.accounts)
    logons = made.logons.with_row_index("n").filter(pl.col("src") != pl.col("dst"))
    spare = logons.height - rows
    assert spare >= 0, f"only {logons.height:,} remote logons were made"
    logons = logons.slice(spare)
    frame = logons.select(
        id=pl.format("r{}", "n"), from_id=machines.gather(logons["src"]), from_label=pl.lit("Machine"),
        to_id=machines.gather(logons["dst"]), to_label=pl.lit("Machine"), start="t",
        end=pl.when(pl.col("end") >= 0).then("end"), user_id=accounts.gather(logons["acct"]),
        user_name=accounts.gather(logons["acct"]), user_kind=pl.lit("person"),
        logon_type=pl.col("logon_type").cast(pl.Int64), technique=pl.lit(None, pl.String),
    ).sort("id")  # fmt: skip
    folder.mkdir(parents=True)
    frame.write_parquet(folder / "REMOTE_LOGON.parquet")
    for label, values in (("Machine", machines), ("User", accounts)):
        pl.DataFrame({"id": values, "name": values}).sort("id").write_parquet(folder / f"{label}.parquet")
    events = made.corroboration
    peers, people = (_gathered(events, name, values) for name, values in (("peer", machines), ("acct", accounts)))
    kept = pl.when(pl.col("logon") >= 0).then(pl.format("r{}", "logon"))
    events.select(
        time="t", kind=pl.col("kind").replace_strict(KINDS), machine_id=machines.gather(events["host"]),
        user_id=people, relationship_id=kept, peer_id=peers,
    ).write_parquet(folder / "Corroboration.parquet")  # fmt: skip
    return Tables(folder)


def _gathered(events: pl.DataFrame, column: str, values: pl.Series) -> pl.Series:
    return values.gather(events.select(pl.when(pl.col(column) >= 0).then(column)).to_series())


def build(folder: Path, rows: int, engines: tuple[str, ...]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    tables = make_tables(folder / "tables", rows)
    print(f"{tables.relationships:,} logons, {tables.read('Corroboration').height:,} host events", flush=True)
    for engine in engines:
        path = folder / engine
        fingerprint = make_workspace(path, tables)
        if engine == "embedded":
            fill_embedded(tables, path)
            with open_store(path, "", PATIENT) as store:
                mark(store, path, fingerprint)
            stop_engine(path)
            continue
        server = Server(folder / "server", cache="1g", heap="1g")
        fill_neo4j(tables, server, folder / "csv")
        with running(server), open_store(path, server.url, settings(server)) as store:
            store.ensure_schema()
            wait_for_indexes(store)
            mark(store, path, fingerprint)


def measure(name: str, store: Store, workspace: Path) -> None:
    snapshot = Snapshot(workspace / "graph")
    began = time.monotonic()
    table = logon_table(snapshot)
    assert table is not None
    corroboration(table, snapshot)
    exported = time.monotonic() - began
    for attempt in ("first run", "next run"):
        began = time.monotonic()
        # Another number of chains is another run, so that nothing kept from the one before is used.
        report = runs.analyze(store, "lateral-movement", {"findings": 200 if attempt == "first run" else 201})
        whole = time.monotonic() - began
        print(
            f"{name}, {attempt}: {len(table):,} logons end to end {whole:.1f} s (export {exported:.1f} s, "
            f"write back {report['write_seconds']:.1f} s), {report['written']['REMOTE_LOGON']:,} logons written, "
            f"peak {peak_memory_mb():,.0f} MiB",
            flush=True,
        )


def run(folder: Path, engines: tuple[str, ...]) -> None:
    for engine in engines:
        path = folder / engine
        if engine == "embedded":
            with open_store(path, "", PATIENT) as store:
                measure(engine, store, path)
            stop_engine(path)
            continue
        server = Server(folder / "server", cache="1g", heap="1g")
        with running(server), open_store(path, server.url, settings(server)) as store:
            measure(engine, store, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("build", "measure"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=("embedded", "neo4j", "both"), default="both")
    given = parser.parse_args()
    folder = given.folder.absolute()
    engines = ("embedded", "neo4j") if given.engine == "both" else (given.engine,)
    if given.task == "build":
        build(folder, given.rows, engines)
    else:
        run(folder, engines)


if __name__ == "__main__":
    main()
