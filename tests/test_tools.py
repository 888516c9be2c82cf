"""The commands tell what is broken and what to install; nothing is left out in silence."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from hypothesis import settings
from packaging.utils import canonicalize_name

from bench.table import Table, spread
from tools import check, lowest, new_venv, soak
from tools.chromium import NoChromium, chromium, named
from tools.lab import command

ROOT = Path(__file__).resolve().parent.parent


def test_no_chromium_at_all_fails_and_says_what_to_install() -> None:
    with pytest.raises(NoChromium, match="apt-get install chromium"):
        chromium((lambda: None, lambda: None))


def test_a_chromium_that_is_named_and_not_there_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(NoChromium, match="no-such-browser"):
        named()


def test_checking_stops_at_the_first_part_that_is_broken(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    parts = [
        check.Part(name, "", (sys.executable, "-c", f"import sys; sys.exit({code})"))
        for name, code in (("fine", 0), ("broken", 3), ("never", 0))
    ]
    monkeypatch.setattr(check, "PARTS", tuple(parts))
    assert check.main([]) == 3
    out = capfd.readouterr().out
    assert "fine holds" in out
    assert "broken is broken" in out
    assert "never" not in out


def test_an_unknown_part_is_answered_with_those_there_are() -> None:
    with pytest.raises(SystemExit, match="ruff, format, mypy, imports, tsc, pytest"):
        check.main(["pylint"])


def test_quick_is_every_part_with_tests_that_there_are() -> None:
    assert [part.name for part in check.chosen(["quick"])] == [*(part.name for part in check.PARTS[:-1]), "few"]
    assert all((ROOT / test.partition("::")[0]).is_file() for test in check.QUICK)


def test_an_old_python_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    assert "needs Python 3.10 or later" in new_venv.main()


def test_the_lab_opens_on_the_quickstart_and_takes_more_arguments() -> None:
    plain = command(["--no-browser"], root=False)
    assert "--LabApp.default_url=/lab/tree/quickstart.ipynb" in plain
    assert plain[-1] == "--no-browser"
    assert "--allow-root" not in plain
    assert "--allow-root" in command([], root=True)


def test_make_alone_says_what_there_is_to_make() -> None:
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(f"make {target}" in said for target in ("lab", "test", "shots", "bench", "clean"))


def test_a_table_is_markdown_with_numbers_to_the_right() -> None:
    table = Table(("case", "median (ms)"), (("one", 1.23456), ("two", 20)), "Measured twice.")
    assert table.markdown().splitlines() == [
        "| case | median (ms) |",
        "| --- | ---: |",
        "| one | 1.235 |",
        "| two | 20 |",
        "",
        "Measured twice.",
    ]


def test_spread_is_the_median_and_its_quartiles() -> None:
    assert spread([1, 2, 3, 4, 5]) == (3, 2, 4)


def test_every_package_has_a_floor_that_can_be_run() -> None:
    floors = lowest.floors()
    assert "av==17.0.0" in floors
    assert {"anywidget", "numpy", "pandas", "requests", "pytest"} < {floor.partition("==")[0] for floor in floors}
    assert check.chosen(["lowest"]) == (check.LOWEST,)
    assert check.LOWEST not in check.chosen([])


def test_every_package_that_is_imported_is_declared() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    needs = "".join(project.partition(f"\n{of} = [")[2].partition("\n]")[0] for of in ("dependencies", "arrow"))
    declared = {canonicalize_name(name) for name in re.findall(r'^    "([\w.-]+)', needs, re.MULTILINE)}
    found: dict[str, str] = {}
    for path in (ROOT / "kling_widget").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            found |= {name.partition(".")[0]: path.name for name in names}
    packages = packages_distributions()
    others = {name: where for name, where in found.items() if name not in {*sys.stdlib_module_names, "kling_widget"}}
    assert {"traitlets", "requests"} <= set(others)
    assert {
        name: where
        for name, where in others.items()
        if not declared & set(map(canonicalize_name, packages.get(name, ())))
    } == {}


def test_the_tests_draw_the_same_examples_and_a_soak_new_ones() -> None:
    assert settings.get_profile("fixed").derandomize
    assert not settings.get_profile("soak").derandomize
    promises, *properties = soak.commands(3)
    assert "--rounds=3" in promises
    assert len(properties) == 3
    assert all("--hypothesis-profile=soak" in command for command in properties)


def test_a_commit_is_checked_by_the_parts_that_make_test_runs() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    parts = [part.name for part in check.PARTS if part.name != "pytest"]
    assert re.findall(r"^      - id: (\w+)$", hooks, re.MULTILINE) == parts
    assert re.findall(r"entry: make --no-print-directory test ARGS=(\w+)$", hooks, re.MULTILINE) == parts


def test_a_forge_runs_the_two_commands_on_every_python_that_is_supported() -> None:
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8")
    assert {"run: make lab ARGS=--version", "run: make test"} <= set(map(str.strip, workflow.splitlines()))
    supported = re.findall(r":: Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8"))
    assert [version for version in supported if f'"{version}"' not in workflow] == []


def test_whoever_carries_on_finds_what_is_named() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(r"`((?:kling_widget|tests|tools|docs|bench)/[\w/.]+)`", page)
    assert named
    assert [path for path in named if not (ROOT / path).exists() and "schema_N" not in path] == []
