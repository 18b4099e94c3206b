from array import array

import pytest

from mockgate.synth.telephone import compress, expand

# Source: ITU-T G.711, tables 1a and 2a: the ends, the middle, and one between.
KNOWN = {
    "u": {0: 0xFF, 32124: 0x80, -32124: 0x00, 1000: 0xCE, -1000: 0x4E},
    "a": {8: 0xD5, 32256: 0xAA, -32256: 0x2A, 1008: 0xFA, -1008: 0x7A},
}


@pytest.mark.parametrize("law", ["u", "a"])
def test_samples_become_the_standards_bytes(law):
    for sample, byte in KNOWN[law].items():
        assert compress(array("h", [sample] * 3).tobytes(), law) == bytes([byte])


@pytest.mark.parametrize("law", ["u", "a"])
def test_what_was_compressed_sounds_nearly_as_before(law):
    samples = array("h", [value for value in range(-32000, 32000, 97) for _ in range(3)])
    again = array("h")
    again.frombytes(expand(compress(samples.tobytes(), law), law))
    assert len(again) == len(samples) // 3
    assert all(abs(now - before) <= 16 + abs(before) / 16 for now, before in zip(again, samples[::3], strict=True))
