"""Example prompts, shown while the library is empty."""

from __future__ import annotations

from pathlib import Path

import traitlets as t

from ..base.widget import Face, esm

HERE = Path(__file__).parent


class Invite(Face):
    """What stands in the screen's place while the library is empty."""

    _esm = esm(HERE / "invite.js")

    prompt = t.Unicode(help="The prompt's control, as a reference.").tag(sync=True)
    examples = t.List(t.Unicode(), help="Prompts to begin with.").tag(sync=True)
