"""Generates a whole set: day after day into files, with the truth beside them."""

from __future__ import annotations

import gzip
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from graphhunt.lab.generator.config import DAY_US, LANL, NXLOG
from graphhunt.lab.generator.feed import Feed, Tally, stamp
from graphhunt.lab.generator.lanl import TABLES, LanlWriter, planned_chains
from graphhunt.lab.generator.stage import Stage
from graphhunt.lab.generator.streams import stream
from graphhunt.lab.generator.truth import Expected, Truth
from graphhunt.lab.generator.world import World, build_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from graphhunt.lab.generator.config import GeneratorConfig


def generate(config: GeneratorConfig, folder: Path, progress: Callable[[int, int, int], None] | None = None) -> Truth:
    """Write the set that ``config`` describes into ``folder`` and return the truth about it.

    There is one ``events-YYYY-MM-DD.ndjson`` (or ``.ndjson.gz``) per day, ``truth.json``, and with the format
    ``lanl`` the four LANL tables (``auth.txt`` ...).  ``progress`` is called after each day with the number of days
    done, of all days, and of lines written.  The same configuration gives the same bytes.

    Raises:
        OSError: The folder can't be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world = build_world(config)
    truth = Truth(config.seed, config.start, config.end, config.domain)
    total = Tally()
    with ExitStack() as stack:
        tables = _lanl_tables(world, folder, stack) if LANL in config.formats else None
        for day in range(config.days):
            if NXLOG in config.formats:
                _records_of_day(world, day, folder, truth, total)
            else:
                planned = planned_chains(world, day)
                truth.chains += planned[0]
                truth.bursts += planned[1]
            if tables:
                tables.day(day)
            if progress:
                progress(day + 1, config.days, total.lines + (sum(tables.rows.values()) if tables else 0))
        if tables:
            tables.close()
            truth.files += [table_file(config, name) for name in TABLES]
    truth.expected = expected_of(world, total)
    truth.expected.tables = dict(tables.rows) if tables else {}
    truth.save(folder)
    return truth


def _records_of_day(world: World, day: int, folder: Path, truth: Truth, total: Tally) -> None:
    path = folder / day_file(world.config, day)
    with open_output(path, compress=world.config.compress) as out:
        stage, tally = play_day(world, day, out)
    truth.files.append(path.name)
    truth.chains += stage.chains
    truth.bursts += stage.bursts
    truth.decoys += stage.decoys
    add_tally(total, tally)


def _lanl_tables(world: World, folder: Path, stack: ExitStack) -> LanlWriter:
    compress = world.config.compress
    names = {name: folder / table_file(world.config, name) for name in TABLES}
    files = {name: stack.enter_context(open_output(path, compress=compress)) for name, path in names.items()}
    return LanlWriter(world, files)


def table_file(config: GeneratorConfig, name: str) -> str:
    """Return the name of the file of a LANL table."""
    return f"{name}.txt" + (".gz" if config.compress else "")


def play_day(world: World, day: int, out: BinaryIO) -> tuple[Stage, Tally]:
    """Write one day of ``world`` to ``out`` and return its stage (for the truth) and its counts."""
    feed = Feed(world.config, out, stream(world.config.seed, "pipeline", day))
    stage = Stage(world, day, feed)
    stage.run()
    feed.close()
    return stage, feed.tally


def day_file(config: GeneratorConfig, day: int) -> str:
    """Return the name of the file of a day."""
    date = stamp(config.start + day * DAY_US)[:10]
    return f"events-{date}.ndjson" + (".gz" if config.compress else "")


@contextmanager
def open_output(path: Path, *, compress: bool) -> Iterator[BinaryIO]:
    """Open ``path`` for writing; gzip gets no name and no time, so that equal content gives equal bytes."""
    with path.open("wb") as raw:
        if not compress:
            yield raw
            return
        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
            yield cast("BinaryIO", packed)


def add_tally(total: Tally, tally: Tally) -> None:
    """Add the counts of a day to ``total``."""
    total.events += tally.events
    total.logon_types += tally.logon_types
    total.lost += tally.lost
    total.duplicates += tally.duplicates
    total.late += tally.late


def expected_of(world: World, total: Tally) -> Expected:
    """Return the counts a loader of the files must arrive at."""
    events = Counter({f"{channel}/{event_id}": count for (channel, event_id), count in total.events.items()})
    return Expected(
        lines=total.lines,
        distinct=total.distinct,
        duplicates=total.duplicates,
        late=total.late,
        lost=dict(sorted(total.lost.items())),
        events=dict(sorted(events.items())),
        logon_types=dict(sorted(total.logon_types.items())),
        machines=len(world.machines),
        accounts=len(world.accounts),
    )
