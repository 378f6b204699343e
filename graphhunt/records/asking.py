"""What faces ask of the records of a workspace: a page of a search, what is around a record, and who holds a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.questions.records import record_of
from graphhunt.records.holding import records_with
from graphhunt.records.query import parse, printed
from graphhunt.records.raw import read
from graphhunt.records.search import MOST_PAGE, Asked, Search, around, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphhunt.evidence import Workspace
    from graphhunt.evidence.ingest.report import Progress
    from graphhunt.graph.snapshot import Snapshot
    from graphhunt.records.search import Moment


class RecordSearch:
    """The search over all records of a workspace, drawn or not.

    Args:
        workspace: The evidence.
        snapshot: Gives the graph's tables.
        noise: Kinds of records that say little, with commas.
    """

    def __init__(self, workspace: Workspace, snapshot: Callable[[], Snapshot], noise: str) -> None:
        self._workspace = workspace
        self._snapshot = snapshot
        self.noise = [name.strip() for name in noise.split(",") if name.strip()]
        self._search = Search(workspace)

    def ready(self, progress: Progress) -> None:
        """Make the index of what was loaded since the last search, which a search otherwise does without a word.

        Args:
            progress: Called now and then.

        Raises:
            DamageError: A file of original records isn't what was written.
        """
        self._search.ready(lambda done, count: progress("index", done, count, done))

    def moment(self) -> Moment:
        """Give the records and the graph as they are now; the first call makes the index of what was loaded since."""
        return self._search.moment(self._snapshot())

    def find(  # noqa: PLR0913 - the flat signature is the public contract
        self, query: str, *, quiet: bool = False, by_session: bool = False, limit: int = MOST_PAGE,
        cursor: str | None = None, since: int | None = None, until: int | None = None, offset: int | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Find records; see `graphhunt.records.query` for what a query may say.

        Args:
            query: What the records have to have.
            quiet: Leave out the kinds of records that say little, unless the query names them, and count them.
            by_session: Put the records of a logon session together.
            limit: Most records of a page.
            cursor: `next_cursor` of the page before.
            since: Only records from then on, µs UTC.
            until: Only records before then.
            offset: Place of the page's first record, instead of a cursor.

        Returns:
            `items` (event_id, time, machine, code, account, session, fields, mapped, lead), `total` of how many
            `searched`, how many are `hidden`, `next_cursor`; on the first page `facets` and `histogram`; `groups` by
            session; where nothing was found `without`: how many records there are without one clause each.

        Raises:
            UsageError: The query can't be read, or names a field that no record has.
        """
        asked = Asked(
            query=parse(query), quiet=quiet, noise=frozenset(name.lower() for name in self.noise),
            by_session=by_session, since=since, until=until,
        )  # fmt: skip
        moment = self.moment()
        found = page(moment, asked, limit=limit, cursor=cursor, offset=offset)
        if not found["total"]:
            found["without"] = [
                {**row, "query": printed(row["query"]), "clause": printed(row["clause"])}
                for row in moment.narrowed(asked)
            ]
        return found

    def around(self, event_id: str, minutes: float) -> str | None:
        """Give the query for what happened on a record's machine around it; None if there is no such record."""
        return around(self.moment(), event_id, minutes)

    def fields(self, record: dict[str, Any]) -> dict[str, str]:
        """Give every field of an original record with its value as it is written.

        Args:
            record: As `graphhunt.questions.records.record_of` gives it.
        """
        sources = self._workspace.contents()
        same = (entry.context for entry in sources if (entry.file, entry.loader) == (record["file"], record["source"]))
        return read(str(record["record"]), next(same, ""), placed=True).fields

    def record(self, event_id: str) -> dict[str, Any] | None:
        """Give an original record with every field; None if there is none of this id.

        Raises:
            DamageError: The record isn't what was loaded.
        """
        found = record_of(self._workspace, event_id)
        return None if found is None else {**found, "fields": self.fields(found)}

    def holding(self, text: str) -> dict[str, Any]:
        """Say how many records hold a text, drawn or not, and why those that aren't are not; with the first few."""
        return records_with(self._workspace, self._snapshot(), self.moment(), text)
