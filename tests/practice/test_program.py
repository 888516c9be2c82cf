"""The server as a program: it says where it is, refuses in words what it can't do, and ends when it should."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from kling_widget.practice import PracticeServer

from ..patience import PATIENCE_S


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "kling_widget.practice", *arguments]


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A program that runs, and is gone when the block ends, however it ends."""
    with subprocess.Popen(
        command("--port", "0", *arguments), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def refused(*arguments: str) -> tuple[int, str]:
    """The exit code and the last words of a program that does not start."""
    ran = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ran.stdout == ""
    return ran.returncode, ran.stderr.strip().splitlines()[-1]


def answers(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((parts.hostname, parts.port)) == 0


def test_it_says_where_it_is_and_ends_when_told(tmp_path: Path) -> None:
    with program("--ledger", str(tmp_path), "--strict", "--median", "0.1", "--scale", "0.2") as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        url, owner = said["url"], {"Authorization": f"Bearer {said['token']}"}
        seen = requests.get(f"{url}/practice/ledger", headers=owner, timeout=PATIENCE_S).json()
        assert seen["totals"]["balance"] == 100_000_000
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    assert not answers(url)


def test_it_says_what_is_wrong_with_its_folder_or_its_faults(tmp_path: Path) -> None:
    (tmp_path / "practice.db").write_text("no database at all, but long enough to be read as the head of one" * 20)
    code, words = refused("--port", "0", "--ledger", str(tmp_path))
    assert code == 1
    assert "can't be used" in words
    code, words = refused("--port", "0", "--faults", '{"call": "x"}')
    assert code == 2
    assert "a fault's call is one of" in words


@pytest.mark.parametrize("port", ["70000", "65536", "-1", "abc", "80.5", "", "99999999999999999999"])
def test_a_port_that_there_is_not_is_refused_in_words(port: str) -> None:
    code, words = refused("--port", port)
    assert code == 2
    assert f"a port is a number from 0 to 65535, not {port!r}" in words


def test_a_port_that_is_taken_is_refused_in_words() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, words = refused("--port", str(port))
        with pytest.raises(OSError, match="in use"):
            PracticeServer(port=port).start()
    assert code == 1
    assert f"port {port} is taken" in words


def test_a_server_in_a_thread_takes_no_port_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="from 0 to 65535, not 70000"):
        PracticeServer(port=70_000)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--median", "-1"), ("--median", "nan"), ("--sigma", "inf"), ("--balance", "-5"), ("--scale", "0"),
     ("--scale", "3"), ("--rate", "0"), ("--concurrent", "-2"), ("--retry-after", "a\nb")],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_refused_in_words(option: str, value: str) -> None:
    code, words = refused("--port", "0", option, value)
    assert code == 2
    assert f"error: {option} is " in words


def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen({command('--port', '0', '--ledger', str(tmp_path), '--exit-with-stdin')!r}, "
        "stdin=subprocess.PIPE)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        try:
            assert parent.stdout is not None
            url = json.loads(parent.stdout.readline())["url"]
            assert answers(url)
        finally:
            os.kill(parent.pid, signal.SIGKILL)
        end = time.monotonic() + PATIENCE_S
        while answers(url) and time.monotonic() < end:
            time.sleep(0.02)
        assert not answers(url)
