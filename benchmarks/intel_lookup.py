"""Lists of indicators: reading a million, matching 100,000 values; places and look-ups of 100,000 rows.

Usage: python benchmarks/intel_lookup.py [INDICATORS] [ROWS]. Prints CPU seconds of this process; asks nobody.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd
import polars as pl

from graphhunt.settings import load_settings
from graphhunt.toolbox import GeoLiteLookup, TILookup
from graphhunt.toolbox.intel.indicators import IndicatorList, read_lists
from graphhunt.toolbox.intel.keys import Keys
from graphhunt.toolbox.intel.state import State

_T = TypeVar("_T")


def value(number: int) -> str:
    kind, n = number % 4, number // 4
    if kind == 0:
        return f"{n >> 16 & 127 | 128}.{n >> 8 & 255}.{n & 255}.{number % 251}"
    return (f"host{n}.bad{n % 977}.org", f"{number:064x}", f"http://Host{n}.bad.org/Path/{n}")[kind - 1]


def timed(what: str, work: Callable[[], _T]) -> _T:
    cpu, wall = time.process_time(), time.perf_counter()
    found = work()
    print(f"| {what} | {time.process_time() - cpu:.2f} | {time.perf_counter() - wall:.2f} |")
    return found


def main(indicators: int, rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), indicators, rows)


def measure(folder: Path, indicators: int, rows: int) -> None:
    text, table, sites = folder / "list.txt", folder / "list.csv", folder / "sites.csv"
    text.write_text("".join(f"{value(i)}\n" for i in range(indicators)))
    lines = (f"{value(i)},2026-01-01T00:00:00Z,amber,feed\n" for i in range(indicators))
    table.write_text("indicator,first_seen,tlp,source\n" + "".join(lines))
    sites.write_text("network,site\n" + "".join(f"10.{i}.0.0/16,site {i}\n" for i in range(256)))
    print("| what | CPU s | wall s |\n| --- | --- | --- |")
    timed(f"read {indicators:,} indicators of text", lambda: read_lists([text]))
    known = timed(f"read {indicators:,} indicators of CSV with source, time and TLP", lambda: read_lists([table]))
    asked = [value(i * 7) for i in range(rows)]
    timed(f"match {rows:,} values", lambda: match(known, asked))
    lookup = TILookup(settings=load_settings({}, intel_lists=str(text)), keys=Keys(env={}), state=State())
    frame = pd.DataFrame({"Observable": asked})
    timed(f"TILookup.lookup_iocs over {rows:,} different rows", lambda: lookup.lookup_iocs(frame))
    geo = GeoLiteLookup(sites=sites, settings=load_settings({}))
    inner = pd.DataFrame({"ip": [f"10.{i % 256}.{i // 256 % 256}.{i % 199}" for i in range(rows)]})
    timed(f"GeoLiteLookup.df_lookup_ip over {rows:,} rows, 256 sites", lambda: geo.df_lookup_ip(inner, "ip"))


def match(known: IndicatorList, asked: list[str]) -> pl.DataFrame:
    kinds = ("ipv4", "dns", "sha256_hash", "url")
    values = pl.DataFrame({"value": asked, "kind": [kinds[i * 7 % 4] for i in range(len(asked))]})
    return known.match(values)


if __name__ == "__main__":
    main(*map(int, [*sys.argv[1:], *("1000000", "100000")[len(sys.argv) - 1 :]]))
