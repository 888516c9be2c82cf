"""Who appears: a walking figure, a fox and its relatives, birds, a boat, a balloon, a rocket."""

from __future__ import annotations

import math

from ..canvas import Cutout
from ..colour import Rgb, mix, rgb
from ..shapes import Pen, darker


def figure(scale: float, coat: Rgb, side: int) -> list[Cutout]:
    """Someone in a long coat, walking: six poses (300 pixels high at scale 1)."""
    poses = []
    skin, hair = rgb("#f1d3c0"), mix(darker(coat, 0.75), (40, 24, 20), 0.5)
    for step in range(6):
        phase = 2 * math.pi * step / 6
        rise = 5 * abs(math.sin(phase))
        pen = Pen(170, 306, scale, coat)
        lean = 5 * side
        for swing in (math.sin(phase), -math.sin(phase)):
            foot = 85 + 17 * swing * side
            pen.line([(85, 250), (foot, 296 - 5 * max(0.0, swing))], 13, darker(coat, 0.72))
        hem = 6 * math.sin(phase)
        pen.blob(
            [
                (85 + lean, 86 - rise),
                (103 + lean, 100 - rise),
                (112, 170),
                (126 + hem, 272),
                (85, 282),
                (44 + hem, 272),
                (59, 170),
                (68 + lean, 100 - rise),
            ],
            coat,
        )
        pen.blob([(85 + lean, 88 - rise), (76, 170), (60 + hem, 276), (44 + hem, 270), (60, 168)], darker(coat, 0.25))
        tail = -side * (34 + 7 * math.cos(phase))
        pen.polygon(
            [
                (85 + lean, 84 - rise),
                (85 + tail, 100 - rise + 5 * math.sin(phase)),
                (85 + tail, 112 - rise),
                (85 + lean, 97 - rise),
            ],
            mix(coat, (255, 230, 180), 0.35),
        )
        head = 85 + lean
        pen.ellipse(head - 5 * side, 66 - rise, 23, 25, hair)
        pen.blob(
            [
                (head - 22 * side, 62 - rise),
                (head - 8 * side, 60 - rise),
                (head - 8 * side, 96 - rise),
                (head - 26 * side, 100 - rise + 3 * math.cos(phase)),
            ],
            hair,
        )
        pen.polygon(
            [(head - 7, 78 - rise), (head + 7, 78 - rise), (head + 8, 94 - rise), (head - 8, 94 - rise)],
            darker(skin, 0.12),
        )
        pen.ellipse(head + 5 * side, 69 - rise, 17, 18.5, skin)
        pen.blob(
            [
                (head - 20 * side, 58 - rise),
                (head - 4 * side, 42 - rise),
                (head + 16 * side, 46 - rise),
                (head + 23 * side, 58 - rise),
                (head + 8 * side, 57 - rise),
                (head - 4 * side, 64 - rise),
            ],
            hair,
        )
        poses.append(pen.cutout())
    return poses


def fox(scale: float, coat: Rgb, side: int) -> list[Cutout]:
    """A fox at a trot: eight poses (190 pixels high at scale 1)."""
    poses = []
    dark, pale = darker(coat, 0.55), mix(coat, (255, 250, 244), 0.86)
    for step in range(8):
        p = 2 * math.pi * step / 8
        up = 4 * math.sin(2 * p)
        pen = Pen(380, 196, scale, coat)

        def at(x: float, y: float) -> tuple[float, float]:
            return (x if side > 0 else 380 - x, y)

        def legs(colour: Rgb, offset: float, pen: Pen = pen, p: float = p, up: float = up) -> None:
            for hip, late in ((150, 0.0), (252, 0.5)):
                swing = math.sin(p + offset + late * math.pi)
                lift = max(0.0, math.cos(p + offset + late * math.pi)) * 13
                knee = at(hip + 16 * swing, 146 + up)
                pen.line([at(hip, 118 + up), knee, at(hip + 27 * swing, 186 - lift)], 13, colour)

        legs(dark, math.pi)
        tail = 9 * math.sin(p)
        pen.blob(
            [
                at(142, 100 + up),
                at(100, 112 + up + tail * 0.4),
                at(58, 104 + tail),
                at(22, 76 + tail),
                at(40, 70 + tail),
                at(80, 76 + tail * 0.6),
                at(138, 80 + up),
            ],
            coat,
        )
        pen.blob([at(50, 101 + tail), at(18, 73 + tail), at(38, 69 + tail), at(64, 78 + tail)], pale)
        pen.blob(
            [
                at(130, 104 + up),
                at(138, 76 + up),
                at(190, 74 + up),
                at(250, 66 + up),
                at(282, 76 + up),
                at(276, 116 + up),
                at(240, 128 + up),
                at(190, 118 + up),
                at(150, 128 + up),
            ],
            coat,
        )
        pen.blob([at(262, 90 + up), at(284, 88 + up), at(274, 124 + up), at(246, 126 + up)], pale)
        nod = up * 0.6
        pen.polygon([at(286, 44 + nod), at(290, 8 + nod), at(306, 36 + nod)], dark)
        pen.polygon([at(302, 42 + nod), at(316, 10 + nod), at(322, 44 + nod)], coat)
        pen.blob(
            [
                at(266, 78 + nod),
                at(280, 46 + nod),
                at(312, 36 + nod),
                at(334, 56 + nod),
                at(366, 72 + nod),
                at(364, 80 + nod),
                at(330, 88 + nod),
                at(296, 98 + nod),
            ],
            coat,
        )
        pen.blob([at(314, 74 + nod), at(366, 76 + nod), at(330, 90 + nod), at(300, 94 + nod)], pale)
        pen.ellipse(*at(364, 74 + nod), 6, 5, (24, 18, 20))
        pen.ellipse(*at(324, 60 + nod), 4, 4, (24, 18, 20))
        legs(darker(coat, 0.2), 0.0)
        poses.append(pen.cutout())
    return poses


def bird(scale: float, colour: Rgb, side: int) -> list[Cutout]:
    """A bird on the wing: six poses (80 pixels wide at scale 1)."""
    poses = []
    for step in range(6):
        beat = math.sin(2 * math.pi * step / 6)
        pen = Pen(84, 60, scale, colour)
        tip = 30 - 22 * beat
        for wing in (-1, 1):
            x = 42 + 36 * wing
            pen.polygon([(42 - 5 * side, 30), (42 + 17 * wing, 30 - 12 * beat), (x, tip), (42 + 5 * side, 35)], colour)
        pen.ellipse(42, 33, 11, 4.5, colour)
        poses.append(pen.cutout())
    return poses


def boat(scale: float, sail: Rgb, side: int) -> list[Cutout]:
    """A sailing boat (250 pixels high at scale 1)."""
    pen = Pen(230, 250, scale, sail)
    m = 115
    pen.polygon([(m, 10), (m - 86 * side, 186), (m - 4 * side, 186)], sail)
    pen.polygon([(m + 6 * side, 28), (m + 78 * side, 186), (m + 6 * side, 186)], mix(sail, (255, 255, 255), 0.35))
    pen.line([(m, 6), (m, 210)], 5, rgb("#3a2a26"))
    pen.blob([(m - 100, 200), (m + 100, 200), (m + 74, 240), (m - 70, 242)], rgb("#5a2a27"))
    pen.polygon([(m - 100, 198), (m + 102, 198), (m + 96, 208), (m - 94, 208)], rgb("#f2e6d0"))
    return [pen.cutout()]


def balloon(scale: float, colour: Rgb, side: int) -> list[Cutout]:
    """A hot-air balloon (330 pixels high at scale 1)."""
    pen = Pen(240, 332, scale, colour)
    pale = mix(colour, (255, 244, 220), 0.75)
    pen.line([(84, 218), (108, 290)], 3, rgb("#4a3526"))
    pen.line([(156, 218), (132, 290)], 3, rgb("#4a3526"))
    pen.blob(
        [(120, 10), (190, 40), (222, 112), (190, 186), (150, 236), (90, 236), (50, 186), (18, 112), (50, 40)], colour
    )
    pen.blob([(120, 10), (160, 60), (168, 130), (142, 236), (98, 236), (72, 130), (80, 60)], pale)
    pen.blob([(120, 10), (136, 70), (136, 140), (126, 236), (114, 236), (104, 140), (104, 70)], colour)
    pen.polygon([(100, 288), (140, 288), (136, 322), (104, 322)], rgb("#6b4a2f"))
    return [pen.cutout()]


def rocket(scale: float, colour: Rgb, side: int) -> list[Cutout]:
    """A rocket climbing on its flame: four poses (360 pixels high at scale 1)."""
    poses = []
    for step in range(4):
        pen = Pen(150, 362, scale, rgb("#eef1f5"))
        length = 96 + 22 * math.sin(math.pi * step / 2)
        pen.blob([(54, 226), (96, 226), (100, 250), (75, 236 + length), (50, 250)], rgb("#ff8a3c"))
        pen.blob([(64, 226), (86, 226), (88, 244), (75, 232 + length * 0.6), (62, 244)], rgb("#ffe08a"))
        for wing in (-1, 1):
            pen.polygon([(75 + 30 * wing, 150), (75 + 66 * wing, 236), (75 + 28 * wing, 222)], colour)
        pen.blob([(75, 6), (104, 70), (110, 150), (100, 230), (50, 230), (40, 150), (46, 70)], rgb("#eef1f5"))
        pen.blob([(75, 6), (98, 54), (75, 62), (52, 54)], colour)
        pen.ellipse(75, 112, 20, 20, darker(colour, 0.3))
        pen.ellipse(75, 112, 14, 14, rgb("#9fd8ef"))
        poses.append(pen.cutout())
    return poses
