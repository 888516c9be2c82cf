"""What the process that reads a clip may use of the machine, set before it has read a byte of it."""

from __future__ import annotations

import contextlib

from .job import Bounds

_FILES = 64  # open files: Python, its libraries while they are loaded, the clips, the result


def limit(bounds: Bounds) -> None:
    """Bound this process for good, as far as the system can; where it can't (Windows), the caller's time-out stands."""
    try:
        import resource
    except ImportError:
        return
    for name, most in (
        ("RLIMIT_CPU", bounds.seconds),
        ("RLIMIT_AS", bounds.memory),
        ("RLIMIT_FSIZE", bounds.largest),
        ("RLIMIT_NOFILE", _FILES),
        ("RLIMIT_NPROC", 0),  # no process and no thread more; root is excepted by the system
        ("RLIMIT_CORE", 0),  # a picture of this process's memory is nobody's business
    ):
        what = getattr(resource, name, None)
        if what is not None:
            with contextlib.suppress(ValueError, OSError):  # a stricter limit is in force already
                resource.setrlimit(what, (most, most))
