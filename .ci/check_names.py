"""Check that an installed graphhunt has every public name of the contract, spelled as its users type it.

Usage: check_names.py. Runs with the interpreter of the environment to check, away from the checkout; nothing but
the wheel and what it depends on is needed. Exit code 1 with one line per fault.
"""

from __future__ import annotations

import subprocess
import sys

NAMES = """
open Hunt User Machine Process File IP Domain Alert Client TimePeriod Histogram
Block Detect Connection Registry THCollection TH
GraphhuntError UsageError LoadError StoreError QueryError LimitError
"""

CODE = r"""
import graphhunt as gh
import sys
heavy = sorted({"pandas", "polars", "numpy", "graphhunt.entities"} & sys.modules.keys())
assert not heavy, f"import graphhunt brings {heavy}"
from graphhunt import *
from graphhunt import TH
from graphhunt.TH import Block, Connection, Detect, Machine, Process, Registry, THCollection, User
from graphhunt.TH.Core.histogram import Histogram
from graphhunt.TH.Core.period import TimePeriod
from graphhunt.TH.Core.THCollection import T, THCollection as collection
assert collection is THCollection is gh.THCollection
assert TH.Core.period.TimePeriod is TimePeriod is gh.TimePeriod
assert TH.Core.histogram.Histogram is Histogram is gh.Histogram
assert TH.User is User is gh.User and TH.Process is gh.Process and TH.Machine is Machine
assert issubclass(gh.UsageError, gh.GraphhuntError)
try:
    TH.User(users="MYDOMAIN\\myusername", client_id="000000", period=TH.Core.period.TimePeriod())
except gh.UsageError as error:
    assert "no hunt is open" in str(error)
with gh.open("one") as one:
    assert TH.User(users="MYDOMAIN\\myusername", client_id="000000").hunt is one
    with gh.open("two"):
        try:
            TH.User(users="MYDOMAIN\\myusername")
        except gh.UsageError as error:
            assert "2 hunts are open" in str(error)
        else:
            raise AssertionError("of two open hunts one was taken without asking")
        assert TH.User(users="x", hunt=one).hunt is one
"""


def run(code: str) -> str:
    """Run code in a new interpreter and give the last line of its error, if it ended with one."""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stderr.strip() or "no message").splitlines()[-1]


def main() -> int:
    """Try each name in an interpreter that has imported nothing else, and then the documents' spellings."""
    names = NAMES.split()
    faults = {name: run(f"import graphhunt as gh; gh.{name}") for name in names} | {"documents": run(CODE)}
    lines = [f"{name}: {fault}" for name, fault in faults.items() if fault]
    sys.stdout.write("\n".join(lines or [f"{len(names)} public names: all there"]) + "\n")
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
