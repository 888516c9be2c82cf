"""Which service a take is made on: live, with a key; or practice, on this machine, at no cost."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from .. import settings, urls
from ..errors import NoAnswer, SettingsError
from ..settings import Key
from ..store import Limits
from ..store.record import PRACTICE
from . import identity


@dataclass(frozen=True)
class Service:
    """A service to make takes on.

    Attributes
    ----------
    name
        ``"practice"``, or another server's origin.
    keyed
        Whether a key was found for it, or none is needed.
    """

    name: str
    keyed: bool = field(default=True, compare=False)

    @property
    def practice(self) -> bool:
        """Whether it is known to cost nothing: our own practice server, or one that said so itself."""
        return identity.kind_of(self.name) == "practice"

    @property
    def identified(self) -> bool:
        """Whether it is known what it is: a server that the settings name has to say so first."""
        return identity.kind_of(self.name) is not None

    @property
    def vendor(self) -> bool:
        """Whether it is the vendor's own service."""
        return self.name != PRACTICE and settings.is_vendor(self.name)

    @property
    def refusal(self) -> str:
        """Why nothing can be made on it at the moment, in words; empty where something can."""
        if self.practice or self.keyed:
            return ""
        if not self.identified:
            return (
                f"{self.host} has not said yet what it is, and no key is found for it. Nothing was sent. Is it "
                "running? Try again in a moment."
            )
        return _keyless(self.host)

    @property
    def host(self) -> str:
        """The server's host, for people; empty for our own practice server."""
        return urls.host(self.name) if self.name != PRACTICE else ""


def choose(practice: bool | None = None) -> Service:
    """Choose the service for new takes.

    Parameters
    ----------
    practice
        True or False, or None for: the server that ``WAVESPEED_BASE_URL`` names, else live where a key is found, else
        practice.

    Returns
    -------
    Service
        It may not have said yet what it is: nobody waits for that here.

    Raises
    ------
    SettingsError
        If a live service is wanted and there is no key and nobody to ask for one.
    """
    if practice:
        return Service(PRACTICE)
    origin = settings.origin()
    if key_for(origin) is not None:
        return Service(origin)
    if practice is None:
        if not settings.address_is_named():
            return Service(PRACTICE)
        if settings.is_vendor(origin):
            raise SettingsError(_keyless(urls.host(origin)))
        return Service(origin, keyed=False)  # a practice server needs no key of the person's
    typed_keys[origin] = settings.ask_key()
    return Service(origin)


def ready(service: Service) -> Service:
    """Return the service once it has said what it is. Waits for its answer, so not for a handler.

    Raises
    ------
    SettingsError
        If nothing can be made on it: it is no practice server, or does not answer, and there is no key for it.
    """
    if not service.practice:
        with contextlib.suppress(NoAnswer):  # with a key the take waits until somebody answers
            identity.ask(service.name)
    if service.refusal:
        raise SettingsError(service.refusal)
    return service


def _keyless(host: str) -> str:
    return (
        f"{settings.ADDRESS_NAME} names {host}, which is not a practice server, and no key is found for it. Nothing "
        f"was sent. Set {settings.KEY_NAME}, unset {settings.ADDRESS_NAME}, or use practice=True."
    )


def limits_of(service: str) -> Limits:
    """What an account on a service may have under way; a practice server's takes all it is given."""
    return Limits() if service == PRACTICE else Limits(*settings.tier())


PLAY_KEY = Key("play")
"""The key for practice servers where the person has none: they take any."""

typed_keys: dict[str, Key] = {}
"""Keys that a person typed, by the service's origin, for as long as this process lives."""


def key_for(origin: str) -> Key | None:
    """Return the key for a service; None where none is found. A keyring may ask its person."""
    # A key belongs to the origin that the settings name now; a take of another service is left to whoever has its key.
    found = typed_keys.get(origin) or (settings.find_key() if origin == settings.origin() else None)
    return found or (PLAY_KEY if identity.kind_of(origin) == "practice" else None)
