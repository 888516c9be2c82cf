"""The request as code: written as Python, a ``%%kling`` cell, curl or JSON, and read back from any of them.

Each form is a module that knows how it is written and how it is read. Nothing that is read is ever carried out.
"""

from .cell import Cell, parse, to_magic
from .curl import to_curl
from .json_body import to_json
from .parsed import Asked
from .parsing import LONGEST, forms, read
from .python import call, to_python

__all__ = [
    "LONGEST",
    "Asked",
    "Cell",
    "call",
    "forms",
    "parse",
    "read",
    "to_curl",
    "to_json",
    "to_magic",
    "to_python",
]
