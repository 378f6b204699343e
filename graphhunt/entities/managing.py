"""The question about accounts and groups that were made and changed."""

from __future__ import annotations

from typing import Any

from graphhunt.entities.base import Entity, Only
from graphhunt.entities.collection import Collection
from graphhunt.entities.period import TimePeriod
from graphhunt.entities.rows import AccountChange
from graphhunt.entities.values import listed


class Managing(Entity):
    """An entity that manages accounts, or is managed: account and tenant."""

    def get_account_changes(
        self, action: str | list[str] | None = None, muid: Any = None, period: TimePeriod | None = None,
        *, users: Any = None, limit: int | None = None,
    ) -> Collection[AccountChange]:  # fmt: skip
        """Ask who made, changed or deleted accounts and groups: what the account did, and what was done to it.

        `MemberId` is who was put into a group or taken out of it.

        Args:
            action: Only these: create, change, enable, disable, delete, rename, lock, unlock, change-password,
                reset-password, add-member, remove-member.
            muid: Only where these machines recorded it.
            period: Only in this time; the entity's own period when not given.
            users: Only what these accounts did.
            limit: Rows at most, earliest first.
        """
        only = Only(muid, users, None, period, limit)
        checked = {"actions": listed(action) or None}
        return self._limited(AccountChange, "account_changes", only, checked)
