"""What a take gives a person to take away."""

from __future__ import annotations

from pathlib import Path

from .exports import Export
from .take_properties import Standing


class Keepsakes(Standing):
    """The part of a take that makes files of its clip. They lie in the library's folder ``exports``.

    Each method waits for its file (some seconds), and gives what was made before where the clip is unchanged. Nothing
    of it costs money, and the clip is untouched.
    """

    def gif(self, start: float | None = None, end: float | None = None) -> Path:
        """Make a GIF: at most 480 pixels on the longer side, 12 frames a second, 200 frames and 20 MB.

        Parameters
        ----------
        start, end
            The range in seconds, at most 30: from the frame that is shown at ``start`` to the last that begins before
            ``end``; unless given, the clip's own ends.

        Raises
        ------
        BadValue
            If that is no range of seconds.
        LibraryError
            If the clip is not here.
        NotExtracted
            If the file could not be made. The message says why and what to do next.
        """
        return self.library._gateway.exports.make(self.record, Export("gif", start, end))

    def webp(self, start: float | None = None, end: float | None = None) -> Path:
        """Make an animated WebP: at most 640 pixels on the longer side, 15 frames a second and 20 MB.

        Parameters
        ----------
        start, end
            The range in seconds, as for ``gif``.

        Raises
        ------
        BadValue
            If that is no range of seconds.
        LibraryError
            If the clip is not here.
        NotExtracted
            If the file could not be made. The message says why and what to do next.
        """
        return self.library._gateway.exports.make(self.record, Export("webp", start, end))

    def sheet(self, start: float | None = None, end: float | None = None) -> Path:
        """Make a contact sheet (PNG): sixteen frames with their moments, below the prompt and the settings.

        Parameters
        ----------
        start, end
            The range in seconds; unless given, the clip's own ends.

        Raises
        ------
        BadValue
            If that is no range of seconds.
        LibraryError
            If the clip is not here.
        NotExtracted
            If the file could not be made. The message says why and what to do next.
        """
        return self.library._gateway.exports.make(self.record, Export("sheet", start, end))

    def frame(self, at: float = 0.0) -> Path:
        """Make a picture (PNG, full size) of the frame that is shown at a moment.

        Parameters
        ----------
        at
            Seconds into the clip; beyond its end, the last frame.

        Raises
        ------
        BadValue
            If that is no moment.
        LibraryError
            If the clip is not here.
        NotExtracted
            If the file could not be made. The message says why and what to do next.
        """
        return self.library._gateway.exports.make(self.record, Export("frame", at))
