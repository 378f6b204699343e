"""The words of the typed graph: what an edge says, and of what somebody may see more."""

from __future__ import annotations

VERBS = {
    "hop": "logged on to", "ask": "asked", "on": "acted on", "installed": "had installed", "brought": "got over SMB",
    "ran": "started", "machine ran": "ran", "wrote": "wrote", "used": "was used by", "called": "called",
    "started": "started", "seen": "was seen going to",
}  # fmt: skip
"""What the box at the beginning of an edge of the incident did to the one at its end, by the edge's kind."""

HOP = "{technique} · {account}"
HOP_UNKNOWN = "{technique}"
HOP_SENSED = "consistent with {technique}"
HOPS = "{count} logons, {kinds} techniques"
LOGON = "logon · {account}"
LOGONS = "{count} logons · {account}"
LOGONS_ONLY = "{count} logons"
TYPE_9 = "type 9"
TYPE_9_TIMES = "type 9, {count} times"
BROUGHT = "over SMB"
WROTE = "wrote"
USED = {"run": "run", "loaded": "loaded", "named": "named"}
THROUGH = "through {program}"
CLOCK = "as by a clock"
INFERRED = "inferred"

MORE = {"process": "other processes", "thing": "other services, tasks and files", "machine": "other machines",
        "account": "other accounts", "came": "other addresses", "called": "other addresses"}  # fmt: skip
"""What a box that stands for the rest of a column stands for."""
