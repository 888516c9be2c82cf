"""Texts that several widgets answer with."""

from __future__ import annotations

PRICE_CHANGED = "The price changed before the click was heard. Nothing was sent: look at it and click again."

UNREADABLE = "The page's request can't be read, so nothing was sent or changed. Run the cell again."
