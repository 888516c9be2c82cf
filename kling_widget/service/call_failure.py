"""Why a call got no answer, looked at once and kept as words and facts: the error itself holds the request."""

from __future__ import annotations

import errno
import ssl
from dataclasses import dataclass

import requests
import urllib3.exceptions as u3

from .. import urls
from . import network_environment
from .deadline import Call
from .transport import NeverConnected


@dataclass(frozen=True)
class Failure:
    """A call that got no answer.

    Attributes
    ----------
    name
        The error's class, for people who look further.
    sent
        Whether a byte of the request may have left this machine.
    late
        Whether time ran out.
    reason
        In words, why no connection came to be; empty where one did.
    setting
        In words, what is wrong with which setting; empty where nothing is known to be. Trying again does not help then.
    """

    name: str = ""
    sent: bool = True
    late: bool = False
    reason: str = ""
    setting: str = ""

    @classmethod
    def of(cls, error: Exception, call: Call, origin: str) -> Failure:
        """Look at an error.

        Parameters
        ----------
        error
            What the call raised.
        call
            The call.
        origin
            Whom it was for.
        """
        late = call.late or isinstance(error, requests.Timeout)
        name = type(error).__name__
        if call.sent:
            return cls(name, True, late)
        unconnected = isinstance(error, NeverConnected)
        cause = error.__cause__ if unconnected else error
        # A call that stays on this machine uses neither.
        local = urls.is_local(origin)
        proxy = None if local else network_environment.proxy(origin)
        if not local and (why := network_environment.certificates_fail()):
            return cls(name, False, late, setting=f"{network_environment.CERTIFICATES} names certificates, but {why}")
        if proxy and not unconnected:
            why = "it is no address of a proxy"
            if isinstance(error, requests.exceptions.InvalidSchema):
                why = "a SOCKS proxy needs the package PySocks (`pip install pysocks`)"
            return cls(name, False, late, setting=f"{proxy} names a proxy that can't be used: {why}")
        if not unconnected:
            return cls(name, False, late, reason=f"the request could not be put together: {name}")
        through = f", through the proxy that {proxy} names" if proxy else ""
        return cls(name, False, late, reason=_why(cause) + through)


def _why(cause: BaseException | None) -> str:
    # The narrower classes first: in urllib3, a refused connection is a kind of time-out, and a lost name of refused.
    if isinstance(cause, u3.NameResolutionError):
        return "its name was not found: is the network up?"
    if isinstance(cause, u3.NewConnectionError):
        number = getattr(cause.__cause__, "errno", None)
        if number == errno.ECONNREFUSED:
            return "it refused the connection"
        if number in (errno.ENETUNREACH, errno.EHOSTUNREACH):
            return "there is no way to it: is the network up?"
        return "the connection could not be opened"
    if isinstance(cause, (u3.ConnectTimeoutError, requests.ConnectTimeout, TimeoutError)):
        return "it did not take the connection in time"
    if isinstance(cause, u3.ProxyError) or (isinstance(cause, OSError) and "Tunnel connection failed" in str(cause)):
        return "the proxy did not let us through"
    if isinstance(cause, (ssl.SSLError, u3.SSLError)):
        return "no secure connection came to be"
    return type(cause).__name__
