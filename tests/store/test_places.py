"""Places and marks of analysts' statements are given back whatever the disk refuses."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from graphhunt.errors import LimitError, WorkspaceError
from graphhunt.settings import Settings
from graphhunt.store import analyst, transport
from graphhunt.store.analyst import Desk, Request, run_guarded
from graphhunt.store.embedded.process import EngineState, Paths, end_engine
from graphhunt.store.link import Door
from graphhunt.store.marks import Marks
from graphhunt.store.places import EACH, FOLDER, TOGETHER, Place, Places, Seat

FULL = OSError(28, "No space left on device")


def seat(who: str = "ann") -> Seat:
    return Seat(who, "RETURN 1", "mark", 0.0)


def refuse(*_: object, **__: object) -> None:
    raise FULL


def test_a_place_whose_note_cannot_be_written_is_free_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places(tmp_path)
    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", refuse)
        for _ in range(5):
            with pytest.raises(WorkspaceError, match="No space left"):
                places.take(seat(), 0.0)
    assert places.seats() == []
    assert len([places.take(seat(), 0.0) for _ in range(EACH)]) == EACH


def test_a_place_is_given_back_where_its_note_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[Seat] = []

    def found(place: Place, seat: Seat) -> None:
        left.append(seat)
        place.release()

    places = Places(tmp_path, found)
    place = places.take(seat(), 0.0)
    with monkeypatch.context() as full:
        full.setattr(Path, "unlink", refuse)
        place.release()
    places.take(seat("bob"), 0.0)
    assert left == [seat()]


def test_a_place_is_free_again_where_the_next_cannot_be_looked_at(tmp_path: Path) -> None:
    places = Places(tmp_path)
    (tmp_path / FOLDER / "1.lock").mkdir(parents=True)
    for _ in range(2):
        with pytest.raises(WorkspaceError, match="lock file"):
            places.take(seat(), 0.0)
    (tmp_path / FOLDER / "1.lock").rmdir()
    assert len([places.take(seat(str(n)), 0.0) for n in range(TOGETHER)]) == TOGETHER


class _Link:
    """An engine that answers when it is told to."""

    engine = "arcadedb"

    def __init__(self) -> None:
        self.answer = threading.Event()

    def incarnation(self) -> object:
        return 1

    def analyst(self) -> Door:
        return Door(None, "", None)  # type: ignore[arg-type]


class _Costly:
    """Notes what it was asked to end."""

    def __init__(self) -> None:
        self.ended: list[Seat] = []

    def end(self, seat: Seat, *_: object) -> bool:
        self.ended.append(seat)
        return False


def ask(places: Places, costly: _Costly, link: _Link) -> None:
    settings = Settings(query_timeout=0.1)
    run_guarded(link, settings, Request("RETURN 1", {}, who="ann"), Desk(places, costly))  # type: ignore[arg-type]


def test_a_mark_comes_back_when_no_place_can_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = Marks()
    monkeypatch.setattr(analyst, "MARKS", marks)
    monkeypatch.setattr(Path, "write_bytes", refuse)
    for _ in range(3):
        with pytest.raises(WorkspaceError):
            ask(Places(tmp_path), _Costly(), _Link())
    assert marks.take() == 1


def test_a_statement_is_ended_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link, costly, write = _Link(), _Costly(), Path.write_bytes

    def no_more_notes(path: Path, data: bytes) -> int:
        if b'"ending":true' in data:
            raise FULL
        return write(path, data)

    def endless(*_: object) -> None:
        link.answer.wait(30)

    monkeypatch.setattr(Path, "write_bytes", no_more_notes)
    monkeypatch.setattr(transport, "columns_and_rows", endless)
    with pytest.raises(LimitError, match="longer than allowed"):
        ask(Places(tmp_path), costly, link)
    link.answer.set()
    assert [one.who for one in costly.ended] == ["ann"]


def test_an_engine_is_killed_though_it_cannot_be_noted(tmp_path: Path) -> None:
    engine = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        born = psutil.Process(engine.pid).create_time()
        state = EngineState(0, 0.0, engine.pid, born, 0, 0, "", "")
        end_engine(Paths(tmp_path / "missing"), state)
        assert engine.wait(10) < 0
    finally:
        engine.kill()
