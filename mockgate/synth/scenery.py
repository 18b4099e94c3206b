"""Painted places: a sky with what shines in it, then layers of land, each nearer and darker than the one before."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

from ..rng import Dice
from .palettes import Colour, Palette, Place, look, mixed

if TYPE_CHECKING:
    from random import Random

Point = tuple[float, float]

#: Shapes are drawn so many times larger and shrunk again, which makes their edges smooth.
_FINER = 2

#: What Pillow's radial gradient comes to where its circle touches the sides; it goes on into the corners.
_EDGE = 181


class Canvas:
    """A picture that is being painted. Places and lengths are shares of its height, places from left also of its
    width: `width` is how many heights it is wide.
    """

    def __init__(self, size: tuple[int, int], palette: Palette, draws: "Random") -> None:
        self.image = gradient(size, palette.high, mixed(palette.high, palette.low, 0.55), palette.low)
        self.palette = palette
        self.draws = draws
        self.size = size
        self.width = size[0] / size[1]
        self._unit = size[1] * _FINER

    def fill(self, outlines: Sequence[Sequence[Point]], paint: Colour | Image.Image) -> None:
        """Fill outlines with a colour, or with what a picture of the same size has there."""
        left, top, right, bottom = self._around(outlines)
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", ((right - left) * _FINER, (bottom - top) * _FINER))
        draw = ImageDraw.Draw(mask)
        for outline in outlines:
            draw.polygon(
                [(x * self._unit - left * _FINER, y * self._unit - top * _FINER) for x, y in outline], fill=255
            )
        mask = mask.reduce(_FINER)
        self.image.paste(_cut(paint, (left, top), mask.size), (left, top), mask)

    def _around(self, outlines: Sequence[Sequence[Point]]) -> tuple[int, int, int, int]:
        """Return the box of pixels that outlines lie in."""
        xs = [x * self.size[1] for outline in outlines for x, _ in outline]
        ys = [y * self.size[1] for outline in outlines for _, y in outline]
        if not xs:
            return (0, 0, 0, 0)
        right, bottom = min(self.size[0], int(max(xs)) + 2), min(self.size[1], int(max(ys)) + 2)
        return max(0, int(min(xs)) - 1), max(0, int(min(ys)) - 1), right, bottom

    def disc(self, x: float, y: float, radius: float, paint: Colour | Image.Image, opacity: float = 1.0) -> None:
        """Fill a circle."""
        side = max(2, round(2 * radius * self._unit))
        mask = Image.new("L", (side, side))
        ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=round(255 * opacity))
        mask = mask.reduce(_FINER)
        at = self._corner(x, y, mask.size)
        self.image.paste(_cut(paint, at, mask.size), at, mask)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Let light fall off around a point."""
        side = max(2, round(2 * radius * self.size[1]))
        light = Image.radial_gradient("L").point(
            [round(max(0, 1 - v / _EDGE) ** 2 * 255 * strength) for v in range(256)]
        )
        mask = light.resize((side, side), Image.Resampling.BILINEAR)
        self.image.paste(colour, self._corner(x, y, mask.size), mask)

    def ground(self, ridge: Sequence[Point], colour: Colour, mist: float = 0.0, begin: float | None = None) -> None:
        """Fill everything below a ridge, with mist at its foot, which begins where the ridge does or lower."""
        top = min(y for _, y in ridge) if begin is None else begin
        foot = mixed(colour, self.palette.low, mist)
        paint = gradient(self.size, colour, foot, start=min(0.98, max(0.0, top)))
        self.fill([[*ridge, (self.width, 1.1), (0, 1.1)]], paint)

    def _corner(self, x: float, y: float, size: tuple[int, int]) -> tuple[int, int]:
        return round(x * self.size[1]) - size[0] // 2, round(y * self.size[1]) - size[1] // 2


def scene(words: str, width: int, height: int, dice: Dice) -> Image.Image:
    """Paint the place that words speak of."""
    place, palette = look(words, dice)
    canvas = Canvas((width, height), palette, dice.fork("scene").random)
    _PLACES[place](canvas)
    return canvas.image


def gradient(size: tuple[int, int], *colours: Colour, start: float = 0.0) -> Image.Image:
    """Blend colours from top to bottom; `start` is the share of the height where the first one ends."""
    rows, parts = min(size[1], 256), len(colours) - 1
    pixels = bytearray()
    for row in range(rows):
        at = max(0.0, (row / rows - start) / (1 - start)) * parts
        low = min(int(at), parts - 1)
        pixels += bytes(mixed(colours[low], colours[low + 1], at - low))
    column = Image.frombytes("RGB", (1, rows), bytes(pixels)).resize((1, size[1]), Image.Resampling.BILINEAR)
    return column.resize(size, Image.Resampling.NEAREST)


def _cut(paint: Colour | Image.Image, at: tuple[int, int], size: tuple[int, int]) -> Colour | Image.Image:
    return paint.crop((*at, at[0] + size[0], at[1] + size[1])) if isinstance(paint, Image.Image) else paint


# What is in the sky.


def _sky(canvas: Canvas, horizon: float) -> Point:
    """Put sun or moon, stars or clouds into the sky; return where the light stands."""
    draws, palette = canvas.draws, canvas.palette
    x, y = draws.uniform(0.18, 0.82) * canvas.width, draws.uniform(0.16, horizon * 0.72)
    radius = draws.uniform(0.045, 0.085)
    if palette.dark:
        _stars(canvas, 160, horizon)
    canvas.glow(x, y, radius * 7, palette.light, 0.55)
    canvas.disc(x, y, radius, palette.light)
    if not palette.dark:
        for _ in range(draws.randint(2, 4)):
            _cloud(canvas, draws.uniform(0, canvas.width), draws.uniform(0.08, horizon * 0.7))
    return x, y


def _stars(canvas: Canvas, count: int, lowest: float) -> None:
    draws = canvas.draws
    for _ in range(count):
        x, y = draws.uniform(0, canvas.width), draws.uniform(0, lowest)
        canvas.disc(x, y, draws.choice((0.0012, 0.0018, 0.003)), canvas.palette.light, draws.uniform(0.35, 0.95))


def _cloud(canvas: Canvas, x: float, y: float) -> None:
    """Pile up soft discs on a flat base."""
    draws = canvas.draws
    colour = mixed(canvas.palette.low, (255, 255, 255), 0.55)
    length = draws.uniform(0.12, 0.26)
    for step in range(7):
        share = step / 6
        radius = length * (0.1 + 0.22 * math.sin(math.pi * share)) * draws.uniform(0.8, 1.15)
        canvas.glow(x + (share - 0.5) * length, y - radius * 0.5, radius * 1.7, colour, 0.62)


# Outlines.


def _waves(canvas: Canvas, base: float, height: float, waves: float) -> list[Point]:
    """Outline soft hills: a few waves on each other."""
    draws = canvas.draws
    parts = [(height / n, waves * n * draws.uniform(0.7, 1.3), draws.uniform(0, 7)) for n in (1, 2, 3.7)]
    xs = [canvas.width * step / 160 for step in range(161)]
    return [(x, base - sum(size * math.sin(rate * x + phase) for size, rate, phase in parts) * 0.5) for x in xs]


def _crags(canvas: Canvas, base: float, height: float) -> list[Point]:
    """Outline mountains: the middle of each line is moved up or down, again and again, ever less."""
    draws = canvas.draws
    peaks = 2 + round(2 * canvas.width)
    line = [
        (canvas.width * at / peaks, base - height * (draws.uniform(0.55, 1) if at % 2 else draws.uniform(0, 0.35)))
        for at in range(peaks + 1)
    ]
    rough = height * 0.16
    for _ in range(5):
        finer = [line[0]]
        for (x, y), (to_x, to_y) in pairwise(line):
            finer += [((x + to_x) / 2, (y + to_y) / 2 + draws.uniform(-rough, rough)), (to_x, to_y)]
        line, rough = finer, rough * 0.5
    return line


def _shade(canvas: Canvas, share: float) -> Colour:
    """Return the colour of land: far at a share of 0, near at 1."""
    return mixed(canvas.palette.far, canvas.palette.near, share)


def _pine(x: float, foot: float, height: float) -> list[list[Point]]:
    tiers = ((0.0, 0.5, 0.14), (0.24, 0.76, 0.2), (0.48, 1.0, 0.26))
    return [
        [
            (x, foot - height * (1 - top)),
            (x + height * half, foot - height * (1 - low)),
            (x - height * half, foot - height * (1 - low)),
        ]
        for top, low, half in tiers
    ]


def _pines(canvas: Canvas, ridge: Sequence[Point], count: int, height: float) -> Iterator[list[Point]]:
    for _ in range(count):
        x, foot = canvas.draws.choice(ridge)
        yield from _pine(x, foot + height * 0.2, height * canvas.draws.uniform(0.6, 1.2))


# Places.


def _mountains(canvas: Canvas) -> None:
    _sky(canvas, 0.5)
    for at in range(3):
        share = at / 3
        canvas.ground(_crags(canvas, 0.66 + 0.1 * at, 0.4 - 0.1 * at), _shade(canvas, share), mist=0.5)
    ridge = _waves(canvas, 0.9, 0.07, 4)
    canvas.fill(list(_pines(canvas, ridge, round(26 * canvas.width), 0.09)), _shade(canvas, 1))
    canvas.ground(ridge, _shade(canvas, 1))


def _hills(canvas: Canvas) -> None:
    _sky(canvas, 0.5)
    for at in range(5):
        ridge = _waves(canvas, 0.56 + 0.09 * at, 0.1, 3.2)
        if at >= 2:
            _orchard(canvas, ridge, 0.012 * (at + 1), _shade(canvas, at / 4 + 0.12))
        canvas.ground(ridge, _shade(canvas, at / 4), mist=0.3)


def _orchard(canvas: Canvas, ridge: Sequence[Point], radius: float, colour: Colour) -> None:
    for _ in range(round(5 * canvas.width)):
        x, foot = canvas.draws.choice(ridge)
        trunk = radius * 0.16
        canvas.fill(
            [[(x - trunk, foot), (x + trunk, foot), (x + trunk, foot - 2 * radius), (x - trunk, foot - 2 * radius)]],
            colour,
        )
        canvas.disc(x, foot - 2.2 * radius, radius, colour)


def _sea(canvas: Canvas) -> None:
    draws, palette, horizon = canvas.draws, canvas.palette, 0.56
    x, _ = _sky(canvas, horizon)
    canvas.ground(_waves(canvas, horizon - 0.01, 0.06, 2.4), _shade(canvas, 0.15), mist=0.6)
    water = gradient(canvas.size, mixed(palette.low, palette.far, 0.45), _shade(canvas, 0.85), start=horizon)
    canvas.fill([[(0, horizon), (canvas.width, horizon), (canvas.width, 1), (0, 1)]], water)
    for step in range(34):
        y = horizon + 0.012 + (step / 34) ** 1.5 * 0.42
        half = draws.uniform(0.015, 0.05) * (1 + 3 * step / 34)
        middle, thick = x + draws.uniform(-0.35, 0.35) * half, 0.0012 + 0.0035 * step / 34
        glint = mixed(palette.light, palette.far, 0.1 + 0.5 * step / 34)
        canvas.fill([[(middle - half, y), (middle, y - thick), (middle + half, y), (middle, y + thick)]], glint)
    _boat(canvas, draws.uniform(0.2, 0.8) * canvas.width, draws.uniform(0.64, 0.72), 0.13)


def _boat(canvas: Canvas, x: float, y: float, size: float) -> None:
    hull = [
        (x - 0.42 * size, y),
        (x + 0.42 * size, y),
        (x + 0.3 * size, y + 0.16 * size),
        (x - 0.28 * size, y + 0.16 * size),
    ]
    sail = [(x, y - size), (x + 0.4 * size, y - 0.08 * size), (x, y - 0.08 * size)]
    jib = [(x - 0.04 * size, y - 0.8 * size), (x - 0.04 * size, y - 0.08 * size), (x - 0.34 * size, y - 0.08 * size)]
    canvas.fill([hull], _shade(canvas, 1))
    canvas.fill([sail, jib], mixed(canvas.palette.light, canvas.palette.far, 0.12))


def _city(canvas: Canvas) -> None:
    _sky(canvas, 0.5)
    for at in range(3):
        _street(canvas, at)
    canvas.ground([(0, 0.93), (canvas.width, 0.93)], _shade(canvas, 1))


def _street(canvas: Canvas, at: int) -> None:
    """Put up a row of houses, the nearest with windows."""
    draws, x, houses, windows = canvas.draws, -0.02, [], []
    while x < canvas.width:
        wide = draws.uniform(0.05, 0.11) + 0.015 * at
        top = 0.9 - draws.uniform(0.18, 0.5) * (1 - 0.2 * at)
        houses.append([(x, top), (x + wide, top), (x + wide, 1), (x, 1)])
        if draws.random() < 0.25:
            middle = x + wide / 2
            houses.append(
                [
                    (middle - 0.003, top - 0.06),
                    (middle + 0.003, top - 0.06),
                    (middle + 0.003, top),
                    (middle - 0.003, top),
                ]
            )
        windows += _windows(canvas, x, top, wide) if at else []
        x += wide + draws.choice((0.0, 0.006, 0.02))
    canvas.fill(
        houses, gradient(canvas.size, _shade(canvas, 0.2 + 0.38 * at), _shade(canvas, 0.05 + 0.45 * at), start=0.4)
    )
    canvas.fill(windows, mixed(canvas.palette.light, _shade(canvas, 0.5 * at), 0.25))


def _windows(canvas: Canvas, x: float, top: float, wide: float) -> list[list[Point]]:
    columns, lit = max(2, round(wide / 0.022)), []
    step = wide / columns
    for row in range(int((0.92 - top) / 0.03)):
        for column in range(columns):
            if canvas.draws.random() < 0.42:
                left, high = x + (column + 0.3) * step, top + 0.018 + row * 0.03
                lit.append(
                    [(left, high), (left + 0.4 * step, high), (left + 0.4 * step, high + 0.013), (left, high + 0.013)]
                )
    return lit


def _forest(canvas: Canvas) -> None:
    _sky(canvas, 0.5)
    for at in range(4):
        ridge = _waves(canvas, 0.62 + 0.1 * at, 0.05, 3)
        trees = list(_pines(canvas, ridge, round((64 - 13 * at) * canvas.width), 0.12 + 0.07 * at))
        canvas.ground(ridge, _shade(canvas, at / 3), mist=0.4 * (1 - at / 3), begin=max(y for _, y in ridge) + 0.06)
        canvas.fill(trees, _shade(canvas, at / 3))


def _desert(canvas: Canvas) -> None:
    _sky(canvas, 0.5)
    for at in range(4):
        ridge = _waves(canvas, 0.6 + 0.11 * at, 0.13, 2.2)
        canvas.ground(ridge, _shade(canvas, at / 3.6), mist=0.4)
        lit = [(x + 0.02, y + 0.016 + 0.02 * math.sin(5 * x + at)) for x, y in ridge]
        canvas.fill([[*ridge, *reversed(lit)]], mixed(_shade(canvas, at / 3.6), canvas.palette.light, 0.4))


def _space(canvas: Canvas) -> None:
    draws, palette = canvas.draws, canvas.palette
    canvas.image = gradient(canvas.size, mixed(palette.high, (0, 0, 0), 0.55), mixed(palette.near, palette.high, 0.5))
    for colour in (palette.far, palette.low, mixed(palette.far, palette.light, 0.3)):
        for _ in range(3):
            x, y = draws.uniform(0, canvas.width), draws.uniform(0, 1)
            canvas.glow(x, y, draws.uniform(0.3, 0.6), colour, 0.4)
    _stars(canvas, 320, 1)
    _planet(canvas, draws.uniform(0.25, 0.75) * canvas.width, draws.uniform(0.3, 0.55), draws.uniform(0.15, 0.24))


def _planet(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """Hang up a striped ball that is lit from one side."""
    palette, size = canvas.palette, canvas.size
    canvas.glow(x, y, radius * 2, palette.light, 0.35)
    bands = [canvas.draws.uniform(0.1, 0.9) for _ in range(9)]
    stripes = Image.new("RGB", (1, len(bands)))
    stripes.putdata([mixed(mixed(palette.far, palette.low, band), palette.light, 0.25) for band in bands])
    side = round(2 * radius * size[1])
    ball = Image.new("RGB", size)
    corner = (round((x - radius) * size[1]), round((y - radius) * size[1]))
    ball.paste(
        stripes.resize((side, side), Image.Resampling.BICUBIC).rotate(
            18, Image.Resampling.BILINEAR, fillcolor=palette.far
        ),
        corner,
    )
    shadow = Image.new("L", size, 255)
    edge = (corner[0] - side // 2, corner[1] - side // 2, corner[0] + side * 4 // 5, corner[1] + side * 4 // 5)
    ImageDraw.Draw(shadow).ellipse(edge, fill=0)
    shadow = shadow.filter(ImageFilter.GaussianBlur(side / 9)).point([v * 4 // 5 for v in range(256)])
    ball.paste((4, 4, 14), (0, 0), shadow)
    canvas.disc(x, y, radius, ball)


_PLACES: dict[Place, Callable[[Canvas], None]] = {
    "mountains": _mountains,
    "hills": _hills,
    "sea": _sea,
    "city": _city,
    "forest": _forest,
    "desert": _desert,
    "space": _space,
}
