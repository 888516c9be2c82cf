"""Which URLs are accepted, and for what. Pure: no name is looked up, and nobody is asked."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_LONGEST = 2000  # characters; beyond some 2,000 not all servers take one

INPUT_REFUSED = (
    f"It takes an address such as https://pictures.example/fox.png, of at most {_LONGEST:,} characters and without a "
    "password. Change it."
)
"""What a person is told whose text is no URL of a picture or a video; see ``is_input``."""

_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[^\s/\\?#@\[\]%\x00-\x20\x7f]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://|data:", re.IGNORECASE)  # a file's name may have a colon


def split(url: str) -> SplitResult | None:
    """Split a URL; None where it can't be read, such as half an IPv6 address or a port that is none."""
    try:
        pieces = urlsplit(url)
        return None if pieces.port == 0 else pieces
    except ValueError:
        return None


def has_scheme(text: str) -> bool:
    """Return whether a text is meant as a URL, and not as a file's path."""
    return _SCHEME.match(text) is not None


def is_web(value: object) -> bool:
    """Return whether a value is a URL with ``http`` or ``https`` and a host."""
    pieces = split(value) if isinstance(value, str) else None
    return pieces is not None and pieces.scheme in _PORTS and bool(pieces.hostname)


def is_input(value: object) -> bool:
    """Return whether a value is a URL that a service can be given as a picture or a video.

    A notebook and a clip's story save it, so a password has no place in it.
    """
    if not isinstance(value, str) or not is_web(value) or len(value) > _LONGEST or re.search(r"\s", value):
        return False
    pieces = urlsplit(value)
    return not pieces.username and not pieces.password


def origin(text: str) -> str | None:
    """Return the origin that a text names, in the one way in which it is written; None where it is none, or more.

    Examples
    --------
    >>> origin("https://API.wavespeed.ai:443")
    'https://api.wavespeed.ai'
    >>> origin("https://api.wavespeed.ai/api/v3") is None
    True
    """
    pieces = split(text)
    if pieces is None or pieces.scheme not in _PORTS or "@" in pieces.netloc:
        return None
    host = (pieces.hostname or "").rstrip(".")
    if not _HOST.fullmatch(host) or pieces.path or pieces.query or pieces.fragment:
        return None
    name = f"[{host}]" if ":" in host else host
    return f"{pieces.scheme}://{name}" + ("" if pieces.port in (None, _PORTS[pieces.scheme]) else f":{pieces.port}")


def host(url: str) -> str:
    """Return the host of a URL, with its port, for people; empty where it has none."""
    pieces = split(url)
    return pieces.netloc if pieces else ""


def is_local(url: str) -> bool:
    """Return whether a URL leads to this machine itself."""
    pieces = split(url)
    name = (pieces.hostname or "") if pieces else ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def may_see_key(url: str) -> bool:
    """Return whether a key can travel there: encrypted, or without leaving this machine."""
    return url.startswith("https://") or is_local(url)


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the open Internet."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_global


def may_be_fetched(url: str, service: str) -> bool:
    """Return whether a service has a reason to name this URL: its own origin, else https on a public host, no password.

    A host's name may lead elsewhere each time that it is looked up, so whoever connects checks the IP address too.
    """
    pieces, own = split(url), split(service)
    if pieces is None:
        return False
    if own is not None and (pieces.scheme, pieces.netloc) == (own.scheme, own.netloc):
        return True
    name = pieces.hostname or ""
    if pieces.scheme != "https" or pieces.username or pieces.password or name in ("", "localhost"):
        return False
    try:
        return is_public(name)
    except ValueError:  # a name, not an IP address
        return True
