"""The built wheel, alone in a new environment, is whole: what it shows and what it runs need no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.install, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parent.parent
BUILT = "kling_widget/widgets/built/"
PAGE_SOURCES = (".js", ".css")  # the package carries what is built of them, and their maps
FIRST_TAKE = """
import pathlib, sys
import kling_widget
from kling_widget import Studio, generate

assert "site-packages" in kling_widget.__file__, kling_widget.__file__
take = generate("A red fox in snow", duration=3)
take.wait(timeout=60)
assert take.status == "completed", take
clip = pathlib.Path(take.video)
assert clip.read_bytes()[4:8] == b"ftyp", clip
assert clip.is_relative_to(pathlib.Path.cwd()), clip
Studio()
print(clip)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, so that both are known to be whole."""
    folder = tmp_path_factory.mktemp("dist")
    # Built with the hatchling at hand: a fresh one in a fresh environment would tell nothing more.
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, stdin=subprocess.DEVNULL)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_all_that_the_package_is_and_nothing_else(wheel: Path) -> None:
    written = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "kling_widget").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    sources = {name for name in written if name.endswith(PAGE_SOURCES) and not name.startswith(BUILT)}
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == written - sources
    assert {Path(name).name for name in packed if name.startswith(BUILT)} >= {"page.js", "page.js.map", "page.css"}


def test_a_source_distribution_is_installed_without_node(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--no-isolation", "--sdist", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, stdin=subprocess.DEVNULL)
    (source,) = tmp_path.glob("*.tar.gz")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    bare = {**os.environ, "PATH": str(tmp_path)}  # neither node nor npm
    command = [*pip, "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env=bare)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert f"{BUILT}page.js" in archive.namelist()


def test_the_wheel_alone_makes_a_clip_in_practice(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", str(wheel)]
    subprocess.run(install, check=True, stdin=subprocess.DEVNULL)
    work = tmp_path / "work"
    work.mkdir()
    ran = subprocess.run(
        [str(python), "-I", "-c", FIRST_TAKE],
        cwd=work,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.strip()).exists()
