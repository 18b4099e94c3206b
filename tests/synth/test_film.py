import io
import sys

import pytest
from PIL import Image

from mockgate.synth.film import LOOPS, can_film, clip, looped, spritesheet, thumbnail
from mockgate.synth.mp4 import mux, probe
from mockgate.synth.scenes import Scene
from mockgate.synth.stage import Stage

av = pytest.importorskip("av")

SMALL = Scene("A paper boat on a quiet lake", (320, 180), 2)


def decoded(data):
    """Every picture of a film, and what the file says of itself."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        about = (stream.codec_context.name, stream.width, stream.height, float(stream.duration * stream.time_base))
        return list(container.decode(stream)), about, container.metadata.get("title")


def differences(first, second):
    """The share of pixels that are clearly not the same."""
    first, second = (each.to_image() if isinstance(each, av.VideoFrame) else each for each in (first, second))
    pairs = zip(first.convert("L").tobytes(), second.convert("L").tobytes(), strict=True)
    return sum(abs(one - other) > 40 for one, other in pairs) / (first.width * first.height)


@pytest.mark.parametrize("scene", [SMALL, Scene("Odd", (321, 181), 1), Scene("Tall", (360, 640), 3)])
def test_a_film_is_h264_of_the_size_and_length_asked_for(scene):
    assert can_film()
    frames, about, title = decoded(clip(scene).data)
    assert about[0] == "h264"
    assert (about[3], len(frames), title) == (scene.seconds, 24 * scene.seconds, scene.prompt)
    assert probe(clip(scene).data) == (scene.size, scene.seconds)


def test_a_film_moves_and_shows_its_words():
    frames, _, _ = decoded(clip(SMALL).data)
    assert differences(frames[0], frames[24]) > 0.003
    other, _, _ = decoded(clip(Scene("Two foxes in the snow", SMALL.size, SMALL.seconds)).data)
    assert differences(frames[0], other[0]) > 0.02


def test_a_bar_tells_how_far_a_film_has_come():
    frames, _, _ = decoded(clip(SMALL).data)
    row, bars = SMALL.size[1] - 2, [frames[at].to_image().convert("L") for at in (12, 36)]
    lengths = [sum(bar.getpixel((x, row)) > 128 for x in range(320)) for bar in bars]
    assert lengths == pytest.approx([80, 240], abs=6)


def test_the_same_scene_makes_the_same_film():
    assert clip(SMALL) == clip(SMALL)


def test_a_film_begins_with_the_picture_it_was_given():
    file = io.BytesIO()
    Image.new("RGB", SMALL.size, (200, 30, 30)).save(file, "PNG")
    frames, _, _ = decoded(clip(Scene("Red", SMALL.size, 1, file.getvalue())).data)
    red, green, blue = frames[0].to_image().getpixel((160, 20))
    assert red > 150 > max(green, blue)


@pytest.mark.parametrize("size", LOOPS)
def test_without_an_encoder_a_second_goes_round(size, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    assert not can_film()
    made = clip(Scene("Anything", size, 2))
    monkeypatch.undo()
    frames, about, _ = decoded(made.data)
    assert (about, len(frames)) == (("h264", *size, 2.0), 48)
    assert differences(frames[0], frames[12]) > 0.001
    assert differences(frames[0], frames[24]) == 0
    assert len(made.data) < 100_000


def test_a_size_there_is_no_second_for_is_stretched_from_the_nearest():
    scene = Scene("", (1024, 1808), 1)
    data = mux(looped(scene), scene.size, 24)
    assert probe(data) == ((1024, 1808), 1.0)
    assert decoded(data)[1][1:3] == (1024, 1792)


def test_pictures_of_a_film_are_small_and_of_its_shape():
    with Image.open(io.BytesIO(thumbnail(SMALL).data)) as small:
        assert (small.format, small.size) == ("WEBP", (320, 180))
    with Image.open(io.BytesIO(spritesheet(Scene("A boat", (720, 1280), 4)).data)) as sheet:
        assert (sheet.format, sheet.size) == ("JPEG", (5 * 144, 5 * 256))
        first, last = (sheet.crop((x, y, x + 144, y + 256)) for x, y in ((0, 0), (4 * 144, 4 * 256)))
        assert differences(first, last) > 0.005


def test_a_still_has_the_colours_of_the_film():
    frames, _, _ = decoded(clip(SMALL).data)
    still = Stage(SMALL, SMALL.size).still(0)
    assert differences(still, frames[0]) < 0.02
    for place in ((20, 20), (300, 20), (20, 150)):
        assert still.getpixel(place) == pytest.approx(frames[0].to_image().getpixel(place), abs=24)
