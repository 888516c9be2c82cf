"""Find a Chromium for the browser tests; fetch one if need be; say what to install if none can be had.

In order: the one that ``CHROMIUM`` names, the machine's, Debian's package where apt works, and at last
Playwright's own download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoChromium(RuntimeError):
    """There is no Chromium and none could be fetched: browser tests fail, they are never left out."""


def named() -> Path | None:
    """Take the browser that ``CHROMIUM`` names; naming one that is not there is worth stopping for."""
    wanted = os.environ.get("CHROMIUM")
    if not wanted:
        return None
    found = shutil.which(wanted)
    if found is None:
        raise NoChromium(f"CHROMIUM names {wanted}, which is not a program. Correct it or unset it.")
    return Path(found)


def system() -> Path | None:
    """Find the machine's own browser; one that does not start (a stub that wants snap) does not count."""
    for name in NAMES:
        if (found := shutil.which(name)) and starts(found):
            return Path(found)
    return None


def runs(command: list[str], seconds: float, *, loud: bool = True) -> bool:
    """Tell whether a command ends well within a time (in seconds); a ``loud`` one prints to standard error."""
    said = sys.stderr if loud else subprocess.DEVNULL
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def starts(browser: str | Path) -> bool:
    """Tell whether a browser answers with its version."""
    return runs([str(browser), "--version"], 30, loud=False)


def from_apt() -> Path | None:
    """Install the distribution's package where apt is there and asks for no password."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        may: list[str] = []
    elif shutil.which("sudo") and runs(["sudo", "-n", "true"], 30, loud=False):
        may = ["sudo", "-n"]
    else:
        return None
    print("No Chromium on this machine: asking apt for it ...", file=sys.stderr)
    runs([*may, "apt-get", "update", "-qq"], 300)
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    runs([*may, *environment, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], 900)
    return system()


def from_playwright() -> Path | None:
    """Take the build that Playwright fetches for itself."""
    from playwright.sync_api import sync_playwright

    def path() -> Path:
        with sync_playwright() as playwright:
            return Path(playwright.chromium.executable_path)

    if not path().exists():
        print("Asking Playwright for a Chromium ...", file=sys.stderr)
        runs([sys.executable, "-m", "playwright", "install", "chromium"], 900)
    found = path()
    return found if found.exists() and starts(found) else None


SOURCES = (named, system, from_apt, from_playwright)


@cache
def chromium(sources: tuple[Callable[[], Path | None], ...] = SOURCES) -> Path:
    """Answer with a Chromium that starts, from the first source that has one.

    Raises
    ------
    NoChromium
        There is none and none could be fetched; the message says what to install.
    """
    for source in sources:
        if found := source():
            return found
    raise NoChromium(
        "The browser tests need Chromium, and neither this machine, apt nor Playwright could give one. "
        "Install it (Debian: apt-get install chromium; Fedora: dnf install chromium; "
        "macOS: brew install chromium) or name one: CHROMIUM=/path/to/chrome make test"
    )


if __name__ == "__main__":
    try:
        print(chromium())
    except NoChromium as problem:
        sys.exit(str(problem))
