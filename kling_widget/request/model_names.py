"""Find models and inputs by the names that people use, and suggest one if a name is wrong."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

from ..errors import Problem, RequestError
from .catalog import TOOL, Catalog, Model, bundled

_LISTED = 8
_TEXT = "text-to-video"

_MEANT = {
    "aspect": "aspect_ratio",
    "audio": "sound",
    "characters": "element_list",
    "elements": "element_list",
    "generate_audio": "sound",
    "image_url": "image",
    "length": "duration",
    "music": "sound",
    "negative": "negative_prompt",
    "orientation": "aspect_ratio",
    "picture": "image",
    "ratio": "aspect_ratio",
    "seconds": "duration",
    "shape": "aspect_ratio",
    "shots": "multi_prompt",
    "size": "aspect_ratio",
    "storyboard": "multi_prompt",
    "text": "prompt",
    "time": "duration",
}
"""Names that people use -> the API's own. Similar spelling is no similar meaning: ``seconds`` is not ``sound``."""

_KINDS = (
    ("image to video", re.compile(r"\b(?:image|img|pic|picture|i)[ _-]?(?:2|to)[ _-]?(?:video|vid|v)\b")),
    ("reference to video", re.compile(r"\b(?:reference|ref|r)[ _-]?(?:2|to)[ _-]?(?:video|vid|v)\b")),
    ("text to video", re.compile(r"\b(?:text|txt|t)[ _-]?(?:2|to)[ _-]?(?:video|vid|v)\b")),
)
"""Kinds of clips, and how people write them: ``i2v``, ``img2vid``."""


def find(name: str, catalog: Catalog, *, quote: bool = True) -> Model:
    """Return the model that a person names.

    The name may be an id, with or without the vendor, a display name (``"O3 Pro"``, ``"Kling O3 Pro · image to
    video"``), or words that only one model has (``"v3 turbo pro"``), in any case. A name without the kind of clip
    means text to video. A name with the vendor's prefix is an id and has to be exact.

    Parameters
    ----------
    quote
        Whether an error quotes the name. False if it may be a key.

    Raises
    ------
    RequestError
        If there is no such model, or several. The message lists or suggests what may be meant.
    """
    if not isinstance(name, str):
        raise _refused(f"A model goes by its name, such as 'O3 Pro'; this is a {type(name).__name__}.")
    name = name.strip()
    if found := catalog.get(name):
        return found
    wanted, models = _plain(name), list(catalog)
    found = next((model for model in models if _plain(model.id) == wanted), None)
    if found is None and wanted and not _is_id(name, models):
        fitting = _fitting(name, models)
        if len(fitting) > 1:
            listed = [_short(model) for model in fitting]
            raise _refused(f"{_quoted(name, quote)} may be {_some(listed)}. Write which one you mean.")
        found = fitting[0] if fitting else None
    if found is None:
        raise _refused(f"There is no model {_quoted(name, quote)} in the catalogue.{_nearest_model(name, models)}")
    return found


def no_clips(name: str) -> RequestError:
    """Return an error that a model is a tool, where one is needed that makes clips."""
    return _refused(f"{name} makes no clips. Library().models() lists those that do.")


def unknown_input(name: str, model: Model) -> str:
    """Return a message that a model has no such input, with the one that may be meant."""
    exists_elsewhere = name in {field for one in bundled() for field in one.fields}
    near = None if exists_elsewhere and name not in _MEANT else nearest(name, model.fields)
    hint = f" Did you mean {near!r}?" if near else ""
    inputs = _series(list(model.fields), "and")
    return f"{model.name} takes no {name[:100]!r}, so nothing was sent.{hint} It takes {inputs}."


def nearest(name: str, offered: Iterable[str]) -> str | None:
    """Return the offered name that a wrong one most likely means; None if none is similar."""
    names = list(offered)
    tidy = re.sub(r"[^a-z0-9]+", "_", _folded(name[:100])).strip("_")
    if (meant := _MEANT.get(tidy)) in names:
        return meant
    if tidy in _MEANT:
        return None
    if begun := [one for one in names if len(tidy) > 1 and one.startswith(tidy)]:
        return begun[0]
    meanings = {meant for word in tidy.split("_") if (meant := _MEANT.get(word, word)) in names}
    if len(meanings) == 1:  # as in `with_audio`
        return meanings.pop()
    near = next(iter(difflib.get_close_matches(tidy, [*names, *_MEANT], n=1, cutoff=0.6)), "")
    return near if near in names else meant if (meant := _MEANT.get(near)) in names else None


def _names(model: Model) -> list[str]:
    """Return all names of a model: its short id and its name, for text to video both without the kind too."""
    short, name = model.id.partition("/")[2], model.name
    names = [short, name]
    if model.kind == _TEXT:
        names += [short.removesuffix(f"/{_TEXT}"), name.partition(" · ")[0]]
    return [*names, *(one.removeprefix("Kling ") for one in names)]


def _fitting(name: str, models: Sequence[Model]) -> list[Model]:
    """Return the models of that name; else those that make clips and have all its words.

    Of the latter only text to video, if the name tells no kind of clip.
    """
    if named := [model for model in models if _plain(name) in map(_plain, _names(model))]:
        return named
    models = [model for model in models if model.kind != TOOL]
    words = set(_words(name))
    fitting = [model for model in models if words and words <= set(_words(f"{model.id} {model.name}"))]
    kinds = {word for model in models for word in _words(f"{model.kind} {model.name.partition(' · ')[2]}")}
    usual = [model for model in fitting if model.kind == _TEXT]
    return fitting if words & kinds else usual or fitting


def _folded(text: str) -> str:
    """Return a text as it is compared: without case, and without other shapes of the same characters."""
    return unicodedata.normalize("NFKC", text).casefold()


def _with_kinds(text: str) -> str:
    """Return a name as it is compared, with the kind of clip in its own words."""
    text = _folded(text)
    for kind, written in _KINDS:
        text = written.sub(kind, text)
    return text


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, _with_kinds(text)))


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^\w.]+|_", _with_kinds(text)) if word]


def _is_id(name: str, models: Sequence[Model]) -> bool:
    """Return whether a name begins with a vendor's prefix, as only ids do."""
    return name.casefold().partition("/")[0] in {model.id.partition("/")[0] for model in models} and "/" in name


def _nearest_model(name: str, models: Sequence[Model]) -> str:
    if _is_id(name, models):
        ids = [model.id for model in models]
        below = [one for one in ids if one.startswith(f"{name.rstrip('/').casefold()}/")]
        near = below[:1] or difflib.get_close_matches(name[:100], ids, n=1, cutoff=0.4)
        return f" Did you mean {near[0]!r}?" if near else ""
    clips = [model for model in models if model.kind != TOOL]
    guess = re.sub(r"\b0(?=\d\b)", "o", _folded(name))  # a zero is often meant for an O
    words = _words(guess)
    numbers, kinds = _numbers(words), {kind for kind, _ in _KINDS if kind in " ".join(words)}
    # Another number or another kind of clip is another model, however alike the names are.
    others = [
        model
        for model in clips
        if numbers <= _numbers(_words(f"{model.id} {model.name}")) and kinds <= {model.kind.replace("-", " ")}
    ]
    if guess != _folded(name):
        meant = _fitting(guess, models)
    elif numbers and not any(re.search(r"[^\W\d]", word) for word in words if word != "kling"):
        meant = [model for model in others if model.kind == _TEXT or kinds]
    else:
        called = {_plain(one): model for model in others for one in _names(model)}
        meant = [called[near] for near in difflib.get_close_matches(_plain(guess)[:100], list(called), n=1, cutoff=0.6)]
    if meant:
        return f" Did you mean {_some([_short(model) for model in meant])}? Library().models() lists them."
    usual = [_short(model).partition(" · ")[0] for model in clips if model.kind == _TEXT]
    return f" There are {_some(usual, 'and')}."


def _numbers(words: Sequence[str]) -> set[float]:
    """Return the numbers in a name: 2.5 of ``V2.5``, 3 of ``v3.0``."""
    return {float(found) for word in words for found in re.findall(r"\d+(?:\.\d+)?", word)}


def _short(model: Model) -> str:
    return model.name.removeprefix("Kling ")


def _some(names: Sequence[str], last: str = "or") -> str:
    shown = [repr(name) for name in names[:_LISTED]]
    if len(names) > _LISTED:
        return f"{', '.join(shown)} and {len(names) - _LISTED} more, which Library().models() lists"
    return _series(shown, last)


def _series(words: Sequence[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _quoted(name: str, quote: bool) -> str:
    return repr(name) if quote and len(name) <= 100 else "of that name"


def _refused(words: str) -> RequestError:
    return RequestError([Problem("model", words)])
