"""What a person holds in code: takes, the library they are in, and the way to make them."""

from . import models
from .library import Library
from .sweep_properties import SweepCell
from .sweeping import sweep
from .sweeps import Sweep
from .take import Take, generate

__all__ = ["Library", "Sweep", "SweepCell", "Take", "generate", "models", "sweep"]
