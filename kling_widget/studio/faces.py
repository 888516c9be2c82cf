"""The panel's own widgets. Each shows plain traits and turns commands into calls; none of them knows the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import traitlets as t

from ..errors import KlingError
from ..face import Answer, Buffers, Command, Face, css, esm
from ..screen.deciding import named

HERE = Path(__file__).parent
ROW_CSS = HERE.parent / "screen" / "row.css"


class Bar(Face):
    """The line above the panel: the model, whether takes cost money, and what was spent.

    Parameters
    ----------
    choose
        Called with the name of the model that a person chose.
    """

    _esm = esm(HERE / "bar.js")
    _css = css(HERE / "studio.css", HERE / "builder.css")

    commands: ClassVar[Mapping[str, str]] = {"choose": "_choose"}

    model = t.Unicode(help="The model, by its name on the service.").tag(sync=True)
    models: t.List[Any] = t.List(help="The models to choose from, as `view.models` says them.").tag(sync=True)
    live = t.Bool(False, help="Whether takes cost money.").tag(sync=True)
    unsure = t.Bool(False, help="Whether it is not known, or nothing can be made there.").tag(sync=True)
    mode = t.Unicode(help="Where takes are made: `Practice · no cost`, or `Live` and the service's host.").tag(
        sync=True
    )
    how = t.Unicode(help="What that means and how to change it, in a sentence or two.").tag(sync=True)
    spent = t.Dict(help="Today's money, as `budget.spent` says it.").tag(sync=True)
    balance = t.Unicode(help="What the account has, for a person; empty where nobody knows.").tag(sync=True)
    notice = t.Unicode(help="What is to be known about this library before it is used; empty if nothing is.").tag(
        sync=True
    )

    def __init__(self, choose: Callable[[str], None], **traits: Any) -> None:
        self._on_choose = choose
        super().__init__(**traits)

    def _choose(self, command: Command, _buffers: Buffers) -> None:
        self._on_choose(str(command.get("model")))


class Seconds(Face):
    """How long the clip will be. Any value may be set; what the model does not take is said beside it."""

    _esm = esm(HERE / "seconds.js")

    value = t.Any(5, help="Length in seconds.").tag(sync=True)
    low = t.Int(3, help="The shortest clip, in seconds.").tag(sync=True)
    high = t.Int(15, help="The longest clip, in seconds.").tag(sync=True)
    quick = t.List(t.Int(), help="Lengths with a button of their own, in seconds.").tag(sync=True)
    problem = t.Unicode(help="What is wrong with the value; empty if nothing is.").tag(sync=True)


class Draft(Face):
    """Draft or final: the cheapest length and sound to try a prompt with, or those that are meant."""

    _esm = esm(HERE / "draft.js")

    duration = t.Unicode(help="The control of the length, as a reference.").tag(sync=True)
    sound = t.Unicode(help="The control of the sound, as a reference.").tag(sync=True)
    draft = t.Dict(help="A draft's `duration` and `sound`.").tag(sync=True)
    final = t.Dict({"duration": 5, "sound": False}, help="The same of what is meant: the last that was no draft.").tag(
        sync=True
    )


class Go(Face):
    """The button that costs money.

    A click's command holds every control's value and the price, as the person saw them: what a busy kernel has not
    heard yet counts, and a price that is no longer true is not charged.

    Parameters
    ----------
    generate
        Called with the values, the number of takes, the price that was on the button, whether the person was asked
        about it once more, and the model that the page showed; gives the answer.
    """

    _esm = esm(HERE / "go.js")
    commands: ClassVar[Mapping[str, str]] = {"generate": "_generate"}

    fields = t.Dict(help="The controls, as references: input -> widget.").tag(sync=True)
    groups = t.List(t.Unicode(), help="Controls of several inputs at once, as references.").tag(sync=True)
    model = t.Unicode(help="The model that the controls are for, by its name on the service.").tag(sync=True)
    code = t.Unicode(help="What shows the request as code, as a reference; empty if nothing does.").tag(sync=True)
    batches: t.List[Any] = t.List(help="What can be asked for, as `form.price_tags` says it.").tag(sync=True)
    quote = t.Unicode(help="What the service itself says of the price, where it says something else.").tag(sync=True)
    tariff = t.Dict(help="All prices, as `form.tariff` says them: what is shown is never older than the controls.").tag(
        sync=True
    )
    takes = t.Int(1, help="How many takes a click asks for: one of the batches.").tag(sync=True)
    note = t.Unicode(help="Small words beside the button.").tag(sync=True)
    said = t.Unicode(help="What became of the last click, where it became known later.").tag(sync=True)
    tone = t.Unicode("ok", help="`ok` or `bad`.").tag(sync=True)

    def __init__(
        self, generate: Callable[[Mapping[str, Any], int, str, bool, str], Mapping[str, Any]], **traits: Any
    ) -> None:
        self._ask = generate
        super().__init__(**traits)

    def _generate(self, command: Command, _buffers: Buffers) -> Answer:
        values = command.get("values")
        takes, price = command.get("takes"), command.get("price")
        if not isinstance(values, Mapping) or not isinstance(takes, int) or not isinstance(price, str):
            raise KlingError("The page's request can't be read, so nothing was sent. Run the cell again.")
        return self._ask(values, takes, price, command.get("confirmed") is True, str(command.get("model")))


class Queue(Face):
    """What is under way, and what ended without a clip.

    Parameters
    ----------
    edit, dismiss, stop
        Called with a take's id.
    decide
        Called with a take's id and that of the task which it is, or None.
    accept, again
        Called with the id of a take whose file could not be vouched for: to use it as it is, to fetch it once more.
    """

    _esm = esm(HERE / "queue.js")
    _css = css(ROW_CSS)
    commands: ClassVar[Mapping[str, str]] = {
        "edit": "_edit",
        "dismiss": "_dismiss",
        "stop": "_stop",
        "decide": "_decide",
        "accept": "_accept",
        "again": "_again",
    }

    rows: t.List[Any] = t.List(help="Takes as `screen.row.row` says them.").tag(sync=True)

    def __init__(
        self,
        edit: Callable[[str], None],
        dismiss: Callable[[str], None],
        stop: Callable[[str], None],
        decide: Callable[[str, str | None], None],
        accept: Callable[[str], None] = lambda take: None,
        again: Callable[[str], None] = lambda take: None,
        **traits: Any,
    ) -> None:
        self._on_edit, self._on_dismiss, self._on_stop, self._on_decide = edit, dismiss, stop, decide
        self._on_accept, self._on_again = accept, again
        super().__init__(**traits)

    def _edit(self, command: Command, _buffers: Buffers) -> None:
        self._on_edit(str(command.get("take")))

    def _dismiss(self, command: Command, _buffers: Buffers) -> None:
        self._on_dismiss(str(command.get("take")))

    def _stop(self, command: Command, _buffers: Buffers) -> None:
        self._on_stop(str(command.get("take")))

    def _decide(self, command: Command, _buffers: Buffers) -> None:
        self._on_decide(str(command.get("take")), named(command))

    def _accept(self, command: Command, _buffers: Buffers) -> None:
        self._on_accept(str(command.get("take")))

    def _again(self, command: Command, _buffers: Buffers) -> None:
        self._on_again(str(command.get("take")))


class Shelf(Face):
    """All takes of the library, as posters or as a table.

    Parameters
    ----------
    find
        Called with what was typed and the filter's word.
    show
        Called with the id of the take to put on the screen.
    add
        Called with the id of the take to put beside what is there, or to take off.
    poster
        Gives a take's poster as JPEG, or None where there is none.
    """

    _esm = esm(HERE / "shelf.js")
    _css = css(HERE / "shelf.css")
    commands: ClassVar[Mapping[str, str]] = {
        "find": "_find",
        "show": "_show",
        "add": "_add",
        "poster": "_poster",
    }

    takes: t.List[Any] = t.List(help="The newest takes that fit, as `view.card` says them.").tag(sync=True)
    headings = t.List(t.Unicode(), help="The table's columns, those of `Library.history`.").tag(sync=True)
    sum = t.Unicode(help="How many takes there are, and what they came to.").tag(sync=True)
    search = t.Unicode(help="Words that a take's prompt, tags or note must hold.").tag(sync=True)
    status = t.Unicode("all", help="One of `statuses`.").tag(sync=True)
    statuses = t.List(t.Unicode(), help="What the shelf can be narrowed to.").tag(sync=True)
    arrangement = t.Unicode("posters", help="`posters` or `table`.").tag(sync=True)
    shown = t.List(t.Unicode(), help="The takes on the screen, by their ids, in the screen's order.").tag(sync=True)

    def __init__(
        self,
        find: Callable[[str, str], None],
        show: Callable[[str], None],
        add: Callable[[str], None],
        poster: Callable[[str], bytes | None],
        **traits: Any,
    ) -> None:
        self._on_find, self._on_show, self._on_add, self._on_poster = find, show, add, poster
        super().__init__(**traits)

    def _find(self, command: Command, _buffers: Buffers) -> None:
        status = str(command.get("status"))
        if status not in self.statuses:
            raise KlingError(f"Takes can't be narrowed to {status!r}. There are: {', '.join(self.statuses)}.")
        self._on_find(str(command.get("search", "")), status)

    def _show(self, command: Command, _buffers: Buffers) -> None:
        self._on_show(str(command.get("take")))

    def _add(self, command: Command, _buffers: Buffers) -> None:
        self._on_add(str(command.get("take")))

    def _poster(self, command: Command, _buffers: Buffers) -> Answer:
        found = self._on_poster(str(command.get("take")))
        return {}, [found] if found else []


class Invite(Face):
    """What stands in the screen's place while the library is empty."""

    _esm = esm(HERE / "invite.js")

    prompt = t.Unicode(help="The prompt's control, as a reference.").tag(sync=True)
    examples = t.List(t.Unicode(), help="Prompts to begin with.").tag(sync=True)


def close(widget: Any) -> None:
    """Close a widget with all that is in it: ipywidgets leaves those behind."""
    for child in getattr(widget, "children", ()):
        close(child)
    widget.close()
