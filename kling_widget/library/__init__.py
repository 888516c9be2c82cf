"""What a person holds in code: takes, the library they are in, and the way to make them."""

from . import models
from .library import Library
from .take import Take, generate

__all__ = ["Library", "Take", "generate", "models"]
