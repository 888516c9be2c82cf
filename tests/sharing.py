"""How tests are shared out to processes: a file to one of them, the browser's files to two."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it ships no types

BROWSERS = 2
"""How many Chromiums run at once at most."""

_BROWSER = "tests/browser/"


class Sharing(LoadFileScheduling):  # type: ignore[misc]  # it ships no types
    """Gives each file's tests to one process, and all of the browser's files to as many as there may be Chromiums.

    pytest-xdist's own groups (``--dist=loadgroup``) are read from a test's id, which pytest 9.2 no longer lets it set.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        if not file.startswith(_BROWSER):
            return file
        files = sorted({name.partition("::")[0] for name in self.collection or () if name.startswith(_BROWSER)})
        return f"browser {files.index(file) % BROWSERS}"
