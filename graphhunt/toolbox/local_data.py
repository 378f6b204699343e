"""The environment `LocalData`: stored queries whose text is the name of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from graphhunt.errors import LoadError, UsageError
from graphhunt.toolbox._frames import utc_times

if TYPE_CHECKING:
    from graphhunt.toolbox.query_files import StoredQuery

_MACRO = re.compile(r"\{(\w+)\}")
_ENDINGS = (".csv", ".csv.gz", ".parquet", ".json", ".jsonl")
_PICKLED = (".pkl", ".pickle", ".pkl.gz")
_TIMES = ("TimeGenerated", "TimeCreatedUtc", "StartTimeUtc", "EndTimeUtc", "StartTime", "EndTime")


class LocalDataDriver:
    """Reads tables from files: CSV, Parquet, JSON or JSON lines.

    A query that names a pickled frame gets the table of that name in one of these forms: unpickling runs whatever
    code the file says.

    Args:
        data_paths: Folders that the files are looked for in, and nowhere else.
    """

    binds = True

    def __init__(self, data_paths: Sequence[str | Path] | str | Path = (".",), **_: Any) -> None:
        given = [data_paths] if isinstance(data_paths, str | Path) else data_paths
        self.folders = [Path(folder).resolve() for folder in given]
        self.connected = False

    def connect(self, connection_str: Any = None, **kwargs: Any) -> None:
        """Make sure that the folders are there.

        Raises:
            UsageError: One isn't.
        """
        del connection_str, kwargs
        for folder in self.folders:
            if not folder.is_dir():
                raise UsageError(f"the folder {folder} isn't there", hint="data_paths=[…] names folders of files")
        self.connected = True

    def queries(self) -> Iterable[StoredQuery]:
        """List none: the queries are the user's."""
        return ()

    def query(self, query: str, query_source: StoredQuery | None = None, **params: Any) -> pd.DataFrame:
        """Read a table, and keep the rows from `start` to `end` where the query takes these.

        Raises:
            UsageError: No folder has the file, or it is of no form that is read.
            LoadError: It can't be read.
        """
        del query_source
        path = self._find(_MACRO.sub(lambda macro: str(params.get(macro[1], macro[0])), query))
        frame = _read(path)
        for name in _TIMES:
            if name in frame:
                frame[name] = utc_times(frame[name])
        column = next((name for name in _TIMES if name in frame), None)
        if column is not None and params.get("start") is not None:
            frame = frame[frame[column] >= params["start"]]
        if column is not None and params.get("end") is not None:
            frame = frame[frame[column] <= params["end"]]
        return frame.reset_index(drop=True)

    def schema(self) -> dict[str, list[str]]:
        """Give the files that can be read, with their columns."""
        files = (file for folder in self.folders for file in sorted(folder.rglob("*")) if _ending(file))
        return {file.name: list(_read(file).columns) for file in files}

    def _find(self, name: str) -> Path:
        stem = next((name[: -len(ending)] for ending in _PICKLED if name.endswith(ending)), None)
        names = [name] if stem is None else [stem + ending for ending in _ENDINGS]
        for folder in self.folders:
            for one in names:
                path = (folder / one).resolve()
                if path.is_relative_to(folder) and path.is_file() and _ending(path):
                    return path
        hint = f"looked for {', '.join(names)} in {', '.join(map(str, self.folders))}"
        raise UsageError(f"there is no table '{name}'", hint=hint)


def _ending(path: Path) -> str:
    return next((ending for ending in _ENDINGS if path.name.lower().endswith(ending)), "")


def _read(path: Path) -> pd.DataFrame:
    ending = _ending(path)
    try:
        if ending == ".parquet":
            return pd.read_parquet(path)
        if ending in {".json", ".jsonl"}:
            with path.open("rb") as file:
                is_list = file.read(64).lstrip().startswith(b"[")
            return pd.read_json(path, lines=not is_list)
        frame = pd.read_csv(path, low_memory=False)
    except (OSError, ValueError) as error:
        raise LoadError(f"the table can't be read: {error}", where=str(path)) from error
    return frame.drop(columns=[name for name in frame.columns[:1] if str(name).startswith("Unnamed:")])
