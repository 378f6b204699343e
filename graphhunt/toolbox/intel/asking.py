"""Asking providers about many indicators: what may leave, what is known already, within budgets, five at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from graphhunt.errors import OneByOneError, PauseError, WireError
from graphhunt.toolbox.intel.answer import Answer, Asked, Result, Status, failed
from graphhunt.toolbox.intel.kinds import KINDS, fits, given_kind, normal
from graphhunt.toolbox.intel.leaving import kept_back
from graphhunt.toolbox.intel.providers.local_list import LocalList

if TYPE_CHECKING:
    from graphhunt.toolbox.intel.provider import Provider
    from graphhunt.toolbox.intel.state import State
    from graphhunt.toolbox.intel.wire import Wire

IN_FLIGHT = 5
"""Requests under way at once."""

Job = tuple["Provider", Asked]
Span = tuple[int | None, int | None]

_T = TypeVar("_T")


class Leaving(NamedTuple):
    """A value that would be told to a provider, or why it would not."""

    provider: str
    kind: str
    value: str
    kept_back: str | None


def asked_of(ioc: str, kind: str | None = None, subtype: str | None = None, span: Span = (None, None)) -> Asked:
    """Bring an indicator into the form that providers take."""
    known = given_kind(ioc, kind)
    return Asked(ioc, known, normal(ioc, known), subtype, span)


class Desk:
    """Asks providers.

    Args:
        wire: The client.
        state: Answers and budgets.
        own_domains: Domains whose names never leave.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        wire: Wire,
        state: State,
        own_domains: Sequence[str] = (),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._wire = wire
        self._state = state
        self._own = tuple(own_domains)
        self._sleep = sleep

    def leaving(self, jobs: Iterable[Job]) -> list[Leaving]:
        """List what would leave, and what would be kept back, without asking anybody."""
        return [
            Leaving(provider.name, asked.kind, asked.safe, kept_back(asked.safe, asked.kind, self._own))
            for provider, asked in jobs
            if provider.online and refusal(provider, asked) is None and self._state.known(provider.name, asked) is None
        ]

    def ask(self, jobs: Iterable[Job], tell: Callable[[int], None] = lambda _: None) -> list[Result]:
        """Ask and give a result for each job, in the order of the jobs.

        Args:
            jobs: Providers with what each is asked.
            tell: Called with the number of jobs done.
        """
        every = list(jobs)
        results: list[Result | None] = [None] * len(every)
        open_jobs = self._at_hand(every, results)
        if open_jobs:
            run(self._ask_all(every, open_jobs, results, tell))
        return [result for result in results if result is not None]

    def _at_hand(self, jobs: list[Job], results: list[Result | None]) -> list[int]:
        """Fill in what needs nobody outside; give the places of the other jobs."""
        left, lists = [], dict[int, list[int]]()
        for place, (provider, asked) in enumerate(jobs):
            no = refusal(provider, asked)
            if no is not None:
                results[place] = failed(asked, provider.name, *no)
            elif isinstance(provider, LocalList):
                lists.setdefault(id(provider), []).append(place)
            else:
                left.append(place)
        for places in lists.values():
            provider = jobs[places[0]][0]
            assert isinstance(provider, LocalList)
            for place, answer in zip(places, provider.answers([jobs[p][1] for p in places]), strict=True):
                results[place] = _result(provider, jobs[place][1], answer)
        return left

    async def _ask_all(
        self, jobs: list[Job], places: list[int], results: list[Result | None], tell: Callable[[int], None]
    ) -> None:
        """Let a few workers do the jobs; jobs that ask the same are done once."""
        todo = iter(_parcels(jobs, places))
        done = len(jobs) - len(places)

        async def work(mine: Iterator[list[list[int]]]) -> None:
            nonlocal done
            for parcel in mine:
                provider = jobs[parcel[0][0]][0]
                answers = await self._several(provider, [jobs[same[0]][1] for same in parcel])
                for same, found in zip(parcel, answers, strict=True):
                    for place in same:
                        results[place] = found._replace(asked=jobs[place][1])
                    done += len(same)
                tell(done)

        try:
            await asyncio.gather(*(work(todo) for _ in range(IN_FLIGHT)))
        finally:
            await self._wire.close()

    async def _several(self, provider: Provider, every: Sequence[Asked]) -> list[Result]:
        """Give what is settled without asking, and ask for the rest: in one request where the provider takes it."""
        settled = {asked: self._settled(provider, asked) for asked in every}
        rest = [asked for asked, result in settled.items() if result is None]
        while rest:
            some = rest[: max(1, min(provider.together, self._state.left(provider.name, provider.limit)))]
            refused = await self._turn(provider, len(some))
            if refused is None:
                found = await self._sent(provider, some)
            elif len(some) == 1:
                found = [failed(some[0], provider.name, Status.QUERY_FAILED, refused)]
            else:  # another worker took of the budget while this one waited
                found = []
            settled |= {result.asked: result for result in found}
            rest = rest[len(found) :]
        return [result for asked in every if (result := settled[asked]) is not None]

    def _settled(self, provider: Provider, asked: Asked) -> Result | None:
        """Give the result of what may not leave or is known already."""
        why = kept_back(asked.safe, asked.kind, self._own)
        if why is not None:
            return failed(asked, provider.name, Status.NOT_SUPPORTED, f"never sent: {why}")
        known = self._state.known(provider.name, asked)
        return None if known is None else _result(provider, asked, known)

    async def _sent(self, provider: Provider, some: Sequence[Asked]) -> list[Result]:
        """Ask in one request; no results where the provider takes one at a time from now on."""
        try:
            if len(some) == 1:
                answers: list[Answer | None] = [await provider.lookup(some[0], self._wire)]
            else:
                answers = await provider.lookup_together(some, self._wire)
        except OneByOneError:
            provider.together = 1
            return []
        except WireError as error:
            if isinstance(error, PauseError):
                self._state.pause(provider.name, provider.limit, error.pause)
            return [failed(asked, provider.name, Status.QUERY_FAILED, str(error)) for asked in some]
        return [self._kept(provider, asked, answer) for asked, answer in zip(some, answers, strict=True)]

    def _kept(self, provider: Provider, asked: Asked, answer: Answer | None) -> Result:
        """Keep an answer and give it as a result."""
        if answer is None:
            return failed(asked, provider.name, Status.QUERY_FAILED, "the answer leaves it out")
        self._state.keep(provider.name, asked, answer)
        return _result(provider, asked, answer)

    async def _turn(self, provider: Provider, indicators: int) -> str | None:
        """Wait for a request's turn; say why there is none."""
        while True:
            wait, refused = self._state.take(provider.name, provider.limit, indicators)
            if refused is not None or wait <= 0:
                return refused
            await self._sleep(wait)


def _parcels(jobs: Sequence[Job], places: Iterable[int]) -> list[list[list[int]]]:
    """Put what one request asks for together: places of jobs, those that ask the same in one list."""
    groups: dict[tuple[str, tuple[Any, ...]], list[int]] = {}
    for place in places:
        provider, asked = jobs[place]
        groups.setdefault((provider.name, asked[1:]), []).append(place)
    parcels: list[list[list[int]]] = []
    unfilled: dict[int, list[list[int]]] = {}
    for same in groups.values():
        provider = jobs[same[0]][0]
        parcel = unfilled.setdefault(id(provider), [])
        if not parcel:
            parcels.append(parcel)
        parcel.append(same)
        if len(parcel) >= provider.together:
            del unfilled[id(provider)]
    return parcels


def refusal(provider: Provider, asked: Asked) -> tuple[Status, str] | None:
    """Say why a provider can't be asked at all; None if it can."""
    if asked.kind not in KINDS:
        return Status.NOT_SUPPORTED, f"{asked.kind} is no kind that is looked up"
    if asked.kind not in provider.kinds or (asked.subtype is not None and asked.subtype not in provider.subtypes):
        return Status.NOT_SUPPORTED, f"{provider.name} has nothing of this kind"
    if not fits(asked.safe, asked.kind):
        return Status.BAD_FORMAT, f"not an indicator of the kind {asked.kind}"
    return None


def _result(provider: Provider, asked: Asked, answer: Any) -> Result:
    return Result(asked, provider.name, answer, Status.OK if answer.result else Status.NO_DATA)


def run(work: Awaitable[_T]) -> _T:
    """Run asynchronous work to its end, also where a loop runs already, as in a notebook."""

    async def whole() -> _T:
        return await work

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(whole())
    with ThreadPoolExecutor(1) as apart:  # a loop can't run inside another of the same thread
        return apart.submit(asyncio.run, whole()).result()
