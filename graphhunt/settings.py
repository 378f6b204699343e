"""The one table of settings: name, type, default and help text of everything a user can set.

A value is looked for in this order: keyword given by the caller, environment (`GRAPHHUNT_<NAME>`), the file named by
`GRAPHHUNT_<NAME>_FILE`, a secrets folder (`/run/secrets/graphhunt_<name>`), the configuration file
(`GRAPHHUNT_CONFIG`, TOML), the default. Command-line help, documentation and the `config` command are made from it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from graphhunt.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRETS_FOLDER = Path("/run/secrets")
"""Where container platforms mount secrets, one file each."""

MASK = "********"
"""Shown in place of a secret."""


class Setting(NamedTuple):
    """One row of the table of settings, with the value in force and where it came from."""

    name: str
    kind: type
    default: Any
    help: str
    secret: bool
    env: str


def _row(default: Any, text: str, *, secret: bool = False) -> Any:
    return dataclasses.field(default=default, repr=not secret, metadata={"help": text, "secret": secret})


@dataclasses.dataclass(frozen=True)
class Settings:
    """Everything a user can set; read with `load_settings()`."""

    workspace: str = _row("", "Folder that holds the evidence, the graph and the embedded engine.")
    db: str = _row("", "Address of a Neo4j server; empty means the embedded engine inside the workspace.")
    db_user: str = _row("neo4j", "User name at the Neo4j server.")
    db_password: str = _row("", "Password at the Neo4j server; never part of an address.", secret=True)
    db_name: str = _row("neo4j", "Name of the database at the Neo4j server.")
    period: str = _row("all", "Time that an entity's question without one means: all (all loaded time) or today (UTC).")
    mmdb: str = _row("", "File that says where addresses are, in the MaxMind format; maps are drawn only with it.")
    sites: str = _row("", "CSV file of your own networks (network, site, city, country, latitude, longitude).")
    inner_networks: str = _row("", "Networks of your own, with commas, beside those of machines that log: 10.1.0.0/16.")
    noise_kinds: str = _row(
        "Security/4656,Security/4658,Security/4663,Security/4690,Security/4703,Security/5158,Security/5447,Sysmon/7,"
        "Sysmon/9,Sysmon/10,Sysmon/12,Sysmon/13,Sysmon/14,PowerShell/4103,WindowsPowerShell/800",
        "Kinds of records, with commas, that a list of records leaves out when asked to be quiet; they are counted.",
    )
    intel_enabled: bool = _row(
        False, "Whether services of threat intelligence may be asked; nothing is sent otherwise."
    )
    intel_keys: str = _row("", "File (TOML, mode 0600) with the keys of services, one table each.")
    intel_lists: str = _row("", "Lists of indicators, with commas: CSV, STIX 2.1, folder of a MISP feed, text.")
    intel_own_domains: str = _row("", "Domains of your own, with commas; names in them are never sent to a service.")
    allow_network: bool = _row(
        False, "Whether functions that ask the internet, such as `screenshot` and `ip_rev_resolve`, may do so."
    )
    query_timeout: float = _row(10.0, "Seconds an analyst's query may take.")
    query_wait: float = _row(5.0, "Seconds an analyst's query waits for a place while others run.")
    query_rows: int = _row(5000, "Rows an analyst's query may give.")
    query_bytes: int = _row(64 * 2**20, "Bytes an analyst's query may give.")
    command_timeout: float = _row(600.0, "Seconds one of graphhunt's own queries or write batches may take.")
    batch_rows: int = _row(5000, "Rows written in one transaction.")
    lock_timeout: float = _row(600.0, "Seconds to wait while another process writes to the workspace.")
    engine_memory_mb: int = _row(
        1024, "Heap of the embedded engine in MiB; at most a quarter of the memory, and 512 on less than 4 GiB of it."
    )
    engine_idle: float = _row(30.0, "Seconds the embedded engine goes on after its last user has gone.")
    upload_bytes: int = _row(8 * 2**30, "Bytes one file sent to `graphhunt serve` may have.")
    body_bytes: int = _row(2 * 2**20, "Bytes the body of any other request to `graphhunt serve` may have.")
    body_timeout: float = _row(
        30.0, "Seconds the body of a request may take to arrive; one more for every 4,096 bytes of it."
    )
    trusted_proxies: str = _row(
        "",
        "Addresses or networks, with commas, of proxies in front of `graphhunt serve` whose X-Forwarded-For and "
        "X-Forwarded-Proto are believed; nobody's are when empty.",
    )
    engine_start_timeout: float = _row(60.0, "Seconds the embedded engine may take to start.")


def settings_table() -> list[Setting]:
    """List every setting with its type, default, help and environment variable."""
    rows = []
    for item in dataclasses.fields(Settings):
        kind = {"str": str, "int": int, "float": float, "bool": bool}[str(item.type)]
        env = f"GRAPHHUNT_{item.name.upper()}"
        meta = item.metadata
        rows.append(Setting(item.name, kind, item.default, meta["help"], meta["secret"], env))
    return rows


def load_settings(env: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Collect the settings in force.

    Args:
        env: Environment to read; the process's own when not given.
        given: Values that win over every other source; `None` means not given.

    Raises:
        UsageError: A name is unknown or a value has the wrong type.
    """
    source = os.environ if env is None else env
    table = settings_table()
    unknown = sorted(set(given) - {row.name for row in table})
    if unknown:
        raise UsageError(f"unknown setting {unknown[0]!r}", hint="`graphhunt config` lists them all")
    file = _config_file(source)
    return Settings(**{row.name: _value(row, given, source, file) for row in table})


def masked(settings: Settings) -> dict[str, Any]:
    """Give name and value of each setting, secrets masked."""
    shown = {}
    for row in settings_table():
        value = getattr(settings, row.name)
        shown[row.name] = MASK if row.secret and value else value
    return shown


def secrets_in_force(env: Mapping[str, str] | None = None) -> list[str]:
    """List the values of secret settings, wherever they come from; what can't be read is passed over."""
    source = os.environ if env is None else env
    found: list[Any] = []
    for row in (row for row in settings_table() if row.secret):
        with contextlib.suppress(UsageError, OSError, ValueError):
            found.append(_text(row, source))
        with contextlib.suppress(UsageError):
            found.append(_config_file(source).get(row.name))
    return [str(value) for value in found if value]


def bare_environment() -> dict[str, str]:
    """Give this process's environment without graphhunt's own variables, for a program that has no need of secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GRAPHHUNT_")}


def _value(row: Setting, given: Mapping[str, Any], env: Mapping[str, str], file: Mapping[str, Any]) -> Any:
    found = given.get(row.name)
    if found is None:
        found = _text(row, env)
    if found is None:
        found = file.get(row.name, row.default)
    return _convert(row, found)


def _text(row: Setting, env: Mapping[str, str]) -> str | None:
    if row.env in env:
        return env[row.env]
    named = env.get(f"{row.env}_FILE")
    if named:
        try:
            return Path(named).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise UsageError(f"{row.env}_FILE can't be read: {error.strerror}", where=named) from error
    mounted = SECRETS_FOLDER / row.env.lower()
    if row.secret and mounted.is_file():
        return mounted.read_text(encoding="utf-8").strip()
    return None


def _convert(row: Setting, value: Any) -> Any:
    try:
        if row.kind is bool and isinstance(value, str):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[value.lower()]
        return row.kind(value)
    except (ValueError, KeyError, TypeError) as error:
        shown = MASK if row.secret else repr(value)
        raise UsageError(f"setting {row.name} must be {row.kind.__name__}, not {shown}") from error


def _config_file(env: Mapping[str, str]) -> dict[str, Any]:
    named = env.get("GRAPHHUNT_CONFIG")
    if not named:
        return {}
    try:
        return tomllib.loads(Path(named).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"the configuration file can't be read: {error}", where=named) from error
