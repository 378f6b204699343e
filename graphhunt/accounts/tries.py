"""How often passwords may be tried: counted when a try begins, by address and by name, with waits that grow.

A stranger who knows a name must not be able to shut its owner out. So the long waits are for one name from one address,
and for one address; a name that is tried from many addresses gets a short wait. The waits of an address and of a name
do not hold for an address from which the name's owner has signed in, and what they mistype there does not count for the
address: many people may share one.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple

FREE_TRIES = 10
"""Wrong passwords for one name from one address before it has to wait."""

FREE_OF_ADDRESS = 30
"""Wrong passwords from one address, for any names, before it has to wait."""

FREE_OF_NAME = 100
"""Wrong passwords for one name from all addresses before strange addresses have to wait."""

MAX_WAIT = 900.0
"""Longest wait of an address, seconds; it doubles with each wrong password."""

MAX_NAME_WAIT = 15.0
"""Longest wait of a name, seconds."""

_KEPT = 10_000
_HALVED = 3600.0


class _Count(NamedTuple):
    tries: int = 0
    until: float = 0.0
    since: float = 0.0
    """When it was last added to or halved."""
    before: tuple[float, float] = (0.0, 0.0)
    """What `until` and `since` were ahead of the last try."""


class _Counts:
    """Tries by some key, halved by each hour without one; of the keys touched longest ago nothing is kept."""

    def __init__(self, free: int, longest: float) -> None:
        self.free, self.longest = free, longest
        self._kept: OrderedDict[Hashable, _Count] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def wait(self, key: Hashable, now: float) -> float:
        """Give the seconds that this key still has to wait."""
        return max(0.0, self._kept.get(key, _Count()).until - now)

    def add(self, key: Hashable, now: float) -> None:
        """Count a try."""
        found = self._take(key, now)
        over = found.tries + 1 - self.free
        until = now + min(self.longest, 2.0 ** min(over, 30)) if over >= 0 else 0.0
        self._kept[key] = _Count(found.tries + 1, until, now, (found.until, found.since))
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def take_back(self, key: Hashable, now: float) -> None:
        """Take back a try, and what it added to the wait."""
        found = self._take(key, now)
        if found.tries > 1:
            until, since = found.before
            self._kept[key] = found._replace(tries=found.tries - 1, until=min(found.until, until), since=since)

    def _take(self, key: Hashable, now: float) -> _Count:
        """Take a count out, as it is by now."""
        found = self._kept.pop(key, _Count())
        hours = int((now - found.since) // _HALVED)
        return found._replace(tries=found.tries >> hours, since=found.since + hours * _HALVED) if hours else found

    def clear(self, key: Hashable) -> None:
        """Forget a key."""
        self._kept.pop(key, None)


class Tries:
    """The tries of one server, in memory of a fixed size; safe to use from several threads.

    Args:
        clock: Gives seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pairs = _Counts(FREE_TRIES, MAX_WAIT)
        self._addresses = _Counts(FREE_OF_ADDRESS, MAX_WAIT)
        self._names = _Counts(FREE_OF_NAME, MAX_NAME_WAIT)
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def begin(self, name: str, address: str) -> float:
        """Count a try as wrong before its password is looked at; or give the seconds to wait, and count nothing."""
        place = network(address)
        pair = (name, place)
        with self._lock:
            now = self._clock()
            waits = [self._pairs.wait(pair, now)]
            if pair not in self._known:
                waits += [self._addresses.wait(place, now), self._names.wait(name, now)]
            if max(waits) > 0:
                return max(waits)
            self._pairs.add(pair, now)
            self._names.add(name, now)
            if pair not in self._known:
                self._addresses.add(place, now)
        return 0.0

    def take_back(self, name: str, address: str) -> None:
        """Take back a try whose password nobody looked at."""
        place = network(address)
        with self._lock:
            now = self._clock()
            self._pairs.take_back((name, place), now)
            self._names.take_back(name, now)
            if (name, place) not in self._known:
                self._addresses.take_back(place, now)

    def right(self, name: str, address: str) -> None:
        """Take back a try whose password was right; from now on this address is known to be the person's."""
        self.take_back(name, address)
        pair = (name, network(address))
        with self._lock:
            self._pairs.clear(pair)
            self._known.pop(pair, None)
            self._known[pair] = None
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)

    def __len__(self) -> int:
        """Count the entries kept, of all kinds."""
        return len(self._pairs) + len(self._addresses) + len(self._names) + len(self._known)


def network(address: str) -> str:
    """Give what counts as one address: of IPv6 the /64, which one subscriber has whole."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
