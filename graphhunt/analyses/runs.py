"""Runs of analytics: do one, list them, compare the last two, take one back."""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import orjson

from graphhunt.analyses.analysis import BOUNDS
from graphhunt.analyses.extract import Extract
from graphhunt.analyses.registry import analyses, find_analysis
from graphhunt.analyses.writeback import Lease, head_of, lease, pointer, stored_results
from graphhunt.errors import StoreError, UsageError
from graphhunt.queries import library
from graphhunt.questions.parameter import dated_values
from graphhunt.toolbox.finite import finite_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from graphhunt.analyses.analysis import Analysis, Result, Rows
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.store import Store

    Progress = Callable[[str, int, int], None]

_TRIES = 20


def analyze(
    store: Store,
    name: str,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    snapshot: Snapshot | None = None,
) -> dict[str, Any]:
    """Run an analytic and write its results to the graph.

    Args:
        store: The graph.
        name: The analytic.
        parameters: Its parameters and the bounds of the extract.
        progress: Called with (phase, rows done, rows in all).
        snapshot: The graph's tables, which keep what was computed of them; the store's own when not given.

    Returns:
        `run` (id), `name`, `parameters`, `written` (rows by label or type), `seconds`, `write_seconds` and
        `rows_per_second` of the write-back; `notes` says which properties could not be computed for some, or that
        there is too little data to compute any.

    Raises:
        UsageError: There is no such analytic or parameter.
        AnalysisError: A property could not be computed for any.
        LimitError: The extract is larger than its limit.
        StoreError: Another run is writing, or took over.
    """
    analysis = find_analysis(name)
    values = analysis.bind(parameters or {})
    tell = progress or (lambda phase, done, total: None)
    begun = time.monotonic()
    tell("extract", 0, 1)
    results, notes = _computed(analysis, Extract(store, values, snapshot), values)
    computed = time.monotonic()
    with lease(store, analysis) as held:
        _publish(held, values, results, tell)
        run = held.run
    ended = time.monotonic()
    written = {target: len(rows) for target, rows in results.items()}
    rate = sum(written.values()) / max(ended - computed, 1e-9)
    return {
        "run": run, "name": analysis.name, "parameters": dated_values(analysis.every_parameter(), values),
        "written": written,
        "seconds": round(ended - begun, 3), "write_seconds": round(ended - computed, 3),
        "rows_per_second": round(rate), "notes": notes,
    }  # fmt: skip


def _publish(held: Lease, values: Mapping[str, Any], results: Mapping[str, Rows], tell: Progress) -> None:
    """Stage a run and make it current."""
    record = library()["analytics/set_run"]
    counts = orjson.dumps({t: len(r) for t, r in results.items()}).decode()
    props = {
        "name": held.analysis.name, "state": "writing", "parameters": orjson.dumps(dict(values)).decode(),
        "start": time.time_ns() // 1000, "version": version("graphhunt"), "counts": counts,
    }  # fmt: skip
    held.store.write(record, id=held.run, props=props)
    total = sum(map(len, results.values()))
    held.stage(results, lambda done: tell("write", done, total))
    last = held.pointer.current
    held.flip(held.run, last)
    if last:
        held.store.write(record, id=last, props={"state": "previous"})
    held.store.write(record, id=held.run, props={"state": "current", "end": time.time_ns() // 1000})


def undo(store: Store, name: str) -> dict[str, Any]:
    """Take the current run of an analytic back; the one before it is current again, or none.

    Raises:
        UsageError: There is no such analytic, or it has no current run.
    """
    analysis = find_analysis(name)
    name = analysis.name
    with lease(store, analysis) as held:
        undone, back = held.pointer.current, held.pointer.previous
        if undone is None:
            raise UsageError(f"{name} has no run to undo")
        held.flip(back, None)
        record = library()["analytics/set_run"]
        store.write(record, id=undone, props={"state": "undone"})
        if back:
            store.write(record, id=back, props={"state": "current"})
    return {"name": name, "undone": undone, "current": back}


def compare(store: Store, name: str) -> dict[str, Any]:
    """Compare the current run of an analytic with the one before it.

    Returns:
        `current`, `previous` (run ids) and by label or type the ids `added`, `removed` and `changed`.

    Raises:
        UsageError: There is no such analytic, or it has only one run.
        StoreError: Two newer runs were published meanwhile.
    """
    analysis = find_analysis(name)
    name = analysis.name
    runs = pointer(store, name)
    if runs.current is None or runs.previous is None:
        raise UsageError(f"{name} has no two runs to compare")
    old, new = (stored_results(store, analysis, run) for run in (runs.previous, runs.current))
    now = pointer(store, name)
    if not (now.keeps(runs.previous) and now.keeps(runs.current)):
        raise StoreError(f"new runs of {name} took the place of those compared", hint="compare again")
    return {
        "name": name, "current": runs.current, "previous": runs.previous,
        "targets": {t: _differences(dict(old[t]), dict(new[t])) for t in analysis.targets()},
    }  # fmt: skip


def _differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[str]]:
    """List what one set of results has, lacks and says otherwise."""
    return {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": sorted(k for k in new.keys() & old.keys() if new[k] != old[k]),
    }


def list_runs(store: Store, name: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """List runs, newest first: id, name, state (writing, current, previous, undone), parameters, times, counts."""
    rows: list[dict[str, Any]] = store.read(library()["analytics/runs"], name=name, limit=limit)
    for row in rows:
        row |= {key: orjson.loads(row[key] or "{}") for key in ("parameters", "counts")}
        known = analyses().get(row["name"])
        row["parameters"] = dated_values(known.every_parameter() if known else BOUNDS, row["parameters"])
    return rows


def current_results(store: Store, name: str, target: str, limit: int = 1000) -> list[dict[str, Any]]:
    """Read the current run's results: one whole run, whatever is being written meanwhile.

    Returns:
        `id` and the analytic's properties under their plain names, by id.

    Raises:
        UsageError: There is no such analytic, or it writes nothing there.
        StoreError: Runs are published faster than their results can be read.
    """
    analysis = find_analysis(name)
    name = analysis.name
    if target not in analysis.targets():
        raise UsageError(f"{name} writes nothing to {target}", hint="it writes to " + ", ".join(analysis.targets()))
    query = library()[f"analytics/current_{target.lower()}"]
    names = analysis.written(target)
    for _ in range(_TRIES):
        before = pointer(store, name).current
        rows = store.read(query, head=head_of(name), prefix=analysis.prefix, limit=limit)
        if pointer(store, name).keeps(rows[0]["run"] if rows else before):
            return [{"id": r["id"], "run": r["run"], **{n: r["props"].get(n + r["slot"]) for n in names}} for r in rows]
    raise StoreError(f"runs of {name} were published faster than their results could be read", hint="try again")


def _computed(analysis: Analysis, extract: Extract, values: Mapping[str, Any]) -> tuple[dict[str, Rows], list[str]]:
    """Compute the results, none where there is too little data and nobody asked for them all the same."""
    judged = analysis.too_little(extract) if analysis.too_little and not values["anyway"] else {}
    little = {target: said for target, said in judged.items() if said}
    told = [f"{target}: too little data: {said} (anyway=true computes it)" for target, said in little.items()]
    if little.keys() >= set(analysis.targets()):
        return {target: [] for target in little}, told
    results, notes = _results(analysis.compute(extract, values), analysis)
    return results | {target: [] for target in little}, [*told, *notes]


def _results(found: Result, analysis: Analysis) -> tuple[dict[str, Rows], list[str]]:
    """Turn result frames into rows, and say of which properties some values could not be computed."""
    results, notes = {}, []
    for target, frame in found.items():
        names = [n for n in analysis.written(target) if n in frame.columns]
        sound, said = finite_columns(frame, names)
        results[target] = _rows(sound, names)
        notes += [f"{target}: {text}" for text in said]
    return results, notes


def _rows(frame: pl.DataFrame, names: list[str]) -> Rows:
    """Turn a result frame into ids and properties; what the analytic doesn't declare is left out."""
    ids = frame["id"].to_list()
    if not names:
        return [(i, {}) for i in ids]
    columns = [frame[n].to_list() for n in names]
    return [(i, dict(zip(names, values, strict=True))) for i, *values in zip(ids, *columns, strict=True)]
