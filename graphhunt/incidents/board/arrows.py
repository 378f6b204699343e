"""Arrows: who came from where, who called the outside, and what was asked of another machine."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.board import phrases
from graphhunt.incidents.board.lanes import OUTSIDE
from graphhunt.incidents.lead import Entity
from graphhunt.incidents.sentences import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.incidents.board.scene import Scene
    from graphhunt.incidents.board.telling import Teller
    from graphhunt.incidents.tables import Tables

AT_ONCE = 5_000_000
"""A logon this near to a question is how it was asked, µs."""

WAYS = ("remote_service", "remote_task", "remote_wmi", "remote_dcom", "remote_winrm", "exploited", "network_remote")
"""Kinds of leads that say how a machine was come to."""

_ASKING = ("asked_admins", "hash_on_command_line", "many_tickets")
"""Kinds of leads that ask another machine something."""

_MOST = 4
"""Arrows of a kind beside one card."""


class Arrows:
    """Draws the arrows of scenes.

    Args:
        tables: The graph's tables.
        teller: Says things.
        outside: Addresses that are outside.
        lanes: Ids of all lanes.
    """

    def __init__(self, tables: Tables, teller: Teller, outside: set[str], lanes: set[str]) -> None:
        self._tables, self._teller, self._outside, self._lanes = tables, teller, outside, lanes
        controllers = tables.machines.filter(pl.col("role") == "domain controller")
        self._controllers = set(controllers.get_column("id"))
        self._owners = dict(tables.edges("HAD_IP").select("to_id", "from_id").iter_rows())

    def of(self, scene: Scene) -> list[dict[str, Any]]:
        """Give the arrows of a scene: those that led to it first."""
        return [*self._came(scene), *self._called(scene), *self._asked(scene)]

    def _came(self, scene: Scene) -> list[dict[str, Any]]:
        by_source: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in scene.logons:
            by_source[row["from_id"]].append(row)
        return [self._hop(scene, source, rows) for source, rows in by_source.items()]

    def _hop(self, scene: Scene, source: str, rows: list[Mapping[str, Any]]) -> dict[str, Any]:
        out = source in self._outside
        named = [row["technique_name"] for row in rows if row["technique_name"]]
        technique = words(max(set(named), key=lambda name: (named.count(name), name))) if named else None
        label = "IP" if out or source not in self._tables.names else "Machine"
        known = {"from": Entity(label, source), "technique": technique}
        proof = [event for row in rows for event in row["evidence"]]
        if out:
            said = phrases.COMES if technique else phrases.COMES_PLAIN
            text = self._teller.say("came", said, known, proof)
        else:
            text = self._way(scene, technique, proof)
        return {
            "kind": "outside" if out else "hop", "from": OUTSIDE if out else source, "to": scene.machine,
            "technique": next((row["technique"] for row in rows if row["technique"]), None),
            "account": self._teller.account(rows[0]["user_id"]), "logons": len(rows), "text": text,
        }  # fmt: skip

    def _way(self, scene: Scene, technique: str | None, proof: list[str]) -> dict[str, Any]:
        """Say how a scene was come to: what its lead says of that, else the technique."""
        for act in scene.acts:
            lead = next((lead for lead in act.leads if act.hop and lead.kind in WAYS), None)
            if lead is not None:
                return self._teller.line(lead)
        return self._teller.say("came", "{technique}" if technique else phrases.LOGONS, {"technique": technique}, proof)

    def _called(self, scene: Scene) -> list[dict[str, Any]]:
        found: dict[tuple[Any, Any], dict[str, Any]] = {}
        for lead in scene.leads:
            facts = lead.facts
            target = facts.get("address") or facts.get("outside")
            address = target.id if isinstance(target, Entity) else target
            if address not in self._outside:
                continue
            said = phrases.CALLS if facts.get("port") else phrases.CALLS_PLAIN
            text = self._teller.say("called", said, {**facts, "address": Entity("IP", address)}, lead.evidence)
            arrow = self._arrow("outside", scene, OUTSIDE, text)
            if facts.get("port") or not any(address == other for other, _ in found):
                found.setdefault((address, facts.get("port")), arrow)
        ports = {address for address, port in found if port}
        return [arrow for (address, port), arrow in found.items() if port or address not in ports][:_MOST]

    def _asked(self, scene: Scene) -> list[dict[str, Any]]:
        """Give the domain controllers that what asked something talked to, or logged on to at that moment."""
        found: dict[str, dict[str, Any]] = {}
        for lead in scene.leads:
            if lead.kind in _ASKING:
                for machine, proof in [*self._talked(lead.vertex), *self._logged_on(scene, lead.time)]:
                    if machine != scene.machine and machine in self._lanes & self._controllers:
                        text = self._teller.say("asked", phrases.ASKS, {}, proof)
                        found.setdefault(machine, self._arrow("ask", scene, machine, text))
        return list(found.values())[:_MOST]

    def _talked(self, vertex: str) -> list[tuple[str, list[str]]]:
        own = self._tables.edges("CONNECTED").filter(pl.col("from_id") == vertex.partition("|")[2])
        pairs = own.select("to_id", "evidence").iter_rows()
        return [(self._owners.get(address, address), list(proof or ())) for address, proof in pairs]

    def _logged_on(self, scene: Scene, time: int) -> list[tuple[str, list[str]]]:
        hops = self._tables.hops.filter(
            (pl.col("from_id") == scene.machine)
            & (pl.col("user_id") == (scene.account or ""))
            & ((pl.col("start") - time).abs() <= AT_ONCE)
        )
        return [(machine, list(proof or ())) for machine, proof in hops.select("to_id", "evidence").iter_rows()]

    def _arrow(self, kind: str, scene: Scene, to: str, text: dict[str, Any]) -> dict[str, Any]:
        return {
            "kind": kind, "from": scene.machine, "to": to, "technique": None,
            "account": self._teller.account(scene.account), "logons": 0, "text": text,
        }  # fmt: skip
