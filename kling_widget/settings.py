"""Where settings come from: arguments, the environment, the host's secret store. Nothing here opens a socket."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import importlib.util
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from . import urls
from .errors import SettingsError
from .redaction import Redaction

KEY_NAME = "WAVESPEED_API_KEY"
ADDRESS_NAME = "WAVESPEED_BASE_URL"
FOLDER_NAME = "KLING_LIBRARY"
TIER_NAME = "KLING_TIER"
STATE_NAME = "KLING_STATE"

ORIGIN = "https://api.wavespeed.ai"
"""The live service, as its own client has it."""

FOLDER = "kling_library"

_SECRET = 12  # characters; real keys have some forty or more

AnyText = TypeVar("AnyText", str, bytes)


class Key:
    """A key that does not show itself: not in a repr, a log, a traceback, a pickle or a copy."""

    __slots__ = ("_redaction", "_value")

    def __init__(self, value: str) -> None:
        text = value.strip()
        usable = bool(text) and text.isascii() and text.isprintable() and " " not in text
        if usable:
            self._value = text
            self._redaction: Redaction | None = None
        # Some tracebacks print each frame's variables: none may hold a value that is refused.
        value = text = ""
        if not usable:
            raise SettingsError(
                "The key is empty or holds characters that no key has (a space, a line break, an accent). "
                f"Nothing was sent. Copy it again, in one line, into {KEY_NAME}."
            )

    def reveal(self) -> str:
        """The key itself, for the one place that puts it on a request."""
        return self._value

    def redact(self, text: AnyText) -> AnyText:
        """The text (bytes: of UTF-8) with the key blotted out, in whatever way it is written there.

        A word of a test or a class is no secret.
        """
        if len(self._value) < _SECRET:
            return text
        if self._redaction is None:
            self._redaction = Redaction(self._value)
        if isinstance(text, str):
            return self._redaction(text)
        return self._redaction(text.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def fingerprint(self, salt: bytes) -> str:
        """Return 32 hex digits that tell this key from others and are too slow to compute for guessing it."""
        return _fingerprint(self, salt)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "<key>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not pickled or copied")


@lru_cache(maxsize=64)
def _fingerprint(key: Key, salt: bytes) -> str:
    # 16 MB and some 50 ms for each guess: a short key can't be found by trying.
    return hashlib.scrypt(key.reveal().encode(), salt=salt, n=1 << 14, r=8, p=1, dklen=16).hex()


def find_key() -> Key | None:
    """The key: from the environment, else from Colab's secrets, else from an installed ``keyring``, else None."""
    for source in (_from_environment, _from_colab, _from_keyring):
        value = source()
        try:
            if value:
                return Key(value)
        finally:
            del value  # a traceback of the refusal may print this frame's variables
    return None


def environment_key() -> Key | None:
    """The key that the environment names now; asks nobody else."""
    value = _from_environment()
    try:
        return Key(value) if value else None
    finally:
        del value  # as above


def ask_key() -> Key:
    """Ask the person for the key without showing it. Raises ``SettingsError`` where nobody can be asked."""
    from getpass import getpass

    try:
        return Key(getpass("WaveSpeed API key (it is not saved): "))
    except (EOFError, RuntimeError) as error:  # a notebook that runs without a person raises a NotImplementedError
        raise SettingsError(
            f"A live service needs a key, and nobody can be asked. Set {KEY_NAME}, or use practice=True. "
            "Nothing was sent."
        ) from error


def address_is_named() -> bool:
    """Whether ``WAVESPEED_BASE_URL`` names a server."""
    return bool(os.environ.get(ADDRESS_NAME, "").strip())


def origin() -> str:
    """The live service's origin: the vendor's, unless ``WAVESPEED_BASE_URL`` names another (without ``/api/v3``).

    One server has one name, however it is written: takes are known by it.
    """
    text = os.environ.get(ADDRESS_NAME, "").strip().rstrip("/") or ORIGIN
    found = urls.origin(text.removesuffix("/api/v3"))
    if found is None:
        raise SettingsError(f"{ADDRESS_NAME} should be an origin such as {ORIGIN}. Nothing was sent.")
    return found


TIERS = {"bronze": (2, 2), "silver": (100, 60), "gold": (2000, 600), "ultra": (5000, 5000)}
"""Takes at once and submits a minute, by account level: the smaller of what two states of the vendor's page say."""


def tier() -> tuple[int, int]:
    """Takes at once and submits a minute that the account allows: bronze's unless ``KLING_TIER`` names another."""
    name = os.environ.get(TIER_NAME, "").strip().lower() or "bronze"
    if name not in TIERS:
        raise SettingsError(f"{TIER_NAME} is {name!r}; it is one of {', '.join(TIERS)}. Nothing was sent.")
    return TIERS[name]


def is_vendor(origin: str) -> bool:
    """Return whether an origin is the vendor's, whatever its scheme and port."""
    host = (urlsplit(origin).hostname or "").rstrip(".")
    vendor = ".".join((urlsplit(ORIGIN).hostname or "").split(".")[-2:])
    return host == vendor or host.endswith("." + vendor)


def library_folder(folder: str | os.PathLike[str] | None = None) -> Path:
    """The library's folder: the argument, else ``KLING_LIBRARY``, else ``kling_library`` beside the notebook."""
    chosen = folder if folder is not None else os.environ.get(FOLDER_NAME, "").strip() or FOLDER
    return Path(chosen).expanduser().absolute()


def state_folder() -> Path:
    """Where a person's libraries on this machine leave word for each other: ``KLING_STATE``, else the user's state."""
    if named := os.environ.get(STATE_NAME, "").strip():
        return Path(named).expanduser().absolute()
    from platformdirs import user_state_path

    return user_state_path("kling-widget")


def _from_environment() -> str | None:
    return os.environ.get(KEY_NAME, "").strip() or None


def _from_colab() -> str | None:
    if "google.colab" not in sys.modules:
        return None
    userdata: Any = importlib.import_module("google.colab.userdata")
    try:
        value = userdata.get(KEY_NAME)
    except Exception:  # noqa: BLE001  Colab has classes of its own for a secret that is missing or not granted
        return None
    return value if isinstance(value, str) else None


def _from_keyring() -> str | None:
    if importlib.util.find_spec("keyring") is None:
        return None
    keyring: Any = importlib.import_module("keyring")
    try:
        value = keyring.get_password("wavespeed", KEY_NAME)
    except Exception:  # noqa: BLE001  a locked or missing backend is no reason not to practise
        return None
    return value if isinstance(value, str) else None
