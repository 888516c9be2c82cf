"""What all that a library does rests on: its folder, its database, its models, and what tends its takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from ..engine.extractor import Extractor
from ..request.catalog import Catalog
from . import models
from .shared import SharedLibrary

if TYPE_CHECKING:  # these bring SQLAlchemy and requests, which a page need not wait for
    from ..engine.uploader import Uploader
    from ..engine.worker import Engine
    from ..store.elements import ElementStore
    from ..store.media import MediaStore


class LibraryBase:
    """An opened library, as far as its takes are not asked about: for people too."""

    _shared: SharedLibrary

    @property
    def folder(self) -> Path:
        """Its folder, an absolute path."""
        return self._shared.folder

    @property
    def zone(self) -> tzinfo:
        """The time zone in which its days are counted and its moments are told: that of the machine that made it.

        It is kept in the library, so that kernels in several zones have one day, and one budget for it.
        """
        return self._shared.store.zone

    @property
    def elements(self) -> ElementStore:
        """Its elements: persons and things that the service knows by an id and prompts call by name."""
        return self._shared.store.elements

    @property
    def catalog(self) -> Catalog:
        """The models that it knows: the bundled ones, as the service said last."""
        return models.stored_catalog(self.folder)

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Takes whose rows were met and can't be read, by their ids, and what is wrong with each.

        They are left as they are, and out of lists and histories; nothing is sent or fetched for them.
        """
        return dict(self._shared.store.unreadable)


class TendedLibrary(LibraryBase):
    """An opened library with what works for it in the background."""

    @property
    def engine(self) -> Engine:
        """What tends this library's takes in this process; started when first asked for."""
        return self.start()

    def start(self) -> Engine:
        """Start tending open takes, where that is not under way."""
        return self._shared.engine

    @property
    def uploader(self) -> Uploader:
        """Brings its pictures and videos to the service, each file once."""
        return self.engine.uploader

    @property
    def extractor(self) -> Extractor:
        """Makes pictures and remade files of its clips, one by one in the background."""
        return self.engine.extractor

    @property
    def media(self) -> MediaStore:
        """Its pictures and videos."""
        return self.uploader.store
