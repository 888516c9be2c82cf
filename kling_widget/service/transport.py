"""Transports that look at how a connection comes to be: whether it ever did, whom it leads to, and when it must end."""

from __future__ import annotations

import http.client
import socket
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPSConnection

from .. import urls
from .deadline import current

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection as _Connection
else:
    _Connection = object


class NeverConnected(Exception):
    """Opening the connection failed: the name, the port, the time, the proxy or TLS. No byte of the request was sent.

    No subclass of what urllib3 and requests catch, so that it comes through them as it is; the reason is its cause.
    """


class NotPublic(Exception):
    """A name led to an address of this machine or of a private network. Nothing was sent there."""


class _Answer(http.client.HTTPResponse):
    """An answer whose malformed headers are left out in silence: urllib3 would log them as they came."""

    def begin(self) -> None:
        super().begin()
        self.headers.defects.clear()
        self.headers.set_payload("")


class _Watched(_Connection):
    """A connection that belongs to a call (``deadline.Call``) while the call uses it."""

    response_class = _Answer
    _connecting = False

    def connect(self) -> None:
        if call := current():
            call.uses(self)
        self._connecting = True
        try:
            super().connect()  # TCP, a proxy's tunnel, and TLS to its end
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        if not self._connecting:  # a proxy's tunnel is no part of the request
            if self.sock is None:
                self.connect()
            self._begin()
        super().send(data)

    def getresponse(self) -> Any:
        if call := current():
            call.reads(self.sock)
        return super().getresponse()

    def _begin(self) -> None:
        call = current()
        if call is None:
            return
        call.uses(self)
        if call.late:
            error = requests.ConnectTimeout("the time for the call was over before it began")
            raise error if call.sent else NeverConnected from error
        call.sent = True


class _Opened(_Watched):
    """One that says so where it never came to be."""

    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            raise NeverConnected from error


class _Public(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        # Asked of the connection itself: a name may lead elsewhere each time that it is looked up.
        connection = super()._new_conn()
        try:
            if self.proxy is None and not urls.is_public(connection.getpeername()[0]):
                raise NotPublic
        except BaseException:  # the other side may be gone already, and then there is no name to ask for
            connection.close()
            raise
        return connection


class WatchedAdapter(HTTPAdapter):
    """An adapter that never tries again, and whose connections end with the call that uses them."""

    _kind: type[_Watched] = _Watched

    def __init__(self) -> None:
        super().__init__(max_retries=0, pool_maxsize=8)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools of our own connections."""
        super().init_poolmanager(*arguments, **options)
        self._give(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> PoolManager:
        """The same for a proxy, whatever it speaks."""
        has_manager = proxy in self.proxy_manager
        manager: PoolManager = super().proxy_manager_for(proxy, **options)
        if not has_manager:
            self._give(manager)
        return manager

    def _give(self, manager: PoolManager) -> None:
        """Put our own connections in the place of a manager's."""
        classes: dict[str, Any] = dict(manager.pool_classes_by_scheme)
        for scheme, pool in classes.items():
            connection = type("Connection", (self._kind, pool.ConnectionCls), {})
            classes[scheme] = type("Pool", (pool,), {"ConnectionCls": connection})
        manager.pool_classes_by_scheme = classes


class ConnectAdapter(WatchedAdapter):
    """One that raises ``NeverConnected`` where no connection came to be."""

    _kind = _Opened


class PublicAdapter(WatchedAdapter):
    """One for https that raises ``NotPublic`` rather than speak to a private address."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools of our own connections."""
        super().init_poolmanager(*arguments, **options)
        pool = self.poolmanager.pool_classes_by_scheme["https"]
        connection = type("Connection", (_Watched, _Public), {})
        self.poolmanager.pool_classes_by_scheme = {"https": type("Pool", (pool,), {"ConnectionCls": connection})}


class OneRequest(requests.Session):
    """A session that reads nothing of its surroundings and never looks where an answer would lead it.

    requests reads the whole body of a redirect, and parses its address, even where redirects are off.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def resolve_redirects(self, *_arguments: Any, **_options: Any) -> Any:
        """Give nothing."""
        return iter(())
