"""How much of each recording's truth the graph tells: sources, causes, sessions, techniques, doubts and violations.

Run ``python benchmarks/truth.py FOLDER…`` with a folder per recording, or one that holds recordings; it prints one
block per recording, for people and other accounts alike. Figures of rules that a version hasn't are left out.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.graph.graph import Graph, build

SECOND = 1_000_000
NOT_RECORDINGS = ("cases", "sources", "sigma", "generated")
"""Folders beside the recordings that hold inputs which have nothing to do with each other."""


def sources(graph: Graph) -> Counter[str]:
    """Count remote logons by what is known of their source.

    resolved: a machine; proved: that machine recorded the connection itself; shared: an address that passed to and fro
    then; unknown: an address without a machine.
    """
    logons = graph.relationships.get("REMOTE_LOGON", pl.DataFrame())
    if not logons.height:
        return Counter()
    machine = pl.col("from_label") == "Machine"
    figures = {"resolved": machine.sum(), "unknown": (~machine).sum()}
    if "origin_how" in logons.columns:
        figures["proved"] = (machine & pl.col("origin_how").str.contains("port_join").fill_null(value=False)).sum()
    found = logons.select(**figures).row(0, named=True)
    had = graph.relationships["HAD_IP"] if "HAD_IP" in graph.relationships else pl.DataFrame()
    if "shared" not in had.columns:
        return Counter(found)
    held = had.filter("shared").select(from_id="to_id", since="start", until="end")
    shared = logons.filter(~machine).join(held, on="from_id").filter(pl.col("start").is_between("since", "until"))
    return Counter({**found, "shared": shared.get_column("id").n_unique()})


def causes(graph: Graph) -> Counter[str]:
    """Count remote logons from machines by whether what led to them is proved, inferred or not known."""
    logons = graph.relationships.get("REMOTE_LOGON", pl.DataFrame())
    if not logons.height:
        return Counter()
    logons = logons.filter(pl.col("from_label") == "Machine")
    if "cause_how" not in logons.columns:
        proved = logons.get_column("caused_by").is_not_null().sum()
        return Counter({"proved": int(proved), "none": logons.height - int(proved)})
    known = pl.col("cause_how").is_not_null() & (pl.col("cause_how") != "none")
    word = pl.when("cause_proved").then(pl.lit("proved")).when(known).then(pl.lit("inferred")).otherwise(pl.lit("none"))
    return Counter(logons.select(word.alias("word")).get_column("word"))


def witnesses(graph: Graph) -> Counter[str]:
    """Count sessions by each kind of record that tells of them; one told by several counts for each."""
    table = graph.relationships.get("LOGGED_ON", pl.DataFrame())
    if "witnesses" not in table.columns:
        return Counter()
    told = table.get_column("witnesses").drop_nulls().explode()
    return Counter(told.drop_nulls().to_list())


def techniques(graph: Graph) -> Counter[str]:
    """Count remote logons by technique, and by how clear it is where that is told."""
    logons = graph.relationships.get("REMOTE_LOGON", pl.DataFrame())
    if not logons.height:
        return Counter()
    if "technique_level" not in logons.columns:
        return Counter(logons.get_column("technique").fill_null("unnamed"))
    way, level = (pl.col(name).fill_null("unnamed") for name in ("technique", "technique_level"))
    named = logons.group_by(way, level).agg(n=pl.len(), margin=pl.col("technique_margin").median())
    return Counter({f"{name} {level} (margin {margin or 0:g})": n for name, level, n, margin in named.iter_rows()})


def doubts(graph: Graph) -> Counter[str]:
    """Count what contradicts, by kind: everything collected, or what remote logons say of themselves."""
    table = getattr(graph, "doubts", None)
    if isinstance(table, pl.DataFrame):
        return Counter(table.get_column("kind").to_list())
    logons = graph.relationships.get("REMOTE_LOGON", pl.DataFrame())
    return Counter(logons.get_column("doubt").drop_nulls().to_list() if "doubt" in logons.columns else [])


def violations(graph: Graph) -> Counter[str]:
    """Count what can't be, computed from the tables alone: children before parents, ends before starts and the like."""
    found: Counter[str] = Counter()
    for kind, table in graph.relationships.items():
        found["relationship ends before it starts"] += table.filter(pl.col("end") < pl.col("start")).height
        found["no evidence"] += table.filter(pl.col("evidence").list.len() == 0).height if kind != "MEMBER_OF" else 0
    processes = graph.nodes.get("Process", pl.DataFrame())
    if not processes.height:
        return +found
    found["process ends before it starts"] += processes.filter(pl.col("end") < pl.col("start")).height
    starts = processes.select("id", "start")
    spawned = graph.relationships["SPAWNED"].select("from_id", "to_id") if "SPAWNED" in graph.relationships else None
    if spawned is not None:
        both = spawned.join(starts, left_on="from_id", right_on="id").join(starts, left_on="to_id", right_on="id")
        early = pl.col("start_right") < pl.col("start") - SECOND
        found["child before parent"] += both.filter(early).height
    logons = graph.relationships.get("REMOTE_LOGON", pl.DataFrame())
    found["logon to itself"] += logons.filter(pl.col("from_id") == pl.col("to_id")).height if logons.height else 0
    return +found


FIGURES = (sources, causes, witnesses, techniques, doubts, violations)


def recordings(folders: list[Path]) -> Iterator[Path]:
    """Give each folder that holds files of its own, else those in it."""
    for folder in folders:
        parts = sorted(part for part in folder.iterdir() if part.is_dir() and part.name not in NOT_RECORDINGS)
        yield from parts or [folder]


def _facts(workspace: Workspace, kind: str) -> pl.DataFrame:
    return workspace.facts(kind).collect()


def main() -> None:
    """Load every recording with default options and print what its graph tells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="+", help="a recording, or a folder of recordings")
    given = parser.parse_args()
    for folder in recordings(given.folder):
        with tempfile.TemporaryDirectory() as name:
            workspace = Workspace(Path(name))
            ingest(workspace, [folder])
            graph = build(partial(_facts, workspace))
        print(folder.name)
        for figure in FIGURES:
            counted = sorted(figure(graph).items(), key=lambda item: (-item[1], item[0]))
            print(f"  {figure.__name__:<11}" + (", ".join(f"{word} {n:,}" for word, n in counted) or "none"))


if __name__ == "__main__":
    main()
