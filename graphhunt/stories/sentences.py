"""The sentences of a story: at most eight, what speaks for an intrusion first among them."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from graphhunt.incidents.lead import Entity
from graphhunt.incidents.sentences import Words
from graphhunt.questions.recorded import minutes_of, stretches
from graphhunt.stories import templates
from graphhunt.stories.grouped import grouped
from graphhunt.stories.writing import Moment, entities, listed, times
from graphhunt.toolbox.decoding import decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphhunt.incidents.sentences import Sentence
    from graphhunt.stories.came import Came
    from graphhunt.stories.parts import Parts

MOST = 8
"""Sentences of a story."""

_CAME = 2
_ADMIN = 2
_FROM_OUTSIDE = "outside_logon"
"""Kind of lead that an account's story always tells: that it was used from outside."""


def sentences(parts: Parts) -> list[Sentence]:
    """Say what a story tells, in at most eight sentences, each with its records."""
    tell = {"machine": _machine, "user": _user, "ip": _address}[parts.one.kind]
    opening, closing = tell(parts)
    others = [told for told in parts.told if parts.one.kind != "user" or told.lead.kind != _FROM_OUTSIDE]
    leads = grouped(parts.telling, others, max(0, MOST - len(opening) - len(closing)))
    found = [*opening, *leads, *closing]
    if len(found) < MOST:
        found += _more(parts)
    return found[:MOST] or [_say(parts, "nothing", templates.NOTHING, {}, ())]


def _more(parts: Parts) -> list[Sentence]:
    """Say what is told where there is room."""
    if parts.one.kind == "user":
        return [*_admin(parts)[1:], *_ran(parts)]
    return [] if parts.recorded.is_empty() else [*_own_records(parts), *_missing(parts)]


def _say(parts: Parts, name: str, template: str, known: dict[str, Any], evidence: Any) -> Sentence:
    subject = Entity(parts.one.label, parts.one.id)
    return parts.telling.writer.say(name, template, {"subject": subject, **known}, evidence)


def _machine(parts: Parts) -> tuple[list[Sentence], list[Sentence]]:
    opening = _own_records(parts)[:1] if parts.recorded.is_empty() else []
    opening += _came(parts, parts.came)
    return opening, [*_went(parts), *_failed(parts)]


def _came(parts: Parts, came: Came) -> list[Sentence]:
    """Say who came over the network: the accounts with leads first, then those that came most."""
    over = came.logons.filter("remote")
    heavy: dict[str | None, float] = defaultdict(float)
    for told in parts.told:
        heavy[told.account] += told.weight
    groups = sorted(over.group_by("user_id"), key=lambda pair: (-heavy[str(pair[0][0])], -pair[1].height, str(pair[0])))
    return [_logons(parts, group.sort("start", maintain_order=True)) for _, group in groups[:_CAME]]


def _logons(parts: Parts, group: pl.DataFrame) -> Sentence:
    first = group.row(0, named=True)
    sources = group.drop_nulls("source_id").select("source_label", "source_id").unique(maintain_order=True)
    known = {
        "account": Entity("User", first["user_id"]) if first["user_id"] else None, "count": group.height,
        "first": Moment(first["start"]), "how": _how(group),
        "from": listed(Entity(label, id_) for label, id_ in sources.iter_rows()),
    }  # fmt: skip
    template = templates.CAME_UNKNOWN if sources.is_empty() else templates.CAME
    if group.height == 1 and not sources.is_empty():
        template = templates.CAME_ONCE
    return _say(parts, "came", template, known, group.get_column("evidence").explode().drop_nulls())


def _how(group: pl.DataFrame) -> list[Any]:
    """Say by which techniques, in our words."""
    names = group.get_column("technique_name").drop_nulls().unique(maintain_order=True).to_list()
    return [Words(f" ({', '.join(names)})")] if names else [Words("")]


def _went(parts: Parts) -> list[Sentence]:
    onward = parts.came.onward.sort("start")
    if onward.is_empty():
        return []
    known = {
        "accounts": entities("User", onward.get_column("user_id")) or None,
        "machines": entities("Machine", onward.get_column("machine_id")), "count": onward.height,
        "first": Moment(onward.item(0, "start")), "last": Moment(onward.item(-1, "start")),
    }  # fmt: skip
    template = templates.WENT if onward.height > 1 else templates.WENT_ONCE
    return [_say(parts, "went", template, known, onward.get_column("evidence").explode().drop_nulls())]


def _failed(parts: Parts) -> list[Sentence]:
    failed = parts.came.failed
    if failed.is_empty():
        return []
    count = int(failed.get_column("count").fill_null(1).sum())
    known = {"count": count, "accounts": entities("User", failed.get_column("from_id").unique(maintain_order=True))}
    return [_say(parts, "failed", templates.FAILED, known, failed.get_column("evidence").explode().drop_nulls())]


def _own_records(parts: Parts) -> list[Sentence]:
    frame = parts.recorded
    if frame.is_empty():
        seen = [event for told in parts.told for event in told.lead.evidence]
        return [_say(parts, "not_recorded", templates.NOT_RECORDED, {}, seen or parts.seen)]
    found = stretches(frame)
    known = {
        "records": int(frame.get_column("records").sum()), "minutes": minutes_of(found), "parts": len(found),
        "first": Moment(found[0].start), "last": Moment(found[-1].end),
    }  # fmt: skip
    template = templates.RECORDED_PARTS if len(found) > 1 else templates.RECORDED
    return [_say(parts, "recorded", template, known, frame.sort("first").get_column("event_id"))]


def _missing(parts: Parts) -> list[Sentence]:
    missing = parts.telling.missing.get(parts.one.id)
    if not missing:
        return []
    known = {"missing": Words(", ".join(missing))}
    first = parts.recorded.sort("first").get_column("event_id").head(1)
    return [_say(parts, "missing", templates.MISSING, known, first)]


def _user(parts: Parts) -> tuple[list[Sentence], list[Sentence]]:
    outside = grouped(parts.telling, (told for told in parts.told if told.lead.kind == _FROM_OUTSIDE), 1)
    return [*_used(parts), *outside, *_exposed(parts)], [*_admin(parts)[:1], *_failed(parts)]


def _used(parts: Parts) -> list[Sentence]:
    over = parts.came.logons.filter("remote").sort("start")
    if over.is_empty():
        return []
    sources = over.drop_nulls("source_id").select("source_label", "source_id").unique(maintain_order=True)
    known = {
        "times": times(over.height),
        "machines": entities("Machine", over.get_column("machine_id").unique(maintain_order=True)),
        "from": listed(Entity(label, id_) for label, id_ in sources.iter_rows()) or [Words("places not recorded")],
    }  # fmt: skip
    return [_say(parts, "used_on", templates.USED_ON, known, over.get_column("evidence").explode().drop_nulls())]


def _admin(parts: Parts) -> list[Sentence]:
    """Say where its logons were given an administrator's rights: on a machine with a role first, then most often."""
    over = parts.came.logons.filter("remote")
    counted = over.group_by("machine_id", maintain_order=True).agg(
        m=pl.len(), n=pl.col("privileged").fill_null(value=False).sum(),
        evidence=pl.col("evidence").filter(pl.col("privileged").fill_null(value=False)).explode(),
    )  # fmt: skip
    roles = parts.telling.tables.machines.select("role", machine_id="id")
    rights = counted.filter(pl.col("n") > 0).join(roles, on="machine_id", how="left", maintain_order="left")
    rights = rights.sort(pl.col("role").is_null(), -pl.col("n").cast(pl.Int64), maintain_order=True)
    return [_rights(parts, row) for row in rights.head(_ADMIN).iter_rows(named=True)]


def _rights(parts: Parts, row: dict[str, Any]) -> Sentence:
    known = {**row, "machine": Entity("Machine", row["machine_id"]), "role": Words(row["role"] or "")}
    return _say(parts, "admin", templates.ADMIN_ROLE if row["role"] else templates.ADMIN, known, row["evidence"])


def _ran(parts: Parts) -> list[Sentence]:
    ran = parts.ran.processes
    if ran.is_empty():
        return []
    known = {
        "count": ran.height, "programs": ran.get_column("program").n_unique(),
        "machines": entities("Machine", ran.sort("began").get_column("machine_id").unique(maintain_order=True)),
    }  # fmt: skip
    return [_say(parts, "ran_on", templates.RAN_ON, known, ran.get_column("evidence").explode().drop_nulls())]


def _exposed(parts: Parts) -> list[Sentence]:
    """Say where the account's name stood beside a hash on somebody's command line."""
    name = re.compile(rf"(?i)(?<![\w.$-]){re.escape(parts.one.name)}(?![\w.$-])")
    lines = dict(parts.telling.processes.select("id", "command_line").drop_nulls().iter_rows())
    found = [
        told
        for told in parts.telling.told
        if told.lead.kind == "hash_on_command_line" and parts.holds(told.lead.time)
        and told.account != parts.one.id and name.search(lines.get(told.lead.vertex.partition("|")[2], ""))
    ]  # fmt: skip
    if not found:
        return []
    known = {
        "others": entities("User", (told.account for told in found)) or None,
        "machines": entities("Machine", (told.lead.machine for told in found)),
    }  # fmt: skip
    evidence = [event for told in found for event in told.lead.evidence]
    return [_say(parts, "exposed", templates.EXPOSED, known, evidence) | {"lead": "hash_on_command_line"}]


def _address(parts: Parts) -> tuple[list[Sentence], list[Sentence]]:
    return [*_place(parts), *_callers(parts), *_named(parts)], [*_from(parts), *_failed(parts)]


def _place(parts: Parts) -> list[Sentence]:
    """Say whose the address is."""
    leases = parts.telling.leases.filter(pl.col("address") == parts.one.id)
    if not leases.is_empty():
        known: dict[str, Any] = {"machines": entities("Machine", leases.get_column("machine_id"))}
        return [_say(parts, "inner", templates.INNER, known, leases.get_column("evidence").explode().drop_nulls())]
    where, reasons = parts.telling.where(parts.one.id)
    template = {"outside": templates.OUTSIDE, "platform": templates.PLATFORM}.get(where, templates.UNKNOWN)
    return [_say(parts, where, template, {"reasons": [Words(reason) for reason in reasons]}, parts.seen)]


def _callers(parts: Parts) -> list[Sentence]:
    """Say who talked to it: the port that most processes called, then what a sensor saw."""
    calls = parts.talked.calls
    called = calls.filter(~pl.col("sensed") & ~pl.col("incoming") & (pl.col("to_id") == parts.one.id))
    ports = called.group_by("port", maintain_order=True).agg(pl.len()).sort("len", descending=True)
    found = [_port(parts, called.filter(pl.col("port").eq_missing(pl.lit(port))), port) for port in
             ports.get_column("port").head(2)]  # fmt: skip
    flows = calls.filter(pl.col("sensed") & (pl.col("to_id") == parts.one.id))
    if not flows.is_empty():
        known = {
            "sources": entities("IP", flows.get_column("source").unique(maintain_order=True)),
            "port": listed(Words(str(port)) for port in flows.get_column("port").drop_nulls()) or None,
            "times": times(int(flows.get_column("count").fill_null(1).sum())),
        }  # fmt: skip
        found.append(_say(parts, "sensed", templates.SENSED, known, _proof(flows)))
    return found


def _port(parts: Parts, called: pl.DataFrame, port: int | None) -> Sentence:
    known = {
        "count": called.get_column("from_id").n_unique(), "port": None if port is None else Words(str(port)),
        "programs": listed(called.get_column("program").drop_nulls().unique(maintain_order=True)),
        "machines": entities("Machine", called.get_column("machine_id").unique(maintain_order=True)) or None,
    }  # fmt: skip
    return _say(parts, "called", templates.CALLED, known, _proof(called))


def _named(parts: Parts) -> list[Sentence]:
    """Say which decoded commands name it."""
    if parts.one.id not in parts.telling.networks.named:
        return []
    lines = parts.telling.processes.drop_nulls("command_line").filter(
        pl.col("began").is_null() | pl.col("began").map_elements(parts.holds, return_dtype=pl.Boolean)
    )
    urls, evidence = [], []
    for line, proof in lines.select("command_line", "evidence").iter_rows():
        clear = decoded(line)
        own = [url for url in (clear.urls if clear else ()) if _host(url) == parts.one.id]
        urls += own
        evidence += [proof or []] if own else []
    if not urls:
        return []
    known = {"count": len(evidence), "urls": listed(urls)}
    return [_say(parts, "named", templates.NAMED, known, [event for each in evidence for event in each])]


def _host(url: str) -> str:
    return url.split("/")[2].rsplit("@", 1)[-1].split(":")[0]


def _from(parts: Parts) -> list[Sentence]:
    logons = parts.came.logons.sort("start")
    if logons.is_empty():
        return []
    known = {
        "accounts": entities("User", logons.get_column("user_id").unique(maintain_order=True)),
        "machines": entities("Machine", logons.get_column("machine_id").unique(maintain_order=True)),
        "times": times(logons.height), "first": Moment(logons.item(0, "start")),
    }  # fmt: skip
    return [_say(parts, "came_from", templates.CAME_FROM, known, _proof(logons))]


def _proof(frame: pl.DataFrame) -> Sequence[str]:
    found: list[str] = frame.get_column("evidence").explode().drop_nulls().to_list()
    return found
