"""Claims of predictions over all libraries of this machine, as the steps of a take need them."""

from __future__ import annotations

import logging
from collections.abc import Collection

from ..service.client import Client
from ..store import Record
from ..store.claims import Claims, ClaimsUnusable
from ..store.record import PRACTICE

log = logging.getLogger(__name__)


def sending(claims: Claims, record: Record, client: Client) -> None:
    """Note that a take's submit is under way or in doubt.

    Where it can't be noted the take goes on all the same: other libraries that can't read the claims adopt nothing.
    """
    if client.account is None:  # practice of this library alone: nobody else sees its tasks
        return
    try:
        claims.sending(record, client.key)
    except ClaimsUnusable as error:
        log.warning("take %s: %s", record.id, error)


def ended(claims: Claims, take: str) -> None:
    """Note that a take's submit came to nothing."""
    try:
        claims.ended(take)
    except ClaimsUnusable as error:
        log.warning("take %s: %s", take, error)


def claim(claims: Claims, record: Record, prediction: str) -> bool:
    """Claim a prediction for a take; tells whether that could be written down.

    Raises
    ------
    AlreadyTaken
        If it is another take's.
    """
    if record.service == PRACTICE:
        return True
    try:
        claims.claim(record, prediction)
    except ClaimsUnusable as error:
        log.warning("take %s: %s", record.id, error)
        return False
    return True


def claimed_prediction(claims: Claims, record: Record) -> str | None:
    """Return the prediction that was claimed for a take by a kernel that could not write it into the library."""
    if record.service == PRACTICE:
        return None
    try:
        return claims.of(record)
    except ClaimsUnusable as error:
        log.warning("take %s: %s", record.id, error)
        return None


def taken(claims: Claims, record: Record, predictions: Collection[str]) -> set[str]:
    """Return those of these predictions that other libraries' takes have, as far as anybody can say."""
    if record.service == PRACTICE:
        return set()
    try:
        return claims.taken(record, predictions)
    except ClaimsUnusable as error:
        log.warning("take %s: %s", record.id, error)
        return set()


def rivals(claims: Claims, record: Record, client: Client) -> int:
    """Return how many submits of other libraries the same task could belong to; one where nobody can say."""
    if client.account is None:
        return 0
    try:
        return claims.rivals(record)
    except ClaimsUnusable as error:
        log.warning("take %s: %s", record.id, error)
        return 1
