"""Makes the nodes of a large estate, after its relationships."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from large_draw import DAY, DAYS, START, lists, same

if TYPE_CHECKING:
    from large_tables import Estate


def nodes(estate: Estate) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the table of each label."""
    yield "Client", _laid_out(pl.Series(["default"]), None, name=["default"])
    yield "User", _users(estate)
    yield "Machine", _machines(estate)
    yield "Process", _processes(estate)
    yield "File", _files(estate)
    parts = estate.key_ids.str.split_exact("|", 1).struct
    machine, path = parts.field("field_0"), parts.field("field_1")
    yield "RegistryKey", _laid_out(estate.key_ids, None, path=path, machine_id=machine)
    yield "IP", _addresses(estate)
    names = estate.domain(np.arange(estate.domains))
    yield "Domain", _laid_out(names, None, name=names)
    yield "Alert", _alerts(estate.alerts)


def _laid_out(ids: pl.Series, search: pl.Series | None, **more: object) -> pl.DataFrame:
    count = len(ids)
    table = {
        "id": ids, "client_id": same("default", count), "first_seen": np.full(count, START),
        "last_seen": np.full(count, START + DAYS * DAY),
        "search": (ids if search is None else ids + " " + search).str.to_lowercase(),
    }  # fmt: skip
    return pl.DataFrame(table | more).sort("id")


def _users(estate: Estate) -> pl.DataFrame:
    every = np.arange(estate.people)
    ids, name = estate.user(every), estate.user_name(every)
    kind = estate.either(every == 0, ("person", "system"))
    domain = estate.either(every == 0, ("CORP", "NT AUTHORITY"))
    return _laid_out(ids, name, name=name, domain=domain, sid=ids, aliases=lists("CORP\\" + name), kind=kind)


def _machines(estate: Estate) -> pl.DataFrame:
    every = np.arange(estate.machines)
    ids, ips = estate.machine(every), lists(estate.own_address(every))
    fqdn = ids + ".corp.example"
    more = {"os": same("Windows", len(ids)), "ips": ips, "stub": np.zeros(len(ids), bool)}
    return _laid_out(ids, fqdn, name=ids, fqdn=fqdn, **more)


def _processes(estate: Estate) -> pl.DataFrame:
    count, start = estate.processes, estate.process_start
    name = estate.file_name(estate.program)
    line = name + " -k " + pl.Series(estate.rng.integers(0, 50, count)).cast(pl.String)
    return _laid_out(
        estate.process_id, name + " " + line, first_seen=start, last_seen=estate.process_end,
        name=name, path=estate.path(estate.program), command_line=line, pid=np.arange(count) * 4 % 65536,
        guid=estate.process_id.str.split_exact("|", 1).struct.field("field_1"),
        machine_id=estate.machine(estate.process_machine), user_id=estate.user(estate.process_user),
        logon_id=estate.process_logon, logon_session_id=estate.process_session,
        md5=estate.md5(estate.program), sha256=estate.sha256(estate.program),
        start=start, end=estate.where(pl.Series(estate.process_end), estate.rng.random(count) < 0.7),
        stub=np.zeros(count, bool),
    )  # fmt: skip


def _files(estate: Estate) -> pl.DataFrame:
    every = np.arange(estate.files)
    ids, md5, name, path = estate.sha256(every), estate.md5(every), estate.file_name(every), estate.path(every)
    return _laid_out(
        ids, name + " " + path + " " + md5, first_seen=estate.times(estate.files), name=name, path=path,
        names=lists(name), paths=lists(path), md5=md5, sha256=ids,
    )  # fmt: skip


def _addresses(estate: Estate) -> pl.DataFrame:
    inner = estate.own_address(np.arange(estate.machines))
    ids = pl.concat([estate.address(np.arange(estate.addresses)), inner]).unique()
    public = ~ids.str.starts_with("10.").to_numpy()
    return _laid_out(ids, None, version=np.full(len(ids), 4), scope=estate.either(public, ("private", "public")))


def _alerts(count: int) -> pl.DataFrame:
    rule = pl.Series([f"rule {i % 40}" for i in range(count)])
    return _laid_out(
        pl.Series([f"edr|{i}" for i in range(count)]), None, name=rule, rule=rule,
        level=pl.Series([("low", "high")[i % 2] for i in range(count)]),
        action=pl.Series([("Blocked", "Allowed", "Detected")[i % 3] for i in range(count)]),
        detection_id=pl.Series([str(i) for i in range(count)]), product=same("edr", count),
    )  # fmt: skip
