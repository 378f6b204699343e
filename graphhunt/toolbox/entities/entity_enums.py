"""The enumerations of the alert schema's entities, under the names that alerts write."""

from __future__ import annotations

from enum import Enum


class Algorithm(Enum):
    """How a file's hash was computed."""

    Unknown = 0
    MD5 = 1
    SHA1 = 2
    SHA256 = 3
    SHA256AC = 4


class ElevationToken(Enum):
    """What rights a Windows process was started with."""

    Default = 0
    Full = 1
    Limited = 2


class OSFamily(Enum):
    """Kinds of operating systems."""

    Linux = 0
    Windows = 1


class RegistryHive(Enum):
    """The roots of the Windows registry."""

    HKEY_LOCAL_MACHINE = 0
    HKEY_CLASSES_ROOT = 1
    HKEY_CURRENT_CONFIG = 2
    HKEY_USERS = 3
    HKEY_CURRENT_USER_LOCAL_SETTINGS = 4
    HKEY_PERFORMANCE_DATA = 5
    HKEY_PERFORMANCE_NLSTEXT = 6
    HKEY_PERFORMANCE_TEXT = 7
    HKEY_A = 8
    HKEY_CURRENT_USER = 9


def member(kind: type[Enum], value: object) -> object:
    """Give the member that a value names, by name in any case or by number; the value itself if it names none."""
    if isinstance(value, kind):
        return value
    wanted = str(value).lower()
    return next((one for one in kind if wanted in {one.name.lower(), str(one.value)}), value)
