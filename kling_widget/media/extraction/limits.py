"""Limit what the extraction process may use, before it reads a byte of a clip."""

from __future__ import annotations

import contextlib

from .job import Bounds

_FILES = 64  # open files: Python, its libraries while they are loaded, the clips, the result


def limit(bounds: Bounds) -> None:
    """Limit this process for good, as far as the system can; on Windows only the caller's time-out holds."""
    try:
        import resource
    except ImportError:
        return
    for name, most in (
        ("RLIMIT_CPU", bounds.seconds),
        ("RLIMIT_AS", bounds.memory),
        ("RLIMIT_FSIZE", bounds.largest),
        ("RLIMIT_NOFILE", _FILES),
        ("RLIMIT_NPROC", 0),  # no further process or thread; the system exempts root
        ("RLIMIT_CORE", 0),  # no dump of this process's memory
    ):
        what = getattr(resource, name, None)
        if what is not None:
            with contextlib.suppress(ValueError, OSError):  # a stricter limit is in force already
                resource.setrlimit(what, (most, most))
