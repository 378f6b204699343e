"""Who may ask: the one-time link, the session cookie, and the guards against foreign sites.

The server listens on loopback for one user. The link it prints carries a token that works once: it is
exchanged for a cookie (HttpOnly, SameSite=Strict) and leaves the address bar. Requests for another host
name (DNS rebinding) or from another origin are refused before anything else looks at them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from graphhunt.api.problems import problem

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
"""Host names a loopback server answers to."""

PUBLIC_API = frozenset({"/api/v1/health"})
"""API paths that need no session."""

MAX_SESSIONS = 1000
_MAX_AGE = 12 * 3600

_USED_LINK = """<!doctype html><html lang="en"><meta charset="utf-8"><title>graphhunt: link used</title>
<h1>This link has been used</h1>
<p>The link that <code>graphhunt serve</code> prints opens the workspace once, so that it is worth nothing
to whoever finds it later. The browser that used it stays signed in. For another one, start
<code>graphhunt serve</code> again and open the new link.</p></html>"""


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Access:
    """Tokens and sessions of one server; only hashes are kept.

    Args:
        token: The link's token; works once.
        api_tokens: Tokens for scripts, given as `Authorization: Bearer …`; work until the server stops.
    """

    def __init__(self, token: str, api_tokens: Iterable[str] = ()) -> None:
        self._link: bytes | None = _hashed(token)
        self._bearers = [_hashed(token) for token in api_tokens]
        self._sessions: dict[bytes, None] = {}

    def exchange(self, token: str) -> str | None:
        """Give a new session for the link's token and use it up; None if it is wrong or used."""
        if self._link is None or not hmac.compare_digest(self._link, _hashed(token)):
            return None
        self._link = None
        session = secrets.token_urlsafe(32)
        self._sessions[_hashed(session)] = None
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        return session

    def new_link_token(self) -> str:
        """Make a fresh token for another one-time link; an unused older one stops working."""
        token = secrets.token_urlsafe(32)
        self._link = _hashed(token)
        return token

    def knows_session(self, session: str) -> bool:
        """Tell whether the cookie's value belongs to a session of this server."""
        return _hashed(session) in self._sessions

    def knows_bearer(self, token: str) -> bool:
        """Tell whether the token was given to a script."""
        wanted = _hashed(token)
        return any([hmac.compare_digest(wanted, known) for known in self._bearers])


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, exchange the link's token, or pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = self.refuse(scope) or self.enter(scope)
        await (answer or self.app)(scope, receive, send)

    def refuse(self, scope: Scope) -> Response | None:
        """Give the refusal of a request that this server must not answer; None if it may."""
        headers, path = Headers(scope=scope), str(scope["path"])
        host = _host_name(headers.get("host", ""))
        if host not in self.hosts:
            return problem(421, f"This server does not answer for the host {host!r}.", kind="host", instance=path)
        if not _own_origin(headers, scope):
            return problem(403, "Requests from other sites are refused.", kind="origin", instance=path)
        if path.startswith("/api/") and path not in PUBLIC_API and not self.signed_in(scope):
            detail = "Not signed in. Open the link that graphhunt serve printed."
            response = problem(401, detail, kind="session", instance=path)
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        return None

    def signed_in(self, scope: Scope) -> bool:
        """Tell whether the request carries a session cookie or a script's token of this server."""
        headers = Headers(scope=scope)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.access.knows_bearer(token.strip()):
            return True
        session = _cookie(headers.get("cookie", ""), cookie_name(scope))
        return session is not None and self.access.knows_session(session)

    def enter(self, scope: Scope) -> Response | None:
        """Exchange the token of a link for a cookie, on the way to the same page without it."""
        if scope["method"] != "GET" or scope["path"] != "/":
            return None
        query = parse_qs(scope["query_string"].decode("latin-1"))
        token = query.pop("token", [""])[-1]
        if not token or "prefetch" in Headers(scope=scope).get("sec-purpose", ""):
            return None
        session = self.access.exchange(token)
        if session is None and not self.signed_in(scope):
            return HTMLResponse(_USED_LINK, 403)
        rest = urlencode(query, doseq=True)
        response = RedirectResponse("/?" + rest if rest else "/", 303, {"Cache-Control": "no-store"})
        if session:
            response.set_cookie(
                cookie_name(scope), session, max_age=_MAX_AGE, path="/", httponly=True, samesite="strict",
                secure=scope.get("scheme") == "https",
            )  # fmt: skip
        return response


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
    site = headers.get("sec-fetch-site", "none")
    return site in ("none", "same-origin") or (scope["path"] == "/" and scope["method"] == "GET")


def _cookie(header: str, name: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None
