"""The engine's HTTP door, for what it does several times quicker there than in Cypher: a whole schema, a whole graph.

A graph's lines aren't one transaction, and the incoming ends of relationships are linked last: what is interrupted
is no graph at all, and must be emptied.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from graphhunt.errors import StoreError
from graphhunt.store.embedded import config
from graphhunt.store.embedded.process import owns_port
from graphhunt.store.embedded.schema import schema_script

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphhunt.store.embedded.process import EngineState

_OPTIONS = {"refMode": "ordinal", "idMapping": "false", "wal": "true"}
"""Relationships name their ends by the ends' places in the payload; what is committed survives a killed engine."""


def fill(state: EngineState, lines: Iterator[bytes], patience: float) -> tuple[int, int]:
    """Send lines of vertices and then of edges to the database; give how many of each were made.

    Args:
        state: The running engine.
        lines: Pieces of any number of whole lines.
        patience: Seconds to wait for the engine at any one time.

    Raises:
        StoreError: The engine isn't ours, can't be reached, or refuses a line; a part may have been written.
    """
    path = f"/api/v1/batch/{config.DATABASE}?{urlencode(_OPTIONS)}"
    said = _post(state, path, lines, {"Content-Type": "application/x-ndjson"}, patience)
    return int(said["verticesCreated"]), int(said["edgesCreated"])


def make_schema(state: EngineState, patience: float) -> None:
    """Make every constraint and index of an empty database.

    Raises:
        StoreError: The engine isn't ours, can't be reached, or refuses.
    """
    order = json.dumps({"language": "sqlscript", "command": schema_script()}).encode()
    _post(state, f"/api/v1/command/{config.DATABASE}", iter([order]), {"Content-Type": "application/json"}, patience)


def _post(
    state: EngineState, path: str, body: Iterator[bytes], headers: Mapping[str, str], patience: float
) -> dict[str, Any]:
    if not owns_port(state.engine, state.http_port):
        raise StoreError("the embedded engine doesn't answer", where=f"port {state.http_port}")
    login = base64.b64encode(f"{config.OWNER}:{state.owner_password}".encode()).decode()
    given = {**headers, "Authorization": f"Basic {login}", "Transfer-Encoding": "chunked"}
    connection = http.client.HTTPConnection("127.0.0.1", state.http_port, timeout=patience)
    try:
        # An engine that refuses a line answers and hangs up before it has taken all of them.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", path, body, given, encode_chunked=True)
        answer = connection.getresponse()
        said = dict(json.loads(answer.read()))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise StoreError(f"the connection to the embedded engine was lost: {error}") from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        reason = said.get("detail") or said.get("error") or f"status {answer.status}"
        raise StoreError(f"the embedded engine refused the graph: {reason}")
    return said
