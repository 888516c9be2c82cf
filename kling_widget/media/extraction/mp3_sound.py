"""Copy a clip with its sound as MP3, for players without AAC; the picture is copied packet by packet."""

from __future__ import annotations

from pathlib import Path

import av

from .frames import NoSound, opened

_RATE = 192_000  # bits a second: nobody hears the second encoding


def with_mp3(clip_path: str, output: Path) -> None:
    """Write an MP4 with the clip's own pictures and its first sound track as MP3.

    Raises
    ------
    NoSound
        If the clip has no sound track.
    """
    with opened(clip_path) as clip:
        source = next(iter(clip.container.streams.audio), None)
        if source is None:
            raise NoSound
        with av.open(f"file:{output}", "w", format="mp4", options={"movflags": "faststart"}) as out:
            picture = out.add_stream_from_template(clip.stream)
            if clip.stream.sample_aspect_ratio:  # the template lacks it
                picture.codec_context.sample_aspect_ratio = clip.stream.sample_aspect_ratio
            sound = out.add_stream("libmp3lame", rate=source.rate)
            sound.bit_rate, sound.layout = _RATE, "stereo" if source.channels > 1 else "mono"
            for packet in clip.container.demux(clip.stream, source):
                if packet.dts is None:
                    continue
                if packet.stream is clip.stream:
                    packet.stream = picture
                    out.mux(packet)
                else:
                    for block in source.codec_context.decode(packet):
                        out.mux(sound.encode(block))
            for block in source.codec_context.decode(None):
                out.mux(sound.encode(block))
            out.mux(sound.encode(None))
