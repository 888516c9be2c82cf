"""What installed clients do when the answer to a submit is lost: how often they send it, and what they tell."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata

from . import stage
from .callers import CALLERS, TIMEOUT_S, WAIT_S
from .losing import HANG_S, REFUSALS, Fault, LosingServer
from .table import Cell, Table

TITLE = "Lost answers: what one call for a clip sends"

LIMIT_S = WAIT_S + 20
AT_ONCE = 8
FAULTS: dict[Fault, str] = {
    "cut": "made, then the connection is cut",
    "hang": "made, no answer comes",
    "502": "made, a gateway says 502",
    "504": "made, a gateway says 504",
    "429": f"{REFUSALS} times 429, then made",
}
_WIDEST = 110


def called(client: str, fault: Fault) -> tuple[Cell, ...]:
    """One call by one client in a process of its own, against a server of its own."""
    with LosingServer(fault) as server:
        environment = stage.bare(**stage.account(server.url))
        command = [sys.executable, "-m", "bench.callers", client, server.url]
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            said = f"Nothing within {LIMIT_S:g} s"
        else:
            said = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else done.stderr[-_WIDEST:]
        name = f"{client} {metadata.version(client)}"
        return FAULTS[fault], name, server.submits, len(server.tasks), _keys(server), _short(said, server.url)


def _keys(server: LosingServer) -> str:
    return "yes" if server.submits and server.keyed == server.submits else "no"


def _short(said: str, url: str) -> str:
    plain = re.sub(r"[\s|]+", " ", said.replace(url, "").replace(url.rpartition(":")[2], "PORT")).strip()
    return plain if len(plain) <= _WIDEST else plain[: _WIDEST - 1] + "…"


def run(clients: Sequence[str] = tuple(CALLERS)) -> Table:
    """Have every client call under every fault; nothing is timed, so several call at once."""
    cases = [(client, fault) for fault in FAULTS for client in clients]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        rows = tuple(pool.map(lambda case: called(*case), cases))
    return Table(
        ("what happens", "client", "submits received", "tasks made", "idempotency key", "what the caller is told"),
        rows,
        "One call each, in a fresh process, against a server on loopback that counts; gateways' pages are nginx's. "
        f"Each client as it is installed, with a read time-out of {TIMEOUT_S:g} s (where it heeds one; the server "
        f"hangs up after {HANG_S:g}). Each submit that was received and not refused has made a task, and on the real"
        " service cost its price. An idempotency key would let a service that knows it make only one; this server, "
        "like WaveSpeed's, knows none.",
    )
