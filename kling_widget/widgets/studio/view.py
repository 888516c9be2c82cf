"""What the panel says of the service, its models and its prices, in words. No widget is needed to ask."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import SettingsError
from ...request.catalog import TOOL, Catalog, Model
from ...request.money import Micros, dollars
from ...service.service import Service, limits_of
from ...settings import ADDRESS_NAME, KEY_NAME, TIER_NAME
from ...store.file_system import network_kind
from ..history.cards import model_name


def bar(model: Model, service: Service) -> dict[str, Any]:
    """What the bar says of the model and of the service: ``model``, ``live``, ``unsure``, ``mode`` and ``how``."""
    if service.practice and service.host:
        mode = f"Practice · no cost · {service.host}"
        how = (
            f"Clips are simulated by the practice server at {service.host} and cost nothing; sums are play money. "
            f"{ADDRESS_NAME} names that server."
        )
    elif service.practice:
        mode = "Practice · no cost"
        how = (
            "Clips are simulated on this machine and cost nothing; sums are play money. For real ones set "
            f"{KEY_NAME} before Jupyter starts, or use Studio(practice=False), which asks for the key."
        )
    elif service.refusal and service.identified:
        mode, how = f"No practice server · {service.host}", service.refusal
    elif not service.identified:
        mode = f"Not known yet · {service.host}"
        how = (
            f"{service.host}, which {ADDRESS_NAME} names, has not said yet what it is. Until then takes count as ones "
            "that cost real money."
        )
    elif not service.vendor:
        mode = f"May cost money · {service.host}"
        how = (
            f"Clips are made by {service.host}, which {ADDRESS_NAME} names. It is not the vendor's own service and no "
            f"practice server, so takes count as real money. Studio(practice=True) simulates them instead. "
            f"{_account(service)}"
        )
    else:
        mode = f"Live · {service.host}"
        how = (
            f"Clips are made by {service.host} and cost real money. Studio(practice=True) simulates them instead. "
            f"{_account(service)}"
        )
    return {
        "model": model.id,
        "live": service.identified and not service.practice and not service.refusal,
        "unsure": not service.practice and (not service.identified or bool(service.refusal)),
        "mode": mode,
        "how": how,
    }


def models(catalog: Catalog) -> list[dict[str, str]]:
    """The models that the panel can be for: ``id``, ``name``, ``kind`` and ``price``."""
    return [
        {
            "id": model.id,
            "name": model_name(model),
            "kind": model.kind.replace("-", " "),
            "price": f"from {dollars(model.estimate({}))}",
        }
        for model in catalog
        if model.kind != TOOL
    ]


def balance(amount: Micros) -> str:
    """The account's balance, for the bar."""
    return f"balance {dollars(amount)}"


def quoted(ours: Micros, theirs: Micros) -> str:
    """What the service itself says of a price; empty where it says the same, and no dearer than by a rounding."""
    if abs(ours - theirs) < _ROUNDING:
        return ""
    than = "less" if theirs < ours else "more"
    return f"The service's own quote is {dollars(theirs)} a take, {than} than the list price."


_ROUNDING = 500  # micro-dollars: prices have three places


def _account(service: Service) -> str:
    try:
        limits = limits_of(service.name)
    except SettingsError as error:
        return str(error)
    return f"Your account is taken to run {limits.at_once:,} takes at once; {TIER_NAME} names another tier."


def notice(folder: Path, unreadable: Mapping[str, str] | None = None) -> str:
    """What is to be known of a library before it is used; empty if nothing is.

    Parameters
    ----------
    folder
        The library's folder.
    unreadable
        What is wrong with takes that can't be read, by their ids.
    """
    sentences = []
    if kind := network_kind(folder):
        sentences.append(
            f"This library lies on a network file system ({kind}), where locks are not to be relied on: use it from "
            "one kernel at a time, or choose a folder on this machine."
        )
    if unreadable:
        more = f" The same goes for {len(unreadable) - 1:,} more." if len(unreadable) > 1 else ""
        sentences.append(next(iter(unreadable.values())) + more)
    return " ".join(sentences)


def note(service: Service) -> str:
    """Small words beside the button that costs money."""
    return "play money" if service.practice else ""
