"""S8: hostile and damaged archives stop at their limits, in little memory, and write nowhere else."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Literal

import pytest
import zstandard

from graphhunt.model import FileWarning
from graphhunt.sources.archives import Expansion, Limits
from graphhunt.sources.loading import Source

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
SMALL = Limits(bytes=64 * MIB, ratio=200, files=1000, depth=2)


def expand(path: Path, limits: Limits = SMALL) -> tuple[dict[str, bytes], list[FileWarning]]:
    """What comes out (by name behind the first `!`), and the warnings; nothing may be left or lie elsewhere."""
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    before = {p for p in path.parent.rglob("*")}
    found, warnings = {}, []
    with Expansion([path], limits=limits, folder=scratch) as expansion:
        for item in expansion:
            if isinstance(item, Source):
                assert scratch in item.path.parents or item.name == str(item.path)
                assert not item.path.is_symlink()
                with item.open() as stream:
                    found[item.name.removeprefix(f"{path}!")] = stream.read(MIB)
                expansion.release(item)
            else:
                warnings.append(item)
    assert {p for p in path.parent.rglob("*")} == before
    return found, warnings


def zip_of(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def tar_of(
    path: Path, *infos: tarfile.TarInfo, data: bytes = b"data", mode: Literal["w", "w:gz", "w:bz2", "w:xz"] = "w"
) -> Path:
    with tarfile.open(path, mode) as archive:
        for info in infos:
            if info.isreg():
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return path


def info(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


COMPRESS = {
    "gz": lambda data: gzip.compress(data, 9),
    "bz2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=6),
    "zst": lambda data: zstandard.compress(data, 19),
}


@pytest.mark.parametrize("kind", COMPRESS)
def test_stream_bombs_stop_at_the_ratio(tmp_path, kind):
    path = tmp_path / f"bomb.{kind}"
    path.write_bytes(COMPRESS[kind](bytes(40 * MIB)))
    found, warnings = expand(path)
    assert found == {}
    assert [w.file for w in warnings] == [str(path)]
    assert "200 times its size" in warnings[0].reason


@pytest.mark.parametrize("kind", COMPRESS)
def test_streams_stop_at_the_byte_limit(tmp_path, kind):
    path = tmp_path / f"big.{kind}"
    path.write_bytes(COMPRESS[kind](os.urandom(MIB) + bytes(5 * MIB)))
    found, warnings = expand(path, SMALL._replace(bytes=3 * MIB))
    assert found == {}
    assert "more than 3,145,728 bytes" in warnings[0].reason


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_cut_streams_give_what_is_whole(tmp_path, kind, cut):
    data = b"".join(b"line %d %x\n" % (n, n * n * 2654435761 % 2**61) for n in range(20_000))
    packed = COMPRESS[kind](data)
    path = tmp_path / f"log.{kind}"
    path.write_bytes(packed[: int(len(packed) * cut)])
    found, warnings = expand(path)
    got = found.get("log", b"")
    assert data.startswith(got)
    assert kind == "bz2" or len(got) > len(data) * cut * 0.3  # bz2 has all of it in one block
    assert len(warnings) == 1
    assert "damaged" in warnings[0].reason


@pytest.mark.parametrize("kind", COMPRESS)
def test_members_after_each_other_and_padding_are_read(tmp_path, kind):
    path = tmp_path / f"LOG.{kind.upper()}"
    path.write_bytes(COMPRESS[kind](b"one\n") + COMPRESS[kind](b"two\n") + b"\0\n")
    assert expand(path) == ({"LOG": b"one\ntwo\n"}, [])


def test_flat_zip_bomb_stops(tmp_path):
    path = zip_of(tmp_path / "a.zip", {"a": bytes(60 * MIB), "b": b"b"})
    found, warnings = expand(path)
    assert found == {}
    assert "200 times" in warnings[0].reason


def test_many_members_that_are_small_alone_stop_at_the_sum(tmp_path):
    path = zip_of(tmp_path / "a.zip", {f"{n:03}": bytes(MIB) for n in range(60)})
    found, warnings = expand(path)
    assert 10 < len(found) < 20
    assert len(warnings) == 1


def test_nested_bomb_counts_against_the_outer_file(tmp_path):
    inner = zip_of(tmp_path / "inner.zip", {"zeros": bytes(15 * MIB)}).read_bytes()
    path = zip_of(tmp_path / "a.zip", {f"{n}.zip": inner for n in range(16)})
    found, warnings = expand(path)
    assert len(found) == 1
    assert [w.file for w in warnings] == [str(path)]


def test_archives_are_unpacked_two_deep(tmp_path):
    one = zip_of(tmp_path / "1.zip", {"log.gz": gzip.compress(b"deep"), "plain": b"plain"}).read_bytes()
    path = zip_of(tmp_path / "a.zip", {"1.zip": one, "top.gz": gzip.compress(b"top")})
    found, warnings = expand(path)
    assert found == {"1.zip!plain": b"plain", "top.gz!top": b"top"}
    assert [w.file for w in warnings] == [f"{path}!1.zip!log.gz"]
    assert "2 deep" in warnings[0].reason


def test_zip_quine_ends(tmp_path):
    data = zip_of(tmp_path / "a.zip", {"x": b"x"}).read_bytes()
    for _ in range(10):
        data = zip_of(tmp_path / "a.zip", {"a.zip": data}).read_bytes()
    found, warnings = expand(tmp_path / "a.zip")
    assert found == {}
    assert len(warnings) == 1


def overlapping_zip(path: Path, count: int, size: int) -> Path:
    """All directory entries point at one and the same local file."""
    data = zlib.compress(bytes(size), 9)[2:-4]
    crc = zlib.crc32(bytes(size))
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(data), size, 1, 0) + b"a" + data
    entries = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(data), size, 5, 0, 0, 0, 0, 0, 0)
        + f"{n:05}".encode()
        for n in range(count)
    )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(entries), len(local), 0)
    path.write_bytes(local + entries + end)
    return path


def test_overlapping_members_stop(tmp_path):
    path = overlapping_zip(tmp_path / "a.zip", 900, 5 * MIB)
    found, warnings = expand(path)
    assert len(found) <= 4
    assert warnings


def test_a_million_names_are_counted_before_they_are_held(tmp_path):
    path = overlapping_zip(tmp_path / "a.zip", 200_000, 10)
    found, warnings = expand(path, Limits())
    assert found == {}
    assert "more than 100,000 files" in warnings[0].reason


def test_a_tar_of_many_files_stops(tmp_path):
    path = tar_of(tmp_path / "a.tar", *(info(f"{n}") for n in range(1500)))
    found, warnings = expand(path)
    assert len(found) == 1000
    assert "more than 1,000 files" in warnings[0].reason


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.LNKTYPE, "/etc/passwd"),
        (tarfile.LNKTYPE, "first"),
        (tarfile.CHRTYPE, ""),
        (tarfile.BLKTYPE, ""),
        (tarfile.FIFOTYPE, ""),
    ],
)
def test_links_and_devices_in_tar_are_refused(tmp_path, kind, target):
    path = tar_of(tmp_path / "a.tar.gz", info("first"), info("evil", kind, target), info("last"), mode="w:gz")
    found, warnings = expand(path)
    assert found == {"first": b"data", "last": b"data"}
    assert [(w.file, w.reason) for w in warnings] == [(f"{path}!evil", "the member is a link or a device")]


def test_links_in_zip_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("evil")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("good", "good")
    found, warnings = expand(tmp_path / "a.zip")
    assert found == {"good": b"good"}
    assert "link" in warnings[0].reason


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "..\\evil", "..", "/x/../../evil"])
def test_names_that_lead_out_are_refused(tmp_path, name):
    for path in (
        zip_of(tmp_path / "a.zip", {name: b"x", "good": b"good"}),
        tar_of(tmp_path / "a.tar", info(name), info("good")),
    ):
        found, warnings = expand(path)
        assert list(found) == ["good"]
        assert "leads out" in warnings[0].reason


@pytest.mark.parametrize(
    "name", ["/etc/cron.d/evil", "C:\\evil", "a\nb", "\x1b[31m", "x" * 255, "con", "~/.bashrc", "'; rm"]
)
def test_odd_names_are_only_names(tmp_path, name):
    found, warnings = expand(tar_of(tmp_path / "a.tar", info(name)))
    assert found == {name.lstrip("/"): b"data"}
    assert warnings == []


def test_equal_names_are_all_read(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    path = tar_of(tmp_path / "a.tar", info("same"), info("same"))
    with Expansion([path], folder=scratch) as expansion:
        assert [item.name for item in expansion if isinstance(item, Source)] == [f"{path}!same"] * 2


def test_sparse_members_are_refused(tmp_path):
    sparse = info("sparse")
    sparse.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.map": "0,4",
        "GNU.sparse.size": str(1 << 50),
    }
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        sparse.size = 4
        archive.addfile(sparse, io.BytesIO(b"data"))
        good = info("good")
        good.size = 4
        archive.addfile(good, io.BytesIO(b"data"))
    found, warnings = expand(path)
    assert found == {"good": b"data"}
    assert "sparse" in warnings[0].reason


def raw_header(name: str, kind: bytes, size: int) -> bytes:
    header = tarfile.TarInfo(name)
    header.type, header.size = kind, size
    return header.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_endless_headers_are_not_held(tmp_path, kind):
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(raw_header("x", kind, 60 * MIB) + b"1" * (60 * MIB)))
    found, warnings = expand(path, SMALL._replace(ratio=100_000))
    assert found == {}
    assert "endless header" in warnings[0].reason


def test_headers_upon_headers_end(tmp_path):
    path = tmp_path / "a.tar"
    path.write_bytes(raw_header("x", tarfile.XGLTYPE, 0) * 20_000)
    found, warnings = expand(path)
    assert found == {}
    assert len(warnings) == 1


def test_lying_sizes_are_not_believed(tmp_path):
    data = bytearray(zip_of(tmp_path / "a.zip", {"a": bytes(1000)}).read_bytes())
    at = data.rfind(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<L", 0xFFFFFFF0)
    (tmp_path / "a.zip").write_bytes(data)
    found, warnings = expand(tmp_path / "a.zip")
    assert len(found.get("a", b"")) <= 1000
    data[at + 24 : at + 28] = struct.pack("<L", 10)
    (tmp_path / "a.zip").write_bytes(data)
    found, warnings = expand(tmp_path / "a.zip")
    assert len(found.get("a", b"")) <= 1000
    assert warnings
    path = tmp_path / "b.tar"
    path.write_bytes(raw_header("a", tarfile.REGTYPE, 1 << 40) + b"short")
    found, warnings = expand(path)
    assert found.get("a", b"") in (b"", b"short")
    assert warnings


def test_a_wrong_checksum_is_told_and_the_rest_is_read(tmp_path):
    data = bytearray(zip_of(tmp_path / "a.zip", {"a": b"A" * 100, "b": b"B"}, zipfile.ZIP_STORED).read_bytes())
    data[data.find(b"AAAA")] = ord("X")
    (tmp_path / "a.zip").write_bytes(data)
    found, warnings = expand(tmp_path / "a.zip")
    assert found["b"] == b"B"
    assert "damaged" in warnings[0].reason


@pytest.mark.parametrize("cut", [0.05, 0.5, 0.8])
@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
def test_cut_archives_are_told(tmp_path, name, cut):
    members = {f"{n}": os.urandom(2000) for n in range(20)}
    if name == "a.zip":
        zip_of(tmp_path / name, members)
    else:
        with tarfile.open(tmp_path / name, "w:gz" if name.endswith("gz") else "w") as archive:
            for key, data in members.items():
                made = info(key)
                made.size = len(data)
                archive.addfile(made, io.BytesIO(data))
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * cut)])
    found, warnings = expand(tmp_path / name)
    assert warnings
    assert all(members[key].startswith(value) for key, value in found.items())


@pytest.mark.parametrize("name", ["a.zip", "a.gz", "a.tar", "a.tgz", "a.XZ", "a.bz2", "a.tar.zst"])
def test_names_that_promise_an_archive_are_checked(tmp_path, name):
    (tmp_path / name).write_bytes(b"{}\n" * 400)
    found, warnings = expand(tmp_path / name)
    assert found == {}
    assert "whatever its name says" in warnings[0].reason


def test_archives_are_known_by_content_too(tmp_path):
    zip_of(tmp_path / "download", {"log": b"x"})
    assert expand(tmp_path / "download") == ({"log": b"x"}, [])
    zip_of(tmp_path / "sheet.xlsx", {"log": b"x"})
    found, _ = expand(tmp_path / "sheet.xlsx")
    assert list(found) == [str(tmp_path / "sheet.xlsx")]


@pytest.mark.parametrize("magic", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x01", b"MSCF\0\0\0\0"])
def test_other_archives_are_named(tmp_path, magic):
    (tmp_path / "a.bin").write_bytes(magic + bytes(100))
    found, warnings = expand(tmp_path / "a.bin")
    assert found == {}
    assert "unpack it first" in warnings[0].reason


def test_encrypted_members_are_told(tmp_path):
    data = bytearray(zip_of(tmp_path / "a.zip", {"a": b"A"}).read_bytes())
    data[6] |= 1
    data[data.rfind(b"PK\1\2") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    found, warnings = expand(tmp_path / "a.zip")
    assert found == {}
    assert "encrypted" in warnings[0].reason


def test_links_and_pipes_in_folders_are_not_followed(tmp_path):
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "good").write_bytes(b"good")
    (folder / "loop").symlink_to(folder)
    (folder / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    (folder / ".DS_Store").write_bytes(b"x")
    found, warnings = expand(folder)
    assert list(found.values()) == [b"good"]
    assert {Path(w.file).name for w in warnings} == {"loop", "passwd", "pipe"}


def test_a_dictionary_larger_than_the_memory_is_refused(tmp_path):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]
    header = lzma.compress(b"x" * 1000, filters=filters, preset=None)
    (tmp_path / "a.xz").write_bytes(header)
    found, warnings = expand(tmp_path / "a.xz")
    assert found.get("a", b"") == b""
    assert "damaged" in warnings[0].reason


@pytest.mark.slow
def test_memory_stays_small_whatever_comes(tmp_path):
    (tmp_path / "zeros.zst").write_bytes(zstandard.compress(bytes(900 * MIB), 1))
    (tmp_path / "zeros.gz").write_bytes(gzip.compress(bytes(300 * MIB), 1))
    (tmp_path / "zeros.bz2").write_bytes(bz2.compress(bytes(100 * MIB)))
    overlapping_zip(tmp_path / "names.zip", 1_000_000, 10)
    tail = raw_header("x", tarfile.GNUTYPE_LONGNAME, 200 * MIB) + b"1" * (200 * MIB)
    (tmp_path / "long.tgz").write_bytes(gzip.compress(tail, 1))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path; from graphhunt.sources.archives import Expansion, Limits\n"
        f"paths, scratch = [Path({str(tmp_path)!r})], Path({str(scratch)!r})\n"
        "with Expansion(paths, limits=Limits(ratio=10**9), folder=scratch) as expansion:\n"
        "    for item in expansion:\n"
        "        if hasattr(item, 'path'): expansion.release(item)\n"
        "print(next(line.split()[1] for line in Path('/proc/self/status').open() if line.startswith('VmHWM')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300 * 1024
