"""Bringing a clip home: whole, checked and hashed before it gets its name.

The key is not here: outputs lie on hosts that change, and none of them may see it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

import requests

from ..atomic_write import sync_folder
from ..errors import BadFile, DownloadError, KlingError, LeaseLost, LibraryError, StaleAddress
from ..media.mp4.validation import Mp4, check
from .deadline import Call
from .part_file import Part
from .refused_files import Refused
from .transport import NotPublic, OneRequest, PublicAdapter, WatchedAdapter, is_public

MAX_BYTES = 2 << 30
"""The largest file that is taken, in bytes; fifteen seconds in 4K are some hundred megabytes."""

HEAD = 4096
"""Bytes at a file's beginning by which it is told what it is."""

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


@dataclass(frozen=True)
class Clip:
    """A file that is here: its size in bytes, its SHA-256 in hex, and what its header says."""

    bytes: int
    sha256: str
    mp4: Mp4


def fetch(
    address: str,
    path: Path,
    *,
    own_origin: str,
    attempt: int = 1,
    told: Callable[[int, int | None], None] = lambda done, total: None,
    mine: Callable[[], None] = lambda: None,
    refused: Callable[[Refused], Path | None] = lambda found: None,
    max_bytes: int = MAX_BYTES,
) -> Clip:
    """Fetch a clip to ``path``, which afterwards holds it whole or is as it was before.

    What came through before a cut lies beside it as ``.NAME.ATTEMPT.part`` and is gone on with, also by another kernel:
    that one copies it first, since a kernel that is only asleep may still write to its own.

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
    told
        Called with bytes done and bytes in all (None where unknown), many times.
    mine
        Called before the file gets its name; raises where another kernel has taken over.
    refused
        Told of what came and is no clip, or is cut off; says where it is to be kept as it is. None: it is thrown away,
        or gone on with.

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
    part = Part.begin(path, attempt)
    call = Call(TOTAL_S)
    try:
        with part:
            with call:
                _stream(address, part, own_origin, told, max_bytes)
            if call.late:
                raise DownloadError(_SLOW)
        mp4 = check(part.path)
        mine()
        part.settle(path)
        sync_folder(path.parent)
    except NotPublic as error:
        part.keep()
        raise DownloadError(_UNSAFE) from error
    except BadFile as error:
        if not _set_aside(part, str(error), mine, refused):
            part.discard()
        raise
    except StaleAddress:
        part.discard()
        raise
    except (LeaseLost, LibraryError):
        part.keep()
        raise
    except OSError as error:
        if not isinstance(error, requests.RequestException):  # of the library's folder
            part.keep()
            raise
        _go_on_later(part, call, mine, refused)
        raise DownloadError(_SLOW if call.late else _broken(error)) from error
    except DownloadError:
        _go_on_later(part, call, mine, refused)
        raise
    except KlingError:
        part.keep()
        raise
    except Exception as error:
        _go_on_later(part, call, mine, refused)
        raise DownloadError(_SLOW if call.late else _broken(error)) from error
    return Clip(part.size, part.sha256, mp4)


def _go_on_later(part: Part, call: Call, mine: Callable[[], None], refused: Callable[[Refused], Path | None]) -> None:
    """Leave what came for a later try; where it comes cut off in the same place each time, put it aside."""
    cut = part.came > 0 and not call.late
    if not (cut and _set_aside(part, _CUT, mine, refused, cut=True)):
        part.keep()


def _set_aside(
    part: Part, why: str, mine: Callable[[], None], refused: Callable[[Refused], Path | None], *, cut: bool = False
) -> bool:
    """Say what came, and keep it where it is to be kept."""
    with part.path.open("rb") as file:
        head = file.read(HEAD)
    aside = refused(Refused(part.sha256, part.size, why, cut=cut, whole=why != _TOO_LARGE, head=head))
    if aside is None:
        return False
    mine()
    part.set_aside(aside)
    sync_folder(aside.parent)
    return True


def _broken(error: Exception) -> str:
    return f"The clip did not come through ({type(error).__name__}). It is paid for and kept; it is fetched again."


def _stream(
    address: str,
    part: Part,
    own_origin: str,
    told: Callable[[int, int | None], None],
    max_bytes: int,
) -> None:
    with OneRequest() as session:
        session.mount("https://", PublicAdapter())
        session.mount(own_origin + "/", WatchedAdapter())
        if _parts(own_origin).netloc != _parts(address).netloc:
            session.proxies = requests.utils.get_environ_proxies(address)
        response = _open(session, address, own_origin, part)
        if response is None:  # all of it came before the cut
            return
        with response:
            total = _expected(response, part)
            if total is not None and total > max_bytes:
                raise BadFile(_TOO_LARGE)
            part.from_now_on(_strong(response.headers.get("ETag")))
            for piece in _pieces(response):
                if part.size + len(piece) > max_bytes:
                    raise BadFile(_TOO_LARGE)
                part.write(piece)
                told(part.size, total)
    if total is not None and part.size < total:
        raise DownloadError(f"The clip was cut off: {part.size:,} of {total:,} bytes came. The rest is fetched again.")
    if total is not None and part.size > total:
        raise BadFile("More came than the clip has.")


def _open(session: requests.Session, address: str, own_origin: str, part: Part) -> requests.Response | None:
    # Compressed, some hosts leave out the length and ignore ranges.
    headers = {"Accept-Encoding": "identity", "User-Agent": "kling-widget"}
    if part.size and part.etag:
        headers |= {"Range": f"bytes={part.size}-", "If-Range": part.etag}
    for _ in range(_MAX_REDIRECTS + 1):
        permit(address, own_origin)
        response = session.get(address, headers=headers, timeout=(10, IDLE_S), allow_redirects=False, stream=True)
        status = response.status_code
        if status in (301, 302, 303, 307, 308) and "Location" in response.headers:
            response.close()
            address = _led(address, response.headers["Location"])
            continue
        if response.headers.get("Content-Encoding", "identity") == "identity":
            if status == 200:
                part.start_over()
                return response
            if status == 206 and "Range" in headers and _goes_on(response, part):
                return response
        response.close()
        if status == 416 and response.headers.get("Content-Range") == f"bytes */{part.size}":
            return None
        if status in (403, 404, 410):
            raise StaleAddress("The clip's address is no longer good; the service is asked for a fresh one.")
        part.start_over()
        raise DownloadError(f"The clip's host answered with HTTP {status} in a way of its own. It is fetched again.")
    raise DownloadError("The clip's address leads on and on. It is fetched again.")


def _pieces(response: requests.Response) -> Iterator[bytes]:
    # Whatever is there, as it comes: reading to a full piece would lose what came before a cut.
    while piece := response.raw.read1(1 << 18):
        yield piece


def _goes_on(response: requests.Response, part: Part) -> bool:
    """Whether a part that was asked for begins where ours ends, of the same file."""
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", response.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == part.size and _strong(response.headers.get("ETag")) == part.etag


def _expected(response: requests.Response, part: Part) -> int | None:
    """The file's whole length in bytes, as far as the answer tells."""
    length = response.headers.get("Content-Length", "")
    return part.size + int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None


def _strong(etag: str | None) -> str | None:
    return etag if etag and re.fullmatch(r'"[\x21\x23-\x7e]{1,200}"', etag) else None


def permit(address: str, own_origin: str) -> None:
    """Refuse addresses that no service has a reason to give: other schemes, names in the address, private networks."""
    parts, own = _parts(address), _parts(own_origin)
    if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
        return
    host = parts.hostname or ""
    with contextlib.suppress(ValueError):
        if not is_public(host):
            host = ""
    if parts.scheme != "https" or parts.username or parts.password or not host or host == "localhost":
        raise DownloadError(_UNSAFE)


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # a bracket that nothing closes, a host whose letters mean something else when they are folded
        raise DownloadError(_UNREADABLE) from None


def _led(address: str, location: str) -> str:
    """Where an address's redirect leads."""
    try:
        return urljoin(address, location)
    except ValueError:
        raise DownloadError(_UNREADABLE) from None
