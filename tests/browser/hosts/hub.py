"""A server that guards its files as a JupyterHub's does, measured against JupyterHub 6.1 with Chromium 156.

A request without the page's ``_xsrf`` is sent to a login, which sends it back: without end, and each time with a new
cookie.
"""

from __future__ import annotations

import http.server
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

BASE = "/user/ann@b.org/"


@dataclass
class Hub:
    """The server: where its page is, and what was asked of it."""

    root: Path
    url: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24) + "|=")
    asked: list[str] = field(default_factory=list)
    shut: bool = False
    """Whether no proof opens the files."""

    @property
    def page(self) -> str:
        """The page's address."""
        return f"{self.url}{BASE}lab"


@contextmanager
def hub(root: Path) -> Iterator[Hub]:
    """Serve a folder's files under a deep base address."""
    served = Hub(root)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            served.asked.append(unquote(parts.path))
            path = unquote(parts.path)
            if path == f"{BASE}lab":
                config = {"baseUrl": BASE, "serverRoot": str(root), "appName": "JupyterLab"}
                said = f'<script id="jupyter-config-data" type="x">{json.dumps(config)}</script>'
                page = f"<!doctype html>{said}<body></body>"
                # The Hub's own cookie, and one of another server on the same host, stand beside the page's.
                other = [("/", "another"), ("/hub/", "the-hubs")]
                self.say(200, page.encode(), "text/html", cookies=[(BASE, served.token), *other])
            elif path.startswith(f"{BASE}files/"):
                self.file(path, parse_qs(parts.query).get("_xsrf", [""])[0])
            elif path == "/hub/api/oauth2/authorize":
                self.away(f"{BASE}oauth_callback?next={parse_qs(parts.query)['next'][0]}")
            elif path == f"{BASE}oauth_callback":
                served.token = secrets.token_urlsafe(24)
                self.away(parse_qs(parts.query)["next"][0], cookies=[(BASE, served.token)])
            else:
                self.say(404, b"", "text/plain")

        def file(self, path: str, proof: str) -> None:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
            if served.shut or not proof or proof != served.token or "_xsrf" not in cookies:
                self.away(f"/hub/api/oauth2/authorize?next={path}")
                return
            whole = (root / path.removeprefix(f"{BASE}files/")).read_bytes()
            wanted = self.headers.get("Range", "")
            if not wanted:
                self.say(200, whole, "video/mp4")
                return
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            begin, end = int(first), min(int(last or len(whole) - 1), len(whole) - 1)
            self.say(206, whole[begin : end + 1], "video/mp4", span=f"bytes {begin}-{end}/{len(whole)}")

        def away(self, to: str, cookies: list[tuple[str, str]] | None = None) -> None:
            self.say(302, b"", "text/plain", to=to, cookies=cookies or [])

        def say(
            self,
            status: int,
            body: bytes,
            kind: str,
            *,
            span: str = "",
            to: str = "",
            cookies: list[tuple[str, str]] | None = None,
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (("Content-Range", span), ("Location", to)):
                if value:
                    self.send_header(name, value)
            for place, value in cookies or []:
                self.send_header("Set-Cookie", f'_xsrf="{value}"; Path={place}')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return  # the tests read `asked`

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
