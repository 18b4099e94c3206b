import struct

import pytest

from mockgate import webm

UNKNOWN = b"\x01" + b"\xff" * 7


def element(name, data, size=None):
    return bytes.fromhex(name) + (bytes([0x80 | len(data)]) if size is None else size) + data


HEAD = element("1A45DFA3", element("4282", b"webm"))
SCALE = element("2AD7B1", (1_000_000).to_bytes(3, "big"))


def block(name, time):
    return element(name, b"\x81" + time.to_bytes(2, "big", signed=True) + b"\x80data")


@pytest.mark.parametrize("packed", [struct.pack(">f", 2500), struct.pack(">d", 2500)])
def test_a_file_is_as_long_as_it_says(packed):
    info = element("1549A966", SCALE + element("4489", packed))
    assert webm.seconds(HEAD + element("18538067", info)) == 2.5


@pytest.mark.parametrize("size", [None, UNKNOWN])
def test_a_live_recording_is_as_long_as_its_last_block_is_late(size):
    first = element("1F43B675", element("E7", b"\0") + block("A3", 0) + block("A3", 960), size)
    second = element("1F43B675", element("E7", b"\x07\xd0") + element("A0", block("A1", 480)) + block("A3", -20), size)
    assert webm.seconds(HEAD + element("18538067", element("1549A966", SCALE) + first + second, UNKNOWN)) == 2.48


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"\x1a\x45\xdf\xa3", HEAD, HEAD + b"\x18\x53\x80\x67", HEAD + b"\xa3\xff"]
)
def test_what_has_no_length_has_none(data):
    assert webm.seconds(data) is None
