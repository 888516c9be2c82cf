"""The times of the real world, shrunk: what takes a minute there takes a second here. Nothing else is changed.

The same in this process (``shrink``) and in the kernels that tests start and kill (``python -c "… shrink() …"``).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kling_widget.engine import fetching, finding, polling, reconcile, sending, settlement, step_context, steps, worker
from kling_widget.service import client, download, identity, refusals
from kling_widget.store import learned_limit, limits

LOOKS_S = (0.0, 0.2, 0.5, 1.0, 2.0)
"""When a lost answer is looked for: two seconds stand for the real minute."""

READ_S = 1.0
"""Seconds until an answer that does not come is given up."""

LEASE_MS = 3000
"""Milliseconds of a lease: long enough not to run out on a busy machine by itself."""


def shrink(patch: pytest.MonkeyPatch | None = None) -> None:
    """Shrink them; for as long as the patch lasts, or for ever in a process of one's own."""
    patch = patch or pytest.MonkeyPatch()
    patch.setattr(reconcile, "LOOKS_S", LOOKS_S)
    patch.setattr(worker, "LEASE_MS", LEASE_MS)
    patch.setattr(worker, "_RENEW_S", 0.5)
    patch.setattr(worker, "_CLAIM_S", 0.2)
    patch.setattr(step_context, "_BACK_OFF_S", (0.1, 1.0))
    patch.setattr(refusals, "MAX_RETRY_AFTER_S", 1.5)
    patch.setattr(limits, "MINUTE_MS", 600)
    patch.setattr(learned_limit, "CLIMB_MS", 2000)
    patch.setattr(identity, "_TIMEOUT_S", (0.5, 1.0))
    patch.setattr(sending, "UNSENT_S", 3.0)
    patch.setattr(finding, "UNREAD_S", 6.0)
    patch.setattr(sending, "PATIENCE_S", 0.5)
    patch.setattr(steps, "KEY_WAIT_S", 0.5)
    patch.setattr(fetching, "GONE_AFTER_S", 4.0)
    patch.setattr(fetching, "NO_CLIP_AFTER_S", 4.0)
    patch.setattr(client, "CONNECT_S", 1.0)
    defaults = client.Client.__init__.__kwdefaults__
    assert defaults is not None
    patch.setitem(defaults, "read_s", READ_S)
    patch.setattr(download, "IDLE_S", 1.0)
    patch.setattr(download, "TOTAL_S", 4.0)
    patch.setattr(settlement, "_WAIT_S", (0.05, 0.1, 1.0))
    patch.setattr(polling, "PRACTICE_FLOOR_S", 0.05)
    patch.setattr(polling, "PRACTICE_CEILING_S", 0.1)
    # A poster is made by a process of its own, a second each: no promise of money hangs on it.
    patch.setattr(fetching, "stills", _no_stills)


def _no_stills(clip: Path, poster: Path, strip: Path) -> bool:
    return False
