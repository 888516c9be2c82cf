"""Download a clip: complete, checked and hashed before it gets its name.

The key is not used here: outputs lie on hosts that change, and none of them may see it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import requests

from .. import urls
from ..atomic_write import sync_folder
from ..errors import BadFile, DownloadError, KlingError, LeaseLost, LibraryError, StaleAddress
from ..media.mp4.validation import Mp4, check
from .deadline import Call
from .partial_file import PartialFile
from .refused_files import RefusedFile
from .transport import NotPublic, OneRequest, PublicAdapter, WatchedAdapter

MAX_BYTES = 2 << 30
"""The largest file that is taken, in bytes; fifteen seconds in 4K are some hundred megabytes."""

HEAD = 4096
"""Bytes at a file's beginning that show what kind of file it is."""

IDLE_S, TOTAL_S = 30.0, 1800.0
"""Seconds without a byte, and seconds in all, after which a try ends."""

_MAX_REDIRECTS = 3
_SLOW = "The clip came too slowly. It is paid for and kept; it is fetched again."
_UNREADABLE = (
    "The service gave an address for the clip that can't be read. It is paid for and kept there; the service is asked "
    "again."
)
_TOO_LARGE = "The file is larger than any clip."
_CUT = "What came is cut off before its end."
_UNSAFE = "The service gave an address that is not safe to fetch from, so it was not fetched. It is asked again."


OnRefused = Callable[[RefusedFile], Path | None]
"""Called with a refused file; returns where to keep it, or None."""


@dataclass(frozen=True)
class Clip:
    """A downloaded clip: its size in bytes, its SHA-256 in hex, and what its header says."""

    bytes: int
    sha256: str
    mp4: Mp4


def fetch(
    address: str,
    path: Path,
    *,
    own_origin: str,
    attempt: int = 1,
    on_progress: Callable[[int, int | None], None] = lambda done, total: None,
    require_lease: Callable[[], None] = lambda: None,
    on_refused: OnRefused = lambda found: None,
    max_bytes: int = MAX_BYTES,
) -> Clip:
    """Download a clip to ``path``, which afterwards holds all of it or is unchanged.

    Bytes that came before the connection broke lie beside it as ``.NAME.ATTEMPT.part`` and are continued, also by
    another kernel. That kernel copies them first: one that is only asleep may still write to its own file.

    Parameters
    ----------
    address
        Where the service says that it lies.
    path
        Where it goes.
    own_origin
        The service's own origin: a practice server's clips come from there over plain http on this machine.
    attempt
        Grows each time another kernel takes over.
    on_progress
        Called often, with the bytes done and the bytes in all (None where unknown).
    require_lease
        Called before the file gets its name; raises where another kernel holds the lease by now.
    on_refused
        Called with a file that is no clip, or is cut off; returns where to keep it as it is. None: it is deleted, or
        continued.

    Raises
    ------
    StaleAddress
        On 403, 404 or 410: the service should be asked for a fresh address.
    BadFile
        If what came is too long, too short or no whole MP4.
    DownloadError
        If the network failed, or the address is not one that is fetched from.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = PartialFile.begin(path, attempt)
    call = Call(TOTAL_S)
    try:
        with partial:
            with call:
                _stream(address, partial, own_origin, on_progress, max_bytes)
            if call.late:
                raise DownloadError(_SLOW)
        mp4 = check(partial.path)
        require_lease()
        partial.settle(path)
        sync_folder(path.parent)
    except NotPublic as error:
        partial.keep()
        raise DownloadError(_UNSAFE) from error
    except BadFile as error:
        if not _set_aside(partial, str(error), require_lease, on_refused):
            partial.discard()
        raise
    except StaleAddress:
        partial.discard()
        raise
    except (LeaseLost, LibraryError):
        partial.keep()
        raise
    except OSError as error:
        if not isinstance(error, requests.RequestException):  # of the library's folder
            partial.keep()
            raise
        _go_on_later(partial, call, require_lease, on_refused)
        raise DownloadError(_SLOW if call.late else _broken(error)) from error
    except DownloadError:
        _go_on_later(partial, call, require_lease, on_refused)
        raise
    except KlingError:
        partial.keep()
        raise
    except Exception as error:
        _go_on_later(partial, call, require_lease, on_refused)
        raise DownloadError(_SLOW if call.late else _broken(error)) from error
    return Clip(partial.size, partial.sha256, mp4)


def _go_on_later(
    partial: PartialFile,
    call: Call,
    require_lease: Callable[[], None],
    on_refused: OnRefused,
) -> None:
    """Keep the bytes for a later try; put them aside where they break off in the same place each time."""
    cut = partial.came > 0 and not call.late
    if not (cut and _set_aside(partial, _CUT, require_lease, on_refused, cut=True)):
        partial.keep()


def _set_aside(
    partial: PartialFile,
    why: str,
    require_lease: Callable[[], None],
    on_refused: OnRefused,
    *,
    cut: bool = False,
) -> bool:
    """Report a refused file; return whether it was kept."""
    with partial.path.open("rb") as file:
        head = file.read(HEAD)
    aside = on_refused(RefusedFile(partial.sha256, partial.size, why, cut=cut, whole=why != _TOO_LARGE, head=head))
    if aside is None:
        return False
    require_lease()
    partial.set_aside(aside)
    sync_folder(aside.parent)
    return True


def _broken(error: Exception) -> str:
    return f"The clip did not come through ({type(error).__name__}). It is paid for and kept; it is fetched again."


def _stream(
    address: str,
    partial: PartialFile,
    own_origin: str,
    on_progress: Callable[[int, int | None], None],
    max_bytes: int,
) -> None:
    permit(address, own_origin)
    with OneRequest() as session:
        session.mount("https://", PublicAdapter())
        session.mount(own_origin + "/", WatchedAdapter())
        if urls.host(own_origin) != urls.host(address):
            session.proxies = requests.utils.get_environ_proxies(address)
        response = _open(session, address, own_origin, partial)
        if response is None:  # all of it came before the cut
            return
        with response:
            total = _expected(response, partial)
            if total is not None and total > max_bytes:
                raise BadFile(_TOO_LARGE)
            partial.write_etag(_strong(response.headers.get("ETag")))
            for piece in _pieces(response):
                if partial.size + len(piece) > max_bytes:
                    raise BadFile(_TOO_LARGE)
                partial.write(piece)
                on_progress(partial.size, total)
    if total is not None and partial.size < total:
        raise DownloadError(
            f"The clip was cut off: {partial.size:,} of {total:,} bytes came. The rest is fetched again."
        )
    if total is not None and partial.size > total:
        raise BadFile("More came than the clip has.")


def _open(session: requests.Session, address: str, own_origin: str, partial: PartialFile) -> requests.Response | None:
    # Compressed, some hosts leave out the length and ignore ranges.
    headers = {"Accept-Encoding": "identity", "User-Agent": "kling-widget"}
    if partial.size and partial.etag:
        headers |= {"Range": f"bytes={partial.size}-", "If-Range": partial.etag}
    for _ in range(_MAX_REDIRECTS + 1):
        permit(address, own_origin)
        response = session.get(address, headers=headers, timeout=(10, IDLE_S), allow_redirects=False, stream=True)
        status = response.status_code
        if status in (301, 302, 303, 307, 308) and "Location" in response.headers:
            response.close()
            address = _redirected(address, response.headers["Location"])
            continue
        if response.headers.get("Content-Encoding", "identity") == "identity":
            if status == 200:
                partial.start_over()
                return response
            if status == 206 and "Range" in headers and _goes_on(response, partial):
                return response
        response.close()
        if status == 416 and response.headers.get("Content-Range") == f"bytes */{partial.size}":
            return None
        if status in (403, 404, 410):
            raise StaleAddress("The clip's address is no longer good; the service is asked for a fresh one.")
        partial.start_over()
        raise DownloadError(f"The clip's host answered with HTTP {status} in a way of its own. It is fetched again.")
    raise DownloadError("The clip's address leads on and on. It is fetched again.")


def _pieces(response: requests.Response) -> Iterator[bytes]:
    # Whatever is there, as it comes: reading to a full piece would lose what came before a cut.
    while piece := response.raw.read1(1 << 18):
        yield piece


def _goes_on(response: requests.Response, partial: PartialFile) -> bool:
    """Whether the range in an answer begins where our bytes end, of the same file."""
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", response.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == partial.size and _strong(response.headers.get("ETag")) == partial.etag


def _expected(response: requests.Response, partial: PartialFile) -> int | None:
    """Return the length of the whole file in bytes, as far as the answer says."""
    length = response.headers.get("Content-Length", "")
    return partial.size + int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None


def _strong(etag: str | None) -> str | None:
    return etag if etag and re.fullmatch(r'"[\x21\x23-\x7e]{1,200}"', etag) else None


def permit(address: str, own_origin: str) -> None:
    """Raise ``DownloadError`` for an address that can't be read, or that no service has a reason to give."""
    if urls.split(address) is None:
        raise DownloadError(_UNREADABLE)
    if not urls.may_be_fetched(address, own_origin):
        raise DownloadError(_UNSAFE)


def _redirected(address: str, location: str) -> str:
    """Return where a redirect leads."""
    try:
        return urljoin(address, location)
    except ValueError:
        raise DownloadError(_UNREADABLE) from None
