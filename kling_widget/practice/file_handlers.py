"""Files: clips by their URL with ranges and ETags, and uploads both ways."""

from __future__ import annotations

import asyncio
import re
import uuid
from dataclasses import replace
from pathlib import Path

from tornado.httputil import HTTPServerRequest

from .http_handlers import JSON, Door, FilePart, Reply
from .ledger import Upload
from .multipart import find_file
from .options import Refused
from .request_body import Body
from .tasks import Desk

_PATIENCE = 120.0
"""Seconds that a request for a clip waits while it is rendered again."""

_PIECE = 256 * 1024
_FORM_EXTRA = 100_000  # what a form holds besides its file


def ranged(request: HTTPServerRequest, path: Path, etag: str, kind: str) -> Reply:
    """Answer a GET or HEAD for a file: whole, a part of it (one range), or what makes it unnecessary.

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
    known = request.headers.get("If-None-Match", "")
    if known.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
        return Reply(304, b"", headers)
    wanted = request.headers.get("Range", "").strip()
    condition = request.headers.get("If-Range", "").strip()
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted.replace(" ", ""))
    if not match or not any(match.groups()) or (condition and condition != etag):
        return Reply(200, FilePart(path, 0, size), headers)
    first, last = match.groups()
    if not first:  # the last so many bytes
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start >= size or (first and last and int(last) < int(first)) or (not first and int(last) == 0):
        return Reply(416, b"", {**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return Reply(206, FilePart(path, start, end - start + 1), headers)


class _Shelf(Door):
    """What files have in common: no key, GET and HEAD."""

    call = "file"
    open_to_all = True

    async def get(self, known: str) -> None:
        """Send the file."""

        async def act() -> Reply:
            if self.fault is not None and self.fault.effect == "ignore_range":
                self.request.headers.pop("Range", None)
            return await self.file(known)

        await self.serve(act)

    head = get

    async def file(self, known: str) -> Reply:
        """The file's answer."""
        raise Refused(404, "There is no such file.")


class ClipDoor(_Shelf):
    """``GET /predictions/{id}/1.mp4``: rendered again if it has been tidied away."""

    async def file(self, known: str) -> Reply:
        """Answer with the clip."""
        path = self.desk.clip(known)
        waited = 0.0
        while not path.exists() and waited < _PATIENCE:
            self.desk.clips.wish(known, first=True)
            await asyncio.sleep(0.02)
            waited += 0.02
        if not path.exists():
            raise Refused(503, "The clip is being made again. Try once more in a moment.", 5003)
        return ranged(self.request, path, self.desk.clips.etag(path), "video/mp4")


class UploadedDoor(_Shelf):
    """``GET /uploads/{id}/{name}``."""

    async def file(self, known: str) -> Reply:
        """Answer with the upload."""
        upload = self.desk.ledger.upload(known)
        path = self.desk.uploads / known
        old = self.desk.clock() - self.desk.rules.keep_days * 86_400
        lost = path.is_symlink() or not path.exists()
        if upload is None or upload.received is None or upload.created < old or lost:
            raise Refused(404, "There is no such file.")
        return ranged(self.request, path, self.desk.clips.etag(path), upload.kind)


def keep(desk: Desk, upload: Upload, part: Path) -> None:
    """Keep an upload whose bytes lie in a file of its folder."""
    size = part.stat().st_size
    part.replace(desk.uploads / upload.id)
    desk.ledger.keep_upload(replace(upload, size=size, received=desk.clock()))


def new_part(desk: Desk) -> Path:
    """Name a file for bytes that are on their way."""
    desk.uploads.mkdir(mode=0o700, parents=True, exist_ok=True)
    return desk.uploads / f".{uuid.uuid4().hex}.part"


def address(origin: str, upload: Upload) -> str:
    """The URL under which an upload is found."""
    return f"{origin}/uploads/{upload.id}/{upload.name}"


def new_upload(desk: Desk, name: str, kind: str | None, size: int) -> Upload:
    """Begin an upload. Raises ``Refused`` (400, 413)."""
    if size <= 0:
        raise Refused(400, "Invalid parameter: size is the number of bytes, above 0", 1401)
    if size > desk.rules.upload_limit:
        raise Refused(413, f"The file is too large: at most {desk.rules.upload_limit} bytes.")
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]).strip(".-")[-80:] or "file"
    upload = Upload(desk.new_id(), safe, kind or "application/octet-stream", size, desk.clock())
    desk.ledger.keep_upload(upload)
    return upload


class TicketDoor(Door):
    """``POST /media/uploads``: where to put a file."""

    call = "upload"

    async def post(self) -> None:
        """Give a place to PUT to."""
        await self.serve(self._ticket)

    def _ticket(self) -> Reply:
        body = self.json()
        name, size, kind = body.get("filename"), body.get("size"), body.get("content_type")
        if not isinstance(name, str) or not name:
            raise Refused(400, "Missing parameter: filename is required", 1400)
        if not isinstance(size, int) or isinstance(size, bool):
            raise Refused(400, "Missing parameter: size is required", 1400)
        upload = new_upload(self.desk, name, kind if isinstance(kind, str) else None, size)
        url = address(self.origin, upload)
        put = {"method": "PUT", "url": url, "headers": {"Content-Type": upload.kind}}
        return self.success({"upload": put, "download_url": url})


class PutDoor(UploadedDoor):
    """``PUT /uploads/{id}/{name}``, without a key, and the file itself."""

    def room(self) -> Body:
        """Make room for a file of the size that was announced for it; for what nobody asked for there is none."""
        if self.request.method != "PUT":
            return super().room()
        self.call = "put"
        upload = self._announced_upload()
        if self.announced is not None and self.announced != upload.size:
            raise _other_size(upload, self.announced)
        return self.room_for(upload.size, new_part(self.desk))

    async def put(self, known: str) -> None:
        """Take the bytes."""
        await self.serve(self._take)

    def _announced_upload(self) -> Upload:
        upload = self.desk.ledger.upload(self.path_args[0])
        if upload is None:
            raise Refused(404, "There is no such upload.")
        return upload

    def _take(self) -> Reply:
        upload, body = self._announced_upload(), self.body
        assert body is not None
        if body.length != upload.size:
            raise _other_size(upload, body.length)
        keep(self.desk, upload, body.close())
        return Reply(200, b"", JSON)


def _other_size(upload: Upload, size: int) -> Refused:
    return Refused(400, f"The upload was to have {upload.size} bytes, it has {size}.")


class BinaryDoor(Door):
    """``POST /media/upload/binary``: the older way, a form with a field ``file``."""

    call = "upload"

    def room(self) -> Body:
        """Make room for the form on the disk."""
        return self.room_for(self.desk.rules.upload_limit + _FORM_EXTRA, new_part(self.desk))

    async def post(self) -> None:
        """Take the form."""
        await self.serve(self._form)

    def _form(self) -> Reply:
        assert self.body is not None
        form = self.body.close()
        found = find_file(form, self.request.headers.get("Content-Type", ""), "file")
        if found is None:
            raise Refused(400, "Missing parameter: file is required", 1400)
        upload = new_upload(self.desk, found.name or "file", found.kind, found.length)
        part = new_part(self.desk)
        _copy(form, found.start, found.length, part)
        keep(self.desk, upload, part)
        url, kind = address(self.origin, upload), upload.kind.split("/")[0]
        return self.success({"type": kind, "download_url": url, "filename": upload.name, "size": found.length})


def _copy(source: Path, start: int, length: int, target: Path) -> None:
    """Copy a part of a file."""
    with source.open("rb") as old, target.open("xb") as new:
        old.seek(start)
        while length and (piece := old.read(min(_PIECE, length))):
            length -= new.write(piece)
