"""What a film shows, frame by frame: a picture of its words, sparks that rise through it, and how far it has come.

A frame is three planes, as encoders want them. Only brightness changes from frame to frame, so that drawing one takes
about a millisecond; frames are drawn in a thread, and nothing else waits for them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ..rng import Dice
from .pictures import fitted, inscribe, opened, paint
from .scenes import Scene

#: Brightness as video has it: 16 is black, 235 white; colours lie around 128.
_BLACK, _WHITE, _GREY = 16, 235, 128

#: From the range of pictures to that of video, and back.
_NARROW_LIGHT = [_BLACK + value * 219 // 255 for value in range(256)]
_NARROW_COLOUR = [_GREY + (value - _GREY) * 112 // 128 for value in range(256)]
_WIDE_LIGHT = [max(0, min(255, (value - _BLACK) * 255 // 219)) for value in range(256)]
_WIDE_COLOUR = [max(0, min(255, _GREY + (value - _GREY) * 128 // 112)) for value in range(256)]

_SPARKS = 18
_RISES = 2.5  # times that a spark crosses the picture in the whole film, at most

Planes = tuple[Image.Image, Image.Image, Image.Image]


class Spark(NamedTuple):
    """A light that rises: where it begins (shares of the size), how often it crosses the picture, and its shape."""

    x: float
    y: float
    rises: float
    shape: Image.Image


class Stage:
    """A scene, ready to be filmed in a size: a share of the film, from 0 to 1, is what is asked for."""

    def __init__(self, scene: Scene, size: tuple[int, int]) -> None:
        light, blue, red = _painted(scene, size).convert("YCbCr").split()
        half = ((size[0] + 1) // 2, (size[1] + 1) // 2)
        self._size = size
        self._seconds = scene.seconds
        self._light = light.point(_NARROW_LIGHT)
        self._blue, self._red = (
            plane.resize(half, Image.Resampling.BOX).point(_NARROW_COLOUR) for plane in (blue, red)
        )
        self._bar = max(2, size[1] // 160)
        self._sparks = list(_sparks(Dice("sparks", scene.prompt), min(size)))
        self._times: dict[int, Image.Image] = {}
        self._font = ImageFont.load_default(max(10, min(size) // 28))
        self._blank()

    def _blank(self) -> None:
        """Take the colour out of where the bar stands."""
        top = (self._size[1] - 2 * self._bar) // 2
        for plane in (self._blue, self._red):
            plane.paste(_GREY, (0, top, *plane.size))

    def frame(self, share: float) -> Planes:
        """Draw the moment after a share of the film."""
        width, height = self._size
        light = self._light.copy()
        for spark in self._sparks:
            span = height + spark.shape.height
            y = span - (spark.y * span + share * spark.rises * span) % span - spark.shape.height
            light.paste(_WHITE, (int(spark.x * width) - spark.shape.width // 2, int(y)), spark.shape)
        top = height - 2 * self._bar
        light.paste(_BLACK, (0, top, width, height))
        light.paste(_WHITE, (0, top + self._bar // 2, int(share * width), height - self._bar // 2))
        told = self._told(int(share * self._seconds))
        light.paste(told, (width - told.width - 2 * self._bar, 2 * self._bar))
        return light, self._blue, self._red

    def _told(self, second: int) -> Image.Image:
        """Draw the time, once for each second: letters take longer than all else in a frame."""
        if second not in self._times:
            words = f"{_clock(second)} / {_clock(self._seconds)}"
            left, top, right, bottom = self._font.getbbox(words)
            drawn = Image.new("L", (int(right - left) + 4 * self._bar, int(bottom - top) + 2 * self._bar), _BLACK)
            ImageDraw.Draw(drawn).text((2 * self._bar - left, self._bar - top), words, fill=_WHITE, font=self._font)
            self._times[second] = drawn
        return self._times[second]

    def still(self, share: float) -> Image.Image:
        """Draw the same moment as a picture in colour."""
        light, blue, red = self.frame(share)
        colours = (plane.resize(self._size).point(_WIDE_COLOUR) for plane in (blue, red))
        return Image.merge("YCbCr", (light.point(_WIDE_LIGHT), *colours)).convert("RGB")


def _painted(scene: Scene, size: tuple[int, int]) -> Image.Image:
    if scene.picture:
        return inscribe(fitted(opened(scene.picture), size).convert("RGB"), scene.prompt)
    return paint(scene.prompt, *size, Dice("film", scene.prompt)).convert("RGB")


def _sparks(dice: Dice, side: int) -> Iterator[Spark]:
    draws = dice.random
    for _ in range(_SPARKS):
        radius = max(3, int(side * draws.uniform(0.008, 0.05)))
        shape = Image.new("L", (3 * radius, 3 * radius))
        box = (radius // 2, radius // 2, radius // 2 + 2 * radius, radius // 2 + 2 * radius)
        ImageDraw.Draw(shape).ellipse(box, fill=draws.randint(24, 90))
        soft = shape.filter(ImageFilter.GaussianBlur(2))
        yield Spark(draws.random(), draws.random(), draws.uniform(0.6, _RISES), soft)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
