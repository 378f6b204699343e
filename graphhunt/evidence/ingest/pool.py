"""Shares a load between processes; parsing is Python, so only processes use more than one core."""

from __future__ import annotations

import os
import select
import subprocess
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import IO

import msgspec

from graphhunt import errors
from graphhunt.errors import GraphhuntError, LoadError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest.hand import Failed, Finished, Reply, Work, setup_of
from graphhunt.evidence.ingest.repeats import Task
from graphhunt.evidence.ingest.report import LoadReport, Options
from graphhunt.evidence.ingest.slices import Slice
from graphhunt.sources.sandbox.process import PIPE_SIZE, start
from graphhunt.sources.sandbox.wire import Frames, frame

_QUEUED = 2
_REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class _Hand:
    """One process with the files it has yet to read."""

    def __init__(self, hello: bytes) -> None:
        self.process = start("graphhunt.evidence.ingest.hand", {})
        self.waiting: deque[Task] = deque()
        self.frames = Frames(_REPLIES)
        self.events = 0
        self.report: LoadReport | None = None
        self.send(hello)

    def send(self, data: bytes) -> None:
        try:
            _pipe(self.process.stdin).write(data)
        except BrokenPipeError:
            return  # why it died is read from the other pipe

    @property
    def out(self) -> int:
        return _pipe(self.process.stdout).fileno()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class Pool:
    """Gives files to processes. Use it as a context manager, and `finish` it.

    Args:
        workspace: Where everything is kept.
        options: How to load.
        count: Processes at most.
        done: Called with each task that is done, and the records of a source that was read to its end.
        tick: Called now and then with the events read so far.
    """

    def __init__(
        self,
        workspace: Workspace,
        options: Options,
        count: int,
        *,
        done: Callable[[Task, int | None], None],
        tick: Callable[[int], None],
    ) -> None:
        self._hello = frame(setup_of(workspace, options))
        self._count = count
        self._done = done
        self._tick = tick
        self._hands: list[_Hand] = []

    def __enter__(self) -> Pool:
        """Use it for a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all processes."""
        for hand in self._hands:
            hand.close()

    @property
    def events(self) -> int:
        """Count the events read so far."""
        return sum(hand.events for hand in self._hands)

    def submit(self, task: Task) -> None:
        """Hand out a source, waiting while all have enough to do.

        Raises:
            GraphhuntError: What a process ended with.
        """
        while (hand := self._free()) is None:
            self._listen()
        hand.waiting.append(task)
        source = task.source
        part = source.part if isinstance(source, Slice) else None
        hand.send(frame(Work(source.name, str(source.path.absolute()), task.entry, part)))

    def finish(self) -> LoadReport:
        """Wait until all is read and committed; give the report of all.

        Raises:
            GraphhuntError: What a process ended with.
        """
        for hand in self._hands:
            hand.send(bytes(4))
        total = LoadReport()
        while any(hand.report is None for hand in self._hands):
            self._listen()
        for hand in self._hands:
            total.add(hand.report or LoadReport())
        return total

    def _free(self) -> _Hand | None:
        """Pick the process with the least to do; a new one if all are busy and there may be more."""
        best = min(self._hands, key=lambda hand: len(hand.waiting), default=None)
        if (best is None or best.waiting) and len(self._hands) < self._count:
            best = _Hand(self._hello)
            self._hands.append(best)
        return best if best is not None and len(best.waiting) < _QUEUED else None

    def _listen(self) -> None:
        live = {hand.out: hand for hand in self._hands if hand.report is None}
        for handle in select.select(list(live), [], [], 1.0)[0]:
            hand = live[handle]
            data = os.read(handle, PIPE_SIZE)
            if not data:
                raise LoadError(
                    _death(hand.process),
                    where=hand.waiting[0].source.name if hand.waiting else None,
                    hint="what was committed stays; load again to complete it",
                )
            for reply in hand.frames.feed(data):
                self._heed(hand, reply)
        self._tick(self.events)

    def _heed(self, hand: _Hand, reply: Reply) -> None:
        if isinstance(reply, Failed):
            kind: type[GraphhuntError] = getattr(errors, reply.kind, GraphhuntError)
            raise kind(reply.message, where=reply.where, hint=reply.hint)
        if isinstance(reply, Finished):
            hand.report = reply.report
            return
        hand.events = reply.events
        if reply.done:
            self._done(hand.waiting.popleft(), reply.records)


def _death(process: subprocess.Popen[bytes]) -> str:
    return f"a process of the load died (exit code {process.wait()})"


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise LoadError("a process of the load has no pipe")
    return stream
