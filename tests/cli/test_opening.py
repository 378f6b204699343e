"""`serve --open`: the browser gets in, and no other process can read what let it in."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from graphhunt.cli.opening import _start
from tests.api.gate import running

CANARY = "canary-of-the-database"

BROWSER = """
import html.parser, http.cookiejar, json, os, pathlib, sys, urllib.parse, urllib.request
out, address = sys.argv[1:]
lines, environments = {}, {}
for place in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        lines[place.name] = (place / "cmdline").read_bytes().decode("utf-8", "replace")
        environments[place.name] = (place / "environ").read_bytes().decode("utf-8", "replace")
    except OSError:
        pass
file = pathlib.Path(urllib.request.url2pathname(urllib.parse.urlsplit(address).path))
found = {"address": address, "lines": lines, "environments": environments, "mode": file.stat().st_mode & 0o777,
         "page": file.read_text()}
class Refresh(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        content = dict(attrs).get("content", "")
        if dict(attrs).get("http-equiv") == "refresh":
            found["link"] = content.partition("url=")[2]
Refresh().feed(found["page"])
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
with opener.open(found["link"]) as answer:
    found["landed"] = answer.url
with opener.open(urllib.parse.urljoin(found["link"], "/api/v1/session")) as answer:
    found["session"] = json.load(answer)
found["left"] = file.exists()
part = pathlib.Path(out + ".part")
part.write_text(json.dumps(found))
part.rename(out)
"""


def test_the_browser_gets_in_and_nobody_can_read_how(tmp_path: Path) -> None:
    script, out = tmp_path / "browser.py", tmp_path / "seen.json"
    script.write_text(BROWSER)
    more = {"BROWSER": f"{sys.executable} {script} {out} %s", "GRAPHHUNT_DB_PASSWORD": CANARY}
    with running(tmp_path, "--open", **more) as server:
        seen = waited_for(out)
        code = seen["link"].partition("token=")[2].partition("#")[0]
        assert len(code) >= 43
        assert code != server.token
        for line in seen["lines"].values():
            assert code not in line
            assert server.token not in line
        assert any(str(script) in line for line in seen["lines"].values()), "the browser itself was looked at"
        assert code not in seen["address"]
        assert seen["mode"] == 0o600
        assert seen["landed"].partition("#")[0] == f"http://127.0.0.1:{server.port}/"
        assert seen["session"]["via"] == "link"
        assert not seen["left"], "the file is removed once it was used"
        assert not list(tmp_path.glob("workspace/open-*"))
        again = server.ask("GET", "/?token=" + code)
        assert (again.status, b"has been used" in again.body) == (403, True)
        with_secret = [pid for pid, text in seen["environments"].items() if CANARY in text]
        assert with_secret == [str(server.process.pid)], "only the server itself knows the database's password"
        engine = [pid for pid, line in seen["lines"].items() if str(tmp_path) in line and "java" in line]
        assert engine
        assert code not in server.log.read_text()


def test_no_module_of_the_current_folder_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence that holds files named like modules of Python is only evidence."""
    evidence, out = tmp_path / "evidence", tmp_path / "opened"
    evidence.mkdir()
    for name in ("webbrowser", "shlex"):
        (evidence / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    script = tmp_path / "browser.py"
    script.write_text("import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])")
    monkeypatch.chdir(evidence)
    monkeypatch.setenv("BROWSER", f"{sys.executable} {script} {out} %s")
    _start(tmp_path / "page.html")
    assert not (tmp_path / "ran").exists()
    assert out.read_text() == (tmp_path / "page.html").as_uri()


def waited_for(out: Path) -> dict[str, Any]:
    ends = time.monotonic() + 200
    while not out.exists():
        assert time.monotonic() < ends, "the browser was not started"
        time.sleep(0.05)
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def test_a_file_that_no_browser_reads_goes_with_the_server(tmp_path: Path) -> None:
    with running(tmp_path, "--open", BROWSER=f"{sys.executable} -c pass %s") as server:
        (file,) = (tmp_path / "workspace").glob("open-*.html")
        assert file.stat().st_mode & 0o777 == 0o600
        assert server.token not in file.read_text()
        copy = file.read_text()
        server.process.terminate()
        psutil.wait_procs([server.process], 30)
        assert not file.exists()
        assert "token=" in copy
