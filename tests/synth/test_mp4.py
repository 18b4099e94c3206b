import struct

import pytest

from mockgate.synth.film import FPS, looped
from mockgate.synth.mp4 import Track, mux, probe, track
from mockgate.synth.scenes import Scene

SCENE = Scene("", (1280, 720), 3)


def boxes(data):
    """Kind and body of every box on a level."""
    at = 0
    while at < len(data):
        size = struct.unpack_from(">I", data, at)[0]
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += size


def test_a_stream_is_cut_into_pictures_and_what_they_need():
    stream = b"\0\0\0\1\x67SPS\0\0\0\1\x68PPS\0\0\1\x06note\0\0\1\x65key\0\0\0\1\x41more"
    read = track(stream)
    assert (read.sps, read.pps, list(read.keys)) == (b"\x67SPS", b"\x68PPS", [0])
    assert list(read.samples) == [b"\0\0\0\4\x65key", b"\0\0\0\5\x41more"]


def test_a_track_that_is_repeated_can_be_begun_at_every_turn():
    twice = Track(b"", b"", [b"a", b"b", b"c"], [0, 2]).repeated(2)
    assert (list(twice.samples), list(twice.keys)) == ([b"a", b"b", b"c"] * 2, [0, 2, 3, 5])


def test_a_player_can_begin_before_it_has_all():
    kinds = [kind for kind, _ in boxes(mux(looped(SCENE), SCENE.size, FPS))]
    assert kinds == [b"ftyp", b"moov", b"mdat"]


def test_the_samples_are_where_the_file_says():
    shown = looped(SCENE)
    data = mux(shown, SCENE.size, FPS, "A title")
    at = data.index(b"stco")
    (offset,) = struct.unpack_from(">I", data, at + 12)
    assert data[offset : offset + len(shown.samples[0])] == shown.samples[0]


@pytest.mark.parametrize("size", [(1280, 720), (1024, 1808)])
def test_a_file_says_how_large_and_how_long_it_is(size):
    assert probe(mux(looped(SCENE), size, FPS)) == (size, 3.0)


@pytest.mark.parametrize("data", [b"", b"junk", b"\0\0\0\x08moov", b"\0\0\0\x10moov\0\0\0\x08mvhd", b"\0\0\0\0ftyp"])
def test_what_is_no_film_is_none(data):
    assert probe(data) is None


def test_a_film_that_is_cut_anywhere_is_read_or_none():
    data = mux(looped(SCENE), SCENE.size, FPS)
    assert {probe(data[:end]) for end in range(0, 1200, 7)} <= {None, (SCENE.size, 3.0)}
