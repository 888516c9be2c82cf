"""``python -m kling_widget.practice``: the practice server as a program."""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import signal
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from .faults import Fault, Faults
from .options import Rules
from .server import checked_port, serve
from .simulated_service import SimulatedService

_RULES = Rules()


def parser() -> argparse.ArgumentParser:
    """Return the parser of the options."""
    made = argparse.ArgumentParser(
        prog="python -m kling_widget.practice",
        description="A server on this machine that speaks the service's API and makes simulated clips at no cost.",
    )
    add = made.add_argument
    add("--port", type=_port, default=8765, help="where it listens on 127.0.0.1; 0 picks a free port (default 8765)")
    add("--ledger", type=Path, metavar="DIR", help="folder of the ledger and the clips (default: a temporary one)")
    add("--median", type=float, default=_RULES.median, help="median seconds until a clip is done (default 3)")
    add("--sigma", type=float, default=_RULES.sigma, help="spread of that time, of its logarithm (default 0.25)")
    add("--balance", type=float, default=_RULES.balance, help="play money of a new ledger in dollars (default 100)")
    add("--strict", action="store_true", help="refuse unknown inputs, which the service silently drops")
    add("--rate", type=int, help="submits a minute, then 429 (default: any number)")
    add("--retry-after", metavar="TEXT", help="sent as Retry-After with that 429, as it stands")
    add("--concurrent", type=int, help="tasks at once; more wait as 'created' (default: any number)")
    add("--scale", type=float, default=_RULES.scale, help="size of the picture, 1 for full (default 1)")
    add("--faults", type=json.loads, default=[], metavar="JSON", help="fault rules, see docs/practice.md")
    add("--private", action="store_true", help="take no key but the owner's token, which is printed at the start")
    add("--exit-with-stdin", action="store_true", help="end when standard input closes")
    return made


def _port(text: str) -> int:
    try:
        return checked_port(int(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is told to stop, and return the exit code."""
    given = parser().parse_args(arguments)
    faults = Faults()
    try:
        for rule in given.faults if isinstance(given.faults, list) else [given.faults]:
            faults.add(Fault.of(rule))
    except (ValueError, TypeError) as error:
        parser().error(f"--faults: {error}")
    try:
        rules = Rules(
            median=given.median, sigma=given.sigma, balance=given.balance, strict=given.strict, rate=given.rate,
            retry_after=given.retry_after, concurrent=given.concurrent, scale=given.scale, private=given.private,
        )  # fmt: skip
    except ValueError as error:
        parser().error(f"--{str(error).replace('_', '-', 1)}")
    with tempfile.TemporaryDirectory(prefix="kling-practice-") as temporary:
        folder = given.ledger or Path(temporary)
        try:
            service = SimulatedService(folder, rules)
        except (OSError, sqlite3.Error) as error:
            print(f"The ledger in {folder} can't be used: {error}. Name another folder with --ledger.", file=sys.stderr)
            return 1
        try:
            asyncio.run(_run(service, faults, given.port, given.exit_with_stdin))
        except OSError as error:
            print(
                f"The server could not start: {_start_error(error, given.port)} Choose another --port.", file=sys.stderr
            )
            return 1
        finally:
            service.close()
    return 0


async def _run(service: SimulatedService, faults: Faults, port: int, with_stdin: bool) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def end(*_: object) -> None:
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # on Windows
            signal.signal(number, end)
    if with_stdin:
        threading.Thread(target=_until_stdin_closes, args=(end,), daemon=True).start()
    await serve(service, faults, port, lambda url: _announce(url, service), stop)


def _until_stdin_closes(end: Callable[[], None]) -> None:
    """Call ``end`` when the process that started this one ends, however it ends: it holds the other end of the pipe."""
    while sys.stdin.buffer.read(4096):
        pass
    end()


def _start_error(error: OSError, port: int) -> str:
    """Explain why the server can't listen there."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken, perhaps by another practice server."
    if error.errno == errno.EACCES:
        return f"port {port} is not for every user of this machine."
    return f"{error}."


def _announce(url: str, service: SimulatedService) -> None:
    token = service.ledger.token
    print(json.dumps({"url": url, "token": token}), flush=True)
    print(
        f"Practice server at {url}. Simulated clips, play money, no cost. Ctrl-C ends it.\n"
        f"Ledger: {service.ledger.folder}. What happened, for you only: {url}/practice/ledger?token={token}",
        file=sys.stderr,
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
