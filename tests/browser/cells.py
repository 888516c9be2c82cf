"""Cells of which notebooks are made: services that are slow, lose answers, refuse, or are not there."""

from __future__ import annotations

KEY = "wsk_live_browser"

STUDIO = "from kling_widget import Studio\nstudio = Studio()\nstudio"
"""A panel on whatever service the cells before it set up."""


def service(*, median: float = 0.5, key: str = KEY, tier: str = "bronze") -> str:
    """A service in the kernel, and a key of an account of this tier for it; a clip takes ``median`` seconds."""
    return f"""
import os
from kling_widget.practice import PracticeServer
server = PracticeServer(ledger="service", median={median}, scale=0.25, as_live=True).__enter__()
os.environ |= {{"WAVESPEED_API_KEY": "{key}", "WAVESPEED_BASE_URL": server.url, "KLING_TIER": "{tier}"}}
"""


NO_SERVICE = f"""
import os, socket
from kling_widget.engine import sending, step_context as step
place = socket.socket()
place.bind(("127.0.0.1", 0))  # nobody listens: whoever comes is refused
os.environ |= {{"WAVESPEED_API_KEY": "{KEY}", "WAVESPEED_BASE_URL": f"http://127.0.0.1:{{place.getsockname()[1]}}"}}
sending.UNSENT_S, step._BACK_OFF_S = 2.0, (0.2, 0.5)
"""
"""An address that refuses; what is two minutes in the world is two seconds here."""

LOSE_THE_ANSWER = """
server.faults.add(call="submit", effect="status", status=502, created=False)
"""
"""The next submit's answer is lost. Nothing was made, which nobody can know for a minute."""

LEAVE_IN_DOUBT = """
from kling_widget.request.catalog import O3_PRO
from kling_widget.engine import reconcile
from kling_widget.service.client import Client
from kling_widget.settings import Key
reconcile.LOOKS_S = (0.0, 0.2)
elsewhere = Client(server.url, Key("elsewhere"))
elsewhere.submit(O3_PRO, {"prompt": "From the website", "duration": 5})
elsewhere.close()
server.faults.add(call="submit", effect="status", status=502, created=True)
"""
"""The next submit's answer is lost, and the account has another task that looks the same."""

HIDE_THE_LIST = """
from kling_widget.engine import reconcile
reconcile.LOOKS_S = (0.0, 0.2)
server.faults.add(call="submit", effect="status", status=502, created=True)
server.faults.add(call="list", effect="patch", data={"items": None}, times=None)
"""
"""The next submit's answer is lost, and the service's list can't be read."""
