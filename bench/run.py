"""Run the benchmarks and write what they measured, and on which machine, into RESULTS.md.

``python -m bench.run`` runs all and writes; ``python -m bench.run import_time`` only prints the one it names, and
``python -m bench.run --write import_time`` puts it in the place of what was measured before.
"""

from __future__ import annotations

import datetime
import importlib
import os
import pkgutil
import platform
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Protocol, cast

import bench

from .table import Table

RESULTS = Path(__file__).parent / "RESULTS.md"
VERSIONS = (
    "kling-widget",
    "anywidget",
    "ipywidgets",
    "jupyterlab",
    "ipykernel",
    "SQLAlchemy",
    "pandas",
    "av",
    "requests",
    "wavespeed",
)


class Benchmark(Protocol):
    """What a module in this folder is when it is a benchmark."""

    TITLE: str

    def run(self) -> Table:
        """Measure."""
        ...


def benchmarks() -> dict[str, Benchmark]:
    """All benchmarks of this folder, by the name of their module."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__))
    modules = {name: importlib.import_module(f"bench.{name}") for name in names if name != "run"}
    return {name: cast(Benchmark, module) for name, module in modules.items() if hasattr(module, "TITLE")}


def machine() -> str:
    """The machine in one line: cores, memory, system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB of memory, {_system()}"


def versions() -> str:
    """Python and the packages that matter, with their versions."""
    packages = ", ".join(f"{name} {metadata.version(name)}" for name in VERSIONS)
    return f"Python {platform.python_version()}, {packages}"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.system()} {platform.release()}"
    except OSError:
        return platform.platform()


def measure(name: str, benchmark: Benchmark) -> str:
    """Run one benchmark and write its section, with the day it was run."""
    print(f"{benchmark.TITLE} ({name}) ...", flush=True)
    started = time.monotonic()
    table = benchmark.run().markdown()
    print(f"{table}\n({time.monotonic() - started:.0f} s)\n", flush=True)
    return f"## {benchmark.TITLE}\n\n`bench/{name}.py`, {_today()}\n\n{table}\n"


def _today() -> str:
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def sections(results: str) -> dict[str, str]:
    """The sections of written results, by the benchmark that each is of."""
    parts = ["## " + part.rstrip() + "\n" for part in results.split("\n## ")[1:]]
    return {part.split("`bench/")[1].split(".py`")[0]: part for part in parts}


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all and write the results."""
    keep, names = "--write" in names, [name for name in names if name != "--write"]
    known = benchmarks()
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"No benchmark is called {', '.join(unknown)}. There are: {', '.join(known)}.")
    measured = {name: measure(name, known[name]) for name in names or known}
    if names and not keep:
        return
    head = f"# Results\n\nWritten by `make bench`, last on {_today()}.\n\n- {machine()}\n- {versions()}\n"
    found = {**(sections(RESULTS.read_text("utf-8")) if names else {}), **measured}
    RESULTS.write_text("\n".join([head, *(found[name] for name in known if name in found)]), "utf-8")
    print(f"Written to bench/{RESULTS.name}.")


if __name__ == "__main__":
    main(sys.argv[1:])
