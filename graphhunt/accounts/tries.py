"""How often passwords may be tried: counted when a try begins, by address and by name, with waits that grow.

A stranger who knows a name must not be able to shut its owner out. So the long waits are for one name from one address,
and for one address; a name that is tried from many addresses gets a short wait, which does not hold for addresses
from which its owner has signed in.
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
_FORGOTTEN = 24 * 3600.0


class _Count(NamedTuple):
    tries: int
    until: float
    touched: float


class _Counts:
    """Tries by some key; of the keys touched longest ago nothing is kept."""

    def __init__(self, free: int, longest: float) -> None:
        self.free, self.longest = free, longest
        self._kept: OrderedDict[Hashable, _Count] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def wait(self, key: Hashable, now: float) -> float:
        """Give the seconds that this key still has to wait."""
        return max(0.0, self._kept.get(key, _Count(0, 0.0, 0.0)).until - now)

    def add(self, key: Hashable, now: float, by: int = 1) -> None:
        """Count a try, or with -1 take one back."""
        found = self._kept.pop(key, None)
        tries = found.tries if found and now - found.touched < _FORGOTTEN else 0
        tries = max(0, tries + by)
        over = tries - self.free
        until = now + min(self.longest, 2.0 ** min(over, 30)) if over >= 0 else 0.0
        if tries:
            self._kept[key] = _Count(tries, until, now)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

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
            waits = [self._pairs.wait(pair, now), self._addresses.wait(place, now)]
            if pair not in self._known:
                waits.append(self._names.wait(name, now))
            if max(waits) > 0:
                return max(waits)
            self._pairs.add(pair, now)
            self._addresses.add(place, now)
            self._names.add(name, now)
        return 0.0

    def take_back(self, name: str, address: str) -> None:
        """Take back a try whose password nobody looked at."""
        place = network(address)
        with self._lock:
            now = self._clock()
            self._pairs.add((name, place), now, -1)
            self._addresses.add(place, now, -1)
            self._names.add(name, now, -1)

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
