"""`hunt lateral-movement`: run the detector, write its findings to the graph, and list them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.lateral.detection import DetectionOptions, detected
from graphhunt.lateral.findings import FindingFilter, report
from graphhunt.questions.library import LATERAL, hunt_named
from graphhunt.times import micros

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.lateral.sight import Sight
    from graphhunt.store import Store

_TIMES = ("since", "until")
_RUN = ("since", "until", "findings", "scanners", "help_desk", "owners")
_YES = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def hunt_lateral_movement(
    snapshot: Snapshot,
    sight: Callable[[], Sight],
    given: Mapping[str, Any],
    *,
    store: Store | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """Find chains of suspicious remote logons.

    Args:
        snapshot: The graph's tables.
        sight: Gives what the logs can show.
        given: Parameters of the hunt; see `graphhunt hunts`.
        store: Where to write the `lm_…` properties; None leaves the graph as it is.
        limit: Most findings to list.

    Returns:
        See `graphhunt.lateral.findings.report`; with `run` and `written` when properties were written.

    Raises:
        UsageError: A parameter is unknown or can't be read.
    """
    asked = _read(given)
    options = DetectionOptions.read(asked)
    written: dict[str, Any] = {"hunt": LATERAL}
    if store is not None:
        from graphhunt.analyses.runs import analyze

        run = analyze(store, LATERAL, {name: asked[name] for name in _RUN if asked.get(name) is not None})
        written |= {"run": run["run"], "written": run["written"].get("REMOTE_LOGON", 0)}
    wanted = FindingFilter(
        machine=asked.get("machine"), user=asked.get("user"), significant=bool(asked.get("significant"))
    )
    found = report(detected(snapshot, options), snapshot, sight, wanted)
    cut = limit is not None and len(found["findings"]) > limit
    found["findings"] = found["findings"][:limit]
    return written | found | {"truncated": cut}


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    known = {parameter.name for parameter in hunt_named(LATERAL).parameters}
    asked = dict(given)
    for name in asked:
        if name not in known:
            raise UsageError(f"{LATERAL} has no parameter '{name}'", hint="it takes " + ", ".join(sorted(known)))
    for name in _TIMES:
        asked[name] = micros(asked.get(name))
    if asked.get("findings") is not None:
        asked["findings"] = _count(asked["findings"])
    if "significant" in asked:
        asked["significant"] = _YES.get(str(asked["significant"]).lower())
        if asked["significant"] is None:
            raise UsageError(f"'{given['significant']}' is neither true nor false")
    return asked


def _count(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f"'{value}' is not a number of findings") from error
