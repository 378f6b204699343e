"""Which queries are asked of every world, with what random parameters, and which function knows the answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from graphhunt.entities import rows
from tests.entities.oracle import answers, answers_around, answers_counted, answers_logons
from tests.entities.oracle.answers import Params, Row, View
from tests.entities.oracle.world import BASE, FILES, MINUTE, PROGRAMS, World

LABELS = {
    "users": "User", "machines": "Machine", "processes": "Process", "files": "File", "clients": "Client",
    "addresses": "IP", "domains": "Domain", "alerts": "Alert",
}  # fmt: skip
ACTING = ("users", "machines", "processes", "files", "clients")
SHAPES = 4
"""Sets of parameters a query is asked with: Neo4j plans it anew for each, which takes longer than all the answers."""

Draw = Callable[[World, Params], None]
Answer = Callable[[View, Params], list[Row]]


class Asked:
    """A query with what it can be anchored at, its further parameters and what knows the answer.

    Args:
        answer: Gives the rows.
        anchors: Parameters that take ids; each question is about one of them.
        draws: Each adds one parameter now and then.
        loose: Columns that may have any of several values.
        always: As `draws`, but in every question.
    """

    def __init__(
        self, answer: Answer, anchors: tuple[str, ...], *draws: Draw, loose: tuple[str, ...] = (),
        always: tuple[Draw, ...] = (),
    ) -> None:  # fmt: skip
        self.answer = answer
        self.anchors = anchors
        self.draws = draws
        self.loose = loose
        self.always = always

    def params(self, world: World, number: int) -> Params:
        """Draw parameters for the world of a number: every anchor comes up with every set of further parameters.

        Those of one set differ in values, but not in which are given; each draw is made in one set at least.
        """
        turn, shape = divmod(number, SHAPES)
        given: Params = {}
        form = Random(f"{self.anchors} {len(self.draws)} {shape}")
        if self.anchors:
            anchor = self.anchors[turn % len(self.anchors)]
            given[anchor] = [world.tenant, "nobody"] if anchor == "clients" else world.some(LABELS[anchor])
        share = min(0.2, 0.75 / len(self.draws)) if self.draws else 0
        drawn = [one for place, one in enumerate(self.draws) if place % SHAPES == shape or form.random() < share]
        for draw in (*self.always, *drawn):
            draw(world, given)
        return given

    def padded(self, given: Params) -> Params:
        """Fill the anchors that aren't used with ids of nothing: to Neo4j, an empty list is another question."""
        return {anchor: ["nowhere", "nobody"] for anchor in self.anchors} | given


def since(world: World, given: Params) -> None:
    given["since"] = world.time()


def until(world: World, given: Params) -> None:
    given["until"] = given.get("since", BASE) + world.rng.randint(0, 12) * MINUTE


def limit(world: World, given: Params) -> None:
    given["limit"] = world.rng.randint(0, 3)


def some(name: str, *known: Any) -> Draw:
    """Draw two of the values of a parameter that takes a list."""
    return lambda world, given: given.update({name: world.rng.sample(known, 2)})


def ids(name: str, label: str) -> Draw:
    return lambda world, given: given.update({name: world.some(label)})


def one(name: str, *known: Any) -> Draw:
    return lambda world, given: given.update({name: world.rng.choice(known)})


def endings(_: World, given: Params) -> None:
    given |= {"archives": [".zip"], "scripts": [".ps1"]}


def names_of(label: str, *fields: str) -> Draw:
    """Draw names in another case than they are written."""

    def draw(world: World, given: Params) -> None:
        if not world.ids(label):
            given["names"] = ["nobody"]
            return
        node = world.nodes[label][world.rng.choice(world.ids(label))]
        values = [
            v for name in fields for v in (node[name] if isinstance(node.get(name), list) else [node.get(name)]) if v
        ]
        if "domain" in node and label == "User":
            values.append(rf"{node['domain']}\{node['name']}")
        given["names"] = [world.rng.choice(values).swapcase(), world.rng.choice(world.ids(label)), "nobody"]

    return draw


def own_name(world: World, given: Params) -> None:
    given["names"] = world.ids("Client")


def everything(name: str) -> Draw:
    """Draw half of all ids."""

    def draw(world: World, given: Params) -> None:
        every = [key for held in world.nodes.values() for key in held]
        given[name] = world.rng.sample(every, len(every) // 2)

    return draw


def tenant(world: World, given: Params) -> None:
    given["clients"] = [world.tenant]


def ids_one(name: str, label: str) -> Draw:
    return lambda world, given: given.update({name: world.rng.choice(world.ids(label))})


NAMES = {"User": ("name", "aliases"), "Machine": ("name", "fqdn", "aliases"), "File": ("name", "path", "md5", "sha256")}
"""By what entities can be named, besides their id."""

WHO = (ids("muids", "Machine"), ids("accounts", "User"))
PROGRAM_KEYS = (*PROGRAMS, *(f"md5{name}" for name in PROGRAMS), *(rf"c:\win\{name}" for name in PROGRAMS))
FILE_KEYS = tuple(text.lower() for path in FILES for text in (path, path.rsplit("\\", 1)[-1]))
KIND = (some("programs", *PROGRAMS), one("allowed", True))
PROGRAM = some("programs", *PROGRAM_KEYS)
RELATIONS = some("relations", "RAN", "EXECUTED", "SPAWNED", "LOGGED_ON", "FLAGGED", "CONNECTED", "WROTE")
MARKS = some("attributes", *answers.ATTRIBUTES)
EXECUTIONS = some("operations", "create", "kill", "thread", "load")
FILE_WORDS = some("operations", "create", "modify", "delete", "rename", "access", "newcmp", "opencmp", "script")

QUERIES: dict[str, Asked] = {
    "process": Asked(answers.process, ("processes",)),
    "children": Asked(answers.children, ("processes",)),
    "parents": Asked(answers.parents, ("processes",)),
    "process_files": Asked(answers.process_files, ("processes",)),
    "command_lines": Asked(answers.command_lines, ("processes",), since, until, limit),
    "communications": Asked(
        answers.communications, (*ACTING, "addresses"), *WHO, since, until, limit, some("programs", *PROGRAM_KEYS),
        some("protocols", "tcp", "udp", "rdp"), some("ports", 80, 443, 3389, 50000), one("public", True, False),
        some("directions", "incoming", "outgoing"), ids("ips", "IP"),
    ),
    "registry": Asked(
        answers.registry, ACTING, *WHO, *KIND, since, until, limit, some("names", *PROGRAM_KEYS),
        some("operations", "create", "modify", "access"),
    ),
    "files": Asked(
        answers.files, ACTING, *WHO, *KIND, since, until, limit, some("names", *FILE_KEYS), endings, FILE_WORDS, MARKS
    ),
    "executions": Asked(
        answers.executions, ACTING, *WHO, *KIND, since, until, limit, some("names", *PROGRAM_KEYS, *FILE_KEYS),
        some("commands", "-q 1", "cmd", "-q 2"), EXECUTIONS, MARKS,
    ),
    "execution_tree": Asked(
        answers.execution_tree, ("processes",), since, until, limit, one("up", 0, 1, 2), one("down", 0, 1, 2)
    ),
    "timetable": Asked(answers.timetable, ACTING, *WHO, since, until),
    "machines": Asked(
        answers.machines, ("users", "processes", "files", "addresses", "domains", "alerts", "clients"), since, until,
        limit,
    ),
    "users": Asked(answers.users, ("machines", "processes", "files", "alerts", "clients"), since, until, limit),
    "logons": Asked(
        answers_logons.logons, (*LABELS,), *WHO,
        since, until, limit,
    ),
    "account_changes": Asked(
        answers_logons.account_changes, ("users", "clients"), *WHO, since, until, limit,
        some("actions", "create", "delete", "add-member"),
    ),
    "remote_logons": Asked(
        answers_logons.remote_logons, (*LABELS,), *WHO,
        since, until, limit, one("incoming", False), one("outgoing", False),
    ),
    "detections": Asked(
        answers_logons.detections, (*LABELS,), *WHO, since, until, limit, some("names", *PROGRAM_KEYS, *FILE_KEYS),
        loose=("event_ids",),
    ),
    "blocked": Asked(
        answers_logons.blocked, (*LABELS,), *WHO, since, until, limit, some("names", *PROGRAM_KEYS, *FILE_KEYS),
        loose=("event_ids",),
    ),
    "bandwidth": Asked(answers_around.bandwidth, ACTING, *WHO, since, until, PROGRAM, one("skew", 0)),
    "event_ids": Asked(answers_around.event_ids, (*LABELS,), since, until, limit),
    "nodes": Asked(answers_around.nodes, (*LABELS,)),
    "timeline": Asked(answers_around.timeline, (*LABELS,), since, until, limit, RELATIONS),
    "neighbours": Asked(
        answers_around.neighbours, (*LABELS,), since, until, limit, RELATIONS, some("kinds", *LABELS.values())
    ),
    "graph": Asked(answers_around.graph, (*LABELS,), since, until, limit, RELATIONS, everything("among")),
    "find/client": Asked(answers_around.clients, (), always=(own_name,)),
    "find/alert": Asked(
        partial(answers_logons.find_by_names, label="Alert", fields=("rule", "product", "name", "detection_id")), (),
        always=(tenant, names_of("Alert", "rule", "product", "name")),
    ),
    "find/machine_at": Asked(answers.machine_at, ("addresses",), since, until),
    **{
        f"find/{label.lower()}": Asked(
            partial(answers_logons.find_by_names, label=label, fields=fields), (),
            always=(tenant, names_of(label, *fields)),
        )
        for label, fields in NAMES.items()
    },
    "find/process": Asked(
        answers_logons.find_process, ("machines",), since, until, some("names", *PROGRAMS), ids_one("user", "User"),
        some("hashes", *(f"md5{name}" for name in PROGRAMS)), one("pid", *range(1, 10)),
    ),
}  # fmt: skip

COUNTED: dict[str, type[rows.Row]] = {
    "communications": rows.Connection, "registry": rows.RegistryAction, "files": rows.FileAction,
    "executions": rows.Execution, "logons": rows.LogonSession, "remote_logons": rows.RemoteLogon,
}  # fmt: skip
"""The questions whose rows the graph counts, with the kind of row."""

QUERIES |= {
    f"histogram/{name}": Asked(
        partial(answers_counted.counted, answer=QUERIES[name].answer, kind=kind),
        QUERIES[name].anchors,
        *(draw for draw in QUERIES[name].draws if draw is not limit),
        always=(answers_counted.draw(name, kind),),
    )
    for name, kind in COUNTED.items()
}
