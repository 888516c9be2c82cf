"""What the builder's own faces ask of the library: elements, pictures, templates, the enhancer, the request as code."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ... import paths
from ...errors import KlingError
from ...library import Library, tools
from ...request import code, prompt_help
from ...request.money import dollars
from ...request.video_request import VideoRequest
from ...service.service import Service
from ...settings import ORIGIN
from ...store import Record
from ..code.code import Code
from ..elements.elements import Elements, known
from ..media.media import Media
from ..prompt_tools.prompt_tools import PromptHelp, idle

if TYPE_CHECKING:
    from ...engine.uploader import Uploader

log = logging.getLogger(__name__)

_LATELY_MS = 24 * 3600 * 1000  # for so long an enhanced prompt that nobody has seen is still offered


class Workshop:
    """The builder's faces over one library.

    Parameters
    ----------
    library, service
        Where elements and runs are kept, and where they are made.
    fill
        Called with a request that was pasted; gives words for the person.

    Attributes
    ----------
    elements, media, pictures, help, code
        The faces; ``pictures`` is where those for a new element are put.
    """

    def __init__(self, library: Library, service: Service, fill: Callable[[code.ParsedRequest], str]) -> None:
        self._library, self._service, self._fill = library, service, fill
        self._enhancing = self._unsettled = ""  # the run under way, and the one whose words are to be settled

        def uploader() -> Uploader:
            return library.uploader

        self.media = Media(uploader, service.name)
        self.pictures = _for_elements(uploader, service.name)
        self.elements = Elements(
            self._save,
            self._forget,
            self._create,
            self._picture,
            pictures=f"anywidget:{self.pictures.model_id}",
        )
        self.help = PromptHelp(self._enhance, self._settle, self._keep, self._drop)
        self.help.enhancer = idle(offered=True, styles=tools.STYLES)
        self.renew_prices()
        self.help.show(prompt_help.own(library.folder))
        self.code = Code(self._paste)

    @property
    def faces(self) -> tuple[Any, ...]:
        """All of them."""
        return (self.elements, self.media, self.pictures, self.help, self.code)

    def renew_prices(self) -> None:
        """Show the tools' prices as the library's catalogue has them."""
        self.elements.price = dollars(_price(self._library, tools.ELEMENTS))
        self.help.enhancer = {**self.help.enhancer, "price": dollars(_price(self._library, tools.ENHANCER))}

    def look(self) -> None:
        """Show what the library says now. Called on the engine's thread."""
        tools.conclude_elements(self._library, self._service.name)
        cast = [self._member(member) for member in self._library.cast.all(self._service.name)]
        if cast != self.elements.known:
            self.elements.known = cast
        if self._enhancing and self.help.enhancer["state"] == "running":
            self._tell(self._library.record(self._enhancing))

    # Elements

    def _member(self, member: Any) -> dict[str, Any]:
        trouble = ""
        if not member.element_id:
            trouble = tools.no_id(self._library.record(member.take))
        state: Any = "ready" if member.element_id else "failed" if trouble else "making"
        return known(
            member.name,
            member.element_id,
            note=member.note,
            picture=bool(member.picture),
            state=state,
            trouble=trouble,
        )

    def _save(self, name: str, element_id: str, note: str) -> None:
        self._library.cast.add(name, element_id, service=self._service.name, note=note)
        self._soon()

    def _forget(self, name: str) -> None:
        self._library.cast.remove(name, self._service.name)
        self._soon()

    def _create(self, name: str, description: str, pictures: Sequence[str], price: str) -> Mapping[str, Any]:
        held = {entry["id"]: entry for entry in self.pictures.value.get(_PICTURES, ())}
        addresses = [held[one]["url"] if one in held else one for one in pictures]
        first = self._library.media.find(pictures[0]) if pictures and pictures[0] in held else None
        picture = paths.named(self._library.folder, self._library.media.path(first)) if first else ""
        request = tools.making(self._library, name, description, addresses)
        _same_price(request, price)
        tools.begin_element(self._library, self._service.name, request, picture)
        self.pictures.hold({})  # the next one has pictures of its own
        self._soon()
        return {"said": f"Confirmed: {name} is being made, for about {price}."}

    def _picture(self, name: str) -> bytes | None:
        member = self._library.cast.by_name(name, self._service.name)
        path = paths.existing(self._library.folder, member.picture, "media") if member else None
        try:
            return path.read_bytes() if path else None
        except OSError:
            return None

    # The prompt

    def _enhance(self, text: str, style: str) -> None:
        request = tools.enhancing(self._library, text, style)
        _same_price(request, self.help.enhancer["price"])
        self._enhancing = ""  # whatever is told from now on is of this one

        def begin() -> None:
            try:
                self._enhancing = self._library.engine.confirm(request, service=self._service.name).id
            except KlingError as error:
                self.help.not_enhanced(str(error))
            except Exception as error:
                log.exception("the enhancer could not be asked")
                self.help.not_enhanced(f"{error} Your prompt is as it was; see what was spent before you ask again.")

        self._library.engine.soon(begin)

    def _tell(self, run: Record) -> None:
        if not run.final:
            return
        self._enhancing, self._unsettled = "", run.id
        words = tools.words_of(run)
        if words:
            self.help.enhanced(words)
        else:
            self.help.not_enhanced(run.trouble or "The enhancer gave no words. Your prompt is as it was.")

    def _settle(self, accepted: bool) -> None:
        run, self._unsettled = self._unsettled, ""
        if run:
            self._library.annotate(run, note=tools.SEEN if accepted else "left")

    def resume(self) -> None:
        """Show what was paid for and not seen, as after a restart."""
        for run in self._library.runs(tools.ENHANCER, self._service.name, within_ms=_LATELY_MS)[:1]:
            if not run.note and (not run.final or tools.words_of(run)):
                self._enhancing = run.id
                self.help.resume(str(run.inputs.get("text", "")))

    def _keep(self, template: prompt_help.Template) -> None:
        prompt_help.save(self._library.folder, template)
        self.help.show(prompt_help.own(self._library.folder))

    def _drop(self, name: str) -> None:
        prompt_help.remove(self._library.folder, name)
        self.help.show(prompt_help.own(self._library.folder))

    # The request as code

    def show_code(self, model: str, inputs: Mapping[str, Any]) -> None:
        """Show a request as code."""
        practice = self._service.practice
        origin = self._service.name if self._service.host else ORIGIN
        forms = code.forms(model, inputs, origin=origin, practice=practice)
        if forms != self.code.forms:
            self.code.forms = forms

    def _paste(self, text: str) -> str:
        return self._fill(code.read(text, self._library.catalog))

    def _soon(self) -> None:
        self._library.engine.soon(self.look)


def _same_price(request: VideoRequest, price: str) -> None:
    if dollars(request.estimate_micros) != price:
        raise KlingError("The price changed before the click was heard. Nothing was sent: look at it and click again.")


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


def _price(library: Library, model: str) -> int:
    return library.catalog[model].estimate({})
