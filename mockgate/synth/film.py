"""Films: real H.264 clips that show what was asked for, drawn and encoded here where PyAV is installed.

Where it is not, a second that was encoded beforehand (`fixtures/media`) goes round until the time is up.
"""

from fractions import Fraction

from ..loader import fixtures_dir
from . import mp4
from .pictures import encode
from .scenes import Made, Scene
from .stage import Stage

FPS = 24

#: The sizes there is a second for, encoded beforehand.
LOOPS = ((720, 1280), (1280, 720), (1024, 1792), (1792, 1024))

#: A key picture every so many frames: where a player can seek to.
_KEY_EVERY = 2 * FPS

#: Fast, in one thread, no picture out of order; what it says of colours is Pillow's arithmetic (BT.601).
_X264 = {
    "preset": "ultrafast",
    "profile": "main",
    "crf": "27",
    "x264-params": f"bframes=0:keyint={_KEY_EVERY}:scenecut=0:slices=1:threads=1"
    ":colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m",
}

_SHEET = 5  # pictures in a row of a sprite sheet, and rows
_TILE = 256  # pixels of the longer side of each
_THUMBNAIL = 480  # pixels of its longer side


def make(scene: Scene, variant: str) -> Made:
    """Make a scene's film (`video`), or pictures of it (`thumbnail`, `spritesheet`)."""
    match variant:
        case "thumbnail":
            return thumbnail(scene)
        case "spritesheet":
            return spritesheet(scene)
        case _:
            return clip(scene)


def clip(scene: Scene) -> Made:
    """Make the film itself."""
    shown = filmed(scene) if can_film() else looped(scene)
    return Made(mp4.mux(shown, scene.size, FPS, scene.prompt[:200]), "video/mp4")


def can_film() -> bool:
    """Tell whether films can be drawn: PyAV is there, with an encoder."""
    try:
        import av  # noqa: PLC0415 - slow to import, and not always there
    except ImportError:
        return False
    return "libx264" in av.codecs_available


def looped(scene: Scene) -> mp4.Track:
    """Take the second of the nearest size, as often as there are seconds."""
    width, height = scene.size
    near = min(LOOPS, key=lambda size: abs(size[0] - width) + abs(size[1] - height))
    stream = (fixtures_dir() / "media" / f"film-{near[0]}x{near[1]}.h264").read_bytes()
    return mp4.track(stream).repeated(scene.seconds)


# Drawn, frame by frame.


def filmed(scene: Scene) -> mp4.Track:
    """Draw and encode a film."""
    import av  # noqa: PLC0415

    codec = av.CodecContext.create("libx264", "w")
    width, height = codec.width, codec.height = _even(scene.size)
    codec.pix_fmt, codec.time_base, codec.framerate = "yuv420p", Fraction(1, FPS), Fraction(FPS)
    codec.options = _X264
    stage, count = Stage(scene, (width, height)), scene.seconds * FPS
    packets = []
    for number in range(count):
        frame = av.VideoFrame(width, height, "yuv420p")
        frame.pts = number
        for plane, drawn in zip(frame.planes, stage.frame(number / count), strict=True):
            # A line of a plane may be longer than the picture is wide: what lies beyond is never seen.
            plane.update(drawn.crop((0, 0, plane.line_size, plane.height)).tobytes())
        packets += codec.encode(frame)
    return mp4.track(b"".join(bytes(packet) for packet in [*packets, *codec.encode(None)]))


def _even(size: tuple[int, int]) -> tuple[int, int]:
    """Round up to what can be coded: two pixels each way share a colour."""
    return size[0] + size[0] % 2, size[1] + size[1] % 2


# Pictures of it.


def thumbnail(scene: Scene) -> Made:
    """Make a small picture of the film's middle."""
    still = Stage(scene, scene.size).still(0.5)
    still.thumbnail((_THUMBNAIL, _THUMBNAIL))
    return Made(encode(still, "webp", 80), "image/webp")


def spritesheet(scene: Scene) -> Made:
    """Make a sheet of small pictures, row by row, that together show how the film goes."""
    count = _SHEET * _SHEET
    tile = _tile(scene.size)
    stage = Stage(scene, scene.size)
    sheet = stage.still(0).resize((tile[0] * _SHEET, tile[1] * _SHEET))
    for at in range(count):
        sheet.paste(stage.still(at / count).resize(tile), (at % _SHEET * tile[0], at // _SHEET * tile[1]))
    return Made(encode(sheet, "jpeg", 80), "image/jpeg")


def _tile(size: tuple[int, int]) -> tuple[int, int]:
    share = _TILE / max(size)
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))
