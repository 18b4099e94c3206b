"""Make the loops that stand in for films where no encoder is installed: one second each, which goes round.

Run `python tools/build_video_loops.py`; it needs the PyPI package `av`.
"""

import math
import sys
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageDraw

ROOT = Path(__file__).parent.parent
SIZES = ((720, 1280), (1280, 720), (1024, 1792), (1792, 1024))
FPS = 24

#: From the sky's top to the horizon.
SKY = ((32, 27, 69), (58, 40, 96), (104, 57, 119), (165, 82, 124), (226, 122, 116), (250, 178, 122))
SUN = (255, 226, 170)

#: Waves from the back to the front: how high the sea stands, how high they are (shares of the height), how many
#: stand side by side, how many of them pass in a second, and their colour. Whole ones pass, so that the loop closes.
WAVES = (
    (0.66, 0.008, 5, 1, (120, 66, 122)),
    (0.72, 0.012, 4, -1, (86, 52, 112)),
    (0.80, 0.016, 3, 1, (56, 40, 94)),
    (0.89, 0.020, 2, -1, (34, 28, 70)),
)

#: Pictures are drawn this much larger, and reduced: their edges are smooth.
SCALE = 2


def picture(size: tuple[int, int], share: float) -> Image.Image:
    """Draw the loop as it is after a share of it: a sea at dusk."""
    width, height = size[0] * SCALE, size[1] * SCALE
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for number, colour in enumerate(SKY):
        draw.rectangle((0, 0.7 * height * number / len(SKY), width, height), fill=colour)
    radius, middle = min(width, height) // 5, (width / 2, 0.5 * height)
    draw.ellipse((middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius), fill=SUN)
    for level, rise, count, speed, colour in WAVES:
        line = [
            (x, height * (level + rise * math.sin(2 * math.pi * (count * x / width + speed * share))))
            for x in range(0, width + 4, 4)
        ]
        draw.polygon([*line, (width, height), (0, height)], fill=colour)
    return image.resize(size, Image.Resampling.LANCZOS)


def encode(size: tuple[int, int]) -> bytes:
    """Encode one second as a closed group of pictures, each of one slice."""
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height = size
    codec.pix_fmt, codec.time_base, codec.framerate = "yuv420p", Fraction(1, FPS), Fraction(FPS)
    codec.thread_count = 1
    codec.options = {
        "preset": "veryslow",
        "profile": "main",
        "crf": "30",
        "x264-params": f"bframes=0:keyint={FPS}:min-keyint={FPS}:scenecut=0:slices=1:ref=1:open-gop=0",
    }
    packets = []
    for number in range(FPS):
        frame = av.VideoFrame.from_image(picture(size, number / FPS))
        frame.pts = number
        packets += codec.encode(frame)
    return b"".join(bytes(packet) for packet in [*packets, *codec.encode(None)])


def main() -> None:
    """Write every loop and say how large it is."""
    sys.path.insert(0, str(ROOT))
    from mockgate.synth.mp4 import track  # noqa: PLC0415 - found once the path is set

    for size in SIZES:
        path = ROOT / "fixtures" / "media" / f"film-{size[0]}x{size[1]}.h264"
        looped = track(encode(size))
        units = [looped.sps, looped.pps, *(sample[4:] for sample in looped.samples)]
        path.write_bytes(b"".join(b"\0\0\0\1" + unit for unit in units))
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes, {len(looped.samples)} pictures")


if __name__ == "__main__":
    main()
