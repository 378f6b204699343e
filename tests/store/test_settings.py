"""Settings: one table, four sources in a stated order, secrets never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphhunt import settings
from graphhunt.errors import UsageError
from graphhunt.settings import MASK, load_settings, masked, settings_table


def test_every_row_says_what_it_is() -> None:
    for row in settings_table():
        assert row.help.endswith(".")
        assert row.env == f"GRAPHHUNT_{row.name.upper()}"
        assert isinstance(row.default, row.kind)


def test_the_sources_win_in_the_stated_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SECRETS_FOLDER", tmp_path / "secrets")
    (tmp_path / "secrets").mkdir()
    config, secret = tmp_path / "config.toml", tmp_path / "password"
    config.write_text('db_password = "config"\nquery_rows = 7\n')
    env: dict[str, str] = {}
    assert load_settings(env).db_password == ""
    env["GRAPHHUNT_CONFIG"] = str(config)
    assert (load_settings(env).db_password, load_settings(env).query_rows) == ("config", 7)
    (tmp_path / "secrets" / "graphhunt_db_password").write_text("mounted\n")
    assert load_settings(env).db_password == "mounted"
    secret.write_text("file\n")
    env["GRAPHHUNT_DB_PASSWORD_FILE"] = str(secret)
    assert load_settings(env).db_password == "file"
    env["GRAPHHUNT_DB_PASSWORD"] = "env"
    assert load_settings(env).db_password == "env"
    assert load_settings(env, db_password="given").db_password == "given"
    assert load_settings(env, db_password=None).db_password == "env"


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"GRAPHHUNT_QUERY_ROWS": "many"}, "query_rows must be int"),
        ({"GRAPHHUNT_QUERY_TIMEOUT": "soon"}, "query_timeout must be float"),
        ({"GRAPHHUNT_CONFIG": "/nowhere/at/all"}, "configuration file"),
        ({"GRAPHHUNT_DB_PASSWORD_FILE": "/nowhere/at/all"}, "can't be read"),
    ],
)
def test_a_wrong_value_is_a_usage_error(env: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        load_settings(env)


def test_an_unknown_name_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="unknown setting 'colour'"):
        load_settings({}, colour="red")


def test_secrets_are_never_shown() -> None:
    found = load_settings({"GRAPHHUNT_DB_PASSWORD": "canary"})
    assert "canary" not in repr(found)
    assert masked(found)["db_password"] == MASK
    assert masked(load_settings({}))["db_password"] == ""
