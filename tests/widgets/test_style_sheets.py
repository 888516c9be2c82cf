"""Style sheets and what they are for: a class that was renamed in one place alone leaves a widget without its looks."""

from __future__ import annotations

import re
from pathlib import Path

import kling_widget.widgets

WIDGETS = Path(kling_widget.widgets.__file__).parent
SOURCES = [path for path in WIDGETS.rglob("*") if "built" not in path.parts]


def classes(*suffixes: str) -> set[str]:
    """All names of classes in files that end so; ``kw-col-`` where the rest is put behind it."""
    texts = [path.read_text() for path in SOURCES if path.suffix in suffixes]
    return {name for text in texts for name in re.findall(r"(?<![-\w])kw-[a-z0-9-]+", text)}


def test_every_class_of_a_style_sheet_is_one_that_a_widget_wears() -> None:
    styled, worn = classes(".css"), classes(".js", ".py")
    begun = tuple(name for name in worn if name.endswith("-"))
    assert len(styled) > 100
    assert sorted(name for name in styled - worn if not name.startswith(begun)) == []
