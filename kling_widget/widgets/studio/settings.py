"""What a panel is opened with."""

from __future__ import annotations

from ...errors import SettingsError
from ...request.money import Micros, micros


def confirm_limit(amount: float | str) -> Micros:
    """Return the sum above which a click is confirmed. Raises ``SettingsError`` where it is no amount of money."""
    try:
        return micros(str(amount).strip().removeprefix("$"))
    except ValueError as error:
        raise SettingsError(f"confirm_above is an amount of dollars, such as 2.00; this is {amount!r}.") from error
