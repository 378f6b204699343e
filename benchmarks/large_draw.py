"""Names and random numbers of a large estate: who and what there is, how often each is drawn, and when."""

from __future__ import annotations

from binascii import hexlify

import numpy as np
import polars as pl

START = 1_756_684_800_000_000
"""2025-09-01 UTC in microseconds, a Monday."""

HOUR, DAY, DAYS = 3_600_000_000, 86_400_000_000, 30
SYSTEM = "S-1-5-18"
DOMAIN_SID = "S-1-5-21-1004336348-1177238915-682003330"
PROGRAMS = (
    "svchost.exe", "chrome.exe", "conhost.exe", "cmd.exe", "powershell.exe", "msedge.exe", "teams.exe", "outlook.exe",
    "wmiprvse.exe", "taskhostw.exe", "rundll32.exe", "explorer.exe", "services.exe", "lsass.exe", "excel.exe",
    "winword.exe", "python.exe", "net.exe", "schtasks.exe", "wscript.exe", "mstsc.exe", "psexec.exe",
    "backgroundtaskhost.exe",
)  # fmt: skip
PORTS = np.array([443, 80, 445, 53, 135, 389, 3389, 22, 8080, 25, 5985, 1433])


class Draw:
    """Sizes, names and draws of an estate.

    Args:
        relationships: Relationships in all, at least 10,000.
        seed: Seed of the random numbers.
    """

    def __init__(self, relationships: int, seed: int = 7) -> None:
        self.wanted = relationships
        self.rng = np.random.default_rng(seed)
        self.processes = relationships // 8
        self.machines = max(40, self.processes // 400)
        self.people = max(50, self.machines * 3 // 2)
        self.addresses = max(200, relationships // 200)
        self.files = max(500, relationships // 60)
        self.domains = max(100, relationships // 500)
        self.alerts = max(50, relationships // 4000)
        servers = self.machines // 25
        self.machine_ids = np.array([f"srv{i:04}" if i < servers else f"ws{i:05}" for i in range(self.machines)])
        self.user_ids = np.array([SYSTEM, *(f"{DOMAIN_SID}-{1100 + i}" for i in range(self.people - 1))])

    def hex(self, count: int, width: int = 24) -> pl.Series:
        raw = np.frombuffer(hexlify(self.rng.bytes(count * width // 2)), dtype=f"S{width}")
        return pl.Series(raw.tolist(), dtype=pl.Binary).cast(pl.String)

    def skewed(self, count: int, size: int, sigma: float = 1.3) -> np.ndarray:
        """Draw `count` of `size` things, some far more often than others."""
        weights = self.rng.lognormal(0, sigma, size)
        return np.searchsorted(np.cumsum(weights) / weights.sum(), self.rng.random(count)).clip(0, size - 1)

    def zipf(self, count: int, size: int) -> np.ndarray:
        """Draw `count` of `size` things, the first ones in most of the draws."""
        weights = 1 / np.arange(1, size + 1) ** 1.05
        return np.searchsorted(np.cumsum(weights) / weights.sum(), self.rng.random(count)).clip(0, size - 1)

    def times(self, count: int) -> np.ndarray:
        """Draw times, three of four in the working hours of a weekday."""
        day = self.rng.integers(0, DAYS, count)
        working = self.rng.random(count) < 0.75
        hour = np.where(working, self.rng.normal(13, 2.5, count) % 24, self.rng.random(count) * 24)
        weekend = (day % 7 >= 5) & (self.rng.random(count) < 0.8)
        day = np.where(weekend, day - self.rng.integers(2, 6, count), day).clip(0)
        return START + day * DAY + (hour * HOUR).astype(np.int64)

    def either(self, chosen: np.ndarray, texts: tuple[str, str]) -> pl.Series:
        """Give the second text where chosen, else the first."""
        return pl.Series(np.array(texts)[chosen.astype(int)])

    def where(self, values: pl.Series, there: np.ndarray) -> pl.Series:
        """Give the values where they are there, else null."""
        return pl.DataFrame({"v": values, "t": there}).select(pl.when("t").then("v")).to_series()

    def machine(self, numbers: np.ndarray) -> pl.Series:
        return pl.Series(self.machine_ids[numbers])

    def user(self, numbers: np.ndarray) -> pl.Series:
        return pl.Series(self.user_ids[numbers])

    def user_name(self, numbers: np.ndarray) -> pl.Series:
        return pl.Series(np.array(["SYSTEM", *(f"user{i:05}" for i in range(1, self.people))])[numbers])

    def own_address(self, machines: np.ndarray) -> pl.Series:
        m = pl.col("m")
        parts = (m // 60000, m // 250 % 240, m % 250 + 1)
        return pl.DataFrame({"m": machines.clip(0)}).select(pl.format("10.{}.{}.{}", *parts)).to_series()

    def address(self, numbers: np.ndarray) -> pl.Series:
        """Give addresses: every fifth is a machine's, the others are public."""
        frame = pl.DataFrame({"n": numbers, "inner": self.own_address(numbers % self.machines)})
        n = pl.col("n")
        outer = pl.format("{}.{}.{}.7", n // 62500 % 100 + 120, n // 250 % 250, n % 250)
        return frame.select(pl.when(n % 5 == 0).then("inner").otherwise(outer)).to_series()

    def domain(self, numbers: np.ndarray) -> pl.Series:
        return "host" + pl.Series(numbers).cast(pl.String) + ".example.com"

    def file_name(self, numbers: np.ndarray) -> pl.Series:
        """Name files: the first are programs, the others libraries, scripts and documents."""
        known = np.array(PROGRAMS)
        n = pl.col("n")
        other = pl.when(n % 5 < 3).then(pl.lit(".dll")).when(n % 5 == 3).then(pl.lit(".ps1")).otherwise(pl.lit(".docx"))
        ending = pl.when(n < len(known) + self.files // 20).then(pl.lit(".exe")).otherwise(other)
        name = pl.when(n < len(known)).then("k").otherwise("f" + n.cast(pl.String) + ending)
        return pl.DataFrame({"n": numbers, "k": known[numbers.clip(0, len(known) - 1)]}).select(name).to_series()

    def path(self, numbers: np.ndarray) -> pl.Series:
        return "C:\\Windows\\System32\\" + self.file_name(numbers)

    def numbered(self, prefix: str, numbers: np.ndarray, width: int) -> pl.Series:
        """Give texts of one width that end in the number, like hashes."""
        text = pl.Series(numbers).cast(pl.String)
        return prefix + text.str.zfill(width - len(prefix))

    def sha256(self, files: np.ndarray) -> pl.Series:
        return self.numbered("a3", files, 64)

    def md5(self, files: np.ndarray) -> pl.Series:
        return self.numbered("b1", files, 32)


def same(text: str, count: int) -> pl.Series:
    """Give a column of one text."""
    return pl.repeat(text, count, eager=True)


def lists(texts: pl.Series) -> pl.Series:
    """Give a column of lists of one text each."""
    return texts.reshape((len(texts), 1)).arr.to_list()
