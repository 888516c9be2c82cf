"""Files of another library copied into this one: checked by their hash, and never over a file that lies here."""

from __future__ import annotations

from pathlib import Path

from .. import paths, permissions
from ..errors import BadFile
from ..media.mp4 import validation
from .file_copies import copied, sha256


class ForeignFiles:
    """The files of another library, by the names that its rows give them.

    What is here already is not copied again: a merge that was killed had come so far.

    Parameters
    ----------
    home, other
        The folders of this library and of the other one.
    """

    def __init__(self, home: Path, other: Path) -> None:
        self._home, self._other = home, other

    def has_clip(self, name: str | None) -> bool:
        """Whether the clip is there that a row names."""
        return paths.existing(self._other, name, "takes") is not None

    def copy_clip(self, name: str, take: str, digest: str | None, *, to: str | None = None) -> str:
        """Copy a take's clip; returns what its row calls it here.

        Parameters
        ----------
        name, digest
            What the take's row there says of it.
        to
            What the take's row here calls it, where there is one.

        Raises
        ------
        BadFile
            If it is not there, differs from what the row says, or is no whole MP4. Nothing is here then.
        """
        source = paths.existing(self._other, name, "takes")
        place = (
            self._place("takes", name, f"{take}.mp4", digest) if to is None else paths.found(self._home, to, "takes")
        )
        if source is None or place is None:
            raise BadFile("its clip is not there")
        if not place.exists():
            with copied(source, place) as (copy, found):
                permissions.follow(copy)
                if found != digest:
                    raise BadFile("its clip is not as it was saved: its hash differs")
                validation.check(copy)
        return paths.named(self._home, place)

    def copy_other(self, name: str, folder: paths.Place, otherwise: str) -> str | None:
        """Copy a file of which no hash is kept, by its own name or ``otherwise``; None where it is not there.

        Returns
        -------
        str or None
            What a row calls it here.
        """
        source = paths.existing(self._other, name, folder)
        if source is None:
            return None
        place = self._place(folder, name, otherwise, sha256(source))
        self._copy(source, place)
        return paths.named(self._home, place)

    def copy_medium(self, name: str) -> None:
        """Copy a picture or video that has its hash for its name. Raises ``BadFile`` where that is not its hash."""
        leaf = Path(name).name
        source, place = paths.existing(self._other, name, "media"), paths.new(self._home, "media", leaf)
        if source is not None and not place.exists():
            with copied(source, place) as (copy, found):
                permissions.follow(copy)
                if found != Path(leaf).stem:
                    raise BadFile(f"The file {leaf} of the media is not as it was kept, and stays there.")

    def media(self) -> list[str]:
        """The names of all pictures and videos."""
        return paths.listed(self._other, "media")

    def copy_wildcards(self) -> list[str]:
        """Copy wildcards; returns the names of those that stay, since another one is called so here."""
        left = []
        for name in paths.listed(self._other, "wildcards"):
            leaf = Path(name).name
            source, place = paths.existing(self._other, name, "wildcards"), paths.new(self._home, "wildcards", leaf)
            if source is None:
                continue
            if place.exists() and sha256(place) != sha256(source):
                left.append(leaf)
            else:
                self._copy(source, place)
        return left

    def _copy(self, source: Path, place: Path) -> None:
        if not place.exists():
            with copied(source, place) as (copy, _digest):
                permissions.follow(copy)

    def _place(self, folder: paths.Place, name: str, otherwise: str, digest: str | None) -> Path:
        """Return where a file goes: where nothing lies, or the same."""
        leaf = name.partition("/")[2]
        if Path(leaf).suffix.lower() != Path(otherwise).suffix or not paths.is_plain(leaf):
            leaf = otherwise
        place = paths.new(self._home, folder, leaf)
        if place.exists() and sha256(place) != digest:
            place = paths.new(self._home, folder, f"{Path(otherwise).stem}-{(digest or '')[:16]}{place.suffix}")
        return place
