"""Where the builder's request comes from: the take it is a remix of, and what stood in the builder before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import KlingError
from ...library import Library
from ...store import Record
from ..base.put import put
from ..builder.builder import Builder
from ..builder.form import clip_model, defaults, from_inputs
from ..builder.origin import Origin
from . import saved_draft
from .saved_draft import Draft, SavedDraft

_SHOWN = 200  # characters of a prompt


class RequestOrigin:
    """Puts requests into a builder, and keeps what a person wrote there before, so that it can be put back.

    Parameters
    ----------
    library
        The library that its takes are in.
    builder
        The builder.

    Attributes
    ----------
    line
        The line above the builder that shows it.
    parent
        The take that the next one is a child of, by its id; empty where there is none.
    """

    def __init__(self, library: Library, builder: Builder) -> None:
        self._library, self._builder = library, builder
        self.parent = ""
        self._before: Draft | None = None  # what stood in the builder before something was put there
        self._filled: Draft | None = None  # what was put there, which a person may lose while nobody changed it
        self._before_was_filled = False  # whether what can be put back was put there too
        self.line = Origin(self._let_go, self.put_back)
        self.saved = SavedDraft(library, self.draft)

    def resume(self, model: str | None) -> None:
        """Bring back what was being written in the last panel, for ``model`` where one was chosen."""
        if not self._is_empty(self.draft()):
            self.saved.changed()  # where the library opened after the page, a person may have begun to write
            return
        if found := saved_draft.read(self._library):
            self._put(found)
            if model is not None and model != self._builder.model:
                self._builder.choose(clip_model(model, self._library.catalog))
        self.saved.begin()

    def fill(self, model: str, inputs: Mapping[str, Any], *, parent: str = "", word: str = "Remix") -> tuple[str, ...]:
        """Put a request into the builder. Returns the names of inputs that could not be taken over.

        What a person wrote there can be put back. The next take is a child of ``parent``, a take's id.
        """
        builder, before = self._builder, self.draft()
        if self._library.catalog.get(model) and model != builder.model:
            builder.choose(clip_model(model, self._library.catalog))
        values, left_out = from_inputs(builder.evaluation.model, inputs)
        builder.fill(values)
        self.parent = parent
        if before not in (self._filled, self.draft()) and not self._is_empty(before):
            self._before, self._before_was_filled = before, False
        self._filled = self.draft()
        self.show(word)
        return left_out

    def take_parent(self) -> str:
        """Return the take that the next one is a child of, which is ordered now; empty where there is none."""
        parent, self.parent, self._before = self.parent, "", None
        self.show()
        return parent

    def put_back(self) -> None:
        """Exchange what stands there with what stood there before: pressed twice, nothing has changed."""
        before, now = self._before, self.draft()
        if before is None:
            return
        filled = now == self._filled
        self._put(before)
        self._before, self._filled = now, self.draft() if self._before_was_filled else None
        self._before_was_filled = filled
        self.show()

    def show(self, word: str = "Remix") -> None:
        """Show which take the next one is a child of, and whether what stood there can be put back."""
        parent, before = self._record(self.parent), self._before
        put(
            self.line,
            word=word,
            of=" ".join(parent.words.split())[:_SHOWN] if parent else "",
            before=str(before.values["prompt"])[:_SHOWN] if before else "",
            replaced=before is not None,
        )

    def draft(self) -> Draft:
        """Return the request as it stands in the builder."""
        return Draft(self._builder.model, self._builder.values, self.parent)

    def _put(self, draft: Draft) -> None:
        if draft.model != self._builder.model:
            self._builder.choose(clip_model(draft.model, self._library.catalog))
        self._builder.fill(draft.values)
        self.parent = draft.parent if self._record(draft.parent) else ""
        self._filled = None  # it is a person's own, and not to be lost to the next remix
        self.show()

    def _let_go(self) -> None:
        self.parent = ""
        self.show()
        self.saved.changed()

    def _record(self, take: str) -> Record | None:
        try:
            return self._library._gateway.record(take) if take else None
        except KlingError:
            return None

    def _is_empty(self, draft: Draft) -> bool:
        model = self._library.catalog.get(draft.model)
        return model is not None and not draft.parent and dict(draft.values) == defaults(model)
