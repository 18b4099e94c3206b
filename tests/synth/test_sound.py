import io
import wave
from array import array
from collections.abc import Iterator
from hashlib import md5

import pytest

from mockgate.rng import Dice
from mockgate.synth.sound import speak, spoken_seconds

FORMATS = ["wav", "pcm16", "pcm", "mp3", "opus", "aac", "flac"]
TEXTS = [
    "a",
    "Hello there, how are you doing on this fine day? ",
    "Many words, one after another, are said. " * 10,
]
RATE = 24_000
DICE = Dice("a request")


def samples(pcm: bytes) -> array:
    return array("h", pcm)


def crc(data: bytes, polynomial: int, bits: int) -> int:
    """The textbook checksum, a bit at a time, to hold the quick ones against."""
    register = 0
    for byte in data:
        register ^= byte << bits - 8
        for _ in range(8):
            register = (register << 1) ^ ((1 << bits | polynomial) if register >> bits - 1 else 0)
    return register


def ogg_pages(data: bytes) -> Iterator[bytes]:
    while data:
        segments = data[26]
        size = 27 + segments + sum(data[27 : 27 + segments])
        yield data[:size]
        data = data[size:]


def flac_frames(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield header and verbatim samples of every frame, its checksums verified."""
    number = 0
    while data:
        number_size = len(chr(number).encode())
        assert data[:4] == b"\xff\xf8\x77\x08"
        assert data[4 : 4 + number_size].decode() == chr(number)
        header = data[: 4 + number_size + 2]
        size = 2 * (int.from_bytes(header[-2:], "big") + 1)
        body = len(header) + 2
        assert data[len(header)] == crc(header, 0x07, 8)
        assert data[len(header) + 1] == 0x02
        assert int.from_bytes(data[body + size : body + size + 2], "big") == crc(data[: body + size], 0x8005, 16)
        yield header, data[body : body + size]
        data = data[body + size + 2 :]
        number += 1


@pytest.mark.parametrize(
    ("text", "speed", "seconds"),
    [
        ("", 1.0, 0.3),
        ("a", 1.0, 0.4),
        ("wonderful times", 1.0, 1.0),
        ("one two three four five", 1.0, 2.0),
        ("one two three four five", 2.0, 1.0),
        ("one two three four five", 0.5, 4.0),
        ("今日は天気がいいです", 1.0, 2.0),
        ("สวัสดีครับผมชื่อสมชาย", 1.0, 1.4),
    ],
)
def test_the_length_suits_the_text(text, speed, seconds):
    assert spoken_seconds(text, speed) == pytest.approx(seconds, abs=0.15)
    assert speak(text, "wav", DICE, speed=speed).seconds == spoken_seconds(text, speed)


@pytest.mark.parametrize("text", TEXTS)
def test_wav_is_24_khz_mono_and_holds_the_pcm(text):
    sound = speak(text, "wav", DICE)
    with wave.open(io.BytesIO(sound.data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        assert file.getnframes() == round(sound.seconds * RATE)
        assert file.readframes(file.getnframes()) == speak(text, "pcm16", DICE).data


@pytest.mark.parametrize("name", ["pcm", "pcm16"])
def test_pcm_is_as_long_as_it_says(name):
    sound = speak(TEXTS[1], name, DICE)
    assert len(sound.data) == 2 * round(sound.seconds * RATE)
    assert sound.content_type == "audio/pcm"


@pytest.mark.parametrize("text", [*TEXTS, "", "...", "!?", "   ", "😀", "今日は。", "a" * 90, "a" + "." * 90])
@pytest.mark.parametrize("voice", ["onyx", "shimmer", "voice_of_my_own"])
def test_every_text_in_every_voice_is_heard_and_does_not_clip(text, voice):
    heard = samples(speak(text, "pcm16", DICE, voice=voice).data)
    assert 8_000 < max(map(abs, heard)) < 30_000


def test_punctuation_is_a_pause():
    quiet = bytes(2 * RATE // 5)
    assert quiet in speak("Yes, well. No.", "pcm16", DICE).data
    assert quiet not in speak("Yes well no", "pcm16", DICE).data


def test_flac_holds_the_pcm_and_its_checksums():
    pcm = speak(TEXTS[1], "pcm16", DICE).data
    data = speak(TEXTS[1], "flac", DICE).data
    assert data[:8] == b"fLaC\x80\x00\x00\x22"
    info = data[8:42]
    facts = int.from_bytes(info[10:18], "big")
    assert (facts >> 44, facts >> 41 & 7, facts >> 36 & 31) == (RATE, 0, 15)
    assert facts & (1 << 36) - 1 == len(pcm) // 2
    assert info[18:] == md5(pcm).digest()
    big_endian = samples(b"".join(block for _, block in flac_frames(data[42:])))
    big_endian.byteswap()
    assert big_endian.tobytes() == pcm


@pytest.mark.parametrize("text", TEXTS)
def test_mp3_frames_add_up_to_the_seconds(text):
    sound = speak(text, "mp3", DICE)
    frames = [sound.data[at : at + 96] for at in range(0, len(sound.data), 96)]  # 32 kbit/s for 24 ms
    assert {frame[:2] for frame in frames} == {b"\xff\xf3"}  # MPEG-2, Layer III, no checksum
    assert {frame[2] >> 1 for frame in frames} == {0x44 >> 1}  # 32 kbit/s, 24 kHz, no padding
    assert {frame[4] for frame in frames} == {0}  # no frame borrows bytes of the ones before
    assert len(frames) * 576 / RATE == pytest.approx(sound.seconds)
    assert sound.seconds == pytest.approx(spoken_seconds(text), abs=0.03)


@pytest.mark.parametrize("text", TEXTS)
def test_adts_frames_add_up_to_the_seconds(text):
    sound = speak(text, "aac", DICE)
    at = count = 0
    while at < len(sound.data):
        head = int.from_bytes(sound.data[at : at + 7], "big")
        assert head >> 44 == 0xFFF
        assert head >> 34 & 15 == 6  # 24 kHz
        at += head >> 13 & 0x1FFF
        count += 1
    assert at == len(sound.data)
    assert count * 1024 / RATE == pytest.approx(sound.seconds)
    assert sound.seconds == pytest.approx(spoken_seconds(text), abs=0.05)


@pytest.mark.parametrize("text", TEXTS)
def test_ogg_pages_are_numbered_checked_and_trimmed_to_the_sample(text):
    sound = speak(text, "opus", DICE)
    pages = list(ogg_pages(sound.data))
    for number, page in enumerate(pages):
        assert page[:5] == b"OggS\0"
        assert int.from_bytes(page[18:22], "little") == number
        assert page[14:18] == pages[0][14:18]
        assert int.from_bytes(page[22:26], "little") == crc(page[:22] + bytes(4) + page[26:], 0x04C11DB7, 32)
    assert [page[5] for page in pages] == [2, *[0] * (len(pages) - 2), 4]
    assert pages[0][28:36] == b"OpusHead"
    assert pages[1][27 + pages[1][26] :].startswith(b"OpusTags")
    granules = [int.from_bytes(page[6:14], "little") for page in pages]
    assert granules == sorted(granules)
    pre_skip = int.from_bytes(pages[0][38:40], "little")
    assert (granules[-1] - pre_skip) / 48_000 == pytest.approx(sound.seconds)
    packets = sum(sum(length < 255 for length in page[27 : 27 + page[26]]) for page in pages[2:])
    assert 0 <= packets * 960 - granules[-1] < 960


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_dice_say_the_same_and_other_texts_sound_different(name):
    said = speak("Good morning.", name, DICE).data
    assert speak("Good morning.", name, Dice("a request")).data == said
    assert speak("Good evening.", name, DICE).data != said


@pytest.mark.parametrize("name", FORMATS)
def test_low_and_high_voices_sound_different(name):
    assert speak("Good day", name, DICE, voice="onyx").data != speak("Good day", name, DICE, voice="nova").data


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("mp3", "audio/mpeg"),
        ("opus", "audio/ogg"),
        ("aac", "audio/aac"),
        ("flac", "audio/flac"),
        ("wav", "audio/wav"),
    ],
)
def test_a_file_comes_with_its_media_type(name, content_type):
    assert speak("Hi", name, DICE).content_type == content_type


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(ValueError, match=r"'ogg'.*aac, flac, mp3, opus, pcm, pcm16, wav"):
        speak("Hi", "ogg", DICE)
