from array import array

import pytest

from mockgate.api.realtime.hearing import EARS, Buffer

PCM = EARS["audio/pcm"]
DETECTION = {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500}


def tone(seconds, loud=8000):
    return array("h", [loud, -loud] * int(seconds * 12000)).tobytes()


def silence(seconds):
    return bytes(int(seconds * 48000))


@pytest.mark.parametrize("size", [480, 4801, 10**6])
def test_speech_is_found_however_the_sound_is_cut_into_pieces(size):
    sound, buffer, found = silence(1) + tone(2) + silence(1), Buffer(), []
    for begin in range(0, len(sound), size):
        found += buffer.append(sound[begin : begin + size], PCM, DETECTION)
    started, stopped = found
    assert (started.kind, started.at) == ("started", 700)
    assert (stopped.kind, stopped.at) == ("stopped", 3500)
    assert len(stopped.data) == PCM.bytes_of(3500 - 700)


def test_two_sentences_are_two_turns():
    found = Buffer().append((tone(1) + silence(1)) * 2, PCM, DETECTION)
    assert [heard.kind for heard in found] == ["started", "stopped"] * 2


def test_a_short_pause_ends_nothing_and_what_is_quiet_is_no_speech():
    assert [heard.kind for heard in Buffer().append(tone(1) + silence(0.4) + tone(1), PCM, DETECTION)] == ["started"]
    assert Buffer().append(tone(2, loud=300), PCM, DETECTION) == []
    assert Buffer().append(tone(2, loud=300), PCM, {**DETECTION, "threshold": 0.2})


def test_silence_is_not_kept_for_ever():
    buffer = Buffer()
    buffer.append(silence(10), PCM, DETECTION)
    buffer.forget(PCM.bytes_of(1000))
    assert PCM.seconds(bytes(buffer.data)) == 1
    (started,) = buffer.append(tone(1), PCM, DETECTION)
    assert started.at == 9700
