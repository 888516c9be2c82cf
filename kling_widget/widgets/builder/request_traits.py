"""A request's inputs as traits of a widget, by the API's own names: to set, observe and link."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import traitlets as t

from ..base.mixins import DeclaredNames, MirrorWidget
from .evaluation import price_to_json

INPUTS = (
    "prompt",
    "duration",
    "aspect_ratio",
    "sound",
    "multi_prompt",
    "element_list",
    "shot_type",
    "negative_prompt",
    "cfg_scale",
    "guidance_scale",
    "keep_original_sound",
    "image",
    "end_image",
    "images",
    "video",
)
"""The inputs of all models that come with the package."""


def _input(default: Any, text: str) -> t.Any:
    return t.Any(default, allow_none=True, help=text).tag(sync=True)


class RequestTraits(DeclaredNames, MirrorWidget):
    """The model and its inputs as synced traits. What is set in code is what the model takes, or raises ``TraitError``.

    What a person types in the page stands in the traits as it is, and ``problems`` says what has to change. Inputs that
    the chosen model does not take are None, or at the model's default.
    """

    model = t.Unicode(help="The model: set by name (`O3 Pro`) or by id on the service; reads as the id.").tag(sync=True)
    prompt = _input("", "What happens in the clip: at most 2,500 characters on O3.")
    duration = _input(5, "Length in whole seconds: 3 to 15 on O3, default 5. Shots follow it.")
    aspect_ratio = _input("16:9", 'Shape: `"16:9"` (default), `"9:16"` or `"1:1"`.')
    sound = _input(False, "Whether sound is made with the picture: default False.")
    multi_prompt = _input([], "The storyboard: shots, as `Shot` or `{prompt, duration}`. The duration follows them.")
    element_list = _input([], "Elements in the clip, as `Element` or `{element_id}`: at most three.")
    shot_type = _input(None, 'How shots are cut: `"customize"` (default) or `"intelligent"`.')
    negative_prompt = _input(None, "What is to stay out of the clip, on models that take it.")
    cfg_scale = _input(None, "How closely V3 follows the prompt: 0 to 1.")
    guidance_scale = _input(None, "How closely V2 follows the prompt: 0 to 1.")
    keep_original_sound = _input(None, "Whether a given video's sound is kept.")
    image = _input(None, "The first picture: an `https://` address.")
    end_image = _input(None, "The last picture: an `https://` address.")
    images = _input(None, "Pictures to refer to: a list of `https://` addresses.")
    video = _input(None, "The video to change or refer to: an `https://` address.")

    problems: t.Dict[str, str] = t.Dict(
        read_only=True, help="What has to change before a take can be made: input -> text. Empty: nothing."
    ).tag(sync=True)
    price = t.Instance(
        Decimal,
        allow_none=True,
        read_only=True,
        help="What one take is estimated to cost, in dollars; None where the length is not to be had.",
    ).tag(sync=True, to_json=price_to_json)

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take what the page set; what is refused is set back there."""
        try:
            super().set_state(sync_data)
        except t.TraitError:
            self.send_state(list(sync_data))
            raise
