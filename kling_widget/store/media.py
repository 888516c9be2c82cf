"""Pictures and videos that requests refer to: kept beside the takes by their hash, and where each was uploaded to."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy import BigInteger, Column, Engine, Index, Integer, String, Table, Text, insert, select

from .. import paths, permissions, urls
from ..atomic_write import sync_folder
from ..errors import LibraryError, MediumRefused
from .damage import LAST_MS, is_text, is_whole
from .database import read_only, writing
from .media_types import ENDINGS, FREE, HEAD, Medium, MediumKind, examine, plain, small_enough
from .record import KEPT_MS, now_ms
from .schema import metadata

PIECE_MOST = 4 * 1024 * 1024
"""The most bytes of one piece from a page: hosts close the connection at 10 MiB a message."""

SPARE_MS = 12 * 3600 * 1000
"""How long an upload must still be kept, in milliseconds, to be used again: a take may wait for its turn."""

_ABANDONED_S = 3600.0
_AT_ONCE = 16  # files on their way; with the largest size of one, the cap on what a page can put here unchecked
_HASH = re.compile(r"[0-9a-f]{64}")
_AGAIN = f"{FREE} Choose it once more."

media = Table(
    "media",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sha256", String(64), nullable=False),
    Column("service", String(200), nullable=False),
    Column("url", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("type", String(40), nullable=False),
    Column("uploaded_at", BigInteger, nullable=False),
    Index("media_by_hash", "sha256", "service"),
    Index("media_by_url", "url"),
)
"""One row an upload. Old ones stay: the takes that were made of them name their URLs."""


class MediaStore:
    """The media of a library.

    Parameters
    ----------
    engine
        The library's database.
    folder
        The library's folder; the files lie in ``media/`` below it.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._library = engine, folder
        self._lock = threading.Lock()
        self._arriving: dict[str, _IncomingFile] = {}

    # Files

    def keep(self, source: Path | bytes | Iterable[bytes], name: str = "", kind: MediumKind | None = None) -> Medium:
        """Check a file and keep a copy of it; the same bytes are kept once.

        Parameters
        ----------
        source
            A path, the bytes, or the bytes piece by piece.
        name
            Its name for people; a path's own unless given.
        kind
            What it must be; None: a picture or a video.

        Raises
        ------
        MediumRefused
            If it is not there, is of no type that is taken, or is too large or too small.
        LibraryError
            If it can't be written down.
        """
        name = name or (source.name if isinstance(source, Path) else "")
        incoming = _IncomingFile(self._library, kind or "video")
        with _whole_or_gone(incoming):
            incoming.write(b"", name)  # of an empty file nothing else comes
            for piece in _pieces(source, incoming.kind):
                incoming.write(piece, name)
            return self._settle(incoming, name, kind)

    def piece(
        self, upload: str, index: int, piece: bytes, *, last: bool, name: str, size: int, kind: MediumKind
    ) -> Medium | None:
        """Take one piece of a file that comes from a page, in order; gives the medium with the last one.

        Parameters
        ----------
        upload
            The page's own word for what it sends.
        index
            The piece's number, from 0.
        size
            The whole file's size in bytes.

        Raises
        ------
        MediumRefused, LibraryError
            As ``keep`` does, and where a piece is missing. What had come is thrown away.
        """
        incoming = self._incoming(upload, index, kind)
        with _whole_or_gone(incoming, lambda: self.forget(upload)):
            small_enough(name, size, kind)
            after = incoming.size + len(piece)
            if index != incoming.pieces or len(piece) > PIECE_MOST or after > size or (last and after != size):
                raise MediumRefused(f"{plain(name)} did not come through whole. {_AGAIN}")
            incoming.write(piece, name)
            if not last:
                return None
            with self._lock:
                self._arriving.pop(upload, None)
            return self._settle(incoming, name, kind)

    def forget(self, upload: str) -> None:
        """Throw away what has come of a file that nobody wants any more."""
        with self._lock:
            incoming = self._arriving.pop(upload, None)
        if incoming:
            incoming.path.unlink(missing_ok=True)

    def find(self, sha256: str) -> Medium | None:
        """The kept medium of a hash; None where its file is not here."""
        for path in self._kept(sha256):
            with path.open("rb") as file:
                head = file.read(HEAD)
            query = select(media.c.name).where(media.c.sha256 == sha256).order_by(media.c.id.desc()).limit(1)
            with read_only(self._engine) as connection:
                name = connection.scalar(query)
            return examine(sha256, name if is_text(name) and name else path.name, path.stat().st_size, head)
        return None

    def path(self, medium: Medium) -> Path:
        """Where a medium's file lies. Raises ``MediumRefused`` where a link there leads out of the library."""
        path = paths.found(self._library, f"media/{medium.file_name}", "media")
        if path is None:
            raise MediumRefused(f"The file of {plain(medium.name)} does not lie in the library. {FREE} Choose it anew.")
        return path

    def _kept(self, sha256: str) -> Iterator[Path]:
        """The files that have a hash for their name."""
        if _HASH.fullmatch(sha256):
            for ending in ENDINGS.values():
                if path := paths.existing(self._library, f"media/{sha256}.{ending}", "media"):
                    yield path

    # Uploads

    def uploaded(self, medium: Medium, service: str, url: str) -> None:
        """Note that a service keeps a medium from now on, and where."""
        row = {"sha256": medium.sha256, "name": medium.name, "bytes": medium.bytes, "type": medium.type}
        with writing(self._engine) as connection:
            connection.execute(insert(media).values(**row, service=service, url=url, uploaded_at=now_ms()))

    def fresh(self, sha256: str, service: str, *, now: int | None = None) -> str | None:
        """The URL at which a service keeps a medium for ``SPARE_MS`` at least; None where it must be uploaded (again).

        ``now`` is in milliseconds since the epoch.
        """
        query = select(media.c.url, media.c.uploaded_at).where(media.c.sha256 == sha256, media.c.service == service)
        with read_only(self._engine) as connection:
            row = connection.execute(query.order_by(media.c.id.desc()).limit(1)).first()
        if (
            row is None
            or not is_whole(row.uploaded_at, 0, LAST_MS)
            or not (is_text(row.url) and urls.is_input(row.url))
        ):
            return None  # nothing of it was kept there, or nobody can say where: it is uploaded anew
        age = (now_ms() if now is None else now) - row.uploaded_at
        return str(row.url) if -SPARE_MS <= age <= KEPT_MS - SPARE_MS else None  # clocks may be set back

    def by_url(self, url: str) -> Medium | None:
        """The medium that was uploaded to this URL, whether or not its file is still here; None for other URLs."""
        query = select(media.c.sha256, media.c.name, media.c.type, media.c.bytes).where(media.c.url == url).limit(1)
        with read_only(self._engine) as connection:
            row = connection.execute(query).first()
        medium = Medium(*row) if row else None
        if medium is None or medium.type not in ENDINGS or not _HASH.fullmatch(str(medium.sha256)):
            return None  # not as it is written here: its name could lead anywhere
        if not is_text(medium.name) or not is_whole(medium.bytes, 0):
            return None
        return medium if paths.found(self._library, f"media/{medium.file_name}", "media") else None

    def _incoming(self, upload: str, index: int, kind: MediumKind) -> _IncomingFile:
        """The file that a piece belongs to; the first piece begins one."""
        with self._lock:
            if index == 0 and upload not in self._arriving:
                self._sweep()
                if len(self._arriving) >= _AT_ONCE:
                    raise MediumRefused(f"{_AT_ONCE} files are on their way already. {FREE} Wait until one has come.")
                self._arriving[upload] = _IncomingFile(self._library, kind)
            incoming = self._arriving.get(upload)
        if incoming is None:
            raise MediumRefused(f"The beginning of this file is not here any more. {_AGAIN}")
        return incoming

    def _sweep(self) -> None:
        """Remove what was abandoned: by pages that went away, and by kernels that died."""
        for upload, incoming in list(self._arriving.items()):
            if time.monotonic() - incoming.at > _ABANDONED_S:
                del self._arriving[upload]
        wanted = {incoming.path for incoming in self._arriving.values()}
        for path in paths.folder(self._library, "media").glob(".*.part"):
            with contextlib.suppress(OSError):
                if path not in wanted and time.time() - path.stat().st_mtime > _ABANDONED_S:
                    path.unlink()

    def _settle(self, incoming: _IncomingFile, name: str, kind: MediumKind | None) -> Medium:
        """Check a file that has come whole, and give it its name."""
        with incoming.path.open("rb") as file:
            head = file.read(HEAD)
        medium = examine(incoming.digest.hexdigest(), name, incoming.size, head, kind)
        os.replace(incoming.path, paths.new(self._library, "media", medium.file_name))
        sync_folder(incoming.path.parent)
        return medium


class _IncomingFile:
    """A file on its way into the folder: its bytes go to disk as they come, and are hashed on the way."""

    def __init__(self, library: Path, kind: MediumKind) -> None:
        self._library = library
        self.path = library / "media" / f".{secrets.token_hex(8)}.part"
        self.kind, self.size, self.pieces, self.at = kind, 0, 0, time.monotonic()
        self.digest = hashlib.sha256()

    def write(self, piece: bytes, name: str) -> None:
        """Add bytes. They are on disk when this returns: the last piece need not wait for all."""
        self.size, self.pieces, self.at = self.size + len(piece), self.pieces + 1, time.monotonic()
        small_enough(name, self.size, self.kind)
        self.digest.update(piece)
        if self.pieces == 1:
            paths.folder(self._library, "media")
            os.close(permissions.create(self.path))
        with self.path.open("ab") as file:
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())


@contextlib.contextmanager
def _whole_or_gone(incoming: _IncomingFile, forget: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Leave nothing of a file that could not be kept, and say why in words."""
    try:
        yield
    except BaseException as error:
        with contextlib.suppress(OSError):
            incoming.path.unlink(missing_ok=True)
        forget()
        if isinstance(error, OSError):
            raise LibraryError(
                f"The file could not be written into the library ({error.strerror or error}). {FREE} Make room there, "
                "and choose it once more."
            ) from error
        raise


def _pieces(source: Path | bytes | Iterable[bytes], kind: MediumKind) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield from (source[at : at + PIECE_MOST] for at in range(0, len(source), PIECE_MOST))
    elif isinstance(source, Path):
        try:
            source = source.expanduser()
            if not source.is_file():
                raise MediumRefused(f"There is no file {source} on the kernel's machine. {FREE} Check the path.")
            small_enough(source.name, source.stat().st_size, kind)
            with source.open("rb") as file:
                while piece := file.read(PIECE_MOST):
                    yield piece
        except (OSError, RuntimeError) as error:  # the latter where a ~ leads nowhere
            why = getattr(error, "strerror", None) or error
            raise MediumRefused(f"{source} can't be read ({why}). {FREE} Choose another file.") from error
    else:
        yield from source
