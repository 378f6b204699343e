"""Starting up is light: the heavy packages are imported by what needs them, when it needs them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphhunt.store.embedded import stop_engine

HEAVY = {"pandas", "polars", "sklearn", "scipy", "networkx", "numba", "pyarrow", "fastapi", "matplotlib", "IPython"}
HELP = """
import contextlib, io
from graphhunt.cli import main
sys.argv = ["graphhunt", "--help"]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""


TABLES = {"pandas", "polars", "sklearn", "scipy", "networkx"}
DRIVER = {"pandas"}
"""What the database driver imports by itself where it is installed; a command without a database does without it."""

COMMANDS: dict[str, set[str]] = {
    "hunts": {"polars"},
    "plugins": set(),
    "analyses --help": set(),
    "config": set(),
    "evidence 00000000000000000000000000000000": {"polars"},
    "status": {"polars"},
    "coverage": {"polars"},
    "paths": {"polars"},
    "paths --from DC1 --to FS1": {"polars"},
    "find DC1": {"polars", *DRIVER},
    "entity machine DC1": {"polars", *DRIVER},
    "query RETURN\t1\tAS\tn": {"polars", *DRIVER},
    "load again.jsonl": {"polars", *DRIVER},
}
"""The most that each command imports of the packages that work on tables."""

READ = """
from pathlib import Path
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest import ingest
ingest(Workspace("read"), [Path("again.jsonl")], workers=1)
"""
"""What a process that shares in a load does."""


def loaded(code: str, folder: Path) -> set[str]:
    """Run code in a new interpreter, away from the checkout, and name the modules it left imported."""
    program = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=folder, capture_output=True, text=True, check=True, timeout=120
    )
    return set(json.loads(answer.stdout.splitlines()[-1]))


@pytest.mark.parametrize("code", ["import graphhunt", HELP], ids=["import", "help"])
def test_heavy_packages_stay_out(code: str, tmp_path: Path) -> None:
    assert loaded(code, tmp_path) & HEAVY == set()


CHECK = Path(__file__).resolve().parents[2] / ".ci" / "check_names.py"
"""What the gate runs with the wheel in an empty environment."""


def test_every_public_name_of_the_contract_is_there(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-P", str(CHECK)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_public_names_are_real_and_listed() -> None:
    import graphhunt
    from graphhunt import errors

    assert [name for name in graphhunt.__all__ if not hasattr(graphhunt, name)] == []
    assert set(graphhunt.__all__) <= set(dir(graphhunt))
    tree = {name for name, found in vars(errors).items() if isinstance(found, type) and name.endswith("Error")}
    assert {name for name in graphhunt.__all__ if name.endswith("Error")} == tree
    with pytest.raises(AttributeError):
        _ = graphhunt.NoSuchName


def logon(machine: str) -> str:
    data = {
        "TargetUserName": "ann", "TargetDomainName": "CORP", "TargetUserSid": "S-1-5-21-1-2-3-1100", "LogonType": "3",
        "TargetLogonId": "0x10000", "IpAddress": "10.0.0.9", "IpPort": "50000",
    }  # fmt: skip
    log = {"channel": "Security", "event_id": 4624, "computer_name": f"{machine}.corp.local", "event_data": data}
    return json.dumps({"@timestamp": "2024-01-01T09:00:00.000Z", "winlog": log}) + "\n"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a loaded workspace, whose engine stays for all commands, and one more log."""
    folder = tmp_path_factory.mktemp("case")
    (folder / "first.jsonl").write_text(logon("DC1") + logon("FS1"), encoding="utf-8")
    (folder / "again.jsonl").write_text(logon("WEB1"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHHUNT_ENGINE_IDLE", "60")
        patch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "256")
        patch.setenv("GRAPHHUNT_WORKSPACE", str(folder / "ws"))
        subprocess.run([sys.executable, "-m", "graphhunt", "load", "first.jsonl"], cwd=folder, check=True, timeout=300)
        yield folder
        stop_engine(folder / "ws")


def run_command(words: list[str]) -> str:
    return f"""
import contextlib, io, sys
from graphhunt.cli.app import app
sys.argv = ["graphhunt", *{words!r}]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    app()
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_imports_no_package_for_tables_that_it_has_no_use_for(case: Path, command: str) -> None:
    words = [word.replace("\t", " ") for word in command.split(" ")]
    found = loaded(run_command(words), case) & TABLES
    assert found <= COMMANDS[command]


def test_a_process_that_reads_for_a_load_imports_none(case: Path) -> None:
    modules = loaded(READ, case)
    assert "pyarrow" in modules
    assert modules & TABLES == set()
