"""The request as code: written as Python, a ``%%kling`` cell, curl or JSON, and read back from any of them.

Each form has a module that writes and reads it. Nothing that is read is ever run.
"""

from .cell import Cell, parse, to_magic
from .curl import to_curl
from .json_body import to_json
from .parsed import ParsedRequest
from .parsing import LONGEST, forms, read
from .python import call, to_python

__all__ = [
    "LONGEST",
    "Cell",
    "ParsedRequest",
    "call",
    "forms",
    "parse",
    "read",
    "to_curl",
    "to_json",
    "to_magic",
    "to_python",
]
