"""Which module does which kind of job. Imported only in the process with limits: these modules read foreign files."""

from __future__ import annotations

from pathlib import Path

from . import animation, contact_sheet, mp3_sound, overview
from .frames import png, still
from .job import Job, Kind, Words


def make(kind: Kind, job: Job) -> None:
    """Do a job and write its outputs.

    Raises
    ------
    Unreadable, NoFrame, NoSound, TooMuch, OSError, ValueError, MemoryError
        If it can't be done.
    """
    clip, output = job.clips[0], Path(job.outputs[0])
    words = job.words or (Words(),) * len(job.clips)
    if kind == "poster+strip":
        overview.make(clip, output, Path(job.outputs[1]))
    elif kind == "sheet":
        output.write_bytes(png(contact_sheet.sheet(clip, job.start, job.end, words[0])))
    elif kind == "rows":
        output.write_bytes(png(contact_sheet.rows(job.clips, words)))
    elif kind == "gif":
        output.write_bytes(animation.gif(clip, job.start, job.end))
    elif kind == "webp":
        output.write_bytes(animation.webp(clip, job.start, job.end))
    elif kind == "frame":
        output.write_bytes(png(still(clip, job.start)))
    else:
        mp3_sound.with_mp3(clip, output)
