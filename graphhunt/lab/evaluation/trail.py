"""Leads by the place they are looked up by, in order of time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from graphhunt.lab.evaluation.hops import Hops


class Trail:
    """Leads per place; a place is a number, such as a machine."""

    def __init__(self) -> None:
        self._leads: dict[int, list[tuple[int, int]]] = defaultdict(list)

    def add(self, place: int, t: int, lead: int) -> None:
        """Add a lead at a place and time."""
        insort(self._leads[place], (t, lead))

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the leads that follow each other at one place."""
        for known in self._leads.values():
            for (_, earlier), (_, later) in pairwise(known):
                yield earlier, later

    def beside(self, place: int, t: int, lead: int) -> Iterator[int]:
        """Yield the leads right before and right after where a lead stands, or would."""
        known = self._leads.get(place, [])
        at = bisect_left(known, (t, lead))
        for i in (at - 1, at):
            if 0 <= i < len(known):
                yield known[i][1]

    def arrivals(self, hops: Hops, leads: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield, for leads, the latest lead here that had come to where each leaves from, and the lead itself."""
        for lead in leads:
            known = self._leads.get(int(hops.src[lead]), [])
            at = bisect_left(known, (int(hops.t[lead]), -1))
            if at:
                yield known[at - 1][1], lead

    def departures(self, hops: Hops, leads: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield leads, and the first lead here that leaves from where each came to."""
        for lead in leads:
            known = self._leads.get(int(hops.dst[lead]), [])
            at = bisect_right(known, (int(hops.t[lead]), len(hops)))
            if at < len(known):
                yield lead, known[at][1]
