"""The control of the clip's length."""

from __future__ import annotations

import traitlets as t

from ..base.widget import CommandWidget


class Seconds(CommandWidget):
    """How long the clip will be. Any value may be set; what the model does not take is said beside it."""

    page_name = "seconds"

    value = t.Any(5, help="Length in seconds.").tag(sync=True)
    low = t.Int(3, help="The shortest clip, in seconds.").tag(sync=True)
    high = t.Int(15, help="The longest clip, in seconds.").tag(sync=True)
    quick = t.List(t.Int(), help="Lengths with a button of their own, in seconds.").tag(sync=True)
    problem = t.Unicode(help="What is wrong with the value; empty if nothing is.").tag(sync=True)
