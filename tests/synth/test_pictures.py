import io

import pytest
from PIL import Image, ImageChops, ImageStat

from mockgate.rng import Dice
from mockgate.synth.palettes import look
from mockgate.synth.pictures import cut_out, draw, encode, inscribe, opened, paint, unfinished, varied
from mockgate.synth.scenery import scene
from mockgate.synth.sketches import Sketch

PLACES = ["peaks", "farm", "ocean", "skyline", "forest", "dunes", "galaxy"]


def mean(picture, box=None):
    return ImageStat.Stat(picture.convert("RGB").crop(box) if box else picture.convert("RGB")).mean


@pytest.mark.parametrize("words", PLACES)
@pytest.mark.parametrize("size", [(64, 64), (300, 100), (100, 300)])
def test_every_place_can_be_painted_in_any_shape(words, size):
    picture = scene(words, *size, Dice(words))
    assert (picture.size, picture.mode) == (size, "RGB")
    assert max(ImageStat.Stat(picture).stddev) > 8


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("A sailing boat on the sea", "sea"),
        ("Tokyo in the rain", "city"),
        ("A fox in the woods", "forest"),
        ("An astronaut on another planet", "space"),
    ],
)
def test_words_say_where_a_picture_is(words, place):
    assert look(words, Dice(1)).place == place


def test_words_say_when_and_in_which_colours():
    assert sum(mean(scene("hills at night", 64, 64, Dice(1)))) < sum(mean(scene("hills at noon", 64, 64, Dice(1)))) / 2
    red, _, blue = mean(scene("red hills", 64, 64, Dice(1)))
    less_red, _, more_blue = mean(scene("blue hills", 64, 64, Dice(1)))
    assert red > less_red
    assert blue < more_blue


def test_the_same_words_and_dice_paint_the_same():
    one, same, other = (paint("A cat", 96, 96, Dice(seed)).tobytes() for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0), (128, 128, 128)])
def test_a_legend_is_light_on_dark_wherever_it_stands(ground):
    picture = inscribe(Image.new("RGB", (256, 256), ground), "Hello there")
    strip = picture.crop((60, 215, 196, 250)).convert("L")
    darkest, lightest = strip.getextrema()
    assert lightest >= 245
    assert lightest - darkest > 120


@pytest.mark.parametrize("words", ["word " * 200, "a" * 500, "Crème brûlée in Łódź"])
def test_a_legend_stays_inside_its_picture(words):
    blank = Image.new("RGB", (200, 120), (255, 255, 255))
    left, top, right, bottom = ImageChops.difference(blank, inscribe(blank.copy(), words)).getbbox()
    assert left > 0
    assert right < 200
    assert top > 0
    assert bottom <= 120


@pytest.mark.parametrize("words", ["", "   ", "日落时分的红船"])
def test_words_that_cannot_be_written_leave_a_picture_as_it_is(words):
    blank = Image.new("RGB", (64, 64))
    assert inscribe(blank.copy(), words).tobytes() == blank.tobytes()


def test_a_cut_out_picture_has_a_transparent_ground():
    alpha = cut_out(Image.new("RGB", (100, 100), (255, 0, 0))).getchannel("A")
    assert (alpha.getpixel((0, 0)), alpha.getpixel((50, 46)), alpha.getpixel((99, 99))) == (0, 255, 0)


def test_an_unfinished_picture_becomes_clearer():
    picture = paint("A castle", 256, 256, Dice(1))
    far = [sum(mean(ImageChops.difference(picture, unfinished(picture, share)))) for share in (0.25, 0.5, 0.75)]
    assert far == sorted(far, reverse=True)
    assert far[-1] > 0


def test_a_variation_has_other_colours_and_is_as_bright():
    picture = encode(Image.new("RGB", (80, 80), (200, 40, 40)), "png")
    other = varied(picture, (64, 64), Dice(1))
    assert other.size == (64, 64)
    assert other.convert("RGB").getpixel((32, 32)) != (200, 40, 40)


def test_a_picture_is_read_upright():
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(file, "JPEG", exif=exif)
    assert opened(file.getvalue()).size == (20, 40)


@pytest.mark.parametrize(("format", "magic"), [("png", b"\x89PNG"), ("jpeg", b"\xff\xd8"), ("webp", b"RIFF")])
def test_a_sketch_becomes_files_of_its_format(format, magic):
    *states, last = draw(Sketch("A hill", 64, 48, format=format, partial=2))
    assert [file[: len(magic)] for file in (*states, last)] == [magic] * 3
    assert opened(last).size == (64, 48)


def test_a_text_stands_for_a_picture_that_is_elsewhere():
    (one,), (other,) = (
        draw(Sketch("A", 64, 64, given=(url,))) for url in ("https://a.example/sea", "https://b.example/x")
    )
    assert one != other
