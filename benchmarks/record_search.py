"""Search over a million records: two words and a machine, the first 500 with facets, and a later page.

    python benchmarks/record_search.py WORKSPACE [--times 18]

The index of the workspace is made if it isn't there, and opened so many times as if each were other records: ground
truth A, 57,556 records, 18 times is over a million. Every question is new; what is warm are files and columns.
Milliseconds of wall clock and CPU are given; quote figures from a quiet machine.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from graphhunt.evidence import Workspace
from graphhunt.graph.snapshot import Snapshot
from graphhunt.records.graphed import Graphed
from graphhunt.records.index import Indexes, Records, Segment
from graphhunt.records.query import parse
from graphhunt.records.search import Asked, Moment, page

WORDS = ("powershell", "system32", "pgustavo", "windows", "audit_success", "microsoft", "theshire", "0x3e7", "temp")
HOSTS = ("WORKSTATION5", "WORKSTATION6", "MORDORDC")


def multiplied(workspace: Workspace, times: int) -> Moment:
    """Open the records of a workspace several times over."""
    once = Indexes(workspace).records().segments
    segments: list[Segment] = []
    start = 0
    for segment in itertools.chain.from_iterable(itertools.repeat(once, times)):
        segments.append(Segment(segment.folder, segment.evidence, start))
        start += segment.rows.height
    records = Records(segments)
    return Moment(records, Graphed(records, Snapshot(workspace.path / "graph"), workspace.path))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Give the milliseconds of wall clock and CPU that something takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def told(name: str, taken: list[tuple[float, float]]) -> None:
    """Print the middle and the 95th percentile."""
    wall, cpu = (np.array(values) for values in zip(*taken, strict=True))
    print(
        f"{name}: wall {np.median(wall):.0f} ms, p95 {np.percentile(wall, 95):.0f} ms; "
        f"CPU {np.median(cpu):.0f} ms, p95 {np.percentile(cpu, 95):.0f} ms ({len(taken)} times)"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--times", type=int, default=18)
    options = parser.parse_args()
    workspace = Workspace(options.workspace)
    told("index made, or opened where it is there", [timed(lambda: Indexes(workspace).records())])
    moments: list[Moment] = []
    opening = timed(lambda: moments.append(multiplied(workspace, options.times)))
    moment = moments[0]
    told(f"{moment.records.count:,} records opened", [opening])
    told("first question of all", [timed(lambda: page(moment, Asked(query=parse("4624"))))])
    first, later, many = [], [], []
    for (one, other), host in itertools.product(itertools.combinations(WORDS, 2), HOSTS):
        asked = Asked(query=parse(f"{one} {other} host:{host}"))
        first.append(timed(lambda asked=asked: page(moment, asked)))  # type: ignore[misc]
        answer = moment.answer(asked)
        if len(answer.numbers) > 1500:
            last = moment.records.table["event_id"][int(answer.numbers[999])]
            later.append(timed(lambda asked=asked, last=last: page(moment, asked, cursor=last)))  # type: ignore[misc]
    for host in HOSTS:
        grouped = Asked(query=parse(f"host:{host}"), by_session=True)
        many.append(timed(lambda grouped=grouped: page(moment, grouped)))  # type: ignore[misc]
    told("two words and a machine, first 500 with facets", first)
    told("a later page", later)
    told("all of a machine by session", many)


if __name__ == "__main__":
    main()
