"""What the pages load: modules that are joined share one scope, where a name can stand for one thing only."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from kling_widget.widgets.base.widget import esm

HOME = Path(__file__).parents[2] / "kling_widget"
TOP = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)


@pytest.mark.parametrize("entry", sorted(HOME.rglob("*.js")), ids=lambda entry: str(entry.relative_to(HOME)))
def test_no_two_modules_of_a_page_use_one_name(entry: Path) -> None:
    names = Counter(TOP.findall(esm(entry)))
    assert [name for name, times in names.items() if times > 1] == []
