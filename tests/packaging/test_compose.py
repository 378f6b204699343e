"""The compose file opens nothing beyond loopback, holds no password, and shuts the database's side doors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def neo4j_settings() -> dict[str, str]:
    """Undo the image's naming of settings: two underscores are one, one is a dot."""
    found = {}
    for name, value in SERVICES["neo4j"]["environment"].items():
        if not name.endswith("_FILE"):
            key = name.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_")
            found[key] = value
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_published_ports_are_loopback(service: str) -> None:
    assert [port for port in SERVICES[service].get("ports", []) if not port.startswith("127.0.0.1:")] == []


def test_the_shared_host_network_is_used_with_the_loopback_default_only() -> None:
    assert SERVICES["graphhunt"]["network_mode"] == "host"
    assert SERVICES["graphhunt"]["command"] == ["serve"], "an address given here would listen on the host's network"


def test_no_password_is_written_down() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("AUTH|PASSWORD|TOKEN|SECRET", name):
                assert name.endswith("_FILE")
                assert value.startswith("/run/secrets/")
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("dbms.security.allow_csv_import_from_file_urls", "false"),
        ("internal.dbms.cypher_ip_blocklist", "0.0.0.0/0,::/0"),
        ("server.directories.import", "import"),
        ("dbms.security.procedures.unrestricted", ""),
        ("server.http.enabled", "false"),
        ("server.https.enabled", "false"),
        ("dbms.usage_report.enabled", "false"),
    ],
)
def test_side_doors_are_shut(setting: str, value: str) -> None:
    assert neo4j_settings()[setting] == value


def test_what_one_query_may_use_is_bounded() -> None:
    settings = neo4j_settings()
    assert settings["db.transaction.timeout"] == "600s"
    assert settings["db.memory.transaction.max"] == "512m"


def test_graphhunt_finds_its_password_and_server() -> None:
    from graphhunt.settings import settings_table

    known = {row.env for row in settings_table()}
    given = {name.removesuffix("_FILE") for name in SERVICES["graphhunt"]["environment"]}
    assert given <= known
