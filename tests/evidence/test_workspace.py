"""The workspace folder: opening, look-ups, upkeep, garbage, damage, refusals of the disk."""

from __future__ import annotations

import json
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from graphhunt.errors import DamageError, UsageError, WorkspaceError
from graphhunt.evidence import Batch, SourceEntry, Workspace, index, mending, upkeep
from graphhunt.evidence.files import sync_file
from graphhunt.evidence.ingest import ingest
from graphhunt.evidence.tables import KINDS
from graphhunt.model import FACTS, Logon, Record
from tests.evidence import fakes

ROOT = Path(__file__).parents[2]


def commit(workspace: Workspace, *raws: str) -> None:
    batch = Batch()
    batch.begin(SourceEntry(file="f", loader="fake", sha256="", bytes=0))
    for raw in raws:
        batch.add(Record(raw=raw, position="p", outcome=[Logon(time=len(raw), user=raw)]))
    workspace.commit(batch)


def test_a_new_workspace_is_private_and_keeps_its_id(tmp_path):
    first = Workspace(tmp_path / "a" / "ws")
    assert stat.S_IMODE((tmp_path / "a" / "ws").stat().st_mode) == 0o700
    assert Workspace(tmp_path / "a" / "ws").id == first.id
    assert Workspace(tmp_path / "other").id != first.id


def test_every_kind_has_its_columns_without_rows(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    empty = {kind: workspace.facts(kind).collect_schema() for kind in KINDS}
    assert len(empty) == len(FACTS)
    commit(workspace, "x")
    assert workspace.facts("logon").collect().schema == empty["logon"]
    assert empty["logon"]["logon_type"] == pl.Int64
    assert empty["privileges"]["privileges"] == pl.List(pl.String)
    assert empty["logon"].names()[:6] == ["event_id", "ordinal", "source", "client_id", "time", "host"]
    assert workspace.facts("flow").collect().height == 0
    with pytest.raises(UsageError, match="process_start"):
        workspace.facts("proces_start")
    with pytest.raises(UsageError, match="valid: event_id"):
        workspace.facts("logon", ["usr"])


def test_all_kinds_survive_the_way_through_the_files(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    samples: dict[str, Any] = {
        "dict": {"a": 1, "": -(2**62)}, "list": ["a", ""], "bool": True, "int": 2**62, "str": "ünïcode \x00 text",
        "float": 1.5,
    }  # fmt: skip
    batch = Batch()
    batch.begin(SourceEntry(file="f", loader="fake", sha256="", bytes=0))
    for struct in FACTS:
        values: dict[str, Any] = {}
        for field in msgspec.structs.fields(struct):
            text = str(field.type)
            values[field.name] = next(sample for kind, sample in samples.items() if kind in text)
        batch.add(Record(raw=struct.__name__, position="p", outcome=[struct(**values), struct(time=1)]))
    workspace.commit(batch)
    times = KINDS["logon"].__struct_fields__.index("times")
    for kind, struct in KINDS.items():
        rows = workspace.facts(kind).sort("ordinal").drop("event_id", "ordinal", "source", "client_id").collect().rows()
        full, bare = [
            (*row[:times], {pair["key"]: pair["value"] for pair in row[times]}, *row[times + 1 :]) for row in rows
        ]
        built = struct(**dict(zip(struct.__struct_fields__, full, strict=True)))
        assert msgspec.convert(msgspec.to_builtins(built), struct) == built
        assert full[times] == samples["dict"]
        assert bare == msgspec.structs.astuple(struct(time=1))


def test_records_are_found_across_packed_and_merged_segments(tmp_path, monkeypatch):
    monkeypatch.setattr(upkeep, "SMALL_ROWS", 20)
    monkeypatch.setattr(upkeep, "PACK_COUNT", 4)
    monkeypatch.setattr(upkeep, "INDEX_COUNT", 3)
    workspace = Workspace(tmp_path / "ws")
    raws = [f"r{n}" for n in range(600)]
    for start in range(0, 600, 5):
        commit(workspace, *raws[start : start + 5])
    for start in range(0, 600, 50):
        commit(workspace, *(f"big {n}" for n in range(start, start + 50)))
    assert workspace.events() == 1200
    assert len(workspace.live()) < 50
    assert workspace.journal.indexes()
    everything = [*raws, *(f"big {n}" for n in range(600))]
    for opened in (workspace, Workspace(tmp_path / "ws")):
        found = opened.evidence.get_many(fakes.event_id(raw) for raw in everything)
        assert [record.raw for record in found] == everything
        assert sorted(opened.facts("logon", ["user"]).collect()["user"]) == sorted(everything)
        assert opened.evidence.get("0" * 32) is None
        assert opened.evidence.get("no id") is None
    assert workspace.verify() == []
    assert sum(source.read for source in workspace.sources()) == 1200


def test_replaced_files_go_after_their_grace_time(tmp_path, monkeypatch):
    monkeypatch.setattr(upkeep, "PACK_COUNT", 4)
    workspace = Workspace(tmp_path / "ws")
    for n in range(4):
        commit(workspace, str(n))
    folders = lambda: len(list((workspace.home / "segments").iterdir()))  # noqa: E731
    assert (len(workspace.live()), folders()) == (1, 5)
    Workspace(tmp_path / "ws")
    assert folders() == 5
    monkeypatch.setattr(upkeep, "GRACE", -1.0)
    again = Workspace(tmp_path / "ws")
    assert folders() == 1
    assert again.events() == 4
    assert [r.raw for r in again.evidence.get_many(fakes.event_id(str(n)) for n in range(4))] == ["0", "1", "2", "3"]


def test_what_dead_loads_left_is_removed_and_living_ones_are_spared(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    commit(workspace, "kept")
    orphan = workspace.home / "segments" / "0000000000000000-00000000"
    orphan.mkdir()
    (orphan / "evidence.parquet").write_bytes(b"half")
    (workspace.home / "staging" / "dead").mkdir()
    (workspace.home / "indexes" / "dead.bin").write_bytes(b"half")
    with workspace.scratch() as alive:
        (alive.path / "member").write_bytes(b"x")
        again = Workspace(tmp_path / "ws")
        assert (alive.path / "member").read_bytes() == b"x"
    assert orphan.exists()  # it may be evidence whose journal entry was lost: verify names it
    assert [one.file for one in again.verify()] == [f"evidence/segments/{orphan.name}"]
    assert not list((workspace.home / "staging").iterdir())
    assert not list((workspace.home / "indexes").iterdir())
    assert again.events() == 1


def test_foreign_damaged_and_newer_folders_are_refused(tmp_path):
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.txt").write_text("precious")
    with pytest.raises(WorkspaceError, match="something else"):
        Workspace(tmp_path / "foreign")
    assert [p.name for p in (tmp_path / "foreign").iterdir()] == ["thesis.txt"]
    Workspace(tmp_path / "ws")
    identity = tmp_path / "ws" / "workspace.json"
    good = identity.read_bytes()
    identity.write_text(json.dumps({"format": 99, "id": "x"}))
    with pytest.raises(WorkspaceError, match="format 99"):
        Workspace(tmp_path / "ws")
    identity.write_bytes(b"{")
    with pytest.raises(WorkspaceError, match="damaged"):
        Workspace(tmp_path / "ws")
    identity.write_bytes(good)
    (tmp_path / "ws" / "evidence" / "journal" / "1-1.json").write_text("{}")
    with pytest.raises(DamageError, match="journal entry 1-1 is damaged"):
        Workspace(tmp_path / "ws")
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkspaceError):
        Workspace(tmp_path / "file")
    with pytest.raises(WorkspaceError):
        Workspace(tmp_path / "file" / "below")


def test_changed_files_are_named(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    commit(workspace, "a")
    (segment,) = workspace.live()
    path = workspace.folder(segment.id) / "logon.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    (workspace.folder(segment.id) / "index.bin").unlink()
    folder = f"evidence/segments/{segment.id}"
    assert [(one.file, one.problem) for one in workspace.verify()] == [
        (f"{folder}/index.bin", "the file is missing"),
        (f"{folder}/logon.parquet", "the file differs from what was written"),
    ]


def test_lost_records_are_a_typed_error(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    commit(workspace, "a")
    (segment,) = workspace.live()
    path = workspace.folder(segment.id) / "evidence.parquet"
    path.write_bytes(b"PAR1 no more")
    with pytest.raises(DamageError, match="can't be read"):
        workspace.evidence.get(fakes.event_id("a"))
    path.unlink()
    with pytest.raises(DamageError, match="can't be read"):
        workspace.evidence.get(fakes.event_id("a"))
    index_file = workspace.folder(segment.id) / "index.bin"
    index_file.write_bytes(index_file.read_bytes()[:-1])
    with pytest.raises(DamageError, match="can't be read"):  # nor can the index be made again
        Workspace(tmp_path / "ws").evidence.get(fakes.event_id("a"))


def test_two_who_mend_one_index_do_not_meet(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "ws")
    commit(workspace, "a")
    (segment,) = workspace.live()
    (workspace.folder(segment.id) / "index.bin").unlink()
    met: list[Any] = []

    def sync_and_meet(path):
        sync_file(path)
        if not met:
            met.append(path)
            assert mending.mend_indexes(Workspace(tmp_path / "ws"))

    monkeypatch.setattr(mending, "sync_file", sync_and_meet)
    assert mending.mend_indexes(workspace)
    assert workspace.verify() == []


def test_a_lock_held_elsewhere_is_waited_for_and_then_named(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    with (
        workspace.lock.held(),
        pytest.raises(WorkspaceError, match="locked by another process"),
        workspace.lock.held(0.05),
    ):
        pass
    with workspace.lock.held(0.05):
        pass


def run_limited(code: str, workspace: Path, limit: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + code, str(workspace)],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        check=False,
    )


def test_a_full_disk_is_a_typed_error_and_the_load_can_be_repeated(tmp_path):
    content = fakes.lines(0, 3000)
    path = fakes.write(tmp_path / "a.fake", content)
    code = (
        "from graphhunt.evidence import Workspace; from graphhunt.evidence.ingest import ingest, intake\n"
        "from graphhunt.errors import WorkspaceError; from tests.evidence import fakes\n"
        "intake.BATCH_RECORDS = 1000\n"
        "try:\n"
        f"    ingest(Workspace(sys.argv[1]), [{str(path)!r}], known=fakes.LOADERS)\n"
        "except WorkspaceError as error:\n"
        "    print('typed:', error)\n"
    )
    for limit in (1000, 20_000, 60_000):
        done = run_limited(code, tmp_path / "ws", limit)
        assert done.returncode == 0, done.stderr
        assert done.stdout == "" or done.stdout.startswith("typed: cannot write the workspace: File too large")
    assert run_limited(code, tmp_path / "ws2", 1000).stdout.startswith("typed:")
    ingest(Workspace(tmp_path / "ws"), [path], known=fakes.LOADERS)
    fakes.check(Workspace(tmp_path / "ws"), content)


def test_a_folder_that_cannot_be_written_is_a_typed_error():
    with pytest.raises(WorkspaceError, match="cannot open the workspace"):
        Workspace("/proc/graphhunt-workspace")
    if os.geteuid() == 0:
        return
    with pytest.raises(WorkspaceError, match="who owns"):
        Workspace("/usr/graphhunt-workspace")


def test_the_sum_of_ids_does_not_depend_on_parts():
    ids = [fakes.event_id(str(n)) for n in range(1000)]
    assert index.set_sum(index.pack_ids(ids)) == sum(int(i, 16) for i in ids) % (1 << 128)


def test_ids_that_share_their_upper_half_are_told_apart(tmp_path):
    ids = [f"{n // 5:016x}{n % 5:016x}" for n in range(100)]
    index.write_index(tmp_path / "i", index.pack_ids(reversed(ids)))
    opened = index.Index(tmp_path / "i", ["s"])
    places = opened.find(index.pack_ids([*ids, f"{3:016x}{7:016x}", "f" * 32]))
    assert [int(opened.row[p]) for p in places[:100]] == list(range(99, -1, -1))
    assert places[100:].tolist() == [-1, -1]


def without_entry(workspace: Workspace, segment: str) -> None:
    (workspace.home / "journal" / f"{segment}.json").unlink()


def test_a_segment_without_an_entry_counts_again(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    commit(workspace, "a", "b")
    without_entry(workspace, workspace.live()[0].id)
    assert Workspace(tmp_path / "ws").events() == 2


def test_a_segment_without_an_entry_whose_records_were_loaded_again_goes(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    commit(workspace, "a", "b")
    (lost,) = workspace.live()
    without_entry(workspace, lost.id)
    commit(workspace, "b", "a", "c")
    again = Workspace(tmp_path / "ws")
    assert again.events() == 3
    assert sorted(again.facts("logon", ["user"]).collect()["user"]) == ["a", "b", "c"]
    assert not again.folder(lost.id).exists()
    assert again.verify() == []


def test_a_segment_without_an_entry_stays_where_the_others_are_damaged(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    commit(workspace, "a", "b")
    (lost,) = workspace.live()
    without_entry(workspace, lost.id)
    commit(workspace, "b", "a", "c")
    (other,) = workspace.live()
    (workspace.folder(other.id) / "evidence.parquet").write_bytes(b"PAR1 no more")
    assert Workspace(tmp_path / "ws").folder(lost.id).exists()


def test_a_segment_without_an_entry_of_which_others_hold_some_is_named(tmp_path):
    workspace = Workspace(tmp_path / "ws")
    commit(workspace, "a", "b")
    (lost,) = workspace.live()
    without_entry(workspace, lost.id)
    commit(workspace, "b", "c")
    again = Workspace(tmp_path / "ws")
    assert again.events() == 2
    named = [(one.file, one.remedy) for one in again.verify()]
    assert named == [(f"evidence/segments/{lost.id}", "load its sources again")]
    commit(again, "a")
    assert [r.raw for r in Workspace(tmp_path / "ws").evidence.get_many(map(fakes.event_id, "abc"))] == ["a", "b", "c"]
    assert Workspace(tmp_path / "ws").verify() == []


def test_packed_segments_that_are_put_back_do_not_count(tmp_path, monkeypatch):
    monkeypatch.setattr(upkeep, "PACK_COUNT", 4)
    workspace = Workspace(tmp_path / "ws")
    for n in range(4):
        commit(workspace, str(n))
    (packed,) = workspace.live()
    for name in packed.replaces:
        without_entry(workspace, name)
    assert Workspace(tmp_path / "ws").events() == 4
    assert [path.name for path in (workspace.home / "segments").iterdir()] == [packed.id]


def test_a_packed_segment_without_an_entry_takes_over_again(tmp_path, monkeypatch):
    monkeypatch.setattr(upkeep, "PACK_COUNT", 4)
    workspace = Workspace(tmp_path / "ws")
    for n in range(4):
        commit(workspace, str(n))
    (packed,) = workspace.live()
    without_entry(workspace, packed.id)
    again = Workspace(tmp_path / "ws")
    assert [entry.id for entry in again.live()] == [packed.id]
    assert again.events() == 4


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_commit_that_is_cut_off_leaves_nothing(tmp_path, monkeypatch, error, done):
    workspace = Workspace(tmp_path / "ws")
    commit(workspace, "a")
    append = workspace.journal.append

    def cut_off(entry) -> None:
        if done:
            append(entry)
        raise error

    monkeypatch.setattr(workspace.journal, "append", cut_off)
    with pytest.raises((WorkspaceError, KeyboardInterrupt)):
        commit(workspace, "b")
    assert (workspace.events(), Workspace(tmp_path / "ws").events()) == (1, 1)
    assert len(list((workspace.home / "segments").iterdir())) == 1
    assert workspace.verify() == []


@pytest.mark.parametrize("place", [0, 23], ids=["upper half", "lower half"])
def test_an_index_damaged_while_it_is_open_lets_nothing_in_twice(tmp_path, place):
    workspace = Workspace(tmp_path / "ws")
    commit(workspace, "a", "b")
    commit(workspace, "c")  # now the indexes are open
    for segment in workspace.live():
        with (workspace.folder(segment.id) / "index.bin").open("r+b") as stream:
            stream.seek(place % (16 * segment.rows))
            stream.write(b"\xff\xff")
    commit(workspace, "a", "b", "c")
    assert workspace.events() == 3
    assert workspace.verify() == []


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: data.replace(b"5", b"6")])
def test_a_damaged_entry_of_a_merged_index_costs_only_the_index(tmp_path, monkeypatch, damage):
    monkeypatch.setattr(upkeep, "SMALL_ROWS", 2)
    monkeypatch.setattr(upkeep, "PACK_COUNT", 2)
    monkeypatch.setattr(upkeep, "INDEX_COUNT", 3)
    workspace = Workspace(tmp_path / "ws")
    raws = [f"{name} {n}" for n in range(6) for name in "ab"]
    for n in range(0, 12, 2):
        commit(workspace, *raws[n : n + 2])
    (merged,) = workspace.journal.indexes()
    entry = workspace.home / "journal" / f"{merged.id}.json"
    entry.write_bytes(damage(entry.read_bytes()))
    for _ in range(2):
        again = Workspace(tmp_path / "ws")
        assert again.events() == 12
        commit(again, *raws)
        assert [r.raw for r in again.evidence.get_many(map(fakes.event_id, raws))] == raws
        assert again.verify() == []
    assert (workspace.events(), again.events()) == (12, 12)
    assert not entry.exists()
