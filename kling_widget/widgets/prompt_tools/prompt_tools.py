"""Help with the prompt: hints, templates, and the enhancer. It knows neither library nor service."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Literal

import traitlets as t

from ...errors import KlingError
from ...request.prompt_help import Blank, Own, Template, builtin, diff, hints, pieces
from ...text import is_blank
from ..base.messages import PRICE_CHANGED
from ..base.widget import Answer, Buffers, Command, CommandWidget

State = Literal["", "running", "done", "failed"]
"""How the enhancer is: at rest, at work, with a new text to decide about, or without one."""


def rows(own: Own) -> list[dict[str, Any]]:
    """All templates for the page, a person's own first: ``name``, ``kind``, ``text``, ``own``, and ``pieces``.

    ``pieces`` is the text taken apart, so that the page need not read blanks: strings, and ``{blank, choices}``.
    """
    return [_row(one, own=True) for one in own.templates] + [_row(one, own=False) for one in builtin()]


def _row(template: Template, own: bool) -> dict[str, Any]:
    blanks = [
        {"blank": piece.name, "choices": list(piece.choices)} if isinstance(piece, Blank) else piece
        for piece in pieces(template.text)
    ]
    return {"name": template.name, "kind": template.kind, "text": template.text, "own": own, "pieces": blanks}


def idle(*, offered: bool = False, price: str = "", styles: Sequence[str] = ()) -> dict[str, Any]:
    """The enhancer at rest, for the trait: whether it can be asked, its price for a person, and its styles."""
    return {
        "offered": offered,
        "price": price,
        "styles": list(styles),
        "state": "",
        "old": "",
        "new": "",
        "pieces": [],
        "words": "",
    }


class PromptTools(CommandWidget):
    """Help with the prompt, below its field.

    Parameters
    ----------
    enhance
        Called with the prompt and a style, when a person confirmed the price; the state is ``running`` by then, and
        stays so until `enhanced` or `not_enhanced` is called. If it raises, nothing was asked for.
    settle
        Called with whether the new text was taken.
    save
        Called with a template to keep.
    remove
        Called with the name of one of the person's own templates.
    """

    page_name = "promptTools"
    commands: ClassVar[Mapping[str, str]] = {
        "enhance": "_enhance",
        "settle": "_settle",
        "save": "_save",
        "remove": "_remove",
    }

    prompt = t.Unicode(help="The prompt's control, as a reference.").tag(sync=True)
    sound = t.Unicode(help="The sound's control, as a reference; empty where the model makes none.").tag(sync=True)
    hints: t.List[Any] = t.List(help="What the prompt leaves to chance, as `prompting.Hint` says it.").tag(sync=True)
    silenced = t.List(t.Unicode(), help="Names of hints that this panel shows no more; set in the page.").tag(sync=True)
    templates: t.List[Any] = t.List(help="All templates, as `rows` says them.").tag(sync=True)
    problem = t.Unicode(help="What of the person's own templates can't be read; empty if all can.").tag(sync=True)
    enhancer = t.Dict(
        help="`offered`, `price`, `styles`; `state` with the `old` text, the `new` one, their `pieces` as "
        "`prompting.diff` says them, and `words` for a person."
    ).tag(sync=True)

    def __init__(
        self,
        enhance: Callable[[str, str], None],
        settle: Callable[[bool], None],
        save: Callable[[Template], None],
        remove: Callable[[str], None],
        **traits: Any,
    ) -> None:
        self._on_enhance, self._on_settle, self._on_save, self._on_remove = enhance, settle, save, remove
        self._lock = threading.RLock()  # held where the enhancer's value is made from the one before it
        self._judged: tuple[str, bool, bool] = ("", False, False)
        super().__init__(**{"enhancer": idle(), "templates": rows(Own()), **traits})
        self.observe(lambda _change: self._hint(), "silenced")

    def show_hints(self, prompt: str, *, sound: bool, has_sound: bool) -> None:
        """Show the hints for a prompt. Cheap: may be called at every change."""
        self._judged = (prompt, sound, has_sound)
        self._hint()

    def show(self, own: Own) -> None:
        """Show a person's own templates beside the built-in ones."""
        self.templates, self.problem = rows(own), own.problem

    def offer(self, price: str, styles: Iterable[str]) -> None:
        """Offer the enhancer at a price, for a person, and with its styles. It stays as it is otherwise."""
        with self._lock:
            self.enhancer = {**self.enhancer, "offered": True, "price": price, "styles": list(styles)}

    def resume(self, old: str) -> None:
        """Show that the enhancer is at work on this prompt, as it was asked to before this panel was opened."""
        self._enhancer("running", old=old)

    def enhanced(self, new: str) -> None:
        """Show what the enhancer made of the prompt that it was given."""
        with self._lock:
            old = self.enhancer["old"]
            words = "The enhancer left your prompt as it is." if new == old else ""
            self._enhancer("done", old=old, new=new, pieces=[list(piece) for piece in diff(old, new)], words=words)

    def not_enhanced(self, words: str) -> None:
        """Say why the enhancer made nothing, and what it cost."""
        with self._lock:
            self._enhancer("failed", old=self.enhancer["old"], words=words)

    def _hint(self) -> None:
        prompt, sound, has_sound = self._judged
        found = [asdict(hint) for hint in hints(prompt, sound=sound, has_sound=has_sound, without=self.silenced)]
        if found != self.hints:
            self.hints = found

    def _enhancer(self, state: State, **changes: Any) -> None:
        with self._lock:
            offer = {name: self.enhancer[name] for name in ("offered", "price", "styles")}
            self.enhancer = {**idle(**offer), "state": state, **changes}

    def _enhance(self, command: Command, _buffers: Buffers) -> None:
        text, style, price = (command.get(name) for name in ("text", "style", "price"))
        if not isinstance(text, str) or is_blank(text):
            raise KlingError("There is no prompt to enhance yet. Nothing was sent and nothing was charged.")
        with self._lock:  # two commands at once are two threads' on some hosts, and each would cost
            offer = self.enhancer
            if not offer["offered"]:
                raise KlingError("There is no enhancer here. Nothing was sent and nothing was charged.")
            if offer["state"] == "running":
                raise KlingError("The enhancer is at work already. Nothing more was sent.")
            if price != offer["price"]:
                raise KlingError(PRICE_CHANGED)
            if style not in offer["styles"]:
                raise KlingError(f"The enhancer knows no style {style!r}. Nothing was sent and nothing was charged.")
            self._enhancer("running", old=text)
        try:
            self._on_enhance(text, str(style))
        except Exception:
            self._enhancer("")
            raise

    def _settle(self, command: Command, _buffers: Buffers) -> None:
        with self._lock:
            if self.enhancer["state"] not in ("done", "failed"):
                return  # settled already, in another view
            self._enhancer("")
        self._on_settle(command.get("accept") is True)

    def _save(self, command: Command, _buffers: Buffers) -> Answer:
        template = Template.read(command.get("template"))  # whose own `kind` is another than the command's
        self._on_save(template)
        return {"name": template.name}

    def _remove(self, command: Command, _buffers: Buffers) -> None:
        self._on_remove(str(command.get("name")))
