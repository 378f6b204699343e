"""Telemetry over HTTP: files are sent one by one, then loaded as a job."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from graphhunt.api.deps import AuthorDep, HuntDep, JobsDep, UploadsDep
from graphhunt.api.job_models import ImportRequest, JobShape, UploadsAnswer, UploadShape
from graphhunt.api.routes.jobs import job_shape
from graphhunt.api.work import demo_work, load_work
from graphhunt.case.jobs import Uploads
from graphhunt.case.jobs.uploads import Receiving, Upload
from graphhunt.errors import UsageError
from graphhunt.sources.loading import loaders

router = APIRouter(tags=["imports"])

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
"""The same key again gives the same job instead of a second one."""

_PART = 1 << 20
_BODY = {"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/uploads", operation_id="listUploads")
def list_uploads(uploads: UploadsDep) -> UploadsAnswer:
    """List the files that wait for their import."""
    items = [upload._asdict() for upload in uploads.list()]
    return UploadsAnswer.model_validate({"items": items, "limit": uploads.limit})


@router.post("/uploads", operation_id="upload", status_code=201, openapi_extra=_BODY)
async def upload(
    request: Request,
    uploads: UploadsDep,
    name: Annotated[str, Query(max_length=500, description="The file's name, without folders")],
    size: Annotated[int | None, Header(alias="Content-Length", ge=0)] = None,
) -> UploadShape:
    """Send one file (a log, or an archive of logs) as the request's body, as it is; it waits for its import."""
    receiving = await asyncio.to_thread(uploads.begin, name, size)
    try:
        kept = await _receive(request, receiving)
    except BaseException:  # also when the client has gone: what came so far is of no use
        receiving.drop()
        raise
    return UploadShape.model_validate(kept._asdict())


async def _receive(request: Request, receiving: Receiving) -> Upload:
    """Write the body in large parts, off the event loop."""
    waiting = bytearray()
    async for part in request.stream():
        waiting += part
        if len(waiting) >= _PART:
            await asyncio.to_thread(receiving.write, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(receiving.write, bytes(waiting))
    return await asyncio.to_thread(receiving.finish)


@router.delete("/uploads/{upload_id}", operation_id="deleteUpload", status_code=204)
def delete_upload(uploads: UploadsDep, upload_id: str) -> None:
    """Remove a file that waits."""
    uploads.path(upload_id)
    uploads.remove(upload_id)


@router.post("/imports", operation_id="startImport", status_code=202)
def start_import(  # noqa: PLR0913 - the parts of the request
    hunt: HuntDep,
    jobs: JobsDep,
    uploads: UploadsDep,
    author: AuthorDep,
    wanted: ImportRequest,
    response: Response,
    key: IdempotencyKey = None,
) -> JobShape:
    """Load uploads into the graph, as `graphhunt load`; the job goes on when the client goes."""
    if wanted.format is not None and wanted.format not in loaders():
        raise UsageError(f"there is no loader {wanted.format!r}", hint="there are " + ", ".join(loaders()))
    title = "load " + _titles(uploads, wanted.uploads, known=key is not None)
    work = load_work(hunt, uploads, wanted.uploads, format=wanted.format, strict=wanted.strict)
    job = jobs.submit("load", title, author, work, key)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return job_shape(job)


@router.post("/demo", operation_id="startDemo", status_code=202)
def start_demo(hunt: HuntDep, jobs: JobsDep, author: AuthorDep, key: IdempotencyKey = None) -> JobShape:
    """Load a small made-up intrusion, as `graphhunt demo`."""
    return job_shape(jobs.submit("load", "load the demonstration", author, demo_work(hunt), key))


def _titles(uploads: Uploads, ids: list[str], *, known: bool) -> str:
    """Name the files; those of a repeated request may be gone already."""
    names = [uploads.path(i).name for i in ids] if not known else [u.name for u in uploads.list() if u.id in ids]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
