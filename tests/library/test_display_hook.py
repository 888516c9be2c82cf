"""A take shows itself and a library becomes a page, whatever was imported; a script without either has no widgets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kling_widget.store import Store
from tests.made import a_record, put_take

_SCRIPT = """
import sys
from kling_widget import Library
library = Library(sys.argv[1], tend=False)
take = library.takes()[0]
assert "ipywidgets" not in sys.modules
page = library.export_html(sys.argv[2], [take])
assert take.prompt in page.read_text("utf-8")
take._ipython_display_()
assert "ipywidgets" in sys.modules
library.close()
"""


def test_a_script_that_imports_the_library_alone_shows_a_take_and_writes_a_page(tmp_path: Path) -> None:
    store = Store.in_folder(tmp_path)
    put_take(store, a_record("A fox in snow", state="failed", settled=True))
    store.close()
    command = [sys.executable, "-c", _SCRIPT, str(tmp_path), str(tmp_path / "page.html")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
