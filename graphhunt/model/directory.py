"""Facts that a collector of a directory states."""

from __future__ import annotations

from graphhunt.model.fact import Fact


class DirectoryObject(Fact, frozen=True, kw_only=True, tag="directory_object"):
    """A directory holds an object: an account, computer, group or other (SharpHound, OpenGraph).

    `type` is User, Computer, Group or the collector's own word; `user`, `domain` and `sid` are set for accounts.
    """

    object_id: str | None = None
    type: str = ""
    name: str | None = None
    user: str | None = None
    domain: str | None = None
    sid: str | None = None
    enabled: bool | None = None


class PossibleRight(Fact, frozen=True, kw_only=True, tag="possible_right"):
    """One object may do something to another, as a collector computed it (SharpHound, OpenGraph).

    `right` is the collector's word, such as AdminTo, MemberOf or HasSession. An end is found by its id, or by its
    name where `start_by`/`end_by` is name.
    """

    right: str = ""
    start_id: str | None = None
    start_type: str = ""
    start_by: str = "id"
    end_id: str | None = None
    end_type: str = ""
    end_by: str = "id"
