"""Users, tokens and the audit log from the command line; where a server refuses to listen."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from graphhunt.accounts import Accounts
from graphhunt.cli.serve import Door
from graphhunt.errors import UsageError

WORD = "correct horse battery"


def graphhunt(folder: Path, *words: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    line = [str(Path(sys.executable).with_name("graphhunt")), "--workspace", str(folder), *words]
    environment = os.environ | more
    return subprocess.run(line, input=typed, capture_output=True, text=True, check=False, timeout=120, env=environment)


def test_people_and_tokens_are_managed_without_secrets_on_the_line(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    added = graphhunt(folder, "users", "add", "ada", "--role", "admin", "--role", "loader", typed=WORD + "\n")
    assert added.returncode == 0, added.stderr
    assert graphhunt(folder, "users", "add", "eve", "--role", "king", typed=WORD).returncode == 2
    assert graphhunt(folder, "users", "add", "eve", "--role", "reader", typed="short").returncode == 2
    users = json.loads(graphhunt(folder, "users", "list", "--json").stdout)["users"]
    assert [(u["name"], u["roles"], u["disabled"]) for u in users] == [("ada", ["loader", "admin"], False)]
    made = graphhunt(folder, "tokens", "create", "feed", "--scope", "load", "--owner", "ada")
    token = made.stdout.strip()
    accounts = Accounts(folder / "access.db")
    assert accounts.sign_in("ada", WORD) is not None
    found = accounts.by_token(token)
    assert found is not None
    assert (found.name, found.scopes) == ("ada", frozenset({"load"}))
    listed = json.loads(graphhunt(folder, "tokens", "list", "--json").stdout)["tokens"]
    assert token not in json.dumps(listed)
    assert graphhunt(folder, "tokens", "revoke", listed[0]["id"]).returncode == 0
    assert accounts.by_token(token) is None
    accounts.note("ada", "password", "openCase", "POST /api/v1/cases", 201)
    assert json.loads(graphhunt(folder, "audit", "--json").stdout)["audit"][0]["action"] == "openCase"
    accounts.close()


def test_a_server_for_others_needs_users_and_tls(tmp_path: Path) -> None:
    Door().check(tmp_path)
    Door(host="::1").check(tmp_path)
    outside = Door(host="192.0.2.1", plain=True)
    with pytest.raises(UsageError, match="needs users"):
        outside.check(tmp_path)
    accounts = Accounts(tmp_path / "access.db")
    accounts.add_user("ada", WORD, ["analyst"])
    with pytest.raises(UsageError, match="needs users"):
        outside.check(tmp_path)
    accounts.set_roles("ada", ["admin"])
    outside.check(tmp_path)
    with pytest.raises(UsageError, match="in the clear") as caught:
        Door(host="192.0.2.1").check(tmp_path)
    assert "trusted_proxies" in str(caught.value.hint)
    with pytest.raises(UsageError, match="which name"):
        Door(host="0.0.0.0", plain=True).check(tmp_path)
    with pytest.raises(UsageError, match="belong together"):
        Door(cert=tmp_path / "c.pem").check(tmp_path)
    accounts.set_disabled("ada", disabled=True)
    with pytest.raises(UsageError, match="needs users"):
        outside.check(tmp_path)
    accounts.close()


def test_serve_beyond_loopback_ends_at_once_without_users(tmp_path: Path) -> None:
    done = graphhunt(tmp_path / "workspace", "serve", "--host", "0.0.0.0", "--plain-http")
    assert done.returncode == 2
    assert "users add" in done.stderr


@pytest.mark.parametrize(("options", "proxies", "warned"), [
    (["--plain-http"], "", True), (["--plain-http"], "10.0.0.1", False), ([], "", False),
])  # fmt: skip
def test_a_server_behind_a_proxy_that_it_does_not_trust_says_so(
    tmp_path: Path, options: list[str], proxies: str, warned: bool
) -> None:
    """It is said before anything is opened; the port is taken, so that this server ends there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = graphhunt(tmp_path, "serve", "--port", port, *options, GRAPHHUNT_TRUSTED_PROXIES=proxies)
    assert done.returncode == 2
    said = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert [("trusted_proxies" in line) for line in said] == [True] * warned
    assert "can't listen" in done.stderr
