"""A run leaves nothing running, however it ends."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools.leftovers import NAME, running

from .patience import until

ROOT = Path(__file__).resolve().parents[1]
# One ends when it is asked to, one does not hear of it, and one was started by a process that is gone.
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
ORPHAN = "import os, time; os.fork() and os._exit(0); os.setsid(); print('up', flush=True); time.sleep(600)"
RUN = f"""
import subprocess, sys, time
from tools.leftovers import none_left
def start(code):
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    process.stdout.readline()
with none_left():
    for code in ({STUBBORN!r}, {ORPHAN!r}, "import time; print(flush=True); time.sleep(600)"):
        start(code)
    print("all up", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("end", [None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_a_run_started_ends_with_it(end: signal.Signals | None) -> None:
    name = secrets.token_hex(8)
    environment = os.environ | {NAME: f"{os.environ.get(NAME, '')},{name}"}
    with subprocess.Popen(
        [sys.executable, "-c", RUN],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"all up\n"
        assert len(running(name)) == 4
        if end is not None:
            process.send_signal(end)
        # Otherwise its input ends here, and with it the run.
    until(lambda: not running(name), lambda: str(running(name)))
