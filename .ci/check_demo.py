"""Check what `graphhunt demo --json` printed: the numbers add up, and there is an attack path with evidence.

Usage: check_demo.py FILE. Exit code 1 with the reason.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import Any


def faults(answer: dict[str, Any]) -> list[str]:
    """Say what is wrong with the answer."""
    report, paths = answer["load"], answer["paths"]
    found = []
    told = report["events_loaded"] + sum(report["events_skipped"].values()) + report["events_rejected"]
    if not 0 < report["events_read"] == told:
        found.append(f"{report['events_read']} events read, {told} accounted for")
    if not report["nodes"].get("Machine") or not report["relationships"].get("REMOTE_LOGON"):
        found.append("no machines or no remote logons in the graph")
    if not any(len(path["hops"]) >= 2 for path in paths):
        found.append("no path of two hops or more")
    hops = [hop for path in paths for hop in path["hops"]]
    found += [f"hop {hop['from']} to {hop['to']} has no evidence" for hop in hops if not hop["evidence"]]
    if any(b["start"] < a["start"] for path in paths for a, b in itertools.pairwise(path["hops"])):
        found.append("a path goes back in time")
    return found


def main(file: Path) -> int:
    """Check one file and report."""
    answer = json.loads(file.read_text("utf-8"))
    lines = faults(answer)
    good = f"demo: {answer['load']['events_read']} events, {len(answer['paths'])} attack paths"
    sys.stdout.write("\n".join(lines or [good]) + "\n")
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
