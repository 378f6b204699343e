"""What jobs do: the same calls the command line makes, on a hunt of their own.

A job opens the workspace anew, so that requests go on reading while it writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphhunt.api.service import Hunt
from graphhunt.case.jobs import Tell, Uploads, Work
from graphhunt.evidence.batch import DUPLICATE
from graphhunt.hunt import Hunt as Opened
from graphhunt.lab.generator import generate_demo
from graphhunt.questions.question import Wishes


def sibling(hunt: Hunt) -> Any:
    """Open the same workspace and graph once more."""
    return Opened(hunt.folder, hunt.db, hunt.settings)


def load_work(
    hunt: Hunt, uploads: Uploads, ids: Sequence[str], *, format: str | None = None, strict: bool = False
) -> Work:
    """Load uploads as `graphhunt load` does, and remove them when it has ended, whatever the end."""

    def work(tell: Tell) -> dict[str, Any]:
        try:
            with sibling(hunt) as own:
                report = own.load([uploads.path(i) for i in ids], format=format, strict=strict, progress=tell.progress)
        finally:
            for upload_id in ids:
                uploads.remove(upload_id)
        for warning in report["warnings"]:
            tell.warn(f"{warning['file']}: {warning['reason']}")
        tell.sum_up(load_summary(report))
        return dict(report)

    return work


def demo_work(hunt: Hunt) -> Work:
    """Write the demonstration's event logs into the workspace and load them, as `graphhunt demo` does."""

    def work(tell: Tell) -> dict[str, Any]:
        logs = hunt.folder / "demo-logs"
        tell.progress("generate", 0, 1)
        generate_demo(logs)
        with sibling(hunt) as own:
            report: dict[str, Any] = own.load(logs, progress=tell.progress)
        tell.sum_up(load_summary(report))
        return report

    return work


def load_summary(report: Mapping[str, Any]) -> str:
    """Say in a few words what a load took in, and what it did not."""
    skipped: dict[str, int] = report["events_skipped"]
    again = skipped.get(DUPLICATE, 0)
    parts = [
        (report["events_loaded"], "event loaded", "events loaded"),
        (again, "was here already", "were here already"),
        (sum(skipped.values()) - again, "left out", "left out"),
        (report["events_rejected"], "damaged", "damaged"),
        (report["files_rejected"], "file could not be read", "files could not be read"),
    ]
    said = [f"{n:,} {one if n == 1 else more}" for n, one, more in parts if n]
    return ", ".join(said) or "nothing was in it"


def analysis_work(hunt: Hunt, name: str, parameters: Mapping[str, Any]) -> Work:
    """Run an analytic as `graphhunt analyze` does."""

    def work(tell: Tell) -> dict[str, Any]:
        with sibling(hunt) as own:
            report: dict[str, Any] = own.ask(name, parameters, Wishes(progress=tell.progress), "analysis", "enricher")
        tell.sum_up(_rows(sum(report["written"].values()), "result", "written"))
        return report

    return work


def identity_work(hunt: Hunt, author: str, wanted: Mapping[str, Any]) -> Work:
    """State something about an identity as `graphhunt identity` does."""

    def work(tell: Tell) -> dict[str, Any]:
        tell.progress("correlate", 0, 1)
        with sibling(hunt) as own:
            row: dict[str, Any] = own.identity.state(**{**wanted, "author": author})
        tell.progress("correlate", 1, 1)
        tell.sum_up(f"stated as {row['id']}")
        return row

    return work


def hunt_work(hunt: Hunt, name: str, parameters: Mapping[str, Any], limit: int | None) -> Work:
    """Run a hunt as `graphhunt hunt` does, findings written to the graph."""

    def work(tell: Tell) -> dict[str, Any]:
        tell.progress("hunt", 0, 1)
        with sibling(hunt) as own:
            found: dict[str, Any] = own.ask(name, parameters, Wishes(limit), "hunt", "entity")
        tell.progress("hunt", 1, 1)
        chains = "findings" in found
        tell.sum_up(_rows(len(found["findings" if chains else "rows"]), "finding" if chains else "row", "found"))
        return found

    return work


def _rows(n: int, what: str, end: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'} {end}"
