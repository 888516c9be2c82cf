"""The counter: what the builder holds is priced, checked, ordered; and what became of the click is said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...errors import KlingError, Problem, RequestError, SettingsError
from ...library import Library
from ...request import model_names
from ...request.catalog import TOOL, Catalog, Model
from ...request.code import ParsedRequest
from ...request.money import Micros, dollars, micros
from ...request.video_request import VideoRequest
from ...service.service import Service
from ...store import Record
from ...store.media_types import input_kind
from ..builder import carry_over, form, order
from ..builder.builder import Builder
from ..builder.generate import Go
from ..builder.origin import Origin
from ..history import cards
from . import budget, saved_draft, view
from .library_bindings import Workshop
from .saved_draft import Draft, Remembered
from .service_queries import Inquiry

log = logging.getLogger(__name__)

_WORDS = 200  # characters of a prompt that are told

Begin = Callable[[list[str], VideoRequest, int, str], None]


class Counter:
    """The builder, its price and its button.

    Parameters
    ----------
    library, service
        Where takes are kept, and where they are made.
    model
        The model to begin with.
    asking
        When a click is asked about once more.
    begin
        Writes takes down: names them in a list, those before a refused one too; then the request, how many, the parent.
    look
        Shows what changed.
    chosen
        Called with the name of the model that the builder is for, where that changed.

    Attributes
    ----------
    builder, go, workshop
        The faces.
    """

    def __init__(
        self,
        library: Library,
        service: Service,
        model: Model,
        asking: form.Asking,
        begin: Begin,
        look: Callable[[], None],
        chosen: Callable[[str], None],
    ) -> None:
        self._library, self._service, self._asking = library, service, asking
        self._begin, self._look, self._chosen = begin, look, chosen
        self._parent = ""
        self._before: Draft | None = None  # what stood in the builder before something was put there
        self._filled_in: Draft | None = None  # what was put there, which a person may lose while nobody changed it
        self._back_is_filled = False  # whether what can be put back was put there too
        self._promoted: set[str] = set()
        self.origin = Origin(self._let_go, self._put_back)
        self.workshop = Workshop(library, service, self._filled)
        self.builder = Builder(
            model,
            self._changed,
            elements=self.workshop.elements,
            media=self.workshop.media,
            beside_prompt=(self.workshop.help,),
        )
        self.workshop.help.prompt = self.builder.references()["prompt"]
        self.go = Go(
            self._clicked,
            fields=self.builder.references(),
            groups=self.builder.groups(),
            code=f"anywidget:{self.workshop.code.model_id}",
        )
        self.go.note = view.note(service)
        self.builder.multi_prompt.prices = f"anywidget:{self.go.model_id}"
        self.builder.watch_final(look)
        self.inquiry = Inquiry(library, service, self._asked)
        self.workshop.code.observe(lambda _change: self._show_code(), "shown")
        self._remembered = Remembered(library, self._now)
        self._renew()
        self.tell()

    def resume(self, wanted: Model | None) -> None:
        """Bring back what was being written in the last panel, for ``wanted`` where a model was asked for."""
        self.workshop.resume()
        # Where the library opened after the page, a person may have begun to write.
        if self._is_empty(self._now()) and (found := saved_draft.read(self._library)):
            self._put(found)
            if wanted is not None and wanted.id != self.model.id:
                self.choose(wanted.id)
        self._remembered.begin()

    @property
    def model(self) -> Model:
        """The model that the builder is for."""
        return self.builder.model

    def choose(self, name: str) -> None:
        """Be for another model, and say what it does not take. Raises ``RequestError`` where there is none."""
        before = self.builder.values
        dropped = self.builder.choose(find(self._library, name))
        self._renew()
        self.tell()
        self.say(carry_over.told(self.model, cards.model_name(self.model), before, self.builder.values, dropped), "ok")

    def costs(self, live: bool) -> None:
        """Show prices as real money, or as play money."""
        if live is not self._asking.live:
            self._asking = replace(self._asking, live=live)
            self.go.note = view.note(self._service)
            self._renew()
            self.tell()

    def request(self) -> VideoRequest:
        """What the builder holds. Raises ``RequestError`` where the model would not take it."""
        self.builder.touch_all()
        self.tell()
        if coming := self._coming():
            raise RequestError([Problem(name, "It is still on its way, or failed.") for name in coming])
        held = form.check(self.model, self.builder.values).inputs
        return VideoRequest(model=self.model.id, catalog=self._library.catalog, **held)

    def fill(self, model: str, inputs: Mapping[str, Any], *, parent: str = "", word: str = "Remix") -> tuple[str, ...]:
        """Put a request into the builder; gives the names of inputs that could not be taken over.

        What a person wrote there can be put back. The next take is a child of ``parent``, a take's id.
        """
        stood = self._now()
        if self._library.catalog.get(model) and model != self.model.id:
            self.builder.choose(find(self._library, model))
            self._renew()
        values, left_out = form.from_inputs(self.model, inputs)
        self.builder.fill(values)
        self._parent = parent
        if stood not in (self._filled_in, self._now()) and not self._is_empty(stood):
            self._before, self._back_is_filled = stood, False
        self._filled_in = self._now()
        self._show_origin(word)
        return left_out

    def refill(self, record: Record, *, parent: bool) -> None:
        """Put a take's request into the builder, to be changed; the next take is then a child of it."""
        left_out = self.fill(record.model, record.inputs, parent=record.id if parent else "")
        self.say(f"Left out, as there is no control for it here: {', '.join(left_out)}." if left_out else "", "ok")

    def taken(self) -> str:
        """The take that the next one is a child of, which is asked for now; empty where there is none."""
        parent, self._parent, self._before = self._parent, "", None
        self._show_origin()
        return parent

    def meant(self, request: VideoRequest) -> Mapping[str, Any] | None:
        """What the final has otherwise, where this request is a draft."""
        return form.meant(self.model, request.inputs, self.builder.final) if request.model == self.model.id else None

    def actions(self, record: Record) -> list[list[str]]:
        """What can be done with a take on the screen: pairs of a name and what the button says."""
        offered = [["remix", "Remix"]]
        request = self._final_of(record)
        if request is not None:
            sound = ", sound" if request.value("sound") else ""
            more = dollars(request.estimate_micros - record.estimate)
            price = dollars(request.estimate_micros)
            # A draft that does not say what it is for goes into the builder first: it is seen before it is sent.
            what = "Final" if record.meant else "Final…"
            words = f"{what}: {request.seconds} s{sound} · {price}"
            # The price is part of the name: a click on one that is no longer true is refused.
            offered.append([f"final {request.seconds}{sound} {price}", f"{words} ({more} more)"])
        return offered

    def offers(self, shown: Sequence[Record], parent: Callable[[Record], Record | None]) -> dict[str, list[list[str]]]:
        """What can be done with each take on the screen; one that stands alone can be compared with its parent."""
        offered = {str(record.id): self.actions(record) for record in shown}
        if len(shown) == 1 and parent(shown[0]):
            offered[shown[0].id].append(["compare", "Compare with its parent"])
        return offered

    def act(self, record: Record, action: str) -> None:
        """Do what a button under the clip says."""
        if action not in [name for name, _ in self.actions(record)]:
            raise KlingError(
                "The price changed before the click was heard. Nothing was sent: look at it and click again."
            )
        request = self._final_of(record) if action.startswith("final ") else None
        if request is None:
            self.refill(record, parent=True)
        elif not record.meant or self._asking.of(1, request.estimate_micros) or any(map(input_kind, request.inputs)):
            self.fill(request.model, request.inputs, parent=record.id, word="Final")
            self.say(
                f"The final is in the builder: Generate makes it, for about {dollars(request.estimate_micros)}.", "ok"
            )
        else:
            self._promoted.add(record.id)
            self._order(order.Order(request, 1), record.id)

    def tell(self) -> None:
        """Show prices and problems of what the builder holds."""
        values, model = self.builder.values, self.model
        checked = form.check(model, values)
        put(self.go, batches=form.price_tags(model, values, self._asking))
        if homeless := self.builder.say(checked.problems):
            self.say(homeless, "bad")
        heard = "sound" in model.fields
        self.workshop.help.look(str(values["prompt"]), sound=bool(values["sound"]), has_sound=heard)
        if not checked.problems:
            self.inquiry.price(model, checked.inputs)
        if self.workshop.code.shown:
            self._show_code()

    def say(self, words: str, tone: str) -> None:
        """Say something below the button; ``tone`` is ``"ok"`` or ``"bad"``."""
        put(self.go, tone=tone, said=words)

    def _final_of(self, record: Record) -> VideoRequest | None:
        """The final of a draft, as it was meant, else as the builder has it; None where it is none, or has one."""
        if record.state != "completed" or record.id in self._promoted:
            return None
        model = self._library.catalog.get(record.model)
        return (
            None
            if model is None
            else form.promoted(model, record.inputs, record.meant or self.builder.final, self._library.catalog)
        )

    def _renew(self) -> None:
        """Show the prices of another model, and its name."""
        self._chosen(self.model.id)
        put(self.go, model=self.model.id)
        put(self.go, tariff=form.tariff(self.model, self._asking))
        heard = "sound" in self.model.fields
        put(self.workshop.help, sound=self.builder.references()["sound"] if heard else "")

    def _asked(self) -> None:
        put(self.go, quote=self.inquiry.quote)
        self._look()

    def _show_code(self) -> None:
        held = form.inputs(self.model, self.builder.values)
        self.workshop.show_code(self.model.id, held)

    def _filled(self, asked: ParsedRequest) -> str:
        """Take over a request that was pasted."""
        left_out = (*asked.left_out, *self.fill(asked.model or self.model.id, asked.inputs))
        said = [f"Filled in: {', '.join(asked.inputs) or 'nothing'}."]
        if left_out:
            said.append(f"Left out: {', '.join(dict.fromkeys(left_out))}.")
        return " ".join([*said, *asked.notes])

    # Where the request comes from

    def _now(self) -> Draft:
        return Draft(self.model.id, self.builder.values, self._parent)

    def _put(self, draft: Draft) -> None:
        if draft.model != self.model.id:
            self.builder.choose(find(self._library, draft.model))
            self._renew()
        self.builder.fill(draft.values)
        self._parent = draft.parent if self._known(draft.parent) else ""
        self._filled_in = None  # it is a person's own, and not to be lost to the next remix
        self._show_origin()

    def _put_back(self) -> None:
        """Exchange what stands there with what stood there before: pressed twice, nothing has changed."""
        before, stood = self._before, self._now()
        if before is not None:
            filled = stood == self._filled_in
            self._put(before)
            self._before, self._filled_in = stood, self._now() if self._back_is_filled else None
            self._back_is_filled = filled
            self._show_origin()
        self.say("", "ok")

    def _let_go(self) -> None:
        self._parent = ""
        self._show_origin()
        self._remembered.changed()

    def _show_origin(self, word: str = "Remix") -> None:
        parent, before = self._known(self._parent), self._before
        put(
            self.origin,
            word=word,
            of=" ".join(parent.words.split())[:_WORDS] if parent else "",
            before=str(before.values["prompt"])[:_WORDS] if before else "",
            replaced=before is not None,
        )

    def _known(self, take: str) -> Record | None:
        try:
            return self._library.record(take) if take else None
        except KlingError:
            return None

    def _is_empty(self, draft: Draft) -> bool:
        model = self._library.catalog.get(draft.model)
        return model is not None and not draft.parent and dict(draft.values) == form.defaults(model)

    def _changed(self) -> None:
        self.tell()
        self._remembered.changed()

    # What the page asks. It runs on whichever thread the host chooses, and waits for nothing.

    def _coming(self) -> list[str]:
        """Places whose picture or video is not ready: a request would go without it."""
        self.workshop.media.renew()
        return self.workshop.media.waiting()

    def _clicked(
        self, values: Mapping[str, Any], takes: int, price: str, confirmed: bool, model: str
    ) -> Mapping[str, Any]:
        self.say("", "ok")
        if model != self.model.id:
            return {
                "said": "Another model was chosen meanwhile. Nothing was sent: look and click again.",
                "refused": True,
            }
        if refusal := self._service.refusal:
            return {"said": refusal, "refused": True}
        self.builder.fill(values, touch=True)
        if coming := self._coming():
            return {"said": f"Still on its way, or failed: {', '.join(coming)}. Nothing was sent.", "refused": True}
        asked = order.read(
            self.model,
            self.builder.values,
            takes,
            price,
            asking=self._asking,
            confirmed=confirmed,
            catalog=self._library.catalog,
        )
        if isinstance(asked, order.Refusal):
            if asked.focus:
                self.builder.touch_all()
            self.tell()
            return {"said": asked.said, "focus": asked.focus, "refused": True}
        spend, caps, practice = self._library.sums(), self._library.caps(), self._service.practice
        if over := budget.refusal(spend, caps, practice, asked.request.estimate_micros, asked.takes):
            return {"said": over, "refused": True}
        self._order(asked, self.taken())
        return {"said": f"Confirmed: {takes} take{'' if takes == 1 else 's'} for about {price}."}

    def _order(self, asked: order.Order, parent: str) -> None:
        self._library.engine.soon(lambda: self._carry_out(asked, parent))

    # What the engine's thread does.

    def _carry_out(self, asked: order.Order, parent: str) -> None:
        made: list[str] = []
        try:
            self._begin(made, asked.request, asked.takes, parent)
        except Exception as error:
            self._promoted.discard(parent)
            if not made and not self._parent:  # nothing was generated: it is still the remix that it was
                self._parent = parent
                self._show_origin()
            self.say(f"{f'{len(made)} of {asked.takes} takes were begun. ' if made else ''}{error}", "bad")
            log.exception("a take could not be begun")
        self._look()


def find(library: Library, model: str) -> Model:
    """A model that a library knows and that makes clips. Raises ``RequestError`` where there is none of that name."""
    return maker(model, library.catalog)


def maker(model: str, catalog: Catalog) -> Model:
    """A model of a catalogue that makes clips, as a person names it. Raises ``RequestError`` where there is none."""
    found = model_names.find(model, catalog)
    if found.kind == TOOL:
        raise RequestError([Problem("model", f"{found.name} makes no clips.")])
    return found


def limit(amount: float | str) -> Micros:
    """The sum above which a click is asked about once more. Raises ``SettingsError`` where it is no amount of money."""
    try:
        return micros(str(amount).strip().removeprefix("$"))
    except ValueError as error:
        raise SettingsError(f"confirm_above is an amount of dollars, such as 2.00; this is {amount!r}.") from error


def put(widget: Any, **values: Any) -> None:
    """Assign traits whose value changed, one plain assignment at a time."""
    for name, value in values.items():
        if getattr(widget, name) != value:
            setattr(widget, name, value)
