"""The ground of the browser tests: one server, one Chromium and one page for all, a folder and a kernel for each."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Error as PageError

from . import chrome
from .notebook import Host, Jupyter
from .pages import Pages
from .server import Server, serve

FAILURES = Path(__file__).parent / "failures"

# Playwright waits five seconds for what is expected: two busy cores need more. Nobody waits where all is well.
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is below this folder, so that no test can forget it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


# These live as long as this package's tests, not as long as the run: Playwright keeps an event loop on this
# thread, and while it does, no other test could call asyncio.run.
@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Jupyter server with folders of its own."""
    _forget_failures(tmp_path_factory)
    with serve(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chrome.launch() as running:
        yield running


@pytest.fixture(scope="package")
def pages(browser: Browser) -> Iterator[Pages]:
    """Pages that show JupyterLab, for one test after another."""
    lent = Pages(browser)
    yield lent
    lent.close()


@pytest.fixture
def host(request: pytest.FixtureRequest) -> Host:
    """Which application shows the notebook: JupyterLab, or what a test names by indirect parametrization."""
    chosen: Host = getattr(request, "param", "lab")
    return chosen


@pytest.fixture
def jupyter(request: pytest.FixtureRequest, server: Server, pages: Pages, host: Host) -> Iterator[Jupyter]:
    """A page on the server, with no notebook open; the test fails if the page complained."""
    folder = server.root / _slug(request.node.name)
    folder.mkdir()
    page, console = pages.lend(new=host != "lab"), chrome.Console()
    console.listen(page)
    given = Jupyter(server, page, console, folder, host)
    try:
        yield given
    finally:
        failed = getattr(request.node, "failed", True)
        late = bool(console.forgiven)  # what was expected of this page may come while the next test has it
        pages.take_back(page, spent=given.spent or host != "lab" or failed or late)
        console.leave(page)
        server.end_kernels()
        server.forget_theme()
    assert not console.faults(), "the page complained:\n" + "\n".join(console.faults())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep a failed test's evidence, and name it in the report."""
    report = yield
    if report.when == "call":
        item.failed = report.failed  # type: ignore[attr-defined]  # a failed test's page is no other test's
    given: dict[str, Any] = getattr(item, "funcargs", {})
    if report.when == "call" and report.failed and isinstance(jupyter := given.get("jupyter"), Jupyter):
        folder = FAILURES / _slug(item.name)
        try:
            jupyter.keep(folder)
        except (OSError, PageError) as problem:
            report.sections.append(("browser evidence", f"could not be kept whole: {problem}"))
        report.sections.append(("browser evidence", f"{folder}: page.png, console.log, server.log, notebooks"))
    return report


def _forget_failures(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Remove the evidence of an earlier run, once: other processes of this run may have left theirs already."""
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with suppress(FileExistsError):
        (run / "forgotten").touch(exist_ok=False)
        shutil.rmtree(FAILURES, ignore_errors=True)


def _slug(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-")
