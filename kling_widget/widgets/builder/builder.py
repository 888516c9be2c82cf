"""The builder: a form for a model's inputs, which shows the price and what has to change."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import traitlets as t

from ...errors import KlingError, LibraryError, Problem, RequestError
from ...library import Library
from ...request.catalog import O3_PRO, Catalog, Model, bundled
from ...request.video_request import VideoRequest
from ...service.service import choose
from ..base.composed_view import ComposedBox
from ..base.unknown_names import refuse_unknown
from ..base.widget import close, reference
from .carry_over import carried
from .controls import Controls
from .evaluation import ConfirmPolicy, Evaluation, Terms, evaluate, price_table
from .form import accepted, clip_model, defaults
from .generate import GenerateButton
from .library_bindings import LibraryBindings, elements_alone, media_alone
from .request_traits import INPUTS, RequestTraits

log = logging.getLogger(__name__)


class Builder(RequestTraits, ComposedBox):
    """A form for a request: a control for each input of a model, the price, and what has to change.

    Its inputs are traits by the API's own names: ``builder.duration = 10``, ``builder.observe(print, "price")``,
    ``jslink((slider, "value"), (builder, "duration"))``.

    Parameters
    ----------
    library
        A library, or its folder: its elements, uploads and templates are there to use. None: a form alone, which takes
        pictures by their addresses.
    model
        The model, by its name (``"O3 Pro"``) or its id on the service; O3 Pro unless given.
    practice
        Which service pictures are uploaded to, as in `Studio`.
    **inputs
        What the form begins with, by the API's own names.

    Attributes
    ----------
    model, prompt, duration, aspect_ratio, sound, multi_prompt, element_list, ...
        The model and its inputs. Setting one changes the form; `traitlets.TraitError` says what is wrong and allowed.
    problems : dict
        What has to change before a take can be made: input -> text.
    price : Decimal or None
        The estimate for one take, in dollars.

    Raises
    ------
    RequestError
        If there is no such model.
    TypeError
        If no model takes an input of that name. The message suggests what was meant.

    Examples
    --------
    >>> builder = Builder(model="O3 Pro", prompt="A red fox", duration=10)  # doctest: +SKIP
    >>> builder.price  # doctest: +SKIP
    Decimal('1.12')
    >>> take = library.generate(builder.request)  # doctest: +SKIP
    """

    _closed = _ready = False
    _policy: ConfirmPolicy | None = None  # of the prices that the button holds
    _watch: Callable[[], None] | None = None
    _soon: Callable[[Callable[[], None]], None] | None = None

    def __init__(
        self,
        library: Library | str | os.PathLike[str] | None = None,
        *,
        model: str | None = None,
        practice: bool | None = None,
        **inputs: Any,
    ) -> None:
        refuse_unknown(type(self), inputs, INPUTS)
        opened = library if isinstance(library, Library) or library is None else Library(library)
        self._library = opened
        chosen = clip_model(model or O3_PRO, self.catalog)
        self._service = choose(practice) if opened is not None else None
        self._bound = None if opened is None or self._service is None else LibraryBindings(opened, self._service)
        bound = self._bound
        self._controls = Controls(
            bound.elements if bound else elements_alone(),
            bound.media if bound else media_alone(),
            (bound.prompt_tools,) if bound else (),
        )
        if bound:
            bound.prompt_tools.prompt = reference(self._controls.by_name["prompt"])
        self._model = chosen
        self._terms = Terms()
        self._button: GenerateButton | None = None
        self._due = False
        self._evaluating = threading.Lock()  # so that what is evaluated last is what the controls hold
        self._after: list[Callable[[], None]] = []
        self._evaluation = evaluate(chosen, defaults(chosen))
        super().__init__(self._controls.all)
        self.add_class("kw").add_class("kw-builder").add_class("kw-studio")  # alone it is its own panel
        self.choose(chosen)
        self._controls.on_change(self._renew)
        self._ready = True
        self._renew()
        self.observe(self._put_in_control, ["model", *INPUTS])
        for name, value in inputs.items():
            setattr(self, name, value)
        if opened is not None:
            opened._gateway.when_open(self._opened, self._not_opened)

    @property
    def request(self) -> VideoRequest:
        """The request that the form holds. Raises ``RequestError``, with each problem, where the model refuses it."""
        self.touch_all()
        if waiting := self.waiting():
            raise RequestError([Problem(name, "It is still on its way, or failed.") for name in waiting])
        return VideoRequest(model=self._model.id, catalog=self.catalog, **self._evaluation.inputs)

    @property
    def library(self) -> Library | None:
        """The library whose elements and uploads it offers."""
        return self._library

    @property
    def bindings(self) -> LibraryBindings:
        """The widgets that need its library. Raises ``LibraryError`` where it has none."""
        if self._bound is None:
            raise LibraryError("This form has no library. Builder(Library()) has one.")
        return self._bound

    @property
    def catalog(self) -> Catalog:
        """The models to choose from."""
        return bundled() if self._library is None else self._library.catalog

    @property
    def evaluation(self) -> Evaluation:
        """What the form holds, and what that comes to."""
        return self._evaluation

    @property
    def values(self) -> dict[str, Any]:
        """What the controls hold, by field."""
        return self._controls.values

    @property
    def final(self) -> Mapping[str, Any]:
        """The length and the sound that are meant, where the form holds those of a draft."""
        found: Mapping[str, Any] = self._controls.draft.final
        return found

    def choose(self, model: Model) -> tuple[str, ...]:
        """Be for another model, and keep what carries over. Returns the names of what was dropped."""
        dropped: tuple[str, ...] = ()
        values = defaults(model)
        if self._ready:
            values, dropped = carried(self._model, model, self.values)
        self._model = model
        self._controls.suit(model, values)
        if self._bound:
            heard = "sound" in model.fields
            self._bound.prompt_tools.sound = reference(self._controls.by_name["sound"]) if heard else ""
        self._renew()
        return dropped

    def fill(self, values: Mapping[str, Any], *, touch: bool = False) -> None:
        """Put values into the controls, by field; ``touch`` counts them as a person's own."""
        self._controls.fill(values, touch=touch)
        self._renew()

    def touch_all(self) -> None:
        """From now on every problem is shown, as after a click on Generate."""
        self._controls.touch_all()
        self._show_problems()

    def waiting(self) -> list[str]:
        """Return the places whose picture or video is not ready: a request would go without it."""
        self._controls.media.renew()
        return self._controls.media.waiting()

    def set_terms(self, terms: Terms) -> None:
        """Evaluate under other terms: what was spent, the caps, the balance, when a click is confirmed."""
        if terms != self._terms:
            self._terms = terms
            self._renew()

    def refresh(self) -> None:
        """Show what the library says now of its elements and runs, and of what was spent."""
        if self._bound and self._library and self._library._gateway.is_open:
            self._bound.refresh()
            if self._watch:  # in a panel, the panel says what was spent
                practice = self._service is None or self._service.practice
                policy = ConfirmPolicy(live=not practice)
                self.set_terms(Terms(policy, self._library._gateway.sums(), self._library._gateway.caps(), practice))

    def renew_catalog(self) -> None:
        """Show what the library's catalog says now: the model may take other inputs, or cost less."""
        if self._bound:
            self._bound.renew_prices()
        fresh = self.catalog.get(self._model.id)
        if fresh is not None and fresh != self._model:
            self.choose(fresh)

    def close(self) -> None:
        """Take the form away."""
        self._closed = True
        self._stop_watching()
        for child in getattr(self, "children", ()):
            close(child)
        if self._ready and self._bound:
            self._bound.close()
        super().close()

    def __repr__(self) -> str:
        price = "no price" if self.price is None else f"${self.price:.2f}"
        stands = f"{len(self.problems)} to change: {', '.join(self.problems)}" if self.problems else "ready"
        return f"<Builder: a form for a request to {self._model.name} · {price} a take · {stands}>"

    # What the thread does that opens the library, which is this one where it is open already.

    def _opened(self) -> None:
        if self._library is None or self._closed:
            return
        engine = self._library._gateway.engine
        self._soon = engine.soon
        self.bindings.resume()
        if self._button is None:
            self._watch = engine.watch(self.refresh)
            self.refresh()
        self._soon(self._follow)

    def _not_opened(self, error: KlingError) -> None:
        log.warning("the form's library could not be opened: %s", error)

    # How a panel uses it

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch()
            self._watch = None

    def references(self) -> dict[str, str]:
        """Return the controls as a page finds them: input -> the one whose ``value`` it is."""
        return {name: reference(control) for name, control in self._controls.by_name.items()}

    def group_references(self) -> list[str]:
        """Return the controls as a page finds them whose ``value`` is several inputs at once."""
        return [reference(self._controls.extras)]

    def serve(self, button: GenerateButton, after: Callable[[], None], on_final: Callable[[], None]) -> None:
        """Show prices on this button from now on.

        Call ``after`` on the engine's thread after changes, and ``on_final`` at once where another final is meant.
        """
        self._stop_watching()
        self.remove_class("kw-studio")
        self._button = button
        self._after.append(after)
        self._controls.price.layout.display = "none"
        self._controls.draft.observe(lambda _change: on_final(), "final")
        self._controls.board.prices = reference(button)
        self._show_price()

    # From a control or a trait to the evaluation, and back

    @t.validate("model", *INPUTS)
    def _validate_input(self, proposal: Mapping[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        return value if self._is_mirrored(name, value) else self.accept(name, value)

    def accept(self, name: str, value: Any) -> Any:
        """Return an input's value as it is held. Raises ``TraitError`` for one that the model does not take."""
        held = self._held(name)
        if not self._ready or (type(value) is type(held) and value == held):
            return value
        try:
            if name == "model":
                return clip_model(str(value), self.catalog).id
            return accepted(self._model, self.values, name, value)
        except RequestError as error:
            raise t.TraitError(" ".join(problem.message for problem in error.problems)) from None

    def _held(self, name: str) -> Any:
        if name == "model":
            return self._model.id
        if name == "multi_prompt":
            return self._controls.shots
        control = self._controls.by_name.get(name)
        return control.value if control is not None else self._evaluation.values.get(name)

    def _put_in_control(self, change: Mapping[str, Any]) -> None:
        """Put what was set in code into its control."""
        name, value = change["name"], change["new"]
        if self._is_mirrored(name, value) or value == self._held(name):
            return
        if name == "model":
            self.choose(clip_model(value, self.catalog))
            return
        values = {**self._controls.extras.value, name: value}
        if name == "multi_prompt" and value:
            values["duration"] = sum(shot["duration"] for shot in value)
        self.fill(values, touch=True)

    def _renew(self) -> None:
        """Evaluate what the controls hold, and show it; where another thread evaluates meanwhile, show that."""
        if not self._ready:
            return
        with self._evaluating:
            self._evaluation = evaluate(self._model, self.values, self._terms)
        shown = None
        while shown is not self._evaluation:
            shown = self._evaluation
            self._mirror(self._evaluated)
            self._controls.show_count(shown.values["prompt"])
            self._show_problems()
            self._show_price()
        if self._soon is not None and not self._due:
            self._due = True
            self._soon(self._follow)

    def _evaluated(self) -> dict[str, Any]:
        """Return what the traits are to be: what was evaluated last."""
        now = self._evaluation
        held: dict[str, Any] = {"model": now.model.id}
        for name in INPUTS:
            held[name] = now.values.get(name)
        held["problems"] = {problem.field: problem.message for problem in now.problems} if now.problems else {}
        held["price"] = now.price
        return held

    def _show_problems(self) -> None:
        other = self._controls.show_problems(self._evaluation.problems)
        if self._button and other and self._button.text != other:
            self._button.tone, self._button.text = "bad", other

    def _show_price(self) -> None:
        now, button = self._evaluation, self._button
        if button is None:
            self._controls.show_price(now)
            return
        batches = [vars(batch) for batch in now.batches]
        if button.batches != batches:
            button.batches = batches
        if button.shortage != now.shortage:
            button.shortage = now.shortage
        if (button.model, self._policy) != (now.model.id, now.terms.policy):
            self._policy = now.terms.policy
            button.tariff = price_table(now.model, now.terms.policy)
            button.model = now.model.id

    def _follow(self) -> None:
        """Let what takes longer follow, on the engine's thread."""
        self._due = False
        now = self._evaluation
        if self._bound:
            sound, heard = now.values["sound"] is True, "sound" in now.model.fields
            self._bound.prompt_tools.show_hints(str(now.values["prompt"]), sound=sound, has_sound=heard)
        for follow in self._after:
            follow()
