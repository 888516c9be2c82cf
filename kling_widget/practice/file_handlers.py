"""Clips and uploads over HTTP: ranges, ETags, and both ways to upload."""

from __future__ import annotations

import asyncio
import re
import uuid
from dataclasses import replace
from pathlib import Path

from tornado.httputil import HTTPServerRequest

from .http_handlers import JSON, ApiHandler, FileRange, Reply
from .ledger import Upload
from .multipart import find_file
from .options import Refused
from .request_body import Body
from .simulated_service import SimulatedService

_PATIENCE = 120.0
"""Seconds that a request for a clip waits while it is rendered again."""

_PIECE = 256 * 1024
_FORM_EXTRA = 100_000  # what a form holds besides its file


def ranged(request: HTTPServerRequest, path: Path, etag: str, kind: str) -> Reply:
    """Answer a GET or HEAD for a file: 200 whole, 206 one range, 304 or 416.

    Several ranges in one request are answered with the whole file, as HTTP allows.
    """
    size = path.stat().st_size
    headers = {
        "Content-Type": kind,
        "Accept-Ranges": "bytes",
        "Etag": etag,
        "Cache-Control": "public, max-age=604800",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Content-Range, Etag, Content-Length, Accept-Ranges",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    tags_sent = request.headers.get("If-None-Match", "")
    if tags_sent.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in tags_sent.split(",")]:
        return Reply(304, b"", headers)
    wanted = request.headers.get("Range", "").strip()
    condition = request.headers.get("If-Range", "").strip()
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted.replace(" ", ""))
    if not match or not any(match.groups()) or (condition and condition != etag):
        return Reply(200, FileRange(path, 0, size), headers)
    first, last = match.groups()
    if not first:  # a suffix: the last N bytes
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start >= size or (first and last and int(last) < int(first)) or (not first and int(last) == 0):
        return Reply(416, b"", {**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return Reply(206, FileRange(path, start, end - start + 1), headers)


class FileHandler(ApiHandler):
    """A file: GET and HEAD, without a key."""

    call = "file"
    open_to_all = True

    async def get(self, file_id: str) -> None:
        """Send the file."""

        async def act() -> Reply:
            if self.fault is not None and self.fault.effect == "ignore_range":
                self.request.headers.pop("Range", None)
            return await self.file(file_id)

        await self.serve(act)

    head = get

    async def file(self, file_id: str) -> Reply:
        """Return the answer for a file."""
        raise Refused(404, "There is no such file.")


class ClipHandler(FileHandler):
    """``GET /predictions/{id}/1.mp4``: renders the clip again if it was tidied away."""

    async def file(self, task_id: str) -> Reply:
        """Return the clip."""
        path = self.service.clip(task_id)
        waited = 0.0
        while not path.exists() and waited < _PATIENCE:
            self.service.clips.enqueue(task_id, first=True)
            await asyncio.sleep(0.02)
            waited += 0.02
        if not path.exists():
            raise Refused(503, "The clip is being made again. Try once more in a moment.", 5003)
        return ranged(self.request, path, self.service.clips.etag(path), "video/mp4")


class UploadHandler(FileHandler):
    """``GET /uploads/{id}/{name}``."""

    async def file(self, upload_id: str) -> Reply:
        """Return the uploaded file."""
        upload = self.service.ledger.upload(upload_id)
        path = self.service.uploads / upload_id
        old = self.service.clock() - self.service.rules.keep_days * 86_400
        lost = path.is_symlink() or not path.exists()
        if upload is None or upload.received is None or upload.created < old or lost:
            raise Refused(404, "There is no such file.")
        return ranged(self.request, path, self.service.clips.etag(path), upload.kind)


def keep(service: SimulatedService, upload: Upload, partial: Path) -> None:
    """Move a partial file of the uploads folder to its final name and record it."""
    size = partial.stat().st_size
    partial.replace(service.uploads / upload.id)
    service.ledger.keep_upload(replace(upload, size=size, received=service.clock()))


def new_partial_file(service: SimulatedService) -> Path:
    """Return a path for the bytes of an upload that is on its way."""
    service.uploads.mkdir(mode=0o700, parents=True, exist_ok=True)
    return service.uploads / f".{uuid.uuid4().hex}.part"


def address(origin: str, upload: Upload) -> str:
    """Return the URL of an upload."""
    return f"{origin}/uploads/{upload.id}/{upload.name}"


def new_upload(service: SimulatedService, name: str, kind: str | None, size: int) -> Upload:
    """Record the start of an upload. Raises ``Refused`` (400, 413)."""
    if size <= 0:
        raise Refused(400, "Invalid parameter: size is the number of bytes, above 0", 1401)
    if size > service.rules.upload_limit:
        raise Refused(413, f"The file is too large: at most {service.rules.upload_limit} bytes.")
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]).strip(".-")[-80:] or "file"
    upload = Upload(service.new_id(), safe, kind or "application/octet-stream", size, service.clock())
    service.ledger.keep_upload(upload)
    return upload


class UploadSlotHandler(ApiHandler):
    """``POST /media/uploads``: returns the address to PUT a file to."""

    call = "upload"

    async def post(self) -> None:
        """Return the address."""
        await self.serve(self._slot)

    def _slot(self) -> Reply:
        body = self.json()
        name, size, kind = body.get("filename"), body.get("size"), body.get("content_type")
        if not isinstance(name, str) or not name:
            raise Refused(400, "Missing parameter: filename is required", 1400)
        if not isinstance(size, int) or isinstance(size, bool):
            raise Refused(400, "Missing parameter: size is required", 1400)
        upload = new_upload(self.service, name, kind if isinstance(kind, str) else None, size)
        url = address(self.origin, upload)
        put = {"method": "PUT", "url": url, "headers": {"Content-Type": upload.kind}}
        return self.success({"upload": put, "download_url": url})


class PutHandler(UploadHandler):
    """``PUT /uploads/{id}/{name}`` without a key; GET and HEAD return the file."""

    def sink(self) -> Body:
        """Accept a file of the size that its slot announced; refuse one without a slot."""
        if self.request.method != "PUT":
            return super().sink()
        self.call = "put"
        upload = self._announced_upload()
        if self.announced is not None and self.announced != upload.size:
            raise _other_size(upload, self.announced)
        return self.body_sink(upload.size, new_partial_file(self.service))

    async def put(self, upload_id: str) -> None:
        """Store the bytes."""
        await self.serve(self._take)

    def _announced_upload(self) -> Upload:
        upload = self.service.ledger.upload(self.path_args[0])
        if upload is None:
            raise Refused(404, "There is no such upload.")
        return upload

    def _take(self) -> Reply:
        upload, body = self._announced_upload(), self.body
        assert body is not None
        if body.length != upload.size:
            raise _other_size(upload, body.length)
        keep(self.service, upload, body.close())
        return Reply(200, b"", JSON)


def _other_size(upload: Upload, size: int) -> Refused:
    return Refused(400, f"The upload was to have {upload.size} bytes, it has {size}.")


class FormUploadHandler(ApiHandler):
    """``POST /media/upload/binary``: the older way, a form with a field ``file``."""

    call = "upload"

    def sink(self) -> Body:
        """Receive the form on disk."""
        return self.body_sink(self.service.rules.upload_limit + _FORM_EXTRA, new_partial_file(self.service))

    async def post(self) -> None:
        """Store the form's file."""
        await self.serve(self._form)

    def _form(self) -> Reply:
        assert self.body is not None
        form = self.body.close()
        found = find_file(form, self.request.headers.get("Content-Type", ""), "file")
        if found is None:
            raise Refused(400, "Missing parameter: file is required", 1400)
        upload = new_upload(self.service, found.name or "file", found.kind, found.length)
        partial = new_partial_file(self.service)
        _copy(form, found.start, found.length, partial)
        keep(self.service, upload, partial)
        url, kind = address(self.origin, upload), upload.kind.split("/")[0]
        return self.success({"type": kind, "download_url": url, "filename": upload.name, "size": found.length})


def _copy(source: Path, start: int, length: int, target: Path) -> None:
    """Copy a range of bytes from one file into a new one."""
    with source.open("rb") as old, target.open("xb") as new:
        old.seek(start)
        while length and (piece := old.read(min(_PIECE, length))):
            length -= new.write(piece)
