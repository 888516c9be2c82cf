"""Make a sweep: freeze what a template and its axes ask for, say what it costs, and begin it once it is confirmed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from typing import Any

from ..analysis.cells import Mode
from ..analysis.frozen import to_json
from ..request.catalog import O3_PRO
from ..service import identity
from ..service.service import choose, ready
from ..store.media_types import input_kind
from ..store.record import now_ms
from ..store.sweep_record import SweepRecord, fresh_sweep_id
from .library import Library
from .sweep_plan import orders, plan
from .sweeps import Sweep
from .wildcards import Wildcards


def sweep(
    template: str | Iterable[str] | None = None,
    *,
    practice: bool | None = None,
    library: Library | str | os.PathLike[str] | None = None,
    model: str | Iterable[str] = O3_PRO,
    repeats: int = 1,
    mode: Mode = "full",
    limit: int | None = None,
    seed: int = 0,
    confirm: bool | None = None,
    **inputs: Any,
) -> Sweep:
    r"""Make a take for each combination of a template's choices and of the values of other inputs.

    What is asked for is written down first, wildcards included, and priced. Live, nothing is sent until
    ``Sweep.confirm``; practice begins at once. The same sweep asked for again is the one that is there: nothing is made
    twice, so that a cell that is run again, after a crash too, goes on where it was. ``Sweep.redo`` makes clips again.

    Parameters
    ----------
    template
        The prompt. ``{red|blue}`` is a choice, ``{camera=dolly in|orbit}`` one with a name, ``{2$$a|b|c}`` two of
        three, ``__colour__`` a line of the file ``wildcards/colour.txt`` in the library's folder; ``\{ \| \}`` are the
        characters themselves. A list of prompts is an axis, and literal.
    practice, library
        As ``generate`` takes them.
    model
        A model, or several: an axis.
    repeats
        How often each combination is made; default 1.
    mode
        ``"full"`` (default): all combinations. ``"random"``: ``limit`` of them, drawn by ``seed``. ``"paired"``: the
        first values of all axes, then the second ones, and so on.
    limit
        The most combinations, each made ``repeats`` times; default: all.
    confirm
        True: yes, begin it, at the price that the sweep has. False: only price it, in practice too.
    **inputs
        Any input of the model: a list is an axis; a list of lists where the input is a list itself (``multi_prompt``,
        ``element_list``). The prompts of shots may have choices, too.

    Returns
    -------
    Sweep
        At once. ``price`` is what it costs, ``cells`` what is made, ``wait()`` waits for it.

    Raises
    ------
    BadValue, TemplateError
        If a template or an axis can't be expanded; the message shows the place. Nothing was sent.
    RequestError
        If a model would refuse a cell, which is named. Nothing was sent.
    OverBudget
        If it is to begin, and all its cells together would pass a cap. None was sent.
    SettingsError, MediumRefused, KlingError
        As ``generate`` raises them. Nothing was sent.

    Examples
    --------
    >>> s = sweep("A {red|blue} fox, {dolly in|handheld}", duration=[5, 10])  # doctest: +SKIP
    >>> s.price  # doctest: +SKIP
    Decimal('6.72')
    """
    if template is not None and not isinstance(template, str):
        template = list(template)
    service = ready(choose(practice))
    library = library if isinstance(library, Library) else Library(library)
    if any(input_kind(name) for name in inputs):
        inputs = library._gateway.uploader.prepare(service.name, inputs)
    expansion = plan(
        template,
        inputs,
        model=model,
        catalog=library.catalog,
        wildcards=Wildcards(library.folder),
        mode=mode,
        repeats=repeats,
        limit=limit,
        seed=seed,
    )
    orders(expansion, library.catalog)  # what would be refused is refused before it is written down
    frozen, account = to_json(expansion), library._gateway.engine.account(service.name)
    digest = hashlib.sha256("\n".join((service.name, account or "", frozen)).encode()).hexdigest()
    record = SweepRecord(
        id=fresh_sweep_id(at := now_ms()),
        digest=digest,
        service=service.name,
        template=_written(template, inputs),
        frozen_at=at,
        account=account,
        simulated=identity.simulated(service.name),
    )
    made = Sweep(library._gateway.sweeps.freeze(record, frozen).id, library)
    return made.confirm() if (service.practice if confirm is None else confirm) else made


def _written(template: str | Iterable[str] | None, inputs: Any) -> str:
    """Return what names a sweep for a person: its template, or its prompts."""
    if template is None:
        shots = inputs.get("multi_prompt") or ()
        return " / ".join(str(getattr(shot, "prompt", shot)) for shot in shots)
    return template if isinstance(template, str) else " / ".join(map(str, template))
