"""What every command writes, read through a real pipe by readers that are not graphhunt's.

One workspace holds a small intrusion whose texts hurt: line breaks, quotes, escape sequences, direction marks, NUL
and formulas. Each command of the application runs as a process of its own; none can be added without a line here.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from graphhunt.store.embedded import stop_engine
from tests.api.case import CMD, SERVICES, SHELL, guid, logon, process, record
from tests.cli.listing import commands

pytestmark = pytest.mark.slow

HOSTILE = [
    "cr\rlf\nboth\r\n.", 'quote " and "" and , comma; tab\t.', "esc \x1b[31mred \x1b]8;;http://x\x07", "nul \0 in it",
    "bidi \u202egnp.exe \u2066x\u2069", "line \u2028 sep \x85 nel", "c1 \x9b31m", "[bold]x[/] [/nothing]", "\ufeffbom",
    "émigré 日本 😀", "plain", "NA", "a,b", "'", '"', "1", "1.50", "True", "2026-03-02",
]  # fmt: skip
PLAIN_FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "＝1"]
FORMULAS = [
    *PLAIN_FORMULAS, "-", "\t=1", "\r=1", "\n=1", ' "=1', "  =1", "\0=1", "\v=1", "\u2003=1", "\ttab", "\rcr", "\nlf",
]  # fmt: skip
LOGGED = HOSTILE + PLAIN_FORMULAS
"""What the logs say; their readers take blanks around a value away."""
RAW_CONTROL = {chr(c) for c in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
COMMAND_LINES = (
    "MATCH (p:Process) WHERE p.command_line IS NOT NULL RETURN p.id AS id, p.command_line AS text ORDER BY id"
)


def records() -> list[dict[str, Any]]:
    """Give two hops by one account, then a process per value, with the value wherever a log can have it."""
    found = [
        logon("bravo", "10:00:00.000000", "ada", 3, "0xb0b", ("10.0.0.1", "ALPHA")),
        process("alpha", "09:59:00.000000", 9, CMD, (8, SERVICES), LogonId="0xa1a"),
        process("bravo", "10:00:07.000000", 21, SHELL, (20, SERVICES)),
        logon("charlie", "10:30:00.000000", "ada", 3, "0xc0c", ("10.0.0.2", "BRAVO")),
        process("charlie", "10:30:07.000000", 31, SHELL, (30, SERVICES), LogonId="0xc0c"),
    ]
    for number, value in enumerate(LOGGED):
        at, image = f"13:{number:02}:00.000000", f"C:\\{number}\\{value or 'x'}.exe"
        found.append(
            process("bravo", at, 500 + number, image, (21, SHELL), CommandLine=value, User=f"LAB\\{value or 'x'}")
        )
        found.append(logon(f"h{number} {value}", at, value or "x", 3, hex(0x5000 + number), ("10.0.0.9", value)))
        found.append(record("bravo", 4625, at, TargetUserName=value, LogonType="3", WorkstationName=value))
    return found


class Case:
    """A loaded workspace, and commands run on it as a shell runs them: through pipes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = folder / "workspace"

    def run(self, *arguments: str | bytes, typed: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
        program = str(Path(sys.executable).with_name("graphhunt"))
        values = {"GRAPHHUNT_WORKSPACE": str(self.workspace), "GRAPHHUNT_ENGINE_MEMORY_MB": "512",
                  "GRAPHHUNT_ENGINE_IDLE": "60"}  # fmt: skip
        return subprocess.run(
            [program, *arguments], input=typed.encode(), capture_output=True, check=False, timeout=300,
            env={**os.environ, **values, **environment},
        )  # fmt: skip

    def output(self, *arguments: str, typed: str = "", **environment: str) -> bytes:
        done = self.run(*arguments, typed=typed, **environment)
        assert done.returncode == 0, (arguments, done.stderr.decode())
        assert b"Traceback" not in done.stderr
        return done.stdout

    def json(self, *arguments: str, **environment: str) -> Any:
        """Give the one document that a command writes; a second one, or a line beside it, is an error."""
        return json.loads(self.output(*arguments, "--json", **environment).decode("utf-8"), parse_constant=_refuse)


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    made = Case(tmp_path_factory.mktemp("outputs"))
    logs = made.folder / "logs"
    logs.mkdir()
    (logs / 'case ",=\x1b[31m.json').write_text("".join(json.dumps(item) + "\n" for item in records()), "utf-8")
    report = made.json("load", str(logs))
    assert report["events_read"] == len(records()) == report["events_loaded"] + sum(report["events_skipped"].values())
    yield made
    stop_engine(made.workspace)


COMMANDS = {name: any("--json" in param.opts for param in found.params) for name, found in commands().items()}
"""The application's commands, and whether each takes --json."""
ARGUMENTS: dict[str, list[list[str]]] = {
    "load": [["{logs}"]],
    "query": [[COMMAND_LINES], ["MATCH (n)-[r]->(m) RETURN n, r, m"]],
    "find": [["\x1b[31m"], ["nothing is called so \x1b\u202e"]],
    "records": [["\x1b[31m"], ["", "--session"], ["4624", "--quiet", "--limit", "1"], ["nothing-has-this"]],
    "entity": [["process", "{process}"], ["user", "{user}"]],
    "tree": [["{process}"]],
    "verify": [[]],
    "paths": [[], ["--rank"]],
    "incidents": [[]],
    "networks": [[]],
    "story": [["bravo"], ["{user}"], ["10.0.0.9"]],
    "report": [["--out", "{folder}/report.html"]],
    "decode": [["powershell -enc GwBbADMAMQBtAA=="], ["cmd /c echo \x1b[31m"]],
    "reread": [[]],
    "hunts": [["remote-execution"]],
    "hunt": [["lateral-movement"], ["remote-execution"], ["blast-radius", "-p", "machine=10.0.0.1"]],
    "analyze": [["sessions"]],
    "analyses": [[], ["--runs"]],
    "enrich": [[], ["decoded"]],
    "evidence": [["{event}"], ["{strange}"]],
    "status": [["--digest"]],
    "coverage": [[]],
    "plugins": [[]],
    "config": [[]],
    "generate": [["{folder}/made", "--hosts", "10", "--users", "8", "--chains", "1"]],
    "export": [["graphml", "--out", "{folder}/g.xml"]],
    "identity list": [[]],
    "links list": [[]],
    "users list": [[]],
    "tokens list": [[]],
    "audit": [[]],
}
ELSEWHERE = {
    "serve": "writes its address and stays: test_the_served_address_is_the_only_line",
    "demo": "the gate reads it with .ci/check_demo.py, from the wheel",
    "eval synthetic": "numbers only, in tests/lab; a company that takes minutes to make",
    "eval lanl": "numbers only, in tests/cli/test_evaluate.py",
    **dict.fromkeys(
        ("identity join", "identity apart", "identity split", "identity undo"),
        "they change the case: tests/cli/test_identity.py",
    ),
    **dict.fromkeys(
        ("links cut", "links join", "links benign", "links undo"), "they change the case: tests/cli/test_incidents.py"
    ),
    **dict.fromkeys(("eval optc", "eval lmdg", "eval own"), "numbers only, in tests/cli/test_evaluate.py"),
}
"""Commands with --json that are tried elsewhere, and where."""


@pytest.fixture(scope="module")
def places(case: Case) -> dict[str, str]:
    """What the arguments stand for."""
    hops = case.json("paths")["paths"][0]["hops"]
    strange = case.json("query", "MATCH (p:Process) WHERE p.pid = 502 MATCH ()-[r:SPAWNED]->(p) "
                        "RETURN p.id AS id, r.evidence AS evidence")["rows"][0]  # fmt: skip
    users = case.json("query", "MATCH (u:User) WHERE u.name CONTAINS 'esc' RETURN u.id AS id")["rows"]
    return {
        "logs": str(case.folder / "logs"), "folder": str(case.folder), "event": hops[0]["evidence"][0],
        "process": strange["id"], "strange": strange["evidence"][0], "user": users[0]["id"],
    }  # fmt: skip


def filled(arguments: list[str], places: dict[str, str]) -> list[str]:
    """Put what is known now in the place of names in braces at the beginning of an argument."""
    return [re.sub(r"^\{(\w+)\}", lambda match: places.get(match[1], match[0]), text) for text in arguments]


def test_every_command_is_tried() -> None:
    with_json = {name for name, json in COMMANDS.items() if json}
    assert with_json == ARGUMENTS.keys() | ELSEWHERE.keys()


EVERY = [
    pytest.param(name, words, id=" ".join([name, *words])[:60]) for name, all_ in ARGUMENTS.items() for words in all_
]


@pytest.mark.parametrize(("name", "words"), EVERY)
def test_json_is_one_document_and_text_has_no_control_characters(
    case: Case, places: dict[str, str], name: str, words: list[str]
) -> None:
    call = [*name.split(), *filled(words, places)]
    assert isinstance(case.json(*call), dict)
    shown = case.output(*call).decode("utf-8")
    assert not RAW_CONTROL & (set(shown) - {"\n"}), sorted(RAW_CONTROL & set(shown))


def command_lines(*, disarmed: bool) -> list[tuple[str, str]]:
    """Give (id, command line) of every process as the records have them; a quote stands before a formula."""
    said = {guid("alpha", 9): CMD, guid("bravo", 21): SHELL, guid("charlie", 31): SHELL}
    for number, value in enumerate(LOGGED):
        said[guid("bravo", 500 + number)] = f"'{value}" if disarmed and value in FORMULAS else value
    host = {guid("alpha", 9): "alpha", guid("charlie", 31): "charlie"}
    return sorted((f"{host.get(one, 'bravo')}|{one}", text) for one, text in said.items())


ASKED = "UNWIND $values AS value RETURN value, size(value) AS length"


def asked() -> tuple[list[str], list[str]]:
    """Give values that go through the engine as they are, and the arguments that ask for them."""
    values = [*HOSTILE, *FORMULAS, "", "null"]
    return values, ["query", ASKED, "--param", "values=" + json.dumps(values)]


@pytest.mark.parametrize("options", [(), ("--raw",)], ids=["disarmed", "raw"])
def test_csv_is_read_back_as_it_was(case: Case, options: tuple[str, ...]) -> None:
    values, call = asked()
    written = case.output(*call, "--format", "csv", *options)
    expected = [f"'{value}" if value in FORMULAS and not options else value for value in values]
    rows = list(csv.reader(io.StringIO(written.decode("utf-8"), newline=""), strict=True))
    assert rows[0] == ["value", "length"]
    assert [row[0] for row in rows[1:]] == expected
    frame = pd.read_csv(io.BytesIO(written), dtype=str, keep_default_na=False)
    assert list(frame["value"]) == expected
    assert list(frame["length"]) == [row[1] for row in rows[1:]]


def test_json_is_read_back_as_it_was(case: Case) -> None:
    values, call = asked()
    for form in (["--json"], ["--format", "json"]):
        assert [row["value"] for row in json.loads(case.output(*call, *form))["rows"]] == values


def test_a_raw_table_is_warned_of_and_only_for_csv(case: Case) -> None:
    assert b"may run cells as formulas" in case.run("query", COMMAND_LINES, "--format", "csv", "--raw").stderr
    assert case.run("query", COMMAND_LINES, "--raw").returncode == 2


@pytest.mark.parametrize("locale", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "LANG": "C"}], ids=["ascii", "C"])
def test_a_pipe_carries_utf_8_whatever_the_locale(case: Case, locale: dict[str, str]) -> None:
    asked = "MATCH (p:Process) WHERE p.command_line CONTAINS '日本' RETURN p.command_line AS text"
    assert case.json("query", asked, **locale)["rows"] == [{"text": "émigré 日本 😀"}]
    assert case.output("query", asked, "--format", "csv", **locale).decode() == "text\r\némigré 日本 😀\r\n"
    assert "日本" in case.output("query", asked, **locale).decode()


def test_an_argument_that_is_no_text_is_answered(case: Case) -> None:
    done = case.run("find", b"\xff\xfe", "--json")
    assert done.returncode in (1, 2)
    assert done.stdout == b""
    assert done.stderr.startswith(b"error: ")


def test_a_reader_may_leave_early(case: Case) -> None:
    program = str(Path(sys.executable).with_name("graphhunt"))
    line = f"'{program}' --workspace '{case.workspace}' query 'UNWIND range(1, 20000) AS n RETURN n' --limit 20000"
    for form in ("csv", "json"):
        done = subprocess.run(["sh", "-c", f"{line} --format {form} | head -n 1"], capture_output=True, timeout=300)
        assert done.stdout
        assert b"Traceback" not in done.stderr
        assert b"Exception" not in done.stderr


def test_an_exported_table_is_read_back(case: Case) -> None:
    case.output("export", "csv", "--out", str(case.folder / "read"))
    with (case.folder / "read" / "Process.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["id"]: row["command_line"] for row in csv.DictReader(stream, strict=True)}
    assert {one: text for one, text in rows.items() if text} == dict(command_lines(disarmed=True))


def test_exported_json_lines_are_objects(case: Case) -> None:
    lines = case.output("export", "json").decode("utf-8").split("\n")
    found = [json.loads(line) for line in lines[:-1]]
    said = {row["id"]: row["properties"].get("command_line") for row in found if row.get("node") == "Process"}
    assert {one: text for one, text in said.items() if text} == dict(command_lines(disarmed=False))


def test_evidence_is_the_record(case: Case, places: dict[str, str]) -> None:
    found = case.json("evidence", places["strange"])
    assert json.loads(found["record"])["CommandLine"] == HOSTILE[2]
    assert found["file"].endswith('case ",=\x1b[31m.json')


def test_no_text_of_a_log_adds_a_line(case: Case) -> None:
    """The tree has one line per process, whatever stands in their command lines."""
    nodes = case.json("tree", guid("bravo", 21))["nodes"]
    assert len(case.output("tree", guid("bravo", 21)).decode().splitlines()) == len(nodes)


def test_the_served_address_is_the_only_line(case: Case) -> None:
    program = str(Path(sys.executable).with_name("graphhunt"))
    with subprocess.Popen(
        [program, "--workspace", str(case.workspace), "serve", "--json"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        lines = [server.stdout.readline() for _ in range(3)]
        server.terminate()
        rest = server.stdout.read()
    assert json.loads("".join(lines) + rest)["url"].startswith("http://127.0.0.1:")
