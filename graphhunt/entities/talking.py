"""The question about connections; the same for every entity that talks or is talked to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphhunt.entities import values
from graphhunt.entities.base import Entity, Only, Result, counted
from graphhunt.entities.histogram import Histogram
from graphhunt.entities.parts import Part, moments
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import Connection

Ports = int | str | Sequence[int | str] | None
"""What a parameter takes that limits to ports."""


class Talking(Entity):
    """An entity with connections: account, machine, program file, tenant, process or address."""

    statuses = ("Internal", "External")
    """What column `Ipv4Status` says of an address that isn't public, and of one that is."""

    def get_communications(
        self,
        muid: Any = None,
        file: Any = None,
        period: TimePeriod | None = None,
        protocol: str | list[str] | None = None,
        port: Ports = None,
        iptype: str | list[str] | None = None,
        direction: str | list[str] | None = None,
        ips: Any = None,
        top: int | None = None,
        histogram: Histogram | None = None,
        *,
        users: Any = None,
        ports: Ports = None,
    ) -> Result[Connection]:
        """Ask for connections: one row per process, address, service port, protocol, direction and outcome.

        Args:
            muid: Only of these machines.
            file: Only of these programs: names, paths, hashes or File objects.
            period: Only in this time; the entity's own period when not given.
            protocol: ICMP, IGMP, RFCOMM, TCP, RDP (port 3389), UDP, ICMPV6, RM.
            port: A number or FTP, SSH, TELNET, SMTP, HTTP, POP3, HTTPS, RDP: the server's port; several in a list.
            iptype: Public or Private; private is every address that isn't public.
            direction: Incoming or Outgoing.
            ips: Only with these addresses.
            top: Rows at most, earliest first.
            histogram: Count instead.
            users: Only of these accounts.
            ports: The same as `port`; one of both is given.

        Raises:
            UsageError: A value isn't valid; the error lists those that are.
        """
        rows = self._limited(
            Connection,
            "communications",
            Only(muid, users, file, period, top),
            _checked(protocol, values.either("port", port, "ports", ports), iptype, direction, ips),
            files="programs",
            shape=lambda part: _shown(part, self.statuses),
            extra={"statuses": list(self.statuses)},
        )
        return counted(rows, histogram)


_DIRECTIONS = {word.lower(): word for word in values.DIRECTIONS}


def _shown(part: Part, statuses: tuple[str, str]) -> Part:
    """Give the fields of `Connection`s as the tables spell them; the part given is changed."""
    own, public = statuses
    begun = part["date_time"] = moments(part["date_time"])
    part["date"] = [moment.date() if moment else None for moment in begun]
    part["direction"] = [_DIRECTIONS.get(word) for word in part["direction"]]
    part["protocol"] = [word.upper() if word else None for word in part["protocol"]]
    known = {None: None, "public": public}
    part["ipv4_status"] = [known.get(scope, own) for scope in part.pop("scope")]
    return part


def _checked(protocol: Any, port: Any, iptype: Any, direction: Any, ips: Any) -> dict[str, Any]:
    protocols = values.chosen("protocol", protocol, values.PROTOCOLS)
    directions = values.chosen("direction", direction, values.DIRECTIONS)
    types = values.chosen("iptype", iptype, values.IP_TYPES)
    return {
        "protocols": None if protocols is None else [text.lower() for text in protocols],
        "ports": values.ports(port),
        "public": None if types is None or len(types) > 1 else types == ["Public"],
        "directions": None if directions is None else [text.lower() for text in directions],
        "ips": values.addresses(ips),
    }
