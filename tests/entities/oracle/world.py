"""Random small graphs: as plain facts, as a networkx graph, and in a store. None of the product's graphing is used.

Times are few and small, so that equal times and the edges of periods come up; properties are missing now and then;
processes may be in circles. What graphing guarantees holds here too: a process has at most one machine, account,
program file and parent, and says its machine and account itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

import networkx as nx

MINUTE = 60_000_000
BASE = 1_700_005_800_000_000
"""Ten minutes before a midnight, so that worlds have two days."""
PROGRAMS = ("cmd.exe", "powershell.exe", "svchost.exe", "psexec.exe")
FILES = (r"C:\Temp\a.zip", r"\\srv\share\b.ps1", r"C:\Temp\c.docx", r"D:\D.EXE", r"C:\Temp\a.zip:Zone.Identifier")
Fact = tuple[str, str, str, str, str, dict[str, Any]]
"""Type, label and id of the start, label and id of the end, properties with the id."""


@dataclass
class World:
    """One random graph.

    Attributes:
        tenant: Tenant of all its nodes; ids begin with it.
        nodes: Ids with properties, by label.
        facts: The relationships.
    """

    tenant: str
    rng: Random
    nodes: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    def ids(self, label: str) -> list[str]:
        return list(self.nodes.get(label, {}))

    def some(self, label: str) -> list[str]:
        """Draw two ids of a label; one that isn't there where the world has fewer, and now and then."""
        drawn = self.rng.sample(self.ids(label), min(len(self.ids(label)), self.rng.choice((1, 2, 2))))
        return [*drawn, f"{self.tenant}|nowhere", f"{self.tenant}|nobody"][:2]

    def graph(self) -> nx.MultiDiGraph[str]:
        """Give the graph; labels, types and starts are attributes."""
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for label, nodes in self.nodes.items():
            for key, props in nodes.items():
                graph.add_node(key, label=label, id=key, **props)
        for kind, _, start, _, end, props in self.facts:
            graph.add_edge(start, end, key=props["id"], type=kind, _start=start, **props)
        return graph

    def add_node(self, label: str, own: str, /, **props: Any) -> str:
        key = f"{self.tenant}|{label.lower()}|{own}"
        begin = self.time()
        common = {"client_id": self.tenant, "first_seen": begin, "last_seen": begin + self.rng.randint(0, 5) * MINUTE}
        known = {name: value for name, value in props.items() if value is not None}
        text = " ".join(" ".join(v) if isinstance(v, list) else str(v) for v in (key, *known.values())).lower()
        self.nodes.setdefault(label, {})[key] = {**common, "search": text, **known}
        return key

    def link(self, kind: str, start: tuple[str, str], end: tuple[str, str], /, **props: Any) -> None:
        begin = self.time()
        common = {
            "id": f"{self.tenant}|{len(self.facts):03}|{kind}", "start": begin,
            "end": begin + self.rng.choice((0, 1, 4)) * MINUTE, "count": self.rng.randint(1, 4),
            "evidence": [f"{self.tenant}-{self.rng.randrange(30)}"], "source": "random", "confidence": "observed",
        }  # fmt: skip
        known = {name: value for name, value in props.items() if value is not None}
        self.facts.append((kind, *start, *end, common | known))

    def time(self) -> int:
        return BASE + self.rng.randint(0, 20) * MINUTE

    def session(self) -> str:
        return f"{self.tenant}|session{self.rng.randint(1, 3)}"

    def maybe(self, value: Any, share: float = 0.8) -> Any:
        return value if self.rng.random() < share else None


def make(number: int, *, placed: float = 0.95) -> World:
    """Make the world of a number; always the same. `placed` is the share of processes whose machine is known."""
    world = World(f"t{number:04}", Random(number))
    _things(world)
    _processes(world, placed)
    _acts(world)
    _logons(world)
    _alerts(world)
    _management(world)
    return world


def _things(world: World) -> None:
    world.add_node("Client", "c", name="tenant")
    for i in range(world.rng.randint(1, 3)):
        kind = world.rng.choice(("person", "service"))
        world.add_node(
            "User", str(i), name=f"Name{i}", domain=world.maybe("CORP"), kind=kind, aliases=[rf"LAB\Name{i}"]
        )
    for i in range(world.rng.randint(1, 3)):
        world.add_node("Machine", str(i), name=f"Host{i}", fqdn=f"host{i}.corp.example", aliases=[f"h{i}"])
    for i in range(world.rng.randint(1, 4)):
        path = world.rng.choice(FILES)
        digest = world.maybe(f"{i:02}" + world.tenant + "AB", 0.6)
        name = path.rsplit("\\", 1)[-1].lower()
        sha = f"{digest}sha" if digest else None
        world.add_node("File", str(i), name=name, path=path, names=[name], paths=[path], md5=digest, sha256=sha)
    for i in range(world.rng.randint(1, 3)):
        world.add_node("IP", str(i), version=4, scope=world.maybe(world.rng.choice(("public", "private")), 0.9))
    for label in ("Domain", "RegistryKey"):
        for i in range(world.rng.randint(1, 2)):
            world.add_node(label, str(i), name=f"{label}{i}", path=rf"hklm\run{i}" if label == "RegistryKey" else None)


def _processes(world: World, placed: float) -> None:
    for i in range(world.rng.randint(1, 8)):
        machine, user = world.maybe(world.rng.choice(world.ids("Machine")), placed), None
        if world.rng.random() < 0.8:
            user = world.rng.choice(world.ids("User"))
        stub, begin, name = world.rng.random() < 0.2, world.time(), world.rng.choice(PROGRAMS)
        key = world.add_node(
            "Process", str(i), name=name, path=world.maybe(world.rng.choice((rf"C:\Win\{name}", rf"\\srv\x\{name}"))),
            command_line=world.maybe(f"{name} -Q {world.rng.randint(0, 2)}"), pid=world.rng.randint(1, 9),
            md5=world.maybe("MD5" + name), sha256=world.maybe("SHA" + name), machine_id=machine, user_id=user,
            logon_session_id=(session := world.maybe(world.session())), start=None if stub else begin,
            end=world.maybe(begin + world.rng.randint(0, 9) * MINUTE, 0.6), stub=stub,
        )  # fmt: skip
        process = ("Process", key)
        if machine:
            world.link("RAN", ("Machine", machine), process, logon_session_id=session)
        if user:
            world.link("EXECUTED", ("User", user), process)
        if world.rng.random() < 0.7:
            world.link("IMAGE", process, ("File", world.rng.choice(world.ids("File"))))
    every = world.ids("Process")
    for key in every:
        if world.rng.random() < 0.7:
            world.link("SPAWNED", ("Process", world.rng.choice(every)), ("Process", key))


def _acts(world: World) -> None:
    rng = world.rng

    def any_of(label: str) -> tuple[str, str]:
        return label, rng.choice(world.ids(label))

    for _ in range(rng.randint(0, 6)):
        incoming = rng.random() < 0.3
        world.link(
            "CONNECTED", any_of("Process"), any_of("IP"), remote_port=rng.choice((80, 443, 3389, 50000)),
            local_port=world.maybe(rng.choice((80, 3389, 50001))), local_ip=rng.choice(world.ids("IP")),
            protocol=world.maybe(rng.choice(("tcp", "udp", "icmp")), 0.95), blocked=rng.random() < 0.2,
            direction=("incoming" if incoming else "outgoing"), bytes_out=world.maybe(rng.randint(1, 900), 0.5),
            bytes_in=world.maybe(rng.randint(1, 900), 0.5),
        )  # fmt: skip
    _rivals(world)
    for _ in range(rng.randint(0, 6)):
        kind = rng.choice(("WROTE", "WROTE", "READ", "DELETED", "RENAMED", "LOADED"))
        word = world.maybe(rng.choice(("FileCreate", "modify", "time")), 0.8)
        world.link(kind, any_of("Process"), any_of("File"), operation=word, path=world.maybe(rng.choice(FILES), 0.7),
                   logon_session_id=world.maybe(world.session()))  # fmt: skip
    for _ in range(rng.randint(0, 2)):
        world.link("SENT", any_of("IP"), any_of("File"), path=world.maybe(rng.choice(FILES), 0.7))
    for _ in range(rng.randint(0, 4)):
        kind, word = rng.choice(("SET_REGISTRY", "READ_REGISTRY")), rng.choice(("create", "modify", "delete"))
        world.link(
            kind, any_of("Process"), any_of("RegistryKey"), operation=world.maybe(word, 0.7), value=world.maybe("v"),
            logon_session_id=world.maybe(world.session()),
        )  # fmt: skip
    for _ in range(rng.randint(0, 2)):
        world.link("INJECTED_INTO", any_of("Process"), any_of("Process"), logon_session_id=world.maybe(world.session()))
    for _ in range(rng.randint(0, 3)):
        world.link("QUERIED", any_of(rng.choice(("Process", "Machine"))), any_of("Domain"))
        world.link("HAD_IP", any_of("Machine"), any_of("IP"))
    _flows(world)


def _rivals(world: World) -> None:
    """Let other processes make the same connections, and machines have the addresses that their processes used."""
    rng = world.rng
    for _, _, process, _, other, seen in [fact for fact in world.facts if fact[0] == "CONNECTED"]:
        same = {name: seen[name] for name in ("remote_port", "local_port", "local_ip", "protocol") if name in seen}
        if rng.random() < 0.4:
            rival = ("Process", rng.choice(world.ids("Process")))
            same["local_ip"] = rng.choice((seen["local_ip"], rng.choice(world.ids("IP")), None))
            world.link(
                "CONNECTED",
                rival,
                ("IP", other),
                direction=seen["direction"],
                blocked=False,
                **same,
                **_when(world, seen),
            )
        machine = world.nodes["Process"][process].get("machine_id")
        if machine and rng.random() < 0.7:
            world.link("HAD_IP", ("Machine", machine), ("IP", seen["local_ip"]))


def _when(world: World, seen: dict[str, Any]) -> dict[str, int]:
    """Give something the time of what it belongs to, mostly."""
    return {"start": seen["start"], "end": seen["end"]} if world.rng.random() < 0.6 else {}


def _flows(world: World) -> None:
    """Add what a sensor saw: half of it some connection of a process, the rest between any two addresses."""
    rng = world.rng
    talks = [fact for fact in world.facts if fact[0] == "CONNECTED" and {"protocol", "local_ip"} <= set(fact[5])]
    for _ in range(rng.randint(0, 8)):
        one, other = rng.choice(world.ids("IP")), rng.choice(world.ids("IP"))
        port, protocol, when = rng.choice((80, 443)), "tcp", {}
        if talks and rng.random() < 0.7:
            _, _, _, _, other, seen = rng.choice(talks)
            incoming = seen["direction"] == "incoming"
            one, other = (other, seen["local_ip"]) if incoming else (seen["local_ip"], other)
            port, protocol = seen.get("local_port", 80) if incoming else seen["remote_port"], seen["protocol"]
            when = _when(world, seen)
        if one != other:
            world.link(
                "FLOWED_TO", ("IP", one), ("IP", other), remote_port=port, protocol=protocol,
                bytes_out=world.maybe(rng.randint(1, 900)), bytes_in=world.maybe(rng.randint(1, 900)), **when,
            )  # fmt: skip


def _logons(world: World) -> None:
    rng = world.rng
    for _ in range(rng.randint(0, 5)):
        world.link(
            "LOGGED_ON", ("User", rng.choice(world.ids("User"))), ("Machine", rng.choice(world.ids("Machine"))),
            logon_id=f"0x{rng.randint(1, 3)}", logon_session_id=world.session(), logon_type=rng.choice((2, 3, 10)),
            auth_package=world.maybe("NTLM"),
            source_ip=world.maybe("10.0.0.1", 0.5),
            source_machine_id=world.maybe(rng.choice(world.ids("Machine")), 0.4),
            technique=world.maybe("T1021.002", 0.3),
        )  # fmt: skip
    for _ in range(rng.randint(0, 4)):
        label = rng.choice(("Machine", "Machine", "IP"))
        user = rng.choice(world.ids("User"))
        sessions = [fact for fact in world.facts if fact[0] == "LOGGED_ON"]
        session = rng.choice(sessions) if sessions and rng.random() < 0.6 else None
        target = session[4] if session else rng.choice(world.ids("Machine"))
        world.link(
            "REMOTE_LOGON", (label, rng.choice(world.ids(label))), ("Machine", target),
            user_id=world.maybe(user), user_name="someone", logon_id=f"0x{rng.randint(1, 3)}", logon_type=3,
            technique=world.maybe("T1021.001", 0.5), source_ip=world.maybe(rng.choice(world.ids("IP")), 0.8),
            logon_session_id=session[5]["logon_session_id"] if session else world.maybe(world.session(), 0.3),
            origin_process_id=world.maybe(rng.choice(world.ids("Process")), 0.5), source_port=world.maybe(50123, 0.5),
        )  # fmt: skip


def _alerts(world: World) -> None:
    rng = world.rng
    for i in range(rng.randint(0, 3)):
        action = world.maybe(rng.choice(("Blocked", "allowed by user", "Detected", "Quarantine")))
        key = world.add_node(
            "Alert", str(i), name=f"alert {i}", rule=f"rule {i}", level="high", action=action, product="p"
        )
        for label in ("Machine", "User", "Process", "File", "IP", "Domain"):
            if rng.random() < 0.5:
                world.link("FLAGGED", ("Alert", key), (label, rng.choice(world.ids(label))))


def _management(world: World) -> None:
    """Let accounts make others and put them into groups, which the records tell, or only that they are in."""
    rng = world.rng
    users = world.ids("User")
    groups = [world.add_node("Group", str(i), name=f"Group{i}", domain=world.maybe("CORP")) for i in range(2)]
    for _ in range(rng.randint(0, 5)):
        action = rng.choice(("create", "delete", "add-member"))
        member = world.maybe(rng.choice(users)) if action == "add-member" else None
        target = ("Group", rng.choice(groups)) if action == "add-member" else ("User", rng.choice(users))
        world.link(
            "MANAGED", ("User", rng.choice(users)), target, action=action, member_id=member,
            machine_id=rng.choice(world.ids("Machine")), success=world.maybe(value=True), changes=world.maybe("A=1"),
        )  # fmt: skip
        if member and rng.random() < 0.8:
            world.link("MEMBER_OF", ("User", member), target, open=True)
