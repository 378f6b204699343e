"""Which loaders are asked about a source: none of text about a binary file, whatever a text holds further on."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphhunt.loaders._template import TemplateLoader
from graphhunt.loaders.evtx import EvtxLoader
from graphhunt.loaders.linux_auth import LinuxAuthLoader

from graphhunt.errors import LoadError
from graphhunt.sources import loading
from tests.loaders.evtx_writer import evtx

LOADERS = {**loading.loaders(), "template": TemplateLoader()}
LINE = b"Feb 21 21:54:44 host sshd[3402]: Accepted password for ann from 10.0.0.5 port 50022 ssh2\n"
EVENT = "<Event><System><EventID>4634</EventID></System></Event>"
BINARY = (evtx([[EVENT]]), b"SQLite format 3\0" + LINE * 9, b"\x7fELF\2\1\1\0" + LINE * 9, b"regf\1\0\0\0" + LINE * 9)


class Watching:
    """Answers as a loader does, and notes that it was asked."""

    def __init__(self, loader: loading.Loader, asked: list[str]) -> None:
        self._loader, self._asked = loader, asked

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)

    def sniff(self, head: bytes, name: str) -> float:
        self._asked.append(self._loader.name)
        return self._loader.sniff(head, name)


def asked(head: bytes, tmp_path: Path) -> tuple[list[str], str | None]:
    """Give the loaders that are asked about a head, and the one that takes it."""
    path, names = tmp_path / "file", list[str]()
    path.write_bytes(head)
    known = {name: Watching(loader, names) for name, loader in LOADERS.items()}
    try:
        return names, loading.choose(loading.Source("file", path), known=lambda: known).name  # type: ignore[arg-type, return-value]
    except LoadError:
        return names, None


@pytest.mark.parametrize("name", LOADERS)
def test_a_loader_states_its_magic_or_that_it_reads_text(name: str) -> None:
    loader = LOADERS[name]
    assert hasattr(loader, "magic") != (getattr(loader, "text", False) is True)


@pytest.mark.parametrize("number", range(len(BINARY)))
def test_no_loader_of_text_is_asked_about_a_binary_file(number: int, tmp_path: Path) -> None:
    names, chosen = asked(BINARY[number], tmp_path)
    assert names == ([EvtxLoader.name] if number == 0 else [])
    assert chosen == (EvtxLoader.name if number == 0 else None)


@pytest.mark.parametrize("head", [b"ElfChnk\0" + bytes(9), bytes(4096) + b"ElfChnk\0"])
def test_a_log_that_lost_its_header_is_still_known(head: bytes, tmp_path: Path) -> None:
    assert asked(head, tmp_path) == ([EvtxLoader.name], EvtxLoader.name)


def test_a_zero_byte_further_on_hides_no_log(tmp_path: Path) -> None:
    # A crash leaves blocks of zeros in a log, and whoever can write one into it must not hide the rest.
    assert asked(LINE + bytes(4096) + LINE, tmp_path)[1] == LinuxAuthLoader.name
    assert asked(LINE.replace(b"ann", b"a\0n"), tmp_path)[1] == LinuxAuthLoader.name


def test_text_in_utf_16_is_offered(tmp_path: Path) -> None:
    text = "".join(f"<Event><System><EventID>{n}</EventID></System></Event>" for n in range(9))
    for encoding in ("utf-16-le", "utf-16-be"):
        data = ("\ufeff" + text).encode(encoding)
        assert asked(data, tmp_path)[1] == "windows_xml"


def test_a_loader_that_states_nothing_is_always_asked(tmp_path: Path) -> None:
    class Plain:
        name = "plain"

        def sniff(self, head: bytes, name: str) -> float:
            return 1.0

        def read(self, source: loading.Source):
            yield from ()

    path = tmp_path / "file"
    path.write_bytes(bytes(99))
    assert loading.choose(loading.Source("file", path), known=lambda: {"plain": Plain()}).name == "plain"  # type: ignore[dict-item]
