"""The promises: what they are called, how their times are shrunk, and what is said of them at the end."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from importlib import import_module

import pytest

from .nursery import Nursery
from .quick import shrink
from .tally import TALLY


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounds", type=int, default=1, help="how often the promises' matrix is gone through (soak)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "promise(*names): the promises (G1 to G14) that a test holds the package to")


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Minutes become tenths of seconds: see ``quick.py``."""
    for slow in ("jsonschema", "kling_widget.practice.render"):
        import_module(slow)  # what a server's first submit would wait for, longer than a second
    with pytest.MonkeyPatch.context() as patch:
        shrink(patch)
        yield


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Where kernels come from that may be killed, stopped and interrupted."""
    with Nursery(tmp_path_factory.mktemp("nursery")) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        for mark in item.iter_markers("promise"):
            for name in mark.args:
                TALLY.tested(name, held=report.passed)
    return report
