"""Transports that look at how a connection comes to be: whether it ever did, and whom it leads to."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class NeverConnected(Exception):
    """Opening the connection failed: the name, the port, the time, the proxy or TLS. No byte of the request was sent.

    No subclass of what urllib3 and requests catch, so that it comes through them as it is; the reason is its cause.
    """


class _Http(HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            raise NeverConnected from error


class _Https(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()  # TCP, a proxy's tunnel, and TLS to its end
        except Exception as error:
            raise NeverConnected from error


class NotPublic(Exception):
    """A name led to an address of this machine or of a private network. Nothing was sent there."""


class _Public(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        # Asked of the connection itself: a name may lead elsewhere each time that it is looked up.
        connection = super()._new_conn()
        if self.proxy is None and not is_public(connection.getpeername()[0]):
            connection.close()
            raise NotPublic
        return connection


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_global


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _Public


class PublicAdapter(HTTPAdapter):
    """An adapter for https that never tries again and raises ``NotPublic`` rather than speak to a private address."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools of our own connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"https": _PublicPool}


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


_POOLS = {"http": _HttpPool, "https": _HttpsPool}


class OpeningAdapter(HTTPAdapter):
    """An adapter that never tries again and raises ``NeverConnected`` where no connection came to be."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools of our own connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = dict(_POOLS)

    def proxy_manager_for(self, proxy: str, **options: Any) -> PoolManager:
        """The same for a proxy."""
        manager: PoolManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = dict(_POOLS)
        return manager
