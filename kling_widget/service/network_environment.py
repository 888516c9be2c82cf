"""What the environment says of the network: proxies, and certificates of one's own."""

from __future__ import annotations

import os
import ssl
from typing import Any

import requests

CERTIFICATES = "REQUESTS_CA_BUNDLE"


def network(address: str) -> dict[str, Any]:
    """The options of a request to an address outside of this machine. Read anew each time: a person may mend them."""
    return {"proxies": requests.utils.get_environ_proxies(address), "verify": os.environ.get(CERTIFICATES) or True}


def proxy(address: str) -> str | None:
    """The name of the setting that sends a request for an address through a proxy; None where none does."""
    try:
        chosen = requests.utils.select_proxy(address, requests.utils.get_environ_proxies(address))
    except ValueError:
        chosen = ""
    if chosen is None:
        return None
    scheme = address.partition(":")[0]
    for name in (f"{scheme}_proxy", "all_proxy"):
        for spelt in (name, name.upper()):
            if os.environ.get(spelt):
                return spelt
    return "the system's proxy settings"


def certificates_fail() -> str:
    """Why the certificates that the environment names can't be used; empty where they can, or none are named."""
    path = os.environ.get(CERTIFICATES)
    if not path:
        return ""
    if not os.path.exists(path):
        return "there is no such file"
    try:
        if not os.path.isdir(path):
            ssl.create_default_context(cafile=path)
    except (OSError, ValueError):
        return "it holds no certificates that can be read"
    return ""
