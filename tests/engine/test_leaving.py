"""A script that ends without waiting: its takes are sent, or it says what becomes of them and how to take them back."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from kling_widget import Library
from kling_widget.practice import PracticeServer
from tests.patience import until

KEY = "wsk_live_canary_leaving"
BEGIN = "from kling_widget import Library, generate\ntake = generate('A red fox', duration=3)\n"
PATIENT = (
    "from kling_widget.engine.at_exit import Leaving\n"
    "Leaving.wait.__kwdefaults__.update(send_s=60.0, answer_s=60.0)\n"  # a busy machine sends late
)


class Address:
    """A port that is taken and does not listen: connections to it are refused."""

    def __init__(self, held: socket.socket) -> None:
        self._held, self.port = held, int(held.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def free(self) -> int:
        """Give the port to a server."""
        self._held.close()
        return self.port


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(ledger=tmp_path / "service", median=30, strict=True, scale=0.25, as_live=True) as running:
        yield running


@pytest.fixture
def nowhere() -> Iterator[Address]:
    """An address where nothing listens until a test frees it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield Address(held)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


def script(code: str | list[str], folder: Path, service: str = "", **how: Any) -> subprocess.Popen[str]:
    live = {"WAVESPEED_API_KEY": KEY, "WAVESPEED_BASE_URL": service} if service else {}
    places = os.environ | {"KLING_LIBRARY": str(folder)} | live
    program = ["-c", code] if isinstance(code, str) else code
    return subprocess.Popen(
        [sys.executable, *program], env=places, text=True, stderr=subprocess.PIPE, stdout=subprocess.PIPE, **how
    )


def ended(code: str | list[str], folder: Path, service: str = "") -> tuple[int, str]:
    process = script(code, folder, service)
    _, said = process.communicate(timeout=100)
    return process.returncode, said


def submits(server: PracticeServer) -> int:
    return len([post for post in server.view()["posts"] if post["call"] == "submit"])


def test_a_script_that_ends_at_once_has_sent_its_takes_once_and_says_so(folder: Path, server: PracticeServer) -> None:
    code, said = ended(PATIENT + BEGIN + "generate('A blue fox', duration=3)", folder, server.url)
    assert code == 0
    assert submits(server) == 2
    assert re.search(
        r"kling-widget: Sent, and being made: 2 takes, t\w+ \('A red fox'\), t\w+ \('A blue fox'\)\.", said
    )
    library = Library(folder, tend=False)
    assert {take.status for take in library.takes()} <= {"accepted", "created", "processing"}
    assert f"Library({str(folder)!r}).take(" in said
    library.close()


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("import sys; sys.exit(3)", 3),
        ("raise RuntimeError('a bug of the script')", 1),
        ("import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(30)", -signal.SIGINT),
        # Code that is given as text, as SQLAlchemy does in some versions, makes CPython forget how the script ended.
        ("import atexit, os; atexit.register(exec, ''); os.kill(os.getpid(), 2); import time; time.sleep(30)", -2),
        ("def late():\n  generate('Late', duration=3)\nimport atexit; atexit.register(late)", 0),
    ],
)
def test_however_a_script_ends_its_takes_are_sent_and_its_code_stays(
    folder: Path, server: PracticeServer, end: str, code: int
) -> None:
    found, said = ended(PATIENT + BEGIN + end, folder, server.url)
    assert found == code
    assert submits(server) == (2 if "Late" in end else 1)
    assert "kling-widget: Sent, and being made" in said
    assert ("a bug of the script" in said) == ("a bug" in end)


def test_what_could_not_be_sent_is_said_with_the_way_to_take_it_back(folder: Path, nowhere: Address) -> None:
    code, said = ended(BEGIN, folder, nowhere.url)
    assert code == 0
    assert "kling-widget: Not sent yet: 1 take" in said
    assert "Whoever opens this library next" in said
    hint = re.search(r"To take it back: (.*)$", said, re.MULTILINE)
    assert hint is not None
    # What it says to do is done as it says it, in a process that could send it: it is not.
    with PracticeServer(ledger=folder.parent / "late", strict=True, port=nowhere.free()) as server:
        code, said = ended(f"from kling_widget import Library\n{hint[1]}", folder, server.url)
        assert (code, said) == (0, "")
        assert submits(server) == 0
    library = Library(folder)
    assert [take.status for take in library.takes()] == ["cancelled"]
    assert library.spent().total == 0
    library.close()


def test_an_unsent_take_is_sent_once_by_whoever_opens_the_library_next(folder: Path, nowhere: Address) -> None:
    assert "Not sent yet" in ended(BEGIN, folder, nowhere.url)[1]
    with PracticeServer(
        ledger=folder.parent / "late", median=0.3, strict=True, scale=0.25, port=nowhere.free()
    ) as server:
        code, said = ended("from kling_widget import Library\nLibrary().takes()[0].wait(60)", folder, server.url)
        assert (code, said) == (0, "")
        assert submits(server) == 1


def test_closing_a_library_says_what_it_leaves_unsent(folder: Path, nowhere: Address) -> None:
    _, said = ended(BEGIN + "take.library.close()", folder, nowhere.url)
    assert said.count("Not sent yet: 1 take") == 1
    _, said = ended(BEGIN.replace("fox", "wolf") + "take.stop(); take.library.close()", folder, nowhere.url)
    assert "wolf" not in said


def test_an_answer_that_does_not_come_is_waited_for_in_bounds_and_an_interrupt_ends_it(
    folder: Path, server: PracticeServer
) -> None:
    server.faults.add(call="submit", hang=300)
    process = script(BEGIN + "import sys; print('end', flush=True)", folder, server.url)
    assert process.stderr is not None
    waits = process.stderr.readline()
    assert "Sending 1 take" in waits
    until(lambda: submits(server) == 1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Sent, and its answer did not come: 1 take" in said
    assert "not sent again" in said
    assert "Traceback" not in said
    assert submits(server) == 1


def test_practice_takes_are_sent_too_and_come_when_the_library_is_opened(folder: Path) -> None:
    code, said = ended(BEGIN, folder)
    assert code == 0
    assert "Sent, and being made: 1 take" in said
    library = Library(folder)
    assert library.takes()[0].wait(60).video is not None
    library.close()


def test_a_script_that_waited_says_nothing(folder: Path) -> None:
    assert ended(BEGIN + "take.wait(60)", folder) == (0, "")


def test_a_forked_copy_leaves_the_takes_to_the_process_that_confirmed_them(
    folder: Path, server: PracticeServer
) -> None:
    server.faults.add(call="submit", hang=2)
    fork = "import os, sys\nif os.fork() == 0:\n    sys.exit()\nos.wait()\n"
    code, said = ended(BEGIN + fork, folder, server.url)
    assert code == 0
    assert said.count("being made") == 1
    assert submits(server) == 1


START = "multiprocessing.get_context({!r}).Process(target=begin)\n    child.start()\n    child.join()"
CHILDREN = {how: f"child = {START.format(how)}\n    sys.exit(child.exitcode)" for how in ("fork", "spawn")} | {
    "a pool's worker": "with ProcessPoolExecutor(1, multiprocessing.get_context('fork')) as pool:\n"
    "        pool.submit(begin).result()"
}


@pytest.mark.parametrize("how", CHILDREN)
def test_a_child_process_sends_its_takes_and_says_so_too(
    folder: Path, server: PracticeServer, tmp_path: Path, how: str
) -> None:
    program = tmp_path / "program.py"  # a child that is spawned reads it again
    program.write_text(
        f"import multiprocessing, sys\nfrom concurrent.futures import ProcessPoolExecutor\n{PATIENT}"
        "def begin():\n    from kling_widget import generate\n    generate('A red fox', duration=3)\n"
        f"if __name__ == '__main__':\n    {CHILDREN[how]}\n"
    )
    code, said = ended([str(program)], folder, server.url)
    assert code == 0
    assert submits(server) == 1
    assert said.count("kling-widget: Sent, and being made: 1 take") == 1


def test_a_child_process_of_a_notebooks_kernel_sends_its_takes_though_the_kernel_would_not_wait(
    folder: Path, server: PracticeServer, tmp_path: Path
) -> None:
    places = os.environ | {
        "KLING_LIBRARY": str(folder),
        "WAVESPEED_API_KEY": KEY,
        "WAVESPEED_BASE_URL": server.url,
        "IPYTHONDIR": str(tmp_path / "ipython"),
    }
    code = (
        f"import multiprocessing\n{PATIENT}def begin():\n    from kling_widget import generate\n"
        f"    generate('A red fox', duration=3)\nchild = {START.format('fork')}".replace("\n    child", "\nchild")
    )
    manager, client = start_new_kernel(env=places)
    ran = client.execute_interactive(code, timeout=100, output_hook=lambda message: None)
    client.stop_channels()
    manager.shutdown_kernel()
    assert ran["content"]["status"] == "ok"
    assert submits(server) == 1


def test_a_notebooks_kernel_ends_without_a_word_and_without_waiting(
    folder: Path, nowhere: Address, tmp_path: Path
) -> None:
    places = os.environ | {
        "KLING_LIBRARY": str(folder),
        "WAVESPEED_API_KEY": KEY,
        "WAVESPEED_BASE_URL": nowhere.url,
        "IPYTHONDIR": str(tmp_path / "ipython"),
    }
    with (tmp_path / "stderr").open("w") as heard:
        manager, client = start_new_kernel(env=places, stderr=heard)
        ran = client.execute_interactive(BEGIN, timeout=100, output_hook=lambda message: None)
        assert ran["content"]["status"] == "ok"
        code = "from kling_widget.engine import at_exit as leaving\nleaving.Leaving._left = None  # to look would fail"
        client.execute_interactive(code, timeout=60, output_hook=lambda message: None)
        client.stop_channels()
        manager.shutdown_kernel()
    said = (tmp_path / "stderr").read_text()
    assert "kling-widget:" not in said
    assert "TypeError" not in said
    library = Library(folder, tend=False)
    assert [take.status for take in library.takes()] == ["intent"]
    library.close()
