"""Who may ask: the one-time link, the session cookie, and the guards against foreign sites.

On loopback the link that the server prints carries a token that works once: it is exchanged for a cookie
(HttpOnly, SameSite=Strict) and leaves the address bar. People with accounts sign in with a password; scripts
bring a token. Requests for another host name (DNS rebinding) or from another origin are refused before anything
else looks at them.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import math
import secrets
import time
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphhunt.accounts import SCOPES, Accounts, Principal
from graphhunt.api.audit import SignIns, detail
from graphhunt.api.problems import problem
from graphhunt.store.places import local_user

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
"""Host names a loopback server answers to."""

PUBLIC_API = frozenset({("GET", "/api/v1/health"), ("POST", "/api/v1/session")})
"""Methods and paths of the API that need no session."""

PROXY_HINT = "behind a proxy that ends TLS, name its address in the setting trusted_proxies (GRAPHHUNT_TRUSTED_PROXIES)"
"""What helps where every change is refused, because only the browser knows of TLS."""

EVERYTHING = frozenset(SCOPES)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

MAX_SESSIONS = 1000
_MAX_AGE = 12 * 3600

_USED_LINK = """<!doctype html><html lang="en"><meta charset="utf-8"><title>graphhunt: link used</title>
<h1>This link has been used</h1>
<p>The link that <code>graphhunt serve</code> prints opens the workspace once, so that it is worth nothing
to whoever finds it later. The browser that used it stays signed in. For another one, start
<code>graphhunt serve</code> again and open the new link.</p></html>"""


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class _Session(NamedTuple):
    """A session: whose it is (None for the link's), until when, and the account's state it began with."""

    name: str | None
    until: float
    generation: int | None


class _Link(NamedTuple):
    """A one-time link: until when it works, and who wants to know that it was used."""

    until: float
    used: Callable[[], None] | None


class Access:
    """Tokens and sessions of one server; only hashes are kept.

    Args:
        token: The link's token; works once. None for a server without a link.
        api_tokens: Tokens for scripts, given as `Authorization: Bearer …`; work until the server stops.
        accounts: People and their tokens.
    """

    def __init__(self, token: str | None, api_tokens: Iterable[str] = (), accounts: Accounts | None = None) -> None:
        self._links: dict[bytes, _Link] = {}
        if token is not None:
            self._links[_hashed(token)] = _Link(math.inf, None)
        self._bearers = [_hashed(token) for token in api_tokens]
        self._sessions: dict[bytes, _Session] = {}
        self.accounts = accounts

    def exchange(self, token: str) -> str | None:
        """Give a new session for a link's token and use it up; None if it is wrong, used or too old."""
        link = self._links.pop(_hashed(token), None)  # looked up by its hash: timing tells nothing of the token
        if link is None or link.until < time.monotonic():
            return None
        if link.used is not None:
            link.used()
        return self.open_session(None)

    def open_session(self, name: str | None) -> str:
        """Begin a session of a person, or of the link's user (None)."""
        session = secrets.token_urlsafe(32)
        generation = self.accounts.generation(name) if self.accounts and name is not None else None
        self._sessions[_hashed(session)] = _Session(name, time.monotonic() + _MAX_AGE, generation)
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        return session

    def close_session(self, session: str) -> None:
        """End a session; one that isn't there is no error."""
        self._sessions.pop(_hashed(session), None)

    def new_link_token(self, seconds: float = math.inf, used: Callable[[], None] | None = None) -> str:
        """Make a fresh token for another one-time link.

        Args:
            seconds: How long it works.
            used: Called once it was exchanged.
        """
        token = secrets.token_urlsafe(32)
        self._links[_hashed(token)] = _Link(time.monotonic() + seconds, used)
        return token

    def by_session(self, session: str) -> Principal | None:
        """Give who a session's cookie stands for; None if it is unknown, over, or the account has changed."""
        found = self._sessions.get(_hashed(session))
        if found is None or found.until < time.monotonic():
            return None
        if found.name is None:
            return Principal(local_user(), EVERYTHING, "link")
        if self.accounts is None or self.accounts.generation(found.name) != found.generation:
            return None
        return self.accounts.principal(found.name)

    def by_bearer(self, token: str) -> Principal | None:
        """Give who a script's token stands for; None if it is not one of ours."""
        wanted = _hashed(token)
        if any([hmac.compare_digest(wanted, known) for known in self._bearers]):
            return Principal(local_user(), EVERYTHING, "token")
        return self.accounts.by_token(token) if self.accounts else None

    def caller(self, scope: Scope) -> Principal | None:
        """Give who asks, by a script's token or the session's cookie; None if nobody we know."""
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.by_bearer(token.strip())
        session = session_of(scope)
        return self.by_session(session) if session is not None else None


class Gate:
    """ASGI middleware that lets through what `Access` and the origin rules allow.

    Args:
        app: The application behind it.
        access: Tokens and sessions.
        hosts: Host names this server answers to.
    """

    def __init__(self, app: ASGIApp, access: Access, hosts: Iterable[str] = LOOPBACK_HOSTS) -> None:
        self.app = app
        self.access = access
        self.hosts = frozenset(host.lower() for host in hosts)
        self._sign_ins = SignIns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, exchange the link's token, or pass the request on with who asks."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["state"] = {**scope.get("state", {}), "principal": self.access.caller(scope)}
        answer = self.refuse(scope) or self.enter(scope)
        await (answer or self.app)(scope, receive, self._noting(scope, send))

    def refuse(self, scope: Scope) -> Response | None:
        """Give the refusal of a request that this server must not answer; None if it may."""
        headers, path = Headers(scope=scope), str(scope["path"])
        host = _host_name(headers.get("host", ""))
        if host not in self.hosts:
            return problem(421, f"This server does not answer for the host {host!r}.", kind="host", instance=path)
        if not _own_origin(headers, scope):
            hint = {"hint": PROXY_HINT} if self._through_proxy(headers) else {}
            return problem(403, "Requests from other sites are refused.", kind="origin", instance=path, **hint)
        public = not path.startswith("/api/") or (scope["method"], path) in PUBLIC_API
        if scope["state"]["principal"] is None and not public:
            detail = "Not signed in. Open the link that graphhunt serve printed, or sign in."
            response = problem(401, detail, kind="session", instance=path)
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        return None

    def _through_proxy(self, headers: Headers) -> bool:
        """Tell whether a foreign origin is one of our names: a proxy that ends TLS and isn't trusted makes it so."""
        return _host_name(headers.get("origin", "").partition("://")[2]) in self.hosts

    def _noting(self, scope: Scope, send: Send) -> Send:
        """Write into the audit log what the route asked to be told of, with how it ended."""

        async def noting(message: Message) -> None:
            action = scope["state"].pop("audit", None) if message["type"] == "http.response.start" else None
            if action and self.access.accounts:
                await self._note(self.access.accounts, scope, action, message["status"])
            await send(message)

        return noting

    async def _note(self, accounts: Accounts, scope: Scope, action: str, status: int) -> None:
        address = (scope.get("client") or ("",))[0]
        more = self._sign_ins.noted(action, status, address)
        if more is None:
            return
        who = scope["state"].get("principal") or Principal("", frozenset(), "")
        target = f"{scope['method']} {scope['path']}"
        await asyncio.to_thread(
            lambda: accounts.note(who.name, who.via, action, target, status, address, detail(scope, action, more))
        )

    def enter(self, scope: Scope) -> Response | None:
        """Exchange the token of a link for a cookie, on the way to the same page without it."""
        if scope["method"] != "GET" or scope["path"] != "/":
            return None
        query = parse_qs(scope["query_string"].decode("latin-1"))
        token = query.pop("token", [""])[-1]
        if not token or "prefetch" in Headers(scope=scope).get("sec-purpose", ""):
            return None
        session = self.access.exchange(token)
        if session is None and scope["state"]["principal"] is None:
            return HTMLResponse(_USED_LINK, 403)
        rest = urlencode(query, doseq=True)
        response = RedirectResponse("/?" + rest if rest else "/", 303, {"Cache-Control": "no-store"})
        if session:
            put_cookie(response, scope, session)
        return response


def put_cookie(response: Response, scope: Scope, session: str) -> None:
    """Put a session's cookie on a response; over TLS it never travels without."""
    response.set_cookie(
        cookie_name(scope), session, max_age=_MAX_AGE, path="/", httponly=True, samesite="strict",
        secure=scope.get("scheme") == "https",
    )  # fmt: skip


def session_of(scope: Scope) -> str | None:
    """Give the value of the session's cookie; None if the request has none."""
    return _cookie(Headers(scope=scope).get("cookie", ""), cookie_name(scope))


def cookie_name(scope: Scope) -> str:
    """Name the session cookie after the port: cookies of one host are shared between its ports."""
    host = urlsplit("//" + Headers(scope=scope).get("host", ""))
    try:
        port = host.port
    except ValueError:
        port = None
    return f"graphhunt_{port or 80}"


def _host_name(host: str) -> str:
    try:
        return (urlsplit("//" + host).hostname or "").lower()
    except ValueError:
        return ""


def _own_origin(headers: Headers, scope: Scope) -> bool:
    """Tell whether a request comes from our own page, or from no page at all."""
    origin = headers.get("origin")
    if origin is not None:
        return origin.lower() == f"{scope.get('scheme', 'http')}://{headers.get('host', '')}".lower()
    if scope["method"] not in _SAFE and "cookie" in headers and "sec-fetch-site" not in headers:
        return False  # a browser says where a change comes from; what doesn't say has no business with a cookie
    site = headers.get("sec-fetch-site", "none")
    return site in ("none", "same-origin") or (scope["path"] == "/" and scope["method"] == "GET")


def _cookie(header: str, name: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None
