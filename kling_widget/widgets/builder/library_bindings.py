"""What the builder's widgets need of a library: elements, pictures, templates, the prompt enhancer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ... import paths
from ...errors import KlingError
from ...library import Library, tools
from ...request import prompt_help
from ...request.money import dollars
from ...request.video_request import VideoRequest
from ...service.service import Service
from ...store import Record
from ..base.messages import PRICE_CHANGED
from ..base.widget import close, reference
from ..elements.elements import Elements, element_row
from ..media.media import Media
from ..prompt_tools.prompt_tools import PromptTools

if TYPE_CHECKING:
    from ...engine.uploader import Uploader

log = logging.getLogger(__name__)

_LATELY_MS = 24 * 3600 * 1000  # for so long an enhanced prompt that nobody has seen is still offered


class LibraryBindings:
    """A builder's widgets that need a library and a service.

    Parameters
    ----------
    library, service
        Where elements and runs are kept, and where they are made.

    Attributes
    ----------
    elements, media, pictures, prompt_tools
        The widgets; ``pictures`` is where those for a new element are put.
    """

    def __init__(self, library: Library, service: Service) -> None:
        self._library, self._service = library, service
        self._enhancing = self._unsettled = ""  # the run under way, and the one whose words are to be settled

        def uploader() -> Uploader:
            return library._gateway.uploader

        self.media = Media(uploader, service.name)
        self.pictures = _for_elements(uploader, service.name)
        self.elements = Elements(
            self._save,
            self._forget,
            self._create,
            self._picture,
            pictures=reference(self.pictures),
        )
        self.prompt_tools = PromptTools(self._enhance, self._settle, self._keep, self._drop)
        self.renew_prices()
        self.prompt_tools.show(prompt_help.own(library.folder))

    def close(self) -> None:
        """Take away what stands in no form: the pictures of a new element."""
        close(self.pictures)

    def renew_prices(self) -> None:
        """Show the tools' prices as the library's catalogue has them."""
        self.elements.price = dollars(_price(self._library, tools.ELEMENTS))
        self.prompt_tools.offer(dollars(_price(self._library, tools.ENHANCER)), tools.STYLES)

    def refresh(self) -> None:
        """Show what the library says now. Called on the engine's thread."""
        tools.conclude_elements(self._library, self._service.name)
        rows = [self._member(member) for member in self._library.elements.all(self._service.name)]
        if rows != self.elements.available:
            self.elements.available = rows
        if self._enhancing and self.prompt_tools.enhancer["state"] == "running":
            self._show_enhanced(self._library._gateway.record(self._enhancing))

    # Elements

    def _member(self, member: Any) -> dict[str, Any]:
        problem = ""
        if not member.element_id:
            problem = tools.no_id(self._library._gateway.record(member.take))
        state: Any = "ready" if member.element_id else "failed" if problem else "making"
        return element_row(
            member.name,
            member.element_id,
            note=member.note,
            picture=bool(member.picture),
            state=state,
            problem=problem,
        )

    def _save(self, name: str, element_id: str, note: str) -> None:
        self._library.elements.add(name, element_id, service=self._service.name, note=note)
        self._soon()

    def _forget(self, name: str) -> None:
        self._library.elements.remove(name, self._service.name)
        self._soon()

    def _create(self, name: str, description: str, pictures: Sequence[str], price: str) -> Mapping[str, Any]:
        held = {entry["id"]: entry for entry in self.pictures.value.get(_PICTURES, ())}
        addresses = [held[one]["url"] if one in held else one for one in pictures]
        first = self._library._gateway.media.find(pictures[0]) if pictures and pictures[0] in held else None
        picture = paths.named(self._library.folder, self._library._gateway.media.path(first)) if first else ""
        request = tools.making(self._library, name, description, addresses)
        _same_price(request, price)
        tools.begin_element(self._library, self._service.name, request, picture)
        self.pictures.hold({})  # the next one has pictures of its own
        self._soon()
        return {"text": f"Confirmed: {name} is being made, for about {price}."}

    def _picture(self, name: str) -> bytes | None:
        member = self._library.elements.by_name(name, self._service.name)
        path = paths.existing(self._library.folder, member.picture, "media") if member else None
        try:
            return path.read_bytes() if path else None
        except OSError:
            return None

    # The prompt

    def _enhance(self, text: str, style: str) -> None:
        request = tools.enhancing(self._library, text, style)
        _same_price(request, self.prompt_tools.enhancer["price"])
        self._enhancing = ""  # whatever is told from now on is of this one

        def begin() -> None:
            try:
                self._enhancing = self._library._gateway.engine.confirm(request, service=self._service.name).id
            except KlingError as error:
                self.prompt_tools.not_enhanced(str(error))
            except Exception as error:
                log.exception("the enhancer could not be asked")
                self.prompt_tools.not_enhanced(
                    f"{error} Your prompt is as it was; see what was spent before you ask again."
                )

        self._library._gateway.engine.soon(begin)

    def _show_enhanced(self, run: Record) -> None:
        if not run.final:
            return
        self._enhancing, self._unsettled = "", run.id
        words = tools.words_of(run)
        if words:
            self.prompt_tools.enhanced(words)
        else:
            self.prompt_tools.not_enhanced(run.trouble or "The enhancer gave no words. Your prompt is as it was.")

    def _settle(self, accepted: bool) -> None:
        run, self._unsettled = self._unsettled, ""
        if run:
            self._library._gateway.annotate(run, note=tools.SEEN if accepted else "left")

    def resume(self) -> None:
        """Show what was paid for and not seen, as after a restart."""
        for run in self._library._gateway.runs(tools.ENHANCER, self._service.name, within_ms=_LATELY_MS)[:1]:
            if not run.note and (not run.final or tools.words_of(run)):
                self._enhancing = run.id
                self.prompt_tools.resume(str(run.inputs.get("text", "")))

    def _keep(self, template: prompt_help.Template) -> None:
        prompt_help.save(self._library.folder, template)
        self.prompt_tools.show(prompt_help.own(self._library.folder))

    def _drop(self, name: str) -> None:
        prompt_help.remove(self._library.folder, name)
        self.prompt_tools.show(prompt_help.own(self._library.folder))

    def _soon(self) -> None:
        self._library._gateway.engine.soon(self.refresh)


def _same_price(request: VideoRequest, price: str) -> None:
    if dollars(request.estimate_micros) != price:
        raise KlingError(PRICE_CHANGED)


_PICTURES = "pictures"


def _for_elements(uploader: Callable[[], Uploader], service: str) -> Media:
    """Where the pictures of a new element are put: the main one first, and three more of the same."""
    return Media(
        uploader,
        service,
        slots=[
            {
                "name": _PICTURES,
                "label": "Pictures",
                "kind": "image",
                "most": 4,
                "required": True,
                "help": "The main picture first, then up to three more of the same person or thing.",
            }
        ],
    )


def elements_alone() -> Elements:
    """Return the elements of a form without a library: those that a person has the ids of, for as long as it lives."""
    entries: list[dict[str, Any]] = []

    def save(name: str, element_id: str, note: str) -> None:
        entries[:] = [one for one in entries if one["name"] != name] + [element_row(name, element_id, note=note)]
        alone.available = list(entries)

    def forget(name: str) -> None:
        entries[:] = [one for one in entries if one["name"] != name]
        alone.available = list(entries)

    def create(*_: object) -> Mapping[str, Any]:
        raise KlingError("An element is made with a library: Builder(Library()). Nothing was sent.")

    alone = Elements(save, forget, create, lambda _name: None)
    return alone


def media_alone() -> Media:
    """Return the places for pictures and videos of a form without a library, which take addresses."""
    return Media(None, "")


def _price(library: Library, model: str) -> int:
    return library.catalog[model].estimate({})
