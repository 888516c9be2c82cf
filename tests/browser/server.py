"""A real Jupyter server for browser tests and pictures: on loopback, in its own folders, phoning nobody."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_WITHIN = 90.0  # seconds; a cold start on a busy machine with two cores takes about fifteen
STOP_WITHIN = 15.0  # seconds
SETTINGS = Path("config", "lab", "user-settings", "@jupyterlab")


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, what it serves, what it wrote."""

    url: str
    token: str
    root: Path
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def ask(self, path: str, method: str = "GET") -> Any:
        """Ask the server's REST API and return its answer; nothing for an empty one."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def end_kernels(self) -> None:
        """End every session, and with it its kernel, so that one test's kernel is no other test's load."""
        for session in self.ask("/api/sessions"):
            self.ask(f"/api/sessions/{session['id']}", "DELETE")

    def forget_theme(self) -> None:
        """Show pages in the first theme again: a choice made in one test outlives its page, on the server."""
        chosen = self.root.parent / "home" / SETTINGS / "apputils-extension" / "themes.jupyterlab-settings"
        chosen.unlink(missing_ok=True)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2))


def _configure(home: Path, root: Path, port: int, token: str) -> None:
    """Write the configuration that keeps the server on this machine and its pages still."""
    config = home / "config"
    _write(
        config / "jupyter_server_config.json",
        {
            "ServerApp": {
                "ip": "127.0.0.1",
                "port": port,
                "port_retries": 0,
                "root_dir": str(root),
                "open_browser": False,
                "allow_root": True,
                "terminals_enabled": False,
            },
            "IdentityProvider": {"token": token},
            "LanguageServerManager": {"autodetect": False},
        },
    )
    # The tests give commands to the application itself: menus move, commands don't.
    driven = {"expose_app_in_browser": True}
    quiet = {
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
    }
    _write(config / "jupyter_lab_config.json", {"LabApp": {**driven, **quiet}})
    _write(config / "jupyter_notebook_config.json", {"JupyterNotebookApp": driven})
    _write(
        home / SETTINGS / "apputils-extension" / "notification.jupyterlab-settings",
        {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    )


def own_environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Leave the person's own settings behind: no key, no library, no folders but the test's."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KLING_", "WAVESPEED_", "JUPYTER", "IPYTHON", "PYTEST", "XDG_"))
    }
    own = {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "share"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "no_proxy": "127.0.0.1,localhost",
    }
    return {**kept, **own, **more}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(server: Server) -> None:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            server.ask("/api/status")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"JupyterLab did not start.\n{server.log.read_text()[-4000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end, which ends its kernels; then end what is left of its own process group."""
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # nothing is left, as it should be


@contextmanager
def serve(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a server in a folder of its own; kernels see ``environment`` beside the machine's.

    It serves ``folder/notebooks`` to both JupyterLab and Notebook 7.
    """
    home, root, log = folder / "home", folder / "notebooks", folder / "server.log"
    home.mkdir(parents=True)
    root.mkdir()
    port, token = _free_port(), secrets.token_hex(16)
    _configure(home, root, port, token)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab"],
            cwd=root,
            env=own_environment(home, environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", token, root, log, process)
    try:
        _wait_until_up(server)
        yield server
    finally:
        _stop(process)
