"""The built browser workspace: finds it in the package and serves it with the right cache rules."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

State = Literal["built", "missing", "stale"]

_MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>graphhunt: no workspace</title>
<h1>The browser workspace is not built</h1>
<p>This installation has the HTTP interface only: it was installed with <code>GRAPHHUNT_UI=skip</code>, or the files
that the workspace is built with could not be fetched. Two ways to get the workspace:</p>
<ul><li>from a clone: <code>.venv/bin/pip install -e .</code> once more, with access to the npm registry; where there is
no Node, pip fetches one for the build</li>
<li>or install a released wheel, which holds it: <code>pip install --force-reinstall graphhunt</code></li></ul>
<p>The HTTP interface works: see <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p></html>"""


def dist_folder() -> Path:
    """Give the folder of the built workspace, whether or not it has been built."""
    return Path(str(files("graphhunt.ui"))) / "dist"


class Pages:
    """ASGI application for the workspace's files.

    Files under `assets/` have a hash in their names and are kept for a year; `index.html` is asked for anew
    each time and stands for every deep link.

    Args:
        folder: The built workspace; the installed package's when None.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or dist_folder()

    def state(self) -> State:
        """Tell whether the workspace is built, missing, or older than its sources beside it."""
        if not (self.folder / "index.html").is_file():
            return "missing"
        return "stale" if self._is_stale() else "built"

    def _is_stale(self) -> bool:
        """Compare with the sources; an installed wheel has none, so it is never stale."""
        sources = self.folder.parent / "src"
        if not sources.is_dir():
            return False
        built = (self.folder / "index.html").stat().st_mtime
        return any(path.stat().st_mtime > built for path in sources.rglob("*") if path.is_file())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one file, the index for a deep link, or the page that says how to get the workspace."""
        await (await self._answer(scope))(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        path = str(scope["path"]).lstrip("/")
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, "Only GET is served here.", {"Allow": "GET, HEAD"})
        if path.startswith("api/"):
            raise HTTPException(404, "There is no such route; /api/v1/openapi.json lists them all.")
        if not (self.folder / "index.html").is_file():
            return HTMLResponse(_MISSING, 200 if path in ("", "index.html") else 404)
        return await self._file(path, scope)

    async def _file(self, path: str, scope: Scope) -> Response:
        if path in ("", "index.html"):
            return self._index()
        try:
            response = await StaticFiles(directory=self.folder).get_response(path, scope)
        except HTTPException:
            if "text/html" in Headers(scope=scope).get("accept", "") and not path.startswith("assets/"):
                return self._index()
            raise
        kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        response.headers["Cache-Control"] = kept
        return response

    def _index(self) -> Response:
        return FileResponse(self.folder / "index.html", headers={"Cache-Control": "no-cache"})
