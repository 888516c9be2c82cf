"""The storyboard's widget. `kling_widget.request.storyboard` edits shots in Python, `shots.js` in the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import traitlets as t

from ...request.storyboard import fit, limits
from ..base.widget import CommandWidget


class Storyboard(CommandWidget):
    """Shots in order, as long together as the clip.

    The page keeps the clip's seconds and the shots equal: other shots lead the seconds, other seconds the shots. Python
    that sets both sets them one right after the other, so that the page finds them equal and has nothing to mend.
    """

    page_name = "storyboard"

    value: t.List[Any] = t.List(t.Dict(), help="The shots, `{prompt, duration}` each; empty: no storyboard.").tag(
        sync=True
    )
    low = t.Int(3, help="The shortest clip, in seconds.").tag(sync=True)
    high = t.Int(15, help="The longest clip, in seconds.").tag(sync=True)
    shortest = t.Int(3, help="The shortest shot, in seconds.").tag(sync=True)
    most = t.Int(5, help="How many shots at most.").tag(sync=True)
    letters = t.Int(512, help="How many characters a shot may have.").tag(sync=True)
    duration = t.Unicode(help="The control of the clip's seconds, as a reference.").tag(sync=True)
    prompt = t.Unicode(help="The prompt's control, as a reference.").tag(sync=True)
    prices = t.Unicode(help="What knows the prices by length (`tariff`), as a reference; empty: nothing does.").tag(
        sync=True
    )
    sound = t.Unicode(help="The control of the sound, as a reference.").tag(sync=True)
    both = t.Bool(False, help="Whether the prompt is sent besides the shots.").tag(sync=True)
    offers_both = t.Bool(True, help="Whether the model takes a prompt besides the shots.").tag(sync=True)
    problem = t.Unicode(help="What is wrong with the shots; empty if nothing is. Shown below them.").tag(sync=True)

    def suit(self, schema: Mapping[str, Any]) -> bool:
        """Take on the limits of a model, by its schema, and fit the shots to them.

        Returns
        -------
        bool
            Whether the model takes a storyboard at all; where it takes none, nothing changes.
        """
        found = limits(schema)
        if found is None:
            return False
        for name, value in asdict(found).items():
            if getattr(self, name) != value:
                setattr(self, name, value)
        now = sum(int(shot["duration"]) for shot in self.value)
        fitted = fit(self.value, min(max(now, self.low), self.high), shortest=self.shortest)
        if fitted != self.value:
            self.value = fitted
        return True
