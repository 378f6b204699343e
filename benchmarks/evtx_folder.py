"""How fast a folder of many small EVTX files is read into the workspace.

Run ``python benchmarks/evtx_folder.py FOLDER [--files 1151] [--rounds 3]``. The files below FOLDER are copied until
there are enough; each copy has its events some microseconds later (and true checksums), so that none is a repetition.
The figures are CPU seconds of this process and its children, without the graph. Then the same folder is loaded again,
a batch of 10,000 files is counted, and the loaders are asked for the format of each file.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import struct
import tempfile
import time
import zlib
from pathlib import Path

from graphhunt.loaders import _evtx_chunk as layout

from graphhunt.evidence import Batch, SourceEntry, Workspace
from graphhunt.evidence.ingest import ingest
from graphhunt.model import Record, Skipped
from graphhunt.sources import loading

TALLIED = 10_000


def moved(data: bytes, microseconds: int) -> bytes:
    """Copy a file with every event later than it was."""
    out = bytearray(data)
    for at in range(layout.HEADER_SIZE, len(data), layout.CHUNK_SIZE):
        piece = data[at : at + layout.CHUNK_SIZE]
        if not layout.is_sound(piece):
            continue
        chunk = bytearray(piece)
        for record in layout.chunk(piece).records:
            end = record.offset + record.size
            written = bytes(chunk[record.offset + 16 : record.offset + 24])
            later = struct.pack("<Q", struct.unpack("<Q", written)[0] + 10 * microseconds)
            chunk[record.offset : end] = chunk[record.offset : end].replace(written, later)
        free = struct.unpack_from("<I", chunk, 48)[0]
        struct.pack_into("<I", chunk, 52, zlib.crc32(chunk[512:free]))
        struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[128:512], zlib.crc32(chunk[:120])))
        out[at : at + layout.CHUNK_SIZE] = chunk
    return bytes(out)


def make(folder: Path, target: Path, files: int) -> int:
    """Write the copies; give their bytes."""
    found = sorted(folder.rglob("*.evtx"))
    size = 0
    for number in range(files):
        copy, source = divmod(number, len(found))
        data = moved(found[source].read_bytes(), copy)
        (target / f"{number:06d}.evtx").write_bytes(data)
        size += len(data)
    return size


def spent() -> float:
    """Give the CPU seconds of this process and of its ended children."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def load(workspace: Workspace, folder: Path) -> None:
    """Load the folder once and print what it cost."""
    begun = spent()
    report = ingest(workspace, [folder])
    cpu = spent() - begun
    new = report.events_read - report.events_skipped.get("duplicate", 0)
    print(f"  {report.files:,} files, {report.events_read:,} records ({new:,} new) {cpu:8.2f} CPU s", end="")
    print(f" {report.events_read / cpu:10,.0f} records/CPU s")


def tally(files: int) -> float:
    """Give the milliseconds in which a batch of so many files with five records each is counted."""
    batch = Batch()
    for number in range(files):
        batch.begin(SourceEntry(file=f"{number}.evtx", loader="evtx", sha256="", bytes=0))
        for row in range(5):
            batch.add(Record(f"{number} {row}", "", Skipped(f"reason {row % 3}")))
    begun = time.process_time()
    batch.tally()
    return (time.process_time() - begun) * 1000


def sniff(folder: Path) -> float:
    """Give the milliseconds that all loaders together take for one file, the median of the folder's."""
    known, times = loading.loaders(), []
    for path in sorted(folder.glob("*.evtx"))[:200]:
        source = loading.Source(path.name, path)
        if not source.head().startswith(layout.FILE_MAGIC):
            continue
        begun = time.process_time()
        for _ in range(5):
            loading.choose(source, known=lambda: known)
        times.append((time.process_time() - begun) * 200)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=1151)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tally", type=int, default=TALLIED, help="files in the batch that is counted")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        logs = Path(scratch) / "logs"
        logs.mkdir()
        print(f"{options.files:,} files, {make(options.folder, logs, options.files) / 1e6:,.0f} MB")
        for number in range(options.rounds):
            workspace = Workspace(Path(scratch) / f"ws{number}")
            print("first load")
            load(workspace, logs)
        print("the same again")
        load(workspace, logs)
        print(f"format of a file   {sniff(logs):8.3f} ms")
        print(f"count of {options.tally:,} files {tally(options.tally):8.1f} ms")


if __name__ == "__main__":
    main()
