"""Pictures out of words: what the words bring to mind, and the words themselves, written on it. Of given pictures:
others like them, or with a part painted anew.

Drawing takes a tenth of a second or more, so that it belongs in a thread.
"""

import io
import textwrap
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from ..rng import Dice
from .scenery import scene
from .sketches import Format, Sketch
from .spelling import spell

Size = tuple[int, int]

#: Lines of a legend, at most; the rest is cut off.
_LINES = 4

#: How much of a picture that is edited without a mask is painted over.
_PAINTED_OVER = 0.45


def draw(sketch: Sketch) -> tuple[bytes, ...]:
    """Draw a picture; return its file after those of its unfinished states.

    Raises OSError when a picture that it is made of is broken.
    """
    picture = _shown(sketch, Dice(sketch.seed))
    states = [unfinished(picture, (at + 1) / (sketch.partial + 1)) for at in range(sketch.partial)]
    return tuple(encode(each, sketch.format, sketch.compression) for each in (*states, picture))


def _shown(sketch: Sketch, dice: Dice) -> Image.Image:
    size = (sketch.width, sketch.height)
    if sketch.shown:
        return _on_ground(fitted(opened(sketch.shown), size), clear=sketch.transparent)
    given = [
        encode(scene(each, 512, 512, Dice(each)), "png") if isinstance(each, str) else each for each in sketch.given
    ]
    if sketch.varied:
        return varied(given[0], size, dice)
    picture = scene(sketch.words, *size, dice)
    if given:
        picture = edited(given, sketch.mask, picture)
    return inscribe(cut_out(picture) if sketch.transparent else picture, sketch.words)


def paint(words: str, width: int, height: int, dice: Dice, legend: str | None = None) -> Image.Image:
    """Paint a picture of these words, so many pixels large, and write a legend on it (None: the words)."""
    picture = scene(words, width, height, dice)
    return inscribe(picture, words if legend is None else legend)


def inscribe(picture: Image.Image, legend: str) -> Image.Image:
    """Write a legend on a picture, below, light on dark, in Latin letters: the font has no others."""
    text = spell(legend)
    if not text:
        return picture
    width, height = picture.size
    points = max(10, min(width, height) // 26)
    font = ImageFont.load_default(points)
    lines = _wrapped(text, font, width * 0.84)
    step, pad = round(points * 1.32), round(points * 0.7)
    wide = max(font.getlength(line) for line in lines)
    top = height - len(lines) * step - 3 * pad
    box = (width / 2 - wide / 2 - 1.4 * pad, top, width / 2 + wide / 2 + 1.4 * pad, height - pad)
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius=pad, fill=178)
    picture.paste((16, 16, 24), (0, 0), mask)
    if picture.mode == "RGBA":
        picture.putalpha(ImageChops.lighter(picture.getchannel("A"), mask.point([min(255, 2 * v) for v in range(256)])))
    draw = ImageDraw.Draw(picture)
    for at, line in enumerate(lines):
        draw.text((width / 2, top + pad + at * step), line, font=font, fill=(250, 250, 250), anchor="ma")
    return picture


def _wrapped(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> list[str]:
    """Cut a text into lines that are no wider."""
    letters = max(8, int(width / font.getlength("n") * 1.05))
    while letters > 8:
        lines = textwrap.wrap(text, letters, max_lines=_LINES, placeholder=" ...")
        if max(font.getlength(line) for line in lines) <= width:
            return lines
        letters -= 1
    return textwrap.wrap(text, letters, max_lines=_LINES, placeholder="...")


# Given pictures.


def opened(data: bytes) -> Image.Image:
    """Read a picture, upright and with its transparency. Raises OSError when it is broken."""
    with Image.open(io.BytesIO(data)) as given:
        return ImageOps.exif_transpose(given).convert("RGBA")


def _on_ground(picture: Image.Image, *, clear: bool) -> Image.Image:
    """Leave a picture its transparency, or lay it on white."""
    ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return picture if clear else Image.alpha_composite(ground, picture).convert("RGB")


def fitted(picture: Image.Image, size: Size) -> Image.Image:
    """Fill a size with a picture: what is too much on either side is cut off."""
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)


def edited(given: Sequence[bytes], mask: bytes | None, painted: Image.Image) -> Image.Image:
    """Show given pictures in one that is painted: the first where a mask is not transparent, and the others small.

    Without a mask, the first shows through everywhere. Transparent parts of the first count as masked.
    """
    size = painted.size
    first = fitted(opened(given[0]), size)
    kept = first.getchannel("A")
    if mask is not None:
        kept = fitted(opened(mask), size).getchannel("A")
    elif kept.getextrema() == (255, 255):
        kept = kept.point([round(value * (1 - _PAINTED_OVER)) for value in range(256)])
    soft = kept.filter(ImageFilter.GaussianBlur(max(1, min(size) // 200)))
    shown = Image.composite(first.convert("RGB"), painted, soft)
    side = min(size) // 5
    for at, data in enumerate(given[1:6]):
        small = ImageOps.expand(fitted(opened(data), (side, side)).convert("RGB"), max(1, side // 30), (250, 250, 250))
        shown.paste(small, (size[0] - (small.width + side // 8), side // 8 + at * (small.height + side // 12)))
    return shown


def varied(data: bytes, size: Size, dice: Dice) -> Image.Image:
    """Make another picture like a given one: nearer, and in somewhat other colours."""
    draws = dice.random
    picture = fitted(opened(data), size)
    alpha = picture.getchannel("A")
    hue, saturation, value = picture.convert("RGB").convert("HSV").split()
    turn = draws.choice((-1, 1)) * draws.randint(10, 34)
    turned = Image.merge("HSV", (hue.point([(h + turn) % 256 for h in range(256)]), saturation, value)).convert("RGB")
    turned = ImageEnhance.Color(turned).enhance(draws.uniform(0.8, 1.3))
    turned.putalpha(alpha)
    border = draws.uniform(0.02, 0.1)
    nearer = turned.crop(
        (int(size[0] * border), int(size[1] * border), int(size[0] * (1 - border)), int(size[1] * (1 - border)))
    )
    return nearer.resize(size, Image.Resampling.LANCZOS)


def cut_out(picture: Image.Image) -> Image.Image:
    """Take away what is around a picture's middle: a round picture on a transparent ground."""
    side = min(picture.size)
    mask = Image.new("L", picture.size)
    middle = (picture.width / 2, picture.height * 0.46)
    radius = side * 0.42
    box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    cut = picture.convert("RGB")
    cut.putalpha(mask.filter(ImageFilter.GaussianBlur(max(1, side // 400))))
    return cut


def unfinished(picture: Image.Image, share: float) -> Image.Image:
    """Show a picture as it is after a share of the work, from 0 to 1: blurred, less and less."""
    blur = max(1, round(min(picture.size) / 14 * (1 - share) ** 1.5))
    small = picture.reduce(blur) if blur > 1 else picture
    return small.resize(picture.size, Image.Resampling.BICUBIC)


# Files.


def encode(picture: Image.Image, format: Format, compression: int = 100) -> bytes:
    """Put a picture into a file; `compression` from 0 to 100 is how good a JPEG or WebP is, as OpenAI counts it."""
    file = io.BytesIO()
    match format:
        case "png":
            picture.save(file, "PNG", compress_level=5)
        case "jpeg":
            picture.convert("RGB").save(file, "JPEG", quality=max(1, min(95, compression)))
        case "webp":
            picture.save(file, "WEBP", quality=compression, method=2)
    return file.getvalue()
