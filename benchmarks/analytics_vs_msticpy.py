"""Our DataFrame functions beside msticpy's, on the same data and machine, each case in a process of its own.

    python benchmarks/analytics_vs_msticpy.py [--python PATH] [--out FILE.json]

msticpy gets an environment of its own: a temporary one is made with pip, or `--python` names an interpreter that
has it. If that fails, the report says so and only our side is run. CPU seconds are the number to compare; memory is
the resident peak above what was resident before the call.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

CASES = (
    ("sessionize", 10_000, "both"), ("sessionize", 1_000_000, "ours"), ("sessionize_data", 10_000, "both"),
    ("features", 100_000, "both"), ("clusters", 50_000, "both"),
    ("tree", 100_000, "both"), ("timeline", 10_000, "both"),
    ("iocs", 100_000, "both"), ("base64", 1_000, "both"), ("base64", 100_000, "ours"), ("audit", 100_000, "both"),
    ("list", 100_000, "ours"), ("lookup_iocs", 100_000, "ours"), ("geo", 100_000, "ours"),
)  # fmt: skip


def real_processes() -> pd.DataFrame:
    import pandas as pd

    folder = Path(os.environ.get("GRAPHHUNT_SHARED_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
    file = folder / "msticpy" / "processes_on_host.csv"
    return pd.read_csv(file, parse_dates=["TimeGenerated", "TimeCreatedUtc"]) if file.exists() else made_processes()


def made_processes() -> pd.DataFrame:
    """Make 363 rows of about 120 patterns, should the real file not be there."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    kind = np.minimum(rng.geometric(0.04, 363), 120)
    times = pd.Timestamp("2019-01-15") + pd.to_timedelta(np.arange(363) * 10, unit="s")
    return pd.DataFrame(
        {"TimeGenerated": times, "TimeCreatedUtc": times, "EventID": 4688, "Computer": "h",
         "NewProcessName": [f"C:\\Windows\\System32\\p{k}.exe" for k in kind],
         "CommandLine": [f"p{k}.exe " + "-a " * (k % 40) for k in kind], "SubjectLogonId": ["0x3e7"] * 363,
         "NewProcessId": [hex(i + 8) for i in range(363)], "ProcessId": "0x4", "ParentProcessName": "C:\\x.exe",
         "TargetLogonId": "0x0", "SubjectUserName": "u", "SubjectUserSid": "s"}
    )  # fmt: skip


def repeated(n: int) -> pd.DataFrame:
    import pandas as pd

    base = real_processes()
    return pd.concat([base] * (n // len(base) + 1), ignore_index=True).iloc[:n].copy()


def session_events(n: int) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(1)
    users, hosts = rng.integers(0, max(20, n // 500), n), rng.integers(0, 50, n)
    burst = rng.integers(0, max(1, n // 8), n) * 7_200 + rng.integers(0, 900, n)
    return pd.DataFrame(
        {"user": [f"user{u}" for u in users], "host": [f"host{h}" for h in hosts],
         "event": [f"e{u % 9}" for u in users],
         "time": pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(burst % (86_400 * 300), unit="s")}
    )  # fmt: skip


def forest(n: int) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(2)
    up = [0] + [int(rng.integers(0, i)) for i in range(1, n)]
    name = [f"C:\\Windows\\p{i % 200}.exe" for i in range(n)]
    return pd.DataFrame(
        {"TimeGenerated": pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(np.arange(n), unit="s"),
         "EventID": 4688, "Computer": "host", "NewProcessName": name, "NewProcessId": [hex(i + 4) for i in range(n)],
         "ProcessId": [hex(u + 4) if i else "0x0" for i, u in enumerate(up)],
         "ParentProcessName": [name[u] for u in up],
         "CommandLine": "x", "SubjectLogonId": "0x3e7", "TargetLogonId": "0x0", "SubjectUserName": "u",
         "SubjectUserSid": "s"}
    )  # fmt: skip


def indicator_texts(n: int) -> pd.DataFrame:
    """Make different texts: a command line each, two thirds of them with an address, a URL, a name or a hash."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(3)
    base = real_processes()["CommandLine"].fillna("").tolist()
    numbers = rng.integers(1, 250, (n, 4))
    tails = (
        lambda a, b, c, d: f"-k {a}{b}", lambda a, b, c, d: f"/c ping {a}.{b}.{c}.{d}",
        lambda a, b, c, d: f"http://host{a}.example{b}.com/p{c}?q={d}",
        lambda a, b, c, d: f"lookup h{a}-{b}.corp{c}.net",
        lambda a, b, c, d: f"hash {a:02x}{b:02x}{c:02x}{d:02x}" + "0a" * 12,
        lambda a, b, c, d: f"--session {a}:{b}:{c}",
    )  # fmt: skip
    texts = [f"{base[i % len(base)]} {tails[i % 6](*map(int, numbers[i]))} #{i}" for i in range(n)]
    return pd.DataFrame({"CommandLine": texts})


def encoded_texts(n: int) -> pd.DataFrame:
    """Make command lines with Base64: plain, nested, and of a gzip."""
    import base64
    import gzip

    import pandas as pd

    def coded(i: int) -> str:
        inner = f"Get-Item -Path C:\\temp\\{i}.txt; Start-Process host{i}".encode()
        once = base64.b64encode(inner)
        many = (once, base64.b64encode(b"run " + once), base64.b64encode(gzip.compress(inner, mtime=0)))
        return many[i % 3].decode()

    return pd.DataFrame({"CommandLine": [f"powershell -x {coded(i)} end" for i in range(n)]})


def audit_log(n: int) -> str:
    """Write the real audit log (or a made one) again and again, up to `n` lines, under serials and times of its own."""
    import gzip
    import re

    folder = Path(os.environ.get("GRAPHHUNT_SHARED_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
    file = folder / "msticpy" / "auditd_log.txt.gz"
    made = "".join(
        f'type=SYSCALL msg=audit(1551485405.{i:03}:{i}): arch=c000003e syscall=59 ppid={i} pid={i + 1} uid=0 exe="/a"\n'
        f'type=EXECVE msg=audit(1551485405.{i:03}:{i}): argc=2 a0="ls" a1="{i}"\n'
        for i in range(850)
    )
    text = gzip.decompress(file.read_bytes()).decode(errors="replace") if file.exists() else made
    lines = text.splitlines(keepends=True)
    out = Path(tempfile.gettempdir()) / f"graphhunt-audit-{os.getpid()}-{n}.log"
    with out.open("w") as target:
        for turn in range(-(-n // len(lines))):
            shift = 1_000_000 * turn
            part = "".join(lines[: n - turn * len(lines)])
            target.write(re.sub(r"audit\((\d+)\.", lambda m: f"audit({int(m[1]) + shift}.", part))  # noqa: B023
    return str(out)


def _iocs(ours: bool, n: int) -> Callable[[], int]:
    if ours:
        from graphhunt.toolbox import IoCExtract
    else:
        from msticpy.transform.iocextract import IoCExtract
    data = indicator_texts(n)
    return lambda: len(IoCExtract().extract(data=data, columns=["CommandLine"]))


def _base64(ours: bool, n: int) -> Callable[[], int]:
    if ours:
        from graphhunt.toolbox import unpack_df
    else:
        from msticpy.transform.base64unpack import unpack_df
    data = encoded_texts(n)
    return lambda: len(unpack_df(data=data, column="CommandLine"))


def _audit(ours: bool, n: int) -> Callable[[], int]:
    if ours:
        from graphhunt.toolbox import read_from_file
    else:
        from msticpy.transform.auditdextract import read_from_file
    file = audit_log(n)
    return lambda: len(read_from_file(file))


def indicators(n: int) -> list[str]:
    """Make a quarter each of addresses, names, hashes and URLs."""
    kinds = (
        lambda i: f"{i >> 16 & 127 | 128}.{i >> 8 & 255}.{i & 255}.{i % 251}", lambda i: f"host{i}.bad{i % 977}.org",
        lambda i: f"{i:064x}", lambda i: f"http://Host{i}.bad.org/Path/{i}",
    )  # fmt: skip
    return [kinds[i % 4](i // 4) for i in range(n)]


def _list(n: int) -> Callable[[], int]:
    """Read a list of ten times as many indicators as rows, and match the rows."""
    import polars as pl

    from graphhunt.toolbox.intel.indicators import read_lists

    file = Path(tempfile.gettempdir()) / f"graphhunt-list-{os.getpid()}-{n}.txt"
    every = indicators(10 * n)
    file.write_text("\n".join(every))
    kinds = ("ipv4", "dns", "sha256_hash", "url")
    rows = pl.DataFrame({"value": every[::10], "kind": [kinds[i % 4] for i in range(0, 10 * n, 10)]})
    return lambda: len(read_lists([file]).match(rows))


def _lookup_iocs(n: int) -> Callable[[], int]:
    """Look rows up in a list that holds them all; the list is read before."""
    import pandas as pd

    from graphhunt.settings import load_settings
    from graphhunt.toolbox import TILookup
    from graphhunt.toolbox.intel.keys import Keys
    from graphhunt.toolbox.intel.state import State

    file = Path(tempfile.gettempdir()) / f"graphhunt-list-{os.getpid()}-{n}.txt"
    file.write_text("\n".join(indicators(n)))
    lookup = TILookup(settings=load_settings({}, intel_lists=str(file)), keys=Keys(env={}), state=State())
    data = pd.DataFrame({"Observable": indicators(n)})
    return lambda: len(lookup.lookup_iocs(data))


def _geo(n: int) -> Callable[[], int]:
    """Give rows the sites of their addresses, by a table of 256."""
    import pandas as pd

    from graphhunt.settings import load_settings
    from graphhunt.toolbox import GeoLiteLookup

    file = Path(tempfile.gettempdir()) / f"graphhunt-sites-{os.getpid()}-{n}.csv"
    file.write_text("network,site\n" + "".join(f"10.{i}.0.0/16,site {i}\n" for i in range(256)))
    geo = GeoLiteLookup(sites=file, settings=load_settings({}))
    data = pd.DataFrame({"ip": [f"10.{i % 256}.{i // 256 % 256}.{i % 199}" for i in range(n)]})
    return lambda: int(geo.df_lookup_ip(data, "ip")["City"].notna().sum())


def _sessions(ours: bool, whole: bool, n: int) -> Callable[[], int]:
    if ours:
        from graphhunt.toolbox import create_session_col, sessionize_data
    else:
        from msticpy.analysis.anomalous_sequence.sessionize import create_session_col, sessionize_data
    data, users = session_events(n), ["user", "host"]
    if whole:
        return lambda: len(sessionize_data(data, users, "time", 60, 15, "event"))
    return lambda: int(create_session_col(data, users, "time", 60, 15)["session_ind"].max()) + 1


def _clusters(ours: bool, whole: bool, n: int) -> Callable[[], int]:
    import pandas as pd

    if ours:
        from graphhunt.toolbox import add_process_features, dbcluster_events
    else:
        from msticpy.analysis.eventcluster import add_process_features, dbcluster_events
    data = repeated(n)
    if not whole:
        return lambda: int(add_process_features(data)["pathScore"].nunique())
    columns = ["commandlineTokensFull", "pathScore", "isSystemSession"]
    features = add_process_features(data.iloc[:363])
    big = pd.concat([features] * (n // len(features) + 1), ignore_index=True).iloc[:n].copy()
    return lambda: len(dbcluster_events(data=big, cluster_columns=columns, max_cluster_distance=0.0001)[0])


def _tree(ours: bool, n: int) -> Callable[[], int]:
    if ours:
        from graphhunt.toolbox import build_process_tree
    else:
        from msticpy.transform.proc_tree_builder import build_process_tree
    data = forest(n)
    return lambda: len(build_process_tree(data))


def _timeline(ours: bool, n: int) -> Callable[[], int]:
    data = session_events(n).rename(columns={"time": "TimeGenerated"})
    shown = ["user", "host"]
    if ours:
        from graphhunt.toolbox import display_timeline

        return lambda: len(display_timeline(data, group_by="event", source_columns=shown).page())
    from bokeh.embed import json_item
    from msticpy.vis.timeline import display_timeline as bokeh_timeline

    return lambda: len(json.dumps(json_item(bokeh_timeline(data, group_by="event", source_columns=shown, hide=True))))


def prepare(case: str, n: int, tool: str) -> Callable[[], int]:
    """Import what the case needs and give a function to measure."""
    ours = tool == "ours"
    if case.startswith("sessionize"):
        return _sessions(ours, case == "sessionize_data", n)
    if case in ("features", "clusters"):
        return _clusters(ours, case == "clusters", n)
    alone = {"list": _list, "lookup_iocs": _lookup_iocs, "geo": _geo}
    if case in alone:
        return alone[case](n)
    made = {"tree": _tree, "timeline": _timeline, "iocs": _iocs, "base64": _base64, "audit": _audit}
    return made[case](ours, n)


def work(case: str, n: int, tool: str) -> None:
    """Measure one case once (after a small warm-up) and print the figures."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        tempfile.tempdir = folder  # the files that cases make go with it
        small = prepare(case, 400, tool)
        small()
        run = prepare(case, n, tool)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wall, cpu = time.perf_counter(), time.process_time()
        out = run()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"cpu": cpu, "wall": wall, "before_mb": before / 1024, "peak_mb": peak / 1024, "out": out}))


def measure(python: str, case: str, n: int, tool: str) -> dict[str, Any]:
    found = subprocess.run(
        [python, __file__, "--worker", case, str(n), tool], capture_output=True, text=True, timeout=1800, check=False
    )
    if found.returncode:
        return {"error": (found.stderr.strip().splitlines() or ["failed"])[-1]}
    return json.loads(found.stdout.strip().splitlines()[-1])


def environment(folder: str) -> tuple[str | None, str | None]:
    """Make an environment with msticpy; give its interpreter, or None and the reason."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(Path(folder) / "bin" / "python")
    wanted = ["msticpy", "scikit-learn", "matplotlib"]
    found = subprocess.run([python, "-m", "pip", "install", "-q", *wanted], capture_output=True, text=True, check=False)
    return (python, None) if not found.returncode else (None, found.stderr.strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", help="an interpreter that has msticpy")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="*", help="cases to run; all by default")
    parser.add_argument("--worker", nargs=3)
    given = parser.parse_args()
    if given.worker:
        work(given.worker[0], int(given.worker[1]), given.worker[2])
        return
    with tempfile.TemporaryDirectory() as folder:
        python, reason = (given.python, None) if given.python else environment(folder)
        if reason:
            print(f"msticpy can't be installed here: {reason}")
        rows = []
        for case, n, who in (one for one in CASES if not given.only or one[0] in given.only):
            row = {"case": case, "n": n, "ours": measure(sys.executable, case, n, "ours")}
            if python and who == "both":
                row["msticpy"] = measure(python, case, n, "msticpy")
                if "cpu" in row["msticpy"] and "cpu" in row["ours"]:
                    row["ratio"] = row["msticpy"]["cpu"] / row["ours"]["cpu"]
            print(json.dumps(row), flush=True)
            rows.append(row)
    if given.out:
        given.out.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
