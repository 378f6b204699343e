"""Measures lateral movement from the graph's logons to properties in the database, on either engine.

    python benchmarks/lateral_end_to_end.py [--rows 1000000] [--engine embedded|neo4j|both]

Days of the generated enterprise, with its intrusions, are put into the database as REMOTE_LOGON relationships
(not measured) and into the workspace's snapshot. Measured: reading the logons (export), scoring every one and
linking chains (score), and writing the `lm_` properties of every logon of a finding (write back), as
`graphhunt hunt lateral-movement` does. Neo4j comes from the Maven repository the tests use.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from graphhunt.analytics import runs
from graphhunt.evaluation.protocol import peak_memory_mb
from graphhunt.generator import eval_set
from graphhunt.graphing.graph import Graph
from graphhunt.graphing.snapshot import Snapshot
from graphhunt.hunts.detection import DetectionOptions, detected
from graphhunt.hunts.lateral import logon_table
from graphhunt.settings import Settings
from graphhunt.store import Store, open_store
from graphhunt.store.embedded import stop_engine
from tests.neo4j_server import Neo4jServer


def graph(rows: int) -> Graph:
    """Make the tables of a graph with about that many remote logons."""
    made = eval_set(0, rate=rows / 272_000)
    machines, accounts = pl.Series("m", made.machines), pl.Series("a", made.accounts)
    logons = made.logons.filter(pl.col("src") != pl.col("dst")).head(rows).with_row_index("n")
    frame = logons.select(
        id=pl.format("r{}", "n"), from_id=machines.gather(logons["src"]), from_label=pl.lit("Machine"),
        to_id=machines.gather(logons["dst"]), to_label=pl.lit("Machine"), start="t",
        end=pl.when(pl.col("end") >= 0).then("end"), user_id=accounts.gather(logons["acct"]),
        user_name=accounts.gather(logons["acct"]), user_kind=pl.lit("person"),
        logon_type=pl.col("logon_type").cast(pl.Int64), technique=pl.lit(None, pl.String),
    )  # fmt: skip
    nodes = {label: pl.DataFrame({"id": values, "name": values}) for label, values in
             (("Machine", machines), ("User", accounts))}  # fmt: skip
    return Graph(nodes, {"REMOTE_LOGON": frame}, pl.DataFrame(), _no_events())


def _no_events() -> pl.DataFrame:
    text = dict.fromkeys(("machine_id", "user_id", "kind", "relationship_id", "peer_id"), pl.String)
    return pl.DataFrame(schema={"time": pl.Int64, **text})


def fill(store: Store, made: Graph) -> None:
    store.ensure_schema()
    for label, table in made.nodes.items():
        store.put_nodes(label, ({"id": i, "props": {"name": i}} for i in table["id"]), new=True)
    store.put_relationships(
        ("REMOTE_LOGON", "Machine", "Machine"), _edges(made.relationships["REMOTE_LOGON"]), new=True
    )


def _edges(table: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in table.iter_rows(named=True):
        ends = {"start": row.pop("from_id"), "end": row.pop("to_id"), "id": row.pop("id")}
        yield {**ends, "props": {name: value for name, value in row.items() if value is not None}}


def measure(name: str, store: Store, workspace: Path, made: Graph) -> None:
    Snapshot(workspace / "graph").replace(made, "benchmark")
    began = time.monotonic()
    fill(store, made)
    print(f"{name}: {made.relationships['REMOTE_LOGON'].height:,} logons put in {time.monotonic() - began:.0f} s")
    snapshot = Snapshot(workspace / "graph")
    began = time.monotonic()
    logon_table(snapshot)
    exported = time.monotonic() - began
    detected(snapshot, DetectionOptions(findings=1))  # the compiler and the first reading are not measured
    began = time.monotonic()
    report = runs.analyze(store, "lateral-movement", {})
    whole = time.monotonic() - began
    print(
        f"{name}: end to end {whole:.1f} s (export {exported:.1f} s, write back {report['write_seconds']:.1f} s), "
        f"{report['written']['REMOTE_LOGON']:,} logons written, peak {peak_memory_mb():,.0f} MiB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=("embedded", "neo4j", "both"), default="both")
    given = parser.parse_args()
    made = graph(given.rows)
    with tempfile.TemporaryDirectory() as folder:
        if given.engine in ("embedded", "both"):
            workspace = Path(folder) / "embedded"
            with open_store(workspace, "", Settings()) as store:
                measure("embedded", store, workspace, made)
            stop_engine(workspace)
        if given.engine in ("neo4j", "both"):
            server = Neo4jServer(Path(folder) / "home", heap="1g")
            server.start()
            try:
                workspace = Path(folder) / "neo4j"
                with open_store(workspace, server.url, Settings(db_password=server.password)) as store:
                    measure("neo4j", store, workspace, made)
            finally:
                server.kill()


if __name__ == "__main__":
    main()
