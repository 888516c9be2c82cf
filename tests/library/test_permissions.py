"""A library is for its owner only, unless the person shares its folder."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

USE = """
import os, sys
os.umask(int(sys.argv[1], 8))
from pathlib import Path
from kling_widget import Library, generate
from kling_widget.request.prompt_help import Template, save
from kling_widget.library.exports import Export
from kling_widget.library.posters import choose_poster
folder = Path(sys.argv[2])
take = generate("A moon crosses the dusk", duration=3, library=folder, practice=True).wait(120)
library = take.library
choose_poster(library._gateway, take.id, b"\\xff\\xd8\\xff" + bytes(100) + b"\\xff\\xd9")
take.frame(0.5)
library._gateway.exports.make(take.record, Export("story"))
library.adopt(take.save_as(folder.parent / "saved.mp4"))
save(folder, Template("Rain", "mood", "Rain on [what]"))
library._gateway.media.keep(Path(sys.argv[3]))
library.close()
"""
"""What a person does with a library, so that files of every kind lie in it."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="this system has no such permissions")


@pytest.mark.parametrize("mask", ["000", "022"])
def test_a_new_library_is_for_its_owner_only(tmp_path: Path, mask: str) -> None:
    assert used(tmp_path, mask) == {"folders": {0o700}, "files": {0o600}}


@pytest.mark.parametrize("shared", [0o750, 0o775])
def test_a_folder_that_is_shared_keeps_its_permissions_and_new_files_follow_it(tmp_path: Path, shared: int) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library").chmod(shared)
    assert used(tmp_path, "077") == {"folders": {shared}, "files": {shared & 0o666}}


def used(tmp_path: Path, mask: str) -> dict[str, set[int]]:
    """Use a library under a file mode creation mask, and tell the permissions of all that lies in it then."""
    library, picture = tmp_path / "library", tmp_path / "fox.png"
    picture.write_bytes(_png())
    subprocess.run([sys.executable, "-c", USE, mask, str(library), str(picture)], check=True, timeout=150)
    entries = [library, *library.rglob("*")]
    places = {entry.relative_to(library).parts[0] for entry in entries[1:]}
    assert places >= {"library.db", "takes", "posters", "strips", "exports", "media", "practice", "templates.json"}
    return {
        "folders": {entry.stat().st_mode & 0o777 for entry in entries if entry.is_dir()},
        "files": {entry.stat().st_mode & 0o777 for entry in entries if entry.is_file()},
    }


def _png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (320, 320), "red").save(file, "PNG")
    return file.getvalue()
