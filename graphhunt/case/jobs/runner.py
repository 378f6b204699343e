"""The queue of jobs: one worker thread, states in a small database."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import psutil

from graphhunt.case.jobs.job import ENDED, Job, Tell, Work
from graphhunt.errors import CancelledError, GraphhuntError, LimitError, MissingError
from graphhunt.smalldb import SmallDatabase

MAX_WAITING = 100
"""Most jobs that wait; one more is refused."""

KEPT = 500
"""Ended jobs that are remembered."""

_STEPS = (
    """
    CREATE TABLE job (
        id TEXT PRIMARY KEY, created INTEGER NOT NULL, state TEXT NOT NULL, process TEXT NOT NULL,
        author TEXT NOT NULL, key TEXT, content TEXT NOT NULL, UNIQUE (author, key)
    )
    """,
)
_CONTENT = "SELECT content FROM job WHERE id = ?"
_WITHOUT_RESULT = "SELECT json_remove(content, '$.result') AS content FROM job WHERE id = ?"
_LOG = logging.getLogger(__name__)
_WRITE_EVERY = 1.0


class Jobs:
    """All jobs of a workspace; work begins with the first `submit`.

    Args:
        path: File of the states; None keeps them in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._db = SmallDatabase(path, _STEPS)
        self._lock = threading.RLock()
        self._live: dict[str, tuple[Job, Tell]] = {}
        self._waiting: queue.SimpleQueue[tuple[Job, Tell, Work] | None] = queue.SimpleQueue()
        self._worker: threading.Thread | None = None
        self._written: dict[str, float] = {}
        self._number = 0
        self._numbers: dict[str, int] = {}  # by job, the number of its last change, oldest first
        self._bury_dead()

    def submit(self, kind: str, title: str, author: str, work: Work, key: str | None = None) -> Job:
        """Queue a job.

        Args:
            kind: What it does: load, analysis or hunt.
            title: What it is about, for lists.
            author: Who asked for it.
            work: The function that does it.
            key: The same author's same key gives the job made before, and nothing is done again.

        Raises:
            LimitError: Too many jobs are waiting.
        """
        with self._lock:
            row = self._db.row("SELECT id FROM job WHERE author = ? AND key = ?", (author, key)) if key else None
            if row is not None:
                return self.get(row["id"])
            if len(self._live) >= MAX_WAITING:
                raise LimitError(f"{MAX_WAITING} jobs are waiting already", hint="cancel one, or wait")
            job = Job(secrets.token_hex(8), kind, title, author, _now())
            tell = Tell(job, lambda: self._changed(job))
            self._live[job.id] = job, tell
            self._count(job)
            self._keep(job, key)
            self._waiting.put((job, tell, work))
            self._start()
        return job

    def get(self, job_id: str, *, result: bool = True) -> Job:
        """Give a job's state; without `result`, that of an ended job is not read.

        Raises:
            MissingError: There is no such job.
        """
        with self._lock:
            if job_id in self._live:
                return self._live[job_id][0]
        row = self._db.row(_CONTENT if result else _WITHOUT_RESULT, (job_id,))
        if row is None:
            raise MissingError(f"there is no job {job_id!r}")
        return _read(row)

    def changes(self, after: int | None = None) -> tuple[int, list[Job]]:
        """Give the number of the last change, and the jobs that changed after another; none when that is not given.

        Only the jobs of this server change; those that ended are found, without their results, as long as they are
        among the last `KEPT`.
        """
        with self._lock:
            for job, tell in self._live.values():
                if job.state == "running" and tell.measure():
                    job.sequence += 1
                    self._count(job)
            number = self._number
            ids = [key for key, last in self._numbers.items() if after is not None and last > after]
        found = []
        for key in ids:
            with contextlib.suppress(MissingError):  # it ended long ago and was forgotten
                found.append(self.get(key, result=False))
        return number, found

    def list(self, limit: int = 100, after: tuple[int, str] | None = None, *, result: bool = True) -> list[Job]:
        """List jobs, newest first; without `result`, those of ended jobs are not read."""
        rows = self._db.rows(
            "SELECT id FROM job WHERE (created, id) < (?, ?) ORDER BY created DESC, id DESC LIMIT ?",
            (*(after or (1 << 62, "")), limit),
        )
        return [self.get(row["id"], result=result) for row in rows]

    def _count(self, job: Job) -> None:
        self._number += 1
        self._numbers.pop(job.id, None)
        self._numbers[job.id] = self._number
        if len(self._numbers) > KEPT + MAX_WAITING:
            del self._numbers[next(iter(self._numbers))]

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop: one that waits never begins, one that runs ends at its next step; ended ones stay.

        Raises:
            MissingError: There is no such job.
        """
        with self._lock:
            if job_id in self._live:
                job, tell = self._live[job_id]
                job.cancelling = True
                tell.cancel()
                if job.state == "queued":
                    self._end(job, "cancelled")  # its turn may come much later
                else:
                    self._changed(job)
        return self.get(job_id)

    def close(self, timeout: float = 10.0) -> None:
        """Cancel everything, wait for the running job to notice, and close the file."""
        with self._lock:
            for job, tell in self._live.values():
                job.cancelling = True
                tell.cancel()
        self._waiting.put(None)
        if self._worker is not None:
            self._worker.join(timeout)
        self._db.close()

    def _start(self) -> None:
        if self._worker is None:
            self._worker = threading.Thread(target=self._run, name="jobs", daemon=True)
            self._worker.start()

    def _run(self) -> None:
        while (given := self._waiting.get()) is not None:
            self._one(*given)

    def _one(self, job: Job, tell: Tell, work: Work) -> None:
        """Do one job; whatever happens in it ends up in its state."""
        with self._lock:
            if job.state in ENDED:
                return
            job.started, job.state = _now(), "running"
            self._changed(job, at_once=True)
        try:
            tell.check()
            job.result = work(tell)
            state = "succeeded"
        except CancelledError:
            state = "cancelled"
        except GraphhuntError as error:
            state, job.error = "failed", str(error)
        except Exception as error:  # a fault of ours must not end the worker: the log has it, the user hears of it
            _LOG.exception("job %s failed", job.id)
            state, job.error = "failed", f"something went wrong inside ({type(error).__name__}); the log has more"
        self._end(job, state)

    def _end(self, job: Job, state: str) -> None:
        with self._lock:
            job.ended, job.rate, job.eta = _now(), None, None
            job.state = state
            self._changed(job, at_once=True)
            del self._live[job.id]
            self._forget_old()

    def _changed(self, job: Job, *, at_once: bool = False) -> None:
        """Count a change; the file hears of it once a second at most."""
        with self._lock:
            job.sequence += 1
            self._count(job)
        if at_once or time.monotonic() - self._written.get(job.id, 0.0) >= _WRITE_EVERY:
            self._written[job.id] = time.monotonic()
            content = orjson.dumps(job.describe(), default=str).decode()
            self._db.run("UPDATE job SET state = ?, content = ? WHERE id = ?", (job.state, content, job.id))

    def _keep(self, job: Job, key: str | None) -> None:
        content = orjson.dumps(job.describe(), default=str).decode()
        self._db.run(
            "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?)",
            (job.id, job.created, job.state, _process(), job.author, key, content),
        )

    def _forget_old(self) -> None:
        self._written.clear()
        self._db.run(
            "DELETE FROM job WHERE state IN ('succeeded', 'failed', 'cancelled') AND id NOT IN"
            " (SELECT id FROM job ORDER BY created DESC, id DESC LIMIT ?)",
            (KEPT,),
        )

    def _bury_dead(self) -> None:
        """Say of jobs whose server is gone that they ended with it."""
        for row in self._db.rows("SELECT * FROM job WHERE state IN ('queued', 'running')"):
            if _alive(row["process"]):
                continue
            job = _read(row)
            job.state, job.ended = "failed", job.ended or _now()
            job.error = "the server stopped while the job was under way; what it had committed is kept, start it again"
            content = orjson.dumps(job.describe(), default=str).decode()
            self._db.run("UPDATE job SET state = ?, content = ? WHERE id = ?", (job.state, content, job.id))


def _read(row: Mapping[str, Any]) -> Job:
    return Job(**orjson.loads(row["content"]))


def _process() -> str:
    """Name this process so that another one with its number later isn't taken for it."""
    return f"{os.getpid()}:{psutil.Process().create_time():.2f}"


def _alive(process: str) -> bool:
    number, _, born = process.partition(":")
    try:
        return f"{psutil.Process(int(number)).create_time():.2f}" == born
    except (psutil.Error, ValueError):
        return False


def _now() -> int:
    return time.time_ns() // 1000
