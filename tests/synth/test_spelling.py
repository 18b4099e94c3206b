import pytest
from PIL import ImageFont

from mockgate.synth.spelling import spell


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("A paper boat, 50 % off!", "A paper boat, 50 % off!"),
        ("Ein Café in Gießen – “süß”", "Ein Cafe in Giessen - “suss”"),
        ("Łódź,  İzmir\n og Ærø", "Lodz, Izmir og Aero"),
        ("Красная Площадь, Київ", "Krasnaya Ploshchad, Kiyiv"),
        ("Αθήνα, θάλασσα", "Athina, thalassa"),
        ("A cat 🐈 on a mat", "A cat on a mat"),
        ("東京の夜、ネオンの雨 (rain)", ""),
        ("القاهرة", ""),
        ("2026", "2026"),
        ("", ""),
    ],
)
def test_a_text_is_spelt_in_plain_letters(text, spelt):
    assert spell(text) == spelt


def test_no_text_is_shown_as_boxes():
    font = ImageFont.load_default(20)
    box = bytes(font.getmask("\uffff"))
    everything = map(chr, [*range(32, 0xD800), *range(0x1F300, 0x1F700)])
    shown = {sign for text in everything for sign in spell(text)} - {" "}
    assert len(shown) > 90
    assert all(bytes(font.getmask(sign)) != box for sign in shown)
