"""What routes are given: the open hunt, and the time window of the request."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Query, Request

from graphhunt.accounts import Accounts, Principal
from graphhunt.api.crowd import Crowd
from graphhunt.api.service import Hunt
from graphhunt.api.time_shapes import TimeIn
from graphhunt.case.casebook import Casebook
from graphhunt.case.jobs import Jobs, Uploads
from graphhunt.errors import UsageError
from graphhunt.questions.pivots import Window
from graphhunt.questions.pivots.names import Names


def hunt_of(request: Request) -> Hunt:
    """Give the hunt that the application was made for."""
    return cast("Hunt", request.app.state.hunt)


def casebook_of(request: Request) -> Casebook:
    """Give the casebook of the workspace."""
    return cast("Casebook", request.app.state.casebook)


def jobs_of(request: Request) -> Jobs:
    """Give the queue of jobs."""
    return cast("Jobs", request.app.state.jobs)


def uploads_of(request: Request) -> Uploads:
    """Give the files that wait for their import."""
    return cast("Uploads", request.app.state.uploads)


def accounts_of(request: Request) -> Accounts:
    """Give the users, tokens and audit log of the server."""
    return cast("Accounts", request.app.state.accounts)


def principal_of(request: Request) -> Principal:
    """Give who asks; only routes that need somebody use it."""
    return cast("Principal", request.state.principal)


def crowd_of(request: Request) -> Crowd:
    """Give those who run queries now."""
    return cast("Crowd", request.app.state.crowd)


def names_of(request: Request) -> Names:
    """Give the names of all entities, for search."""
    return cast("Names", request.app.state.names)


def author_of(request: Request) -> str:
    """Name who asks, as the author of what they write."""
    return principal_of(request).name


def window_of(since: int | None, until: int | None) -> Window:
    """Make a window; one that ends before it begins is a usage error."""
    if since is not None and until is not None and until < since:
        raise UsageError("The time window ends before it begins.")
    return Window(since, until)


def query_window(
    since: Annotated[TimeIn | None, Query(description="Leave out what ended before")] = None,
    until: Annotated[TimeIn | None, Query(description="Leave out what began at or after")] = None,
) -> Window:
    """Read the time window from the query string."""
    return window_of(since, until)


AccountsDep = Annotated[Accounts, Depends(accounts_of)]
PrincipalDep = Annotated[Principal, Depends(principal_of)]
AuthorDep = Annotated[str, Depends(author_of)]
CasebookDep = Annotated[Casebook, Depends(casebook_of)]
CrowdDep = Annotated[Crowd, Depends(crowd_of)]
NamesDep = Annotated[Names, Depends(names_of)]
JobsDep = Annotated[Jobs, Depends(jobs_of)]
UploadsDep = Annotated[Uploads, Depends(uploads_of)]
HuntDep = Annotated[Hunt, Depends(hunt_of)]
WindowDep = Annotated[Window, Depends(query_window)]
