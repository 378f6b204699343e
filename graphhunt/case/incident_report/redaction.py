"""Aliases for names and addresses in a report that is shown to others: the same name has the same alias everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING

from graphhunt.errors import UsageError
from graphhunt.ids import digest

if TYPE_CHECKING:
    from graphhunt.incidents.tables import Tables

WHAT = ("names", "addresses")
"""What can be swapped: names of accounts, machines and domains; addresses, inside and outside."""

_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?!\w|:[0-9A-Fa-f]))"
)
"""What may be an address; whether it is one is asked of it."""

_SHORTEST = 2
_BACKGROUND = ("system", "anonymous")


def asked(text: str | Iterable[str]) -> tuple[str, ...]:
    """Read what is to be swapped from a list or from text with commas.

    Raises:
        UsageError: It names something else.
    """
    given = [each.strip() for each in (text.split(",") if isinstance(text, str) else text)]
    for each in filter(None, given):
        if each not in WHAT:
            raise UsageError(f"'{each}' can't be swapped for aliases", hint="valid: names, addresses")
    return tuple(each for each in WHAT if each in given)


def swapper(what: Iterable[str], tables: Tables, workspace: str) -> Callable[[str], str]:
    """Give what swaps names or addresses in a text for aliases.

    Args:
        what: Of `WHAT`.
        tables: The graph's tables, which know the names.
        workspace: Id of the workspace: aliases of two workspaces have nothing in common.
    """
    wanted = set(what)
    changes = [_names(tables, workspace)] if "names" in wanted else []
    changes += [_addresses(workspace)] if "addresses" in wanted else []

    def swap(text: str) -> str:
        for change in changes:
            text = change(text)
        return text

    return swap


def _names(tables: Tables, workspace: str) -> Callable[[str], str]:
    known: dict[str, str] = {}
    for kind, owner, name in _known(tables):
        if len(name) >= _SHORTEST and not _is_address(name):
            known.setdefault(name.casefold(), f"{kind}-{digest('alias', workspace, kind, owner, size=3)}")
    if not known:
        return lambda text: text
    longest = sorted(known, key=lambda name: (-len(name), name))
    pattern = re.compile(r"(?<![A-Za-z0-9_])(?:" + "|".join(map(re.escape, longest)) + r")(?![A-Za-z0-9_])", re.I)
    return lambda text: pattern.sub(lambda found: known.get(found[0].casefold(), "name"), text)


def _known(tables: Tables) -> Iterator[tuple[str, str, str]]:
    """Give kind, id and every spelling of machines, accounts and domains; machines first: accounts repeat them."""
    domains: set[str] = set()
    machines = tables.nodes("Machine", "id", "name", "fqdn", "aliases")
    users = tables.nodes("User", "id", "name", "domain", "aliases", "kind")
    for id_, name, fqdn, aliases in machines.iter_rows():
        spelt = [text for text in (id_, name, fqdn, *(aliases or ())) if text]
        yield from (("machine", id_, text) for text in spelt)
        domains.update(text.partition(".")[2] for text in spelt if "." in text and not _is_address(text))
    for id_, name, domain, aliases, kind in users.iter_rows():
        if kind in _BACKGROUND:
            continue
        domains.add(domain or "")
        for text in filter(None, (name, *(aliases or ()))):
            holder, _, plain = text.rpartition("\\")
            plain, _, realm = plain.partition("@")
            domains.update((holder, realm))
            yield "account", id_, plain.rstrip("$") or plain
    others = tables.edges("LOGGED_ON", "outbound_user").get_column("outbound_user").drop_nulls().unique().sort()
    for text in others:
        plain = text.rpartition("\\")[2].partition("@")[0]
        yield "account", plain.casefold(), plain
    yield from (("domain", text.casefold(), text) for text in sorted(domains) if text)


def _addresses(workspace: str) -> Callable[[str], str]:
    def alias(found: re.Match[str]) -> str:
        return (
            f"address-{digest('alias', workspace, 'address', found[0].lower(), size=3)}"
            if _is_address(found[0])
            else found[0]
        )

    return lambda text: _ADDRESS.sub(alias, text)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
