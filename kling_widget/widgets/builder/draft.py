"""The switch between a draft and the final."""

from __future__ import annotations

import traitlets as t

from ..base.widget import CommandWidget


class Draft(CommandWidget):
    """Draft or final: the cheapest length and sound to try a prompt with, or those that are meant."""

    page_name = "draft"

    duration = t.Unicode(help="The control of the length, as a reference.").tag(sync=True)
    sound = t.Unicode(help="The control of the sound, as a reference.").tag(sync=True)
    draft = t.Dict(help="A draft's `duration` and `sound`.").tag(sync=True)
    final = t.Dict({"duration": 5, "sound": False}, help="The same of what is meant: the last that was no draft.").tag(
        sync=True
    )
