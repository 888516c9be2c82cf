"""What a page does with a panel's faces, without a page: it sends commands, and hears the answers."""

from __future__ import annotations

import time
from typing import Any

from kling_widget import Library, Studio
from kling_widget.practice import PracticeServer
from kling_widget.store import Record

KEY = "wsk_live_canary_studio_tests"
FOX = "A red fox crosses fresh snow"


class Page:
    """What a page does: it sends commands to a face, and hears the answers."""

    def __init__(self, face: Any) -> None:
        self.face, self.heard = face, list[Any]()
        face.send = lambda content, buffers=None: self.heard.append((content, list(buffers or ())))

    def tell(self, kind: str, known: str = "", **fields: Any) -> dict[str, Any]:
        """Send a command; gives its answer, and nothing where there was none."""
        name = known or f"c{len(self.heard)}-{time.monotonic_ns()}"
        before = len(self.heard)
        self.face._receive(self.face, {"id": name, "kind": kind, **fields}, [])
        answers = [content for content, _ in self.heard[before:] if content.get("re") == name]  # others come between
        return answers[0] if answers else {}


def click(
    studio: Studio, known: str = "", *, takes: int = 1, price: str = "", confirmed: bool = True, **values: Any
) -> dict[str, Any]:
    """Click on Generate, with the controls as the page shows them, and say yes where the page asks once more."""
    offered = {tag["takes"]: tag["price"] for tag in studio._ordering.button.batches}
    seen = {**studio._builder.values, **values}
    return Page(studio._ordering.button).tell(
        "generate",
        known,
        values=seen,
        takes=takes,
        price=price or offered[takes],
        confirmed=confirmed,
        model=studio._ordering.button.model,
    )


def typed(studio: Studio, **values: Any) -> None:
    """Type into controls, as the page does: also what the model would not take."""
    for name, value in values.items():
        studio._builder._controls.by_name[name].value = value


def submits(server: PracticeServer) -> list[dict[str, Any]]:
    return [post for post in server.view()["posts"] if post["call"] == "submit"]


def takes(library: Library) -> list[Record]:
    return library._gateway.records()
