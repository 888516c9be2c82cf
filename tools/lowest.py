"""The tests on the lowest versions that pyproject.toml allows: every floor there is one that was run.

Makes ``.venv-lowest`` with each package that we name at its floor, and what those need at its newest, then runs all
tests but those that need a browser or that install packages.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

from .check import PYTEST, ROOT, SHARED

HOME = ROOT / ".venv-lowest"
FLOORS = HOME / "floors.txt"
EXTRAS = ("dev", "lab", "keyring")


def floors() -> list[str]:
    """Read the lowest version of each package that we need, or test with, as constraints for pip.

    Raises
    ------
    ValueError
        If a package has no floor.
    """
    found: dict[str, str] = {}
    for line in requires("kling-widget") or ():
        need = Requirement(line)
        wanted = need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in EXTRAS)
        if not wanted or need.name == "kling-widget":
            continue
        lowest = [spec.version.removesuffix(".*") for spec in need.specifier if spec.operator in (">=", "==")]
        if not lowest:
            raise ValueError(f"{need.name} has no lowest version in pyproject.toml")
        found[need.name] = max(lowest, key=lambda text: [int(part) for part in text.split(".")])
    return [f"{name}=={version}" for name, version in sorted(found.items(), key=lambda item: item[0].lower())]


def prepare() -> Path:
    """Make the environment, unless it is there with these floors. Gives its Python."""
    python, wanted = HOME / "bin" / "python", "\n".join(floors()) + "\n"
    if FLOORS.exists() and FLOORS.read_text("utf-8") == wanted:
        return python
    print("Installing the lowest versions into .venv-lowest (some minutes, once) ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(HOME)], check=True)
    constraints = HOME / "constraints.txt"
    constraints.write_text(wanted, "utf-8")
    install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--editable", ".[dev]"]
    subprocess.run([*install, "--constraint", str(constraints)], cwd=ROOT, check=True)
    constraints.rename(FLOORS)
    return python


def main(arguments: list[str]) -> int:
    """Run the tests there and return pytest's exit code; more arguments are pytest's."""
    command = [str(prepare()), *PYTEST[1:], *SHARED, "-m", "not browser and not install", *arguments]
    return subprocess.call(command, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
