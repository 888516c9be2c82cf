"""From a click on Generate to takes: what the builder holds is checked once more, ordered, and its outcome shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ...library import Library
from ...request import code
from ...request.catalog import Catalog
from ...request.code import ParsedRequest
from ...request.video_request import VideoRequest
from ...service.service import Service
from ...settings import ORIGIN
from ...store import Record
from ..base.put import put
from ..base.widget import reference
from ..builder import carry_over, form, order
from ..builder.builder import Builder
from ..builder.evaluation import ConfirmPolicy, Terms
from ..builder.generate import GenerateButton
from ..code.code import Code
from ..history import cards
from . import view
from .library_view import LibraryView
from .request_origin import RequestOrigin
from .service_queries import ServiceQueries

log = logging.getLogger(__name__)


class Ordering:
    """The builder, its button, and what a click does.

    Parameters
    ----------
    library, service
        Where takes are kept, and where they are made.
    builder
        The builder.
    policy
        When a click has to be confirmed.
    snapshot
        The library as the panel reads it.
    refresh
        Shows what changed.

    Attributes
    ----------
    button, origin, code, queries
        The button, where the request comes from, the request as code, what the service is asked.
    promoted
        Drafts whose final was ordered, by their ids.
    """

    def __init__(
        self,
        library: Library,
        service: Service,
        builder: Builder,
        policy: ConfirmPolicy,
        snapshot: LibraryView,
        refresh: Callable[[], None],
    ) -> None:
        self._library, self._service, self._snapshot, self._refresh = library, service, snapshot, refresh
        self.builder, self.policy = builder, policy
        self.promoted: set[str] = set()
        self.origin = RequestOrigin(library, builder)
        self.code = Code(self._paste)
        self.button = GenerateButton(
            self._clicked,
            fields=builder.references(),
            groups=builder.group_references(),
            code=reference(self.code),
            note=view.note(service),
        )
        self.queries = ServiceQueries(library, service, self._answered)
        self.code.observe(lambda _change: self._show_code(), "shown")
        builder.serve(self.button, self._follow, self._refresh)
        self.set_terms()

    @property
    def catalog(self) -> Catalog:
        """The models that the library knows."""
        return self._library.catalog

    def open(self, model: str | None) -> None:
        """Go on with the request that was being written in this library, once it is open."""
        self.origin.resume(model)

    def set_terms(self) -> None:
        """Evaluate under what the library says now was spent, and may be."""
        practice = self._service.practice
        if self.policy.live is practice:
            self.policy = replace(self.policy, live=not practice)
            self.button.note = view.note(self._service)
        balance = self.queries.balance_micros
        if not self._library._gateway.is_open:  # nobody waits for it here
            self.builder.set_terms(Terms(self.policy, practice=practice))
            return
        self.builder.set_terms(
            Terms(self.policy, self._library._gateway.sums(), self._library._gateway.caps(), practice, balance)
        )

    def choose(self, name: str) -> None:
        """Be for another model, and say what it does not take. Raises ``RequestError`` where there is none."""
        builder = self.builder
        before, model = builder.values, form.clip_model(name, self.catalog)
        dropped = builder.choose(model)
        text = carry_over.summary(model, cards.model_name(model), before, builder.values, dropped)
        self.show_text(text, "ok")

    def refill(self, record: Record, *, parent: bool) -> None:
        """Put a take's request into the builder, to be changed; the next take is then a child of it."""
        left_out = self.origin.fill(record.model, record.inputs, parent=record.id if parent else "")
        listed = f"Left out, as there is no control for it here: {', '.join(left_out)}." if left_out else ""
        self.show_text(listed, "ok")

    def show_text(self, text: str, tone: str) -> None:
        """Show a text below the button; ``tone`` is ``"ok"`` or ``"bad"``."""
        put(self.button, tone=tone, text=text)

    def begin(self, made: list[str], request: VideoRequest, takes: int, parent: str) -> None:
        """Write takes down and name them in ``made``, those before a refused one too."""
        confirm, service = self._library._gateway.engine.confirm, self._service.name
        with self._snapshot.lock:  # nothing is shown in between: a take may end at once
            try:
                for _ in range(takes):
                    meant = self._final_inputs(request)
                    made.append(confirm(request, service=service, parent=parent or None, meant=meant).id)
            finally:
                self._snapshot.begun(*made)

    def begin_later(self, ordered: order.Order, parent: str) -> None:
        """Begin takes on the engine's thread."""
        self._library._gateway.engine.soon(lambda: self._carry_out(ordered, parent))

    def _final_inputs(self, request: VideoRequest) -> Mapping[str, Any] | None:
        """Return what the final has otherwise, where this request is a draft."""
        model = self.builder.evaluation.model
        return form.meant(model, request.inputs, self.builder.final) if request.model == model.id else None

    # What follows a change, on the engine's thread

    def _follow(self) -> None:
        now = self.builder.evaluation
        if not now.problems:
            self.queries.price(now.model, now.inputs)
        if self.code.shown:
            self._show_code()
        self.origin.saved.changed()

    def _answered(self) -> None:
        put(self.button, quote=self.queries.quote)
        self._refresh()

    def _show_code(self) -> None:
        now, service = self.builder.evaluation, self._service
        origin = service.name if service.host else ORIGIN
        put(self.code, forms=code.forms(now.model.id, now.inputs, origin=origin, practice=service.practice))

    def _paste(self, text: str) -> str:
        """Take over a request that was pasted."""
        pasted: ParsedRequest = code.read(text, self.catalog)
        left_out = (*pasted.left_out, *self.origin.fill(pasted.model or self.builder.model, pasted.inputs))
        lines = [f"Filled in: {', '.join(pasted.inputs) or 'nothing'}."]
        if left_out:
            lines.append(f"Left out: {', '.join(dict.fromkeys(left_out))}.")
        return " ".join([*lines, *pasted.notes])

    # What the page asks. It runs on whichever thread the host chooses, and waits for nothing.

    def _clicked(
        self, values: Mapping[str, Any], takes: int, price: str, confirmed: bool, model: str
    ) -> Mapping[str, Any]:
        builder = self.builder
        self.show_text("", "ok")
        if model != builder.model:
            return _refused("Another model was chosen meanwhile. Nothing was sent: look and click again.")
        if refusal := self._service.refusal:
            return _refused(refusal)
        builder.fill(values, touch=True)
        if waiting := builder.waiting():
            return _refused(f"Still on its way, or failed: {', '.join(waiting)}. Nothing was sent.")
        self.set_terms()
        ordered = order.read(builder.evaluation, takes, price, confirmed=confirmed, catalog=self.catalog)
        if isinstance(ordered, order.Refusal):
            if ordered.focus:
                builder.touch_all()
            return {**_refused(ordered.text), "focus": ordered.focus}
        self.begin_later(ordered, self.origin.take_parent())
        return {"text": f"Confirmed: {takes} take{'' if takes == 1 else 's'} for about {price}."}

    # What the engine's thread does.

    def _carry_out(self, ordered: order.Order, parent: str) -> None:
        made: list[str] = []
        try:
            self.begin(made, ordered.request, ordered.takes, parent)
        except Exception as error:
            self.promoted.discard(parent)
            if not made and not self.origin.parent:  # nothing was generated: it is still the remix that it was
                self.origin.parent = parent
                self.origin.show()
            begun = f"{len(made)} of {ordered.takes} takes were begun. " if made else ""
            self.show_text(f"{begun}{error}", "bad")
            log.exception("a take could not be begun")
        self._refresh()


def _refused(text: str) -> dict[str, Any]:
    return {"text": text, "refused": True}
