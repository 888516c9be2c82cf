"""What holds for all tests: no key, no library of the person's, and nothing leaves this machine."""

from __future__ import annotations

import atexit
import gc
import ipaddress
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from kling_widget.service import identity, service
from tools.leftovers import none_left

from .promises.tally import TALLY, tell
from .turns import turn

# How long an example takes is no promise of ours, and two busy cores are no fault. The examples are the same each time:
# a run fails for what was changed, not by chance. `make soak` draws new ones; what it finds is kept as an @example.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
settings.register_profile("fixed", _PATIENT, derandomize=True)
settings.register_profile("soak", _PATIENT, derandomize=False, print_blob=True)
settings.load_profile("fixed")

# Nothing answers there (RFC 5737): an address to run into a time-out with.
_NOWHERE = ipaddress.ip_network("192.0.2.0/24")

for _name in [name for name in os.environ if name.startswith(("KLING_", "WAVESPEED_"))]:
    del os.environ[_name]
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
# Where libraries of one machine leave word for each other: not where the person's own do.
os.environ["KLING_STATE"] = tempfile.mkdtemp(prefix="kling-tests-")
atexit.register(shutil.rmtree, os.environ["KLING_STATE"], ignore_errors=True)
os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1,localhost"


# What is started in the background may be deaf to these (as by `nohup … &`), and so would be all that it starts.
for _number in (signal.SIGINT, signal.SIGTERM):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse connections to other machines: a test that found a real key would spend real money."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if not (isinstance(address, tuple) and isinstance(address[0], str)):
        return  # a socket in the file system
    try:
        host = ipaddress.ip_address(address[0])
    except ValueError:
        return  # a name; what it resolves to comes by here again
    if not (host.is_loopback or host in _NOWHERE):
        raise PermissionError(f"a test tried to reach {address[0]}: tests stay on this machine")


sys.addaudithook(_stay_here)


def pytest_configure(config: pytest.Config) -> None:
    """Leave nothing running when the tests have ended, or were stopped; their processes leave it to the first."""
    if not hasattr(config, "workerinput"):
        run = ExitStack()
        run.enter_context(none_left())
        config.add_cleanup(run.close)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick ones first: a broken promise is known before the browser and the installer have started."""
    items.sort(key=lambda item: (_has(item, "install"), _has(item, "browser")))


def _has(item: pytest.Item, mark: str) -> bool:
    return item.get_closest_marker(mark) is not None


@pytest.fixture(scope="module", autouse=True)
def _no_key_that_was_typed_before() -> Iterator[None]:
    """A process remembers keys by origin, and a later test's server may get the port of an earlier one."""
    yield
    service.typed_keys.clear()
    identity._kinds.clear()


@pytest.fixture(scope="module", autouse=True)
def _what_was_left_open_is_found_here() -> Iterator[None]:
    """A file or socket that a module's tests left open fails its last test, not one of another module by chance."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def _turn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests of several processes run beside each other, but for those that measure time."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    with turn(tmp_path_factory.getbasetemp().parent, alone=_has(request.node, "alone")):
        yield


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library made without a name lands beside nothing that is the person's."""
    monkeypatch.chdir(tmp_path)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what the promises' tests have counted to the process that shares out the tests, if there is one."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["tally"] = TALLY.counted()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Count together what was counted by several processes."""
    TALLY.merge(getattr(node, "workeroutput", {}).get("tally", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end how often each promise was tried."""
    tell(terminalreporter)
