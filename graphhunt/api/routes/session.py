"""Signing in and out, people, tokens for scripts, and the audit log."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal, cast

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from pydantic import Field

from graphhunt.accounts import Accounts, Principal
from graphhunt.api.access import Access, put_cookie, session_of
from graphhunt.api.deps import AccountsDep, PrincipalDep
from graphhunt.api.models import Shape
from graphhunt.api.time_shapes import Time
from graphhunt.errors import MissingError

router = APIRouter(tags=["access"])

Role = Literal["reader", "analyst", "loader", "admin"]
ScopeName = Literal["read", "annotate", "load", "admin"]
UserName = Annotated[str, Path(max_length=64)]
Password = Annotated[str, Field(max_length=1000)]


class SignIn(Shape):
    """A name and its password."""

    name: Annotated[str, Field(max_length=64)]
    password: Password


class SessionShape(Shape):
    """Who is signed in, how, and what they may do."""

    name: str
    scopes: list[ScopeName]
    via: Literal["link", "password", "token"]


class UserShape(Shape):
    """A person."""

    name: str
    roles: list[Role]
    created: Time
    disabled: bool


class UsersAnswer(Shape):
    """All people, by name."""

    items: list[UserShape]


class NewUser(Shape):
    """A person to add."""

    name: Annotated[str, Field(max_length=64)]
    password: Password
    roles: list[Role]


class UserEdit(Shape):
    """What to change of a person; what is left out stays."""

    password: Password | None = None
    roles: list[Role] | None = None
    disabled: bool | None = None


class TokenShape(Shape):
    """A token, without the token itself."""

    id: str
    name: str
    scopes: list[ScopeName]
    owner: str
    created: Time
    expires: Time
    revoked: bool


class TokensAnswer(Shape):
    """Tokens, newest first."""

    items: list[TokenShape]


class NewToken(Shape):
    """A token to make."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: list[ScopeName]
    days: Annotated[int, Field(ge=1, le=3650)] = 90


class MadeToken(Shape):
    """A new token; it is shown this once."""

    id: str
    token: str


class AuditLine(Shape):
    """One line of the audit log; `detail` is what was asked for or changed, as JSON without secrets."""

    number: int
    time: Time
    who: str
    via: str
    action: str
    target: str
    status: int
    address: str
    detail: str


class AuditAnswer(Shape):
    """A page of the audit log, newest first."""

    items: list[AuditLine]
    next_cursor: str | None


@router.get("/session", operation_id="getSession")
def get_session(caller: PrincipalDep) -> SessionShape:
    """Say who is signed in and what they may do."""
    return SessionShape.model_validate({"name": caller.name, "scopes": sorted(caller.scopes), "via": caller.via})


@router.post("/session", operation_id="signIn")
async def sign_in(request: Request, accounts: AccountsDep, given: SignIn, response: Response) -> SessionShape:
    """Sign in with name and password; after ten wrong ones an address has to wait, longer with each (429)."""
    state = request.scope["state"]
    state["principal"] = Principal(given.name, frozenset(), "password")
    address = request.client.host if request.client else ""
    caller = await asyncio.wrap_future(accounts.begin_sign_in(given.name, given.password, address))
    if caller is None:
        raise HTTPException(401, "The name or the password is wrong.")
    state["principal"] = caller
    access = cast("Access", request.app.state.access)
    put_cookie(response, request.scope, access.open_session(caller.name))
    return get_session(caller)


@router.delete("/session", operation_id="signOut", status_code=204)
def sign_out(request: Request, response: Response) -> None:
    """Sign out: the session is worth nothing from now on."""
    session = session_of(request.scope)
    if session:
        cast("Access", request.app.state.access).close_session(session)


@router.get("/users", operation_id="listUsers")
def list_users(accounts: AccountsDep) -> UsersAnswer:
    """List the people who may sign in."""
    return UsersAnswer.model_validate({"items": accounts.users()})


@router.post("/users", operation_id="addUser", status_code=201)
def add_user(accounts: AccountsDep, new: NewUser) -> UserShape:
    """Add a person."""
    accounts.add_user(new.name, new.password, new.roles)
    return _user(accounts, new.name)


@router.patch("/users/{name}", operation_id="editUser")
def edit_user(
    request: Request, accounts: AccountsDep, caller: PrincipalDep, name: UserName, edit: UserEdit, response: Response
) -> UserShape:
    """Change a person's password or roles, shut them out or let them in.

    It counts from their next request on: their sessions end, but for the one that asks; a new password or shutting
    out ends their tokens too, and other roles take from the tokens what they don't give.
    """
    _user(accounts, name)
    if edit.roles is not None:
        accounts.set_roles(name, edit.roles)
    if edit.password is not None:
        accounts.set_password(name, edit.password)
    if edit.disabled is not None:
        accounts.set_disabled(name, disabled=edit.disabled)
    if caller.via == "password" and caller.name == name and accounts.generation(name) is not None:
        put_cookie(response, request.scope, cast("Access", request.app.state.access).open_session(name))
    return _user(accounts, name)


@router.delete("/users/{name}", operation_id="removeUser", status_code=204)
def remove_user(accounts: AccountsDep, name: UserName) -> None:
    """Remove a person and their tokens; what they wrote stays."""
    accounts.remove_user(name)


@router.get("/tokens", operation_id="listTokens")
def list_tokens(accounts: AccountsDep, caller: PrincipalDep) -> TokensAnswer:
    """List one's own tokens; an admin sees all."""
    return TokensAnswer.model_validate({"items": accounts.tokens(_owner(caller))})


@router.post("/tokens", operation_id="makeToken", status_code=201)
def make_token(accounts: AccountsDep, caller: PrincipalDep, new: NewToken) -> MadeToken:
    """Make a token that can do a part of what its owner may; a token can't make tokens."""
    if caller.via == "token" or not set(new.scopes) <= caller.scopes:
        raise HTTPException(403, "A token is made by a signed-in person, for scopes of their own.")
    key, token = accounts.make_token(new.name, new.scopes, caller.name, new.days)
    return MadeToken(id=key, token=token)


@router.delete("/tokens/{token_id}", operation_id="revokeToken", status_code=204)
def revoke_token(accounts: AccountsDep, caller: PrincipalDep, token_id: Annotated[str, Path(max_length=40)]) -> None:
    """Make a token worthless; an admin may do that to any."""
    accounts.revoke(token_id, _owner(caller))


@router.get("/audit", operation_id="listAudit")
def list_audit(
    accounts: AccountsDep,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(pattern="^[0-9]{1,15}$")] = None,
) -> AuditAnswer:
    """List who did what, newest first."""
    rows = accounts.audit(limit + 1, int(cursor) if cursor else None)
    more = str(rows[limit - 1]["number"]) if len(rows) > limit else None
    return AuditAnswer.model_validate({"items": rows[:limit], "next_cursor": more})


def _owner(caller: Principal) -> str | None:
    return None if "admin" in caller.scopes else caller.name


def _user(accounts: Accounts, name: str) -> UserShape:
    found = accounts.user(name)
    if found is None:
        raise MissingError(f"there is no user {name!r}")
    return UserShape.model_validate(found)
