"""The build backend: setuptools, after building the browser workspace when its sources changed.

Named in ``pyproject.toml`` through ``backend-path``. Each hook that produces something installable
first makes sure ``ui/dist`` is current, so that no wheel ships without its workspace.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TypeAlias

import workspace_build
from setuptools import build_meta

Config: TypeAlias = dict[str, str | list[str] | None] | None

# One fixed date for every file makes two builds of the same sources equal byte for byte.
_SOURCE_DATE_EPOCH = "1577836800"
_ROOT = Path(__file__).resolve().parent.parent

prepare_metadata_for_build_wheel = build_meta.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = build_meta.prepare_metadata_for_build_editable


def get_requires_for_build_wheel(config_settings: Config = None) -> list[str]:
    """Name what building a wheel needs: setuptools' own list, and Node when it is missing."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_node()]


def get_requires_for_build_editable(config_settings: Config = None) -> list[str]:
    """Name what an editable install needs: setuptools' own list, and Node when it is missing."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *_node()]


def get_requires_for_build_sdist(config_settings: Config = None) -> list[str]:
    """Name what building a source archive needs: setuptools' own list, and Node when it is missing."""
    return [*build_meta.get_requires_for_build_sdist(config_settings), *_node()]


def build_wheel(wheel_directory: str, config_settings: Config = None, metadata_directory: str | None = None) -> str:
    """Build the wheel, with a current browser workspace, and return its file name."""
    _prepare()
    return str(build_meta.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_editable(wheel_directory: str, config_settings: Config = None, metadata_directory: str | None = None) -> str:
    """Build the editable wheel, with a current browser workspace, and return its file name."""
    _prepare()
    return str(build_meta.build_editable(wheel_directory, config_settings, metadata_directory))


def build_sdist(sdist_directory: str, config_settings: Config = None) -> str:
    """Build the source archive, with a current browser workspace in it, and return its file name."""
    _prepare()
    return str(build_meta.build_sdist(sdist_directory, config_settings))


def _node() -> list[str]:
    return workspace_build.requirements(_ROOT / "ui")


def _prepare() -> None:
    os.environ.setdefault("SOURCE_DATE_EPOCH", _SOURCE_DATE_EPOCH)
    try:
        workspace_build.ensure(_ROOT / "ui")
    except workspace_build.WorkspaceBuildError as error:
        # A message and an exit code: the front end prints it as it is, without a traceback.
        raise SystemExit(f"graphhunt: {error}") from None
    # setuptools copies into build/ and never deletes there: a file removed from the tree would ship.
    for stale in (_ROOT / "build" / "lib", *(_ROOT / "build").glob("bdist.*")):
        shutil.rmtree(stale, ignore_errors=True)
