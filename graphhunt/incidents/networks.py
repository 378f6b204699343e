"""Networks: which addresses are inside, which belong to the platform, and which are outside, each with the reason.

What an analyst stated of a network holds, the narrowest first. Inside are the networks of machines that log, and what a
setting adds. An address that no inner network holds is outside if it is one of the internet, if a decoded command names
it, or if only interpreters talk to it; else it is a machine that nothing is known of. Where network logs alone are
loaded, nothing tells programs apart: then the networks of who asks for tickets and who gives them are inside, and what
they talk to elsewhere is taken for outside, as a guess.
"""

from __future__ import annotations

from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from graphhunt.errors import UsageError
from graphhunt.incidents.programs import INTERPRETERS
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphhunt.incidents.stated_networks import Stated
    from graphhunt.incidents.tables import Tables

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PREFIX = {4: 24, 6: 64}
"""Bits of the network around a machine's address."""

PLATFORM = tuple(
    ip_network(text)
    for text in (
        # Metadata and health services that clouds serve on fixed addresses (AWS, Azure, GCP documentation).
        "168.63.129.16/32", "169.254.169.254/32",
        # Loopback, link-local, multicast, broadcast, unspecified (RFC 6890).
        "127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10", "224.0.0.0/4", "ff00::/8", "255.255.255.255/32",
        "0.0.0.0/32", "::/128",
    )
)  # fmt: skip
"""Addresses that belong to no one elsewhere."""

COMMAND, ALONE, PUBLIC, GUESS, STATED = (
    "a decoded command names it",
    "only interpreters talk to it",
    "it is an address of the internet",
    "it is in no inner network; only network logs are loaded, so this is a guess",
    "an analyst says so",
)
"""Why an address is outside."""


class Inner(NamedTuple):
    """A network that is known to be inside or of the platform, and why."""

    network: Network
    kind: str
    source: str
    reason: str
    machines: tuple[str, ...] = ()


class Networks:
    """What is inside and what is outside of a case.

    Args:
        tables: The graph's tables.
        added: Networks that are inside by setting, in CIDR form.
        stated: What analysts stated.

    Raises:
        UsageError: An added network can't be read.
    """

    def __init__(self, tables: Tables, added: Iterable[str] = (), stated: Iterable[Stated] = ()) -> None:
        self._tables = tables
        self._added = tuple(_read(text) for text in added)
        self._stated = tuple(
            Inner(each.network, each.kind, "analyst", f"{each.author} says so")
            for each in sorted(stated, key=lambda each: -each.network.prefixlen)
        )

    @cached_property
    def inner(self) -> tuple[Inner, ...]:
        """List the inner networks, those of a setting first."""
        stated = [Inner(network, "inner", "setting", "the setting inner_networks names it") for network in self._added]
        own = tuple(each for each in self._stated if each.kind == "inner")
        found = (*own, *stated, *self._around(self._sites, "machines there log"), *self._guessed)
        elsewhere = {each.network for each in self._stated if each.kind != "inner"}
        return tuple(each for each in found if each.network not in elsewhere)

    def _stated_kind(self, address: Address) -> str | None:
        """Give what the narrowest stated network that holds an address is; None where none does."""
        return next((each.kind for each in self._stated if _within(address, [each])), None)

    @cached_property
    def listed(self) -> tuple[Inner, ...]:
        """List the inner networks and the platform's addresses."""
        platform = [Inner(network, "platform", "built in", "a fixed address of platforms") for network in PLATFORM]
        others = tuple(each for each in self._stated if each.kind != "inner")
        return (*others, *self.inner, *platform)

    @cached_property
    def _sites(self) -> pl.DataFrame:
        """Addresses of machines: `machine` and `address`, those of machines that log."""
        own = self._tables.machines.filter(~pl.col("stub").fill_null(value=False)).select(from_id="id", machine="name")
        return self._tables.edges("HAD_IP").join(own, on="from_id").select("machine", address="to_id").sort("address")

    @cached_property
    def flows_only(self) -> bool:
        """Whether network logs alone are loaded: no process of any machine is known."""
        return self._tables.processes.is_empty() and not self._tables.edges("FLOWED_TO").is_empty()

    @cached_property
    def _guessed(self) -> list[Inner]:
        """Networks of who asks for tickets, where nothing but the network was recorded."""
        if not self.flows_only:
            return []
        asked = self._tables.edges("AUTHENTICATED", "source_ip", "protocol")
        asked = asked.filter(pl.col("protocol").str.starts_with("kerberos")).drop_nulls("source_ip")
        clients = asked.select(machine=pl.col("source_ip"), address="source_ip").unique().sort("address")
        known = {each.network for each in self._around(self._sites, "")}
        found = self._around(clients, "clients of Kerberos are there: a guess")
        return [each for each in found if each.network not in known]

    def _around(self, sites: pl.DataFrame, reason: str) -> list[Inner]:
        """Give the networks around addresses that may be inside."""
        found: dict[Network, set[str]] = {}
        for machine, text in sites.select("machine", "address").iter_rows():
            address = read_address(text)
            if address is not None and not _platform(address) and not address.is_loopback:
                network = ip_network(f"{address}/{32 if address.is_global else PREFIX[address.version]}", strict=False)
                found.setdefault(network, set()).add(machine)
        ordered = sorted(found.items(), key=lambda item: (item[0].version, int(item[0].network_address)))
        return [Inner(network, "inner", "inferred", reason, tuple(sorted(names))) for network, names in ordered]

    @cached_property
    def outside(self) -> dict[str, tuple[str, ...]]:
        """Give the outside addresses that machines of the case talked to, or were reached from, each with reasons."""
        found = {text: self._reasons(text) for text in self._seen}
        return {text: reasons for text, reasons in found.items() if reasons}

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """List the addresses at the other end that are neither inside nor outside: nothing is known of them."""
        return tuple(text for text in self._seen if text not in self.outside and not self._inside(text))

    @cached_property
    def _seen(self) -> list[str]:
        """Every address at the other end of a connection, a flow or a logon, in order."""
        parts = [
            self._tables.edges("CONNECTED").get_column("to_id"), self._tables.edges("FLOWED_TO").get_column("to_id"),
            self._tables.hops.filter(pl.col("from_label") == "IP").get_column("from_id"),
        ]  # fmt: skip
        return sorted(set(pl.concat(parts).drop_nulls().to_list()))

    def _inside(self, text: str) -> bool:
        address = read_address(text)
        if address is not None and (kind := self._stated_kind(address)):
            return kind != "outside"
        return address is None or _platform(address) or _broadcast(address, self.inner) or _within(address, self.inner)

    def _reasons(self, text: str) -> tuple[str, ...]:
        """Say why an address is outside; nothing where it isn't."""
        address = read_address(text)
        kind = self._stated_kind(address) if address is not None else None
        if kind == "outside":
            return (STATED,)
        if address is None or kind == "platform" or _platform(address) or _broadcast(address, self.inner):
            return ()
        reasons = [COMMAND] if text in self.named else []
        if not _within(address, self.inner):
            reasons += [ALONE] if text in self._only_interpreters else []
            reasons += [PUBLIC] if address.is_global else []
            reasons += [GUESS] if self.flows_only and not address.is_global else []
        return tuple(reasons)

    @cached_property
    def named(self) -> frozenset[str]:
        """Addresses that decoded commands name."""
        lines = self._tables.processes.get_column("command_line").drop_nulls().unique()
        found = [
            decoded(line) for line in lines.filter(lines.str.contains(r"(?i)[-/]e[a-z]*[\s:]+[\"']?[a-z0-9+/]{16}"))
        ]
        hosts = (url.split("/")[2].rsplit("@", 1)[-1].split(":")[0] for each in found if each for url in each.urls)
        return frozenset(host for host in hosts if read_address(host))

    @cached_property
    def _only_interpreters(self) -> frozenset[str]:
        """Addresses that no other program talks to."""
        made = self.calls.group_by("to_id").agg(alone=pl.col("program").is_in(INTERPRETERS).all())
        return frozenset(made.filter("alone").get_column("to_id"))

    @cached_property
    def calls(self) -> pl.DataFrame:
        """Outgoing connections with the name of the program that made each."""
        made = self._tables.edges("CONNECTED", "remote_port", "direction", "machine_id", "user_id", "blocked")
        made = made.filter(pl.col("direction") == "outgoing")
        programs = self._tables.processes.select(from_id="id", program="name")
        return made.join(programs, on="from_id", how="left").sort("start", "id")

    def describe(self) -> dict[str, Any]:
        """Give all of it as plain values."""
        return {
            "networks": [
                {
                    "cidr": str(each.network), "kind": each.kind, "source": each.source, "reason": each.reason,
                    "machines": list(each.machines),
                }
                for each in self.listed
            ],
            "outside": [{"address": text, "reasons": list(why)} for text, why in sorted(self.outside.items())],
            "unknown": list(self.unknown),
        }  # fmt: skip


def read_address(text: str) -> Address | None:
    """Read an address; None if it is none."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def _read(text: str) -> Network:
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise UsageError(f"'{text}' is no network", hint="write it as 10.1.0.0/16") from error


def _platform(address: Address) -> bool:
    return any(address.version == network.version and address in network for network in PLATFORM)


def _within(address: Address, inner: Iterable[Inner]) -> bool:
    return any(address.version == each.network.version and address in each.network for each in inner)


def _broadcast(address: Address, inner: Iterable[Inner]) -> bool:
    """Tell whether it is the last address of an inner network, which means all of them."""
    return any(address == each.network.broadcast_address for each in inner if each.network.num_addresses > 1)
