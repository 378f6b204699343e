"""The hunt: one open workspace, and everything that can be asked of it.

Command line, HTTP interface and notebooks all use this class; there is no other way to the data.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from graphhunt import current
from graphhunt.analyses import runs
from graphhunt.case.export import export
from graphhunt.case.identity import Identity
from graphhunt.case.incident_report.write import write_report
from graphhunt.case.incident_work import IncidentWork
from graphhunt.entities import IP, Client, File, Machine, Process, User
from graphhunt.entities.incidents import Incidents, found_incidents
from graphhunt.errors import DamageError, GraphhuntError, UsageError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import LoadReport, ingest
from graphhunt.evidence.reread import older, reread
from graphhunt.graph.clock_report import clock_report
from graphhunt.graph.doubts import counted_doubts, listed_doubts
from graphhunt.graph.identity_book import statements_mark
from graphhunt.questions import pivots
from graphhunt.questions.accounting import accounting
from graphhunt.questions.coverage import coverage
from graphhunt.questions.pivots.search import kind_named
from graphhunt.questions.question import Wishes
from graphhunt.questions.records import record_of
from graphhunt.questions.registry import question_named, questions
from graphhunt.records.asking import RecordSearch
from graphhunt.schema import NODES, RELATIONSHIPS
from graphhunt.settings import Settings, load_settings
from graphhunt.store import import_link, open_store
from graphhunt.store.digest import graph_digest
from graphhunt.store.filled import require_filled
from graphhunt.store.places import Places
from graphhunt.store.sync import case_of, compute, snapshot_of, sync
from graphhunt.store.verify import verify
from graphhunt.stories.asking import Stories
from graphhunt.times import as_asked, iso

if TYPE_CHECKING:
    from types import TracebackType

    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.store import Store
    from graphhunt.store.analyst import Table
    from graphhunt.store.sync import Computed

Progress = Callable[[str, int, int, int], None]
"""Called with (phase, done, total, events): bytes while reading, rows while writing."""


class Hunt(Stories):
    """An investigation: its workspace with all evidence, and the graph made of it.

    Args:
        workspace: Folder of the workspace; made when absent.
        db: Address of a Neo4j server; None for the embedded engine inside the workspace.
        settings: Settings; read from the environment when not given.

    Raises:
        WorkspaceError: The folder holds something else.
        StoreError: The database can't be started or reached (raised at first use).
    """

    def __init__(self, workspace: Path, db: str | None = None, settings: Settings | None = None) -> None:
        self.folder = workspace
        self.db = db
        self.settings = settings or load_settings()
        self.client_id = "default"
        self._store: Store | None = None
        self._store_lock = threading.Lock()
        current.register(self, " on ".join([str(workspace.absolute()), *([db] if db else [])]))

    @cached_property
    def workspace(self) -> Workspace:
        """The evidence store."""
        return Workspace(self.folder)

    @property
    def store(self) -> Store:
        """The graph database; opened at first use, once however many threads ask."""
        with self._store_lock:
            if self._store is None:
                self.workspace.refresh()
                self._store = open_store(self.workspace.path, self.db, self.settings)
            return self._store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection to the graph; the workspace stays as it is."""
        with self._store_lock:
            store, self._store = self._store, None
        if store is not None:
            store.close()
        current.forget(self)

    def load(
        self,
        paths: Iterable[str | Path] | str | Path,
        *,
        format: str | None = None,
        strict: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Load files, folders and archives, and bring the graph up to date.

        Args:
            paths: What to load.
            format: Name of the loader to use for all; None to recognise each file.
            strict: Stop at the first damaged record or unknown file.
            progress: Called now and then.

        Returns:
            The report of the contract: files, events read, loaded, skipped by reason and rejected, nodes and
            relationships of the graph, seconds, events per second, warnings; `accounting` is of the whole workspace,
            `reread` how many records of older loaders were read again.
        """
        wanted = [paths] if isinstance(paths, str | Path) else list(paths)
        begun = time.monotonic()
        with self.opening(all(Path(path).exists() for path in wanted)):
            before = reread(self.workspace)
            report = ingest(
                self.workspace, wanted, format=format, strict=strict, progress=progress, client_id=self.client_id
            )
            after = reread(self.workspace)  # a file that was loaded once more tells what its records need
            report.warnings += dict.fromkeys(before.warnings + after.warnings)
            if progress:
                progress("correlate", 0, 1, 0)
            computed = compute(self.workspace, self.client_id)
        self.sync(progress=progress, computed=computed)
        seconds = time.monotonic() - begun
        return {
            "files": report.files,
            "files_rejected": report.files_rejected,
            "events_read": report.events_read,
            "events_loaded": report.events_loaded,
            "events_skipped": dict(sorted(report.events_skipped.items())),
            "events_rejected": report.events_rejected,
            "reread": before.records + after.records,
            "accounting": self.accounting(),
            **self._counts(),
            "seconds": round(seconds, 3),
            "events_per_second": round(report.events_read / seconds) if seconds else 0,
            **clock_report(self.snapshot),
            "warnings": report.warning_rows(),
        }

    def reread(self, loader: str | None = None, *, progress: Progress | None = None) -> dict[str, Any]:
        """Read the kept records of older loaders (or of that one) again; `records` says how many, `older` what is left.

        Raises:
            UsageError: No record was read by such a loader.
        """
        again = reread(self.workspace, loader)
        self.sync(progress=progress)
        told = {"records": again.records, "warnings": LoadReport(warnings=again.warnings).warning_rows()}
        return {**told, "older": older(self.workspace), "accounting": self.accounting(), **self._counts()}

    @contextlib.contextmanager
    def opening(self, wanted: bool = True) -> Iterator[None]:
        """Start the engine beside what the block does; what goes wrong is said when the graph is first used."""
        faults: list[BaseException] = []

        def work() -> None:
            try:
                self.store.ensure_schema()
            except GraphhuntError:
                return
            except BaseException as error:  # handed over to the caller, whatever it is
                faults.append(error)

        opening = threading.Thread(target=work, name="graphhunt-open") if wanted else None
        if opening:
            self.workspace.refresh()
            import_link(self.settings.db if self.db is None else self.db)
            opening.start()
        try:
            yield
        finally:
            if opening:
                opening.join()
        if faults:
            raise faults[0]

    def sync(self, *, progress: Progress | None = None, computed: Computed | None = None) -> bool:
        """Bring the graph up to date with the evidence; tell whether anything was written."""
        tell = (lambda phase, done, total: progress(phase, done, total, 0)) if progress else None
        return sync(self.workspace, self.store, client_id=self.client_id, progress=tell, computed=computed) is not None

    def _counts(self) -> dict[str, dict[str, int]]:
        heights = self.snapshot.heights()
        return {
            "nodes": {name: heights[name] for name in NODES if name in heights},
            "relationships": {name: heights[name] for name in RELATIONSHIPS if name in heights},
        }

    def query(
        self,
        cypher: str,
        params: Mapping[str, Any] | None = None,
        limit: int | None = None,
        timeout: float | None = None,
        stop: threading.Event | None = None,
        who: str = "",
    ) -> Table:
        """Run an analyst's Cypher: guarded, read-only, with limits; ended on the engine when `stop` is set.

        A parameter that is text as answers write times (`2020-09-20T06:57:47.000000Z`) is that time.

        Each analyst `who` (this process's user when not given) has two statements at a time, and all together have a
        quarter of the engine's places; a `BusyError` says that none got free.
        """
        self._filled()
        known = {name: as_asked(value) for name, value in (params or {}).items()}
        return self.store.analyst(cypher, known, limit=limit, timeout=timeout, stop=stop, who=who)

    def find(self, text: str, kinds: Iterable[str] | None = None, limit: int = 20) -> list[dict[str, Any]]:
        """Find entities by a piece of any of their names; one group per kind."""
        self._filled()
        return pivots.search(self.store, text, kinds, limit)

    @cached_property
    def records(self) -> RecordSearch:
        """The search over all records, drawn or not."""
        return RecordSearch(self.workspace, lambda: self.snapshot, self.settings.noise_kinds)

    def entity(self, kind: str, entity_id: str) -> dict[str, Any]:
        """Give an entity with its properties and counted relations; by id, or by a name that only one has.

        Raises:
            UsageError: There is no such kind or entity, or the name fits several.
        """
        label = kind_named(kind)
        self._filled()
        found = pivots.entity(self.store, ref := pivots.Ref(label, entity_id))
        if found is None:
            found = pivots.entity(self.store, ref := pivots.Ref(label, self._named(label, entity_id)))
        return {**(found or {}), "relations": pivots.counts(self.store, ref)}

    def _named(self, label: str, name: str) -> str:
        groups = pivots.search(self.store, name, [label], 20)
        items = groups[0]["items"] if groups else []
        best = [item for item in items if item["rank"] == min(i["rank"] for i in items)]
        if len(best) != 1:
            what = "several entities fit" if best else "there is no"
            hint = ", ".join(str(item["id"]) for item in best[:5]) or "look with: graphhunt find TEXT"
            raise UsageError(f"{what} {label} '{name}'", hint=hint)
        return str(best[0]["id"])

    def tree(self, process: str, *, depth: int = 8, limit: int = 500) -> dict[str, Any]:
        """Give the process tree around a process, named by id, GUID or a text that only one process has.

        Raises:
            UsageError: No process fits, or several.
        """
        self._filled()
        found = pivots.process_tree(self.store, process, depth=depth, limit=limit)
        found = found or pivots.process_tree(self.store, self._named("Process", process), depth=depth, limit=limit)
        if found is None:
            raise UsageError(f"there is no process '{process}'")
        return found

    def _filled(self) -> None:
        require_filled(self.workspace, self.store, self.client_id, self.db)

    def paths(self, **given: Any) -> dict[str, Any]:
        """Find time-respecting attack paths.

        Args:
            given: Parameters of the search: `from_`, `to`, `user`, `since`, `until`, `max_hops`, `max_dwell`, `k`,
                `skew`, `within_session`, `min_certainty`, `rank`, `scanners`, `help_desk`, `edges`. Times are ISO
                8601 text, aware datetimes or microseconds, lengths of time text such as `24h`.

        Raises:
            UsageError: A parameter is unknown or can't be read.
        """
        return self.ask("paths", given, Wishes(), "paths")

    def incidents(self, *, write: bool = False, **given: Any) -> Incidents:
        """List the incidents, best first; `given` are parameters of the hunt `incidents`, which can write them."""
        return found_incidents(self, given, write=write)

    def ask(self, name: str, given: Mapping[str, Any], wishes: Wishes, *kinds: str) -> dict[str, Any]:
        """Ask a question of some kinds by name; see `graphhunt.questions.registry`.

        Raises:
            UsageError: There is no such question, or a parameter is unknown, missing or can't be read.
        """
        question = question_named(name, *kinds)
        if question.cypher:
            self._filled()
        return question.ask(self, given, wishes)

    @cached_property
    def identity(self) -> Identity:
        """What analysts state about which spellings are one machine or account."""
        as_stated = partial(case_of, self.workspace, self.client_id)
        return Identity(self.workspace.path, lambda: self.snapshot, self.sync, as_stated)

    @cached_property
    def casework(self) -> IncidentWork:
        """What analysts state of whole incidents: names, who works on them, how far that is, and verdicts."""
        return IncidentWork(self.workspace.path, lambda: self.snapshot)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The graph's tables as of the last load; damaged ones are made again from the facts."""
        return snapshot_of(self.workspace, self.client_id)

    def export(self, format: str, out: str | Path | None = None) -> int:
        """Write the graph as `json`, `graphml`, `csv` or `opengraph` and give the number of bytes.

        Args:
            format: The format's name.
            out: File, or folder for `csv`; standard output when not given.

        Raises:
            UsageError: There is no such format, or the place can't be written.
        """
        return export(format, self.snapshot, lambda: self.store, None if out is None else Path(out))

    def report(self, incident: str | None = None, **given: Any) -> bytes:
        """Write an incident up, the first one by default; keywords as of `write_report`: `format`, `redact`, `out`."""
        return write_report(self, incident, **given)

    def hunts(self) -> list[dict[str, Any]]:
        """List the hunts: those over the whole case, then the questions about single entities."""
        return [question.describe() for question in questions("hunt", "entity")]

    def hunt(self, name: str, /, *, write: bool = True, limit: int | None = None, **given: Any) -> dict[str, Any]:
        """Run a hunt by name; keywords are its parameters.

        Args:
            name: A name of `hunts`.
            write: Write the findings of `lateral-movement` to the graph as `lm_…` properties.
            limit: Most findings or rows to list.
            given: Parameters of the hunt.

        Returns:
            `findings`, `suppressed`, `notes` and the `run` that was written for `lateral-movement`; `columns` and
            `rows` for any other; both say whether they are `truncated`.

        Raises:
            UsageError: There is no such hunt or parameter.
        """
        return self.ask(name, given, Wishes(limit, write), "hunt", "entity")

    def analyze(
        self, name: str, /, *, progress: Callable[[str, int, int], None] | None = None, **given: Any
    ) -> dict[str, Any]:
        """Run an analytic and write its results to the graph; see `graphhunt analyses` for the names.

        Args:
            name: The analytic, such as `process-rarity`.
            progress: Called with (phase, rows done, rows in all).
            **given: Its parameters and the bounds `since`, `until`, `machine` and `limit`.

        Returns:
            `run` (its id), `parameters`, `written` (rows by label or type), `seconds` and the rate of writing.

        Raises:
            UsageError: There is no such analytic or parameter.
            LimitError: The extract is larger than its limit.
            StoreError: Another run is writing.
        """
        return self.ask(name, given, Wishes(progress=progress), "analysis")

    def results(self, name: str, target: str, limit: int = 1000) -> list[dict[str, Any]]:
        """Give the current run's results on a label or relationship type: `id`, `run` and the properties."""
        return runs.current_results(self.store, name, target, limit)

    def runs(self, name: str | None = None) -> list[dict[str, Any]]:
        """List the runs of one analytic or of all, newest first: id, state, parameters, times and counts."""
        return runs.list_runs(self.store, name)

    def undo(self, name: str) -> dict[str, Any]:
        """Take the current run of an analytic back; the one before it is current again, or none."""
        return runs.undo(self.store, name)

    def compare(self, name: str) -> dict[str, Any]:
        """Compare the current run of an analytic with the one before: ids added, removed and changed by target."""
        return runs.compare(self.store, name)

    def user(self, users: str | list[str], **given: Any) -> User:
        """Give one or several accounts to ask about; keywords as of `graphhunt.entities.User`."""
        return User(users, **given, hunt=self)

    def machine(self, name: str | list[str] | None = None, **given: Any) -> Machine:
        """Give one or several machines to ask about; keywords as of `graphhunt.entities.Machine`."""
        return Machine(name=name, **given, hunt=self)

    def process(self, ids: str | list[str]) -> Process:
        """Give processes to ask about by their ids."""
        return Process.of([ids] if isinstance(ids, str) else ids, hunt=self)

    def file(self, name: str | list[str] | None = None, **given: Any) -> File:
        """Give files to ask about by name or path, `md5` or `sha256`."""
        return File(name=name, **given, hunt=self)

    def ip(self, address: str | list[str], **given: Any) -> IP:
        """Give one or several addresses to ask about."""
        return IP(address, **given, hunt=self)

    def client(self, client_id: str | list[str] = "all", **given: Any) -> Client:
        """Give one or several tenants to ask about; all by default."""
        return Client(client_id, **given, hunt=self)

    def evidence(self, event_id: str) -> dict[str, Any] | None:
        """Give an original record with its file and position; None if there is none of this id.

        Raises:
            DamageError: The record isn't what was loaded.
        """
        return record_of(self.workspace, event_id)

    def accounting(self, *, files: bool = False) -> dict[str, Any]:
        """Say how many records are drawn, evidence only, skipped and rejected, and why; with `files`, of each file."""
        try:
            return accounting(self.workspace, self.snapshot, files=files)
        except DamageError as error:
            return {"reason": f"{error}; see: graphhunt verify"}

    def status(self, *, digest: bool = False, problems: bool = False, files: bool = False) -> dict[str, Any]:
        """Say what the workspace holds.

        Args:
            digest: Add the canonical digest of the database.
            problems: Add every doubt: what records say that can't be, or that others deny; None where no graph of the
                records has been made yet.
            files: Say of each file what became of its records.
        """
        sources = self.workspace.sources()
        state: dict[str, Any] = {
            "workspace": self.workspace.id,
            "engine": "neo4j" if self.db else "arcadedb",
            "events": self.workspace.events(),
            "files": len({source.sha256 for source in sources}),
            "rejected": sum(source.rejected for source in sources),
            "older": older(self.workspace),
            "accounting": self.accounting(files=files),
            **self._counts(),
            **clock_report(self.snapshot),
            "doubts": counted_doubts(self.snapshot.table("Doubts")),
        }
        if problems:
            state["problems"] = listed_doubts(self.snapshot.table("Doubts"))
        if not state["events"]:
            state["reason"] = "nothing is loaded yet; begin with: graphhunt load PATH"
        state["queries"] = [
            {"who": seat.who, "since": iso(int(seat.since * 1e6)), "ending": seat.ending}
            for seat in Places(self.workspace.path).seats()
        ]
        if digest:
            state["digest"] = graph_digest(self.store)
            if said := statements_mark(self.workspace.path):
                state["statements"] = {"count": len(self.identity.statements()), "digest": said[0]}
        return state

    def verify(self) -> dict[str, Any]:
        """Compare everything in the workspace with the hashes it was written with; nothing is changed.

        Returns:
            `damaged` (file, problem, remedy and `event_ids`, where the records concerned are known), `records` and
            `files` that were compared, and whether all is `ok`.
        """
        return verify(self.workspace, lambda: self.store, self.db or "engine")

    def coverage(self) -> dict[str, Any]:
        """Say per machine what its logs can show and what they can't."""
        return {**coverage(self.workspace), **clock_report(self.snapshot)}
