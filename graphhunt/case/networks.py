"""Stating what a network is: inside, outside or of the platform, and taking that back."""

from __future__ import annotations

import getpass
import time
from ipaddress import ip_network
from pathlib import Path

from graphhunt.case.casebook.tables import STEPS
from graphhunt.errors import UsageError
from graphhunt.incidents.by_hand import FILE
from graphhunt.incidents.stated_networks import KINDS, Stated, stated_of
from graphhunt.smalldb import SmallDatabase


class StatedNetworks:
    """The statements on networks of a workspace; what was taken back stays on record.

    Args:
        folder: The workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def state(self, cidr: str, kind: str, author: str | None = None) -> Stated:
        """State what a network is, instead of what was stated of it before; incidents are found anew by it.

        Raises:
            UsageError: It is no network, or there is no such kind.
        """
        if kind not in KINDS:
            raise UsageError(f"'{kind}' is no kind of network", hint="valid: " + ", ".join(KINDS))
        return self._write(_network(cidr), kind, author)

    def take_back(self, cidr: str, author: str | None = None) -> Stated:
        """Take back what was stated of a network.

        Raises:
            UsageError: Nothing was.
        """
        network = _network(cidr)
        if network not in {each.cidr for each in stated_of(self._folder)}:
            raise UsageError(f"nobody stated anything of {network}", hint="see: graphhunt networks")
        return self._write(network, "", author)

    def _write(self, cidr: str, kind: str, author: str | None) -> Stated:
        row = Stated(cidr, kind, author or getpass.getuser(), time.time_ns() // 1000)
        book = SmallDatabase(self._folder / FILE, STEPS)
        try:
            book.run("INSERT INTO network (cidr, kind, author, time) VALUES (?, ?, ?, ?)", tuple(row))
        finally:
            book.close()
        return row


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise UsageError(f"'{text}' is no network", hint="write it as 10.1.0.0/16") from error
