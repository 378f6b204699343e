"""Which spellings of hosts are one machine: short name and suffix group, cut names, bare names by time and domain."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graphhunt.graph.identity import NEAR, NETBIOS, HostName, host_name, is_itself


class Activity(NamedTuple):
    """What the records of one spelling show.

    Attributes:
        days: Days with records, since 1970, ascending.
        issuers: Domains and machines that issued the SIDs in its records.
    """

    days: list[int]
    issuers: frozenset[str]


class Groups:
    """The suffix groups of every short name.

    Args:
        hosts: Spellings of hosts that logged.
        listed: Full names of computers that a directory lists.
    """

    def __init__(self, hosts: Iterable[str], listed: Iterable[str] = ()) -> None:
        names = {host_name(host) for host in hosts}
        self._suffixes: dict[str, set[str]] = defaultdict(set)
        for name in [*names, *(host_name(text) for text in listed)]:
            if name:
                self._suffixes[name.short] |= {name.suffix} - {""}
        self._longer: dict[str, list[str]] = defaultdict(list)
        for short in sorted(self._suffixes):
            if len(short) > NETBIOS and ":" not in short:
                self._longer[short[:NETBIOS]].append(short)
        self._activity: Mapping[str, Activity] = {}

    def suffixes(self, short: str) -> list[str]:
        """List the suffixes under which a short name is known."""
        return sorted(self._suffixes.get(short, ()))

    def longer(self, short: str) -> list[str]:
        """List the names that a bare name may be a cut form of."""
        return [] if self.suffixes(short) else self._longer.get(short, [])

    def whole(self, name: HostName) -> HostName:
        """Give the name that a cut one stands for, where exactly one fits; else the name itself."""
        longer = self.longer(name.short) if not name.suffix else []
        return HostName(longer[0], "") if len(longer) == 1 else name

    def key(self, name: HostName) -> str | None:
        """Give the machine that a name means; None for a bare name that several could be."""
        name = self.whole(name)
        groups = self.suffixes(name.short)
        if name.suffix and groups and groups != [name.suffix]:
            return f"{name.short}@{name.suffix}"
        return None if not name.suffix and len(groups) > 1 else name.short

    def learn(self, activity: Mapping[str, Activity]) -> None:
        """Take what the records of contested spellings show."""
        self._activity = activity

    def placed(self, name: HostName, day: int | None, domain: str | None, issuers: frozenset[str]) -> str | None:
        """Give the machine that a contested bare name means in a record; None if that can't be said.

        Args:
            name: The name.
            day: Day of the record.
            domain: Domain that the record states of the name.
            issuers: Issuers of the SIDs in the records of this spelling.
        """
        name = self.whole(name)
        groups = self.suffixes(name.short)
        first = (domain or "").lower().partition(".")[0]
        if domain and len(stated := [s for s in groups if s.partition(".")[0] == first or s == domain.lower()]) == 1:
            return f"{name.short}@{stated[0]}"
        active = [suffix for suffix in groups if day is not None and self._near(name.short, suffix, day)]
        if len(active) == 1:
            return f"{name.short}@{active[0]}"
        known = {suffix: self._issuers(name.short, suffix) & issuers for suffix in groups}
        shared = [issuer for found in known.values() for issuer in found]
        own = [suffix for suffix, found in known.items() if any(shared.count(issuer) == 1 for issuer in found)]
        return f"{name.short}@{own[0]}" if len(own) == 1 else None

    def _near(self, short: str, suffix: str, day: int) -> bool:
        return any(_within(self._activity[host].days, day) for host in self._of(short, suffix))

    def _issuers(self, short: str, suffix: str) -> frozenset[str]:
        return frozenset().union(*(self._activity[host].issuers for host in self._of(short, suffix)))

    def _of(self, short: str, suffix: str) -> list[str]:
        return [host for host in self._activity if host_name(host) == (short, suffix)]


def machine_names(hosts: Iterable[str]) -> dict[str, str]:
    """Give for each spelling of a host the machine it means by itself; a bare name of several stays as it is."""
    spelled = sorted(set(hosts))
    groups = Groups(host for host in spelled if not is_itself(host))
    names = {host: host_name(host) for host in spelled}
    return {host: (groups.key(name) or name.short) if name else host for host, name in names.items()}


def _within(days: list[int], day: int) -> bool:
    """Tell whether one of the days is near."""
    place = bisect_left(days, day - NEAR)
    return place < len(days) and days[place] <= day + NEAR
