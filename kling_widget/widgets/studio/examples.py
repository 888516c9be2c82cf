"""Example prompts, shown while the library is empty."""

from __future__ import annotations

import traitlets as t

from ..base.widget import CommandWidget


class Examples(CommandWidget):
    """Prompts to begin with, in the screen's place while the library is empty."""

    page_name = "examples"

    prompt = t.Unicode(help="The prompt's control, as a reference.").tag(sync=True)
    examples = t.List(t.Unicode(), help="Prompts to begin with.").tag(sync=True)
