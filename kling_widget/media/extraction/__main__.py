"""``python -m kling_widget.media.extraction KIND``: do the job in ``job.json`` within the limits of its kind."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import cast, get_args

from .job import BOUNDS, End, Job, Kind
from .limits import limit


def main(arguments: list[str]) -> End:
    """Limit this process, do the job, and return how it ended."""
    if len(arguments) != 1 or arguments[0] not in get_args(Kind):
        sys.exit(f"Say what to make, one of: {', '.join(get_args(Kind))}. It is started by kling_widget itself.")
    kind = cast(Kind, arguments[0])
    # The libraries come before the limits, under which Python could keep no bytecode of theirs: where an installer left
    # none (uv does), it would compile them for every clip.
    from . import kinds
    from .frames import NoFrame, NoSound, TooMuch, Unreadable

    limit(BOUNDS[kind])
    sys.dont_write_bytecode = True
    job = Job.read(Path("job.json").read_text("utf-8"))
    try:
        kinds.make(kind, job)
    except NoFrame:
        return End.NOTHING
    except NoSound:
        return End.SILENT
    except (TooMuch, MemoryError):
        return End.TOO_MUCH
    except Unreadable:
        return End.UNREADABLE
    except OSError as error:  # PyAV's errors are among them
        return End.TOO_MUCH if error.errno in (errno.EFBIG, errno.ENOMEM) else End.UNREADABLE
    except ValueError:
        return End.UNREADABLE
    return End.DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
