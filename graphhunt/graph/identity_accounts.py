"""Which SIDs a machine issued, and which account an analyst's citation means.

A machine issues the SIDs of its own accounts; clones of it issue the same ones, so that they tell accounts apart only
together with the machine. Source: Microsoft, "Security identifiers" (MS-DTYP 2.4.2) and event 4624, whose account
domain is the computer's name for a local account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from graphhunt.graph.identity import NETBIOS
from graphhunt.graph.wellknown import NO_DOMAIN

ISSUER = r"^(S-1-5-21-\d+-\d+-\d+)-\d+$"
"""The issuer's part of an account's SID."""


class Sighting(NamedTuple):
    """An issuer's SID in a record.

    Attributes:
        issuer: Who issued it.
        domain: Domain beside it, without suffix, lower case; None if the record states none.
        machine: Short name of the record's machine, None if it names none.
        logon: Whether the record is a logon on that machine.
    """

    issuer: str
    domain: str | None
    machine: str | None
    logon: bool


def is_named(machine: str | None, domain: str | None) -> bool:
    """Tell whether a domain is a machine's own name, which NetBIOS cuts."""
    return bool(machine and domain) and domain in (machine, str(machine)[:NETBIOS])


def local_issuers(sightings: Iterable[Sighting], machines: frozenset[str]) -> frozenset[str]:
    """List the issuers that are machines: by their own logons, and never against evidence of a domain.

    Args:
        sightings: Where issuers were seen.
        machines: Short names of the machines of the case.
    """
    cut = machines | {name[:NETBIOS] for name in machines}
    local, domains = set(), set()
    for seen in sightings:
        if seen.domain is None or seen.domain in NO_DOMAIN:
            continue
        if is_named(seen.machine, seen.domain):
            if seen.logon:
                local.add(seen.issuer)
        elif seen.domain not in cut:
            domains.add(seen.issuer)
    return frozenset(local - domains)


class Domains:
    """What a domain part of a spelling stands for.

    Args:
        keys: Ids of the machines, without tenant.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        found: dict[str, set[str]] = defaultdict(set)
        for key in keys:
            short = key.partition("@")[0]
            found[short].add(key)
            found[short[:NETBIOS]].add(key)
        self._machines = {name: next(iter(keys)) for name, keys in found.items() if len(keys) == 1}
        self.aliases: dict[str, str] = {}

    def machine(self, domain: str) -> str | None:
        """Give the machine of that name, None if there is none or several."""
        return self._machines.get(domain)

    def folded(self, domain: str) -> str:
        """Give one name for a domain: the machine it is, else the first of its names."""
        return self._machines.get(domain) or self.aliases.get(domain, domain)

    def learn(self, groups: Iterable[set[str]]) -> None:
        """Learn which names are one domain: each group's are, and so on from group to group."""
        parent: dict[str, str] = {}

        def root(domain: str) -> str:
            while parent.get(domain, domain) != domain:
                domain = parent[domain]
            return domain

        for group in groups:
            roots = sorted({root(domain) for domain in group})
            for other in roots[1:]:
                parent[other] = roots[0]
        self.aliases = {domain: root(domain) for domain in parent}
