import pytest

from mockgate.rng import Dice
from mockgate.speaking import Speaker
from mockgate.tokens import load, output_tokens
from mockgate.turn import Audio, Reasoning, Refusal, Text, Voice

WORDS = "one two three four five six seven eight nine ten eleven twelve"


def speak(*parts, stops=(), limit=None):
    speaker = Speaker(Voice("alloy", "pcm16"), stops, limit, load("o200k_base"))
    return speaker.speak(parts, Dice(1))


def test_what_is_written_becomes_one_sound_at_its_place():
    (thought, sound), cut = speak(Reasoning("Hm."), Text("one "), Text("two"))
    assert (thought, sound.transcript, cut) == (Reasoning("Hm."), "one two", False)
    assert len(sound.data) == round(sound.seconds * 24_000) * 2


def test_a_stop_sequence_ends_what_is_spoken():
    (sound,), cut = speak(Text(WORDS), stops=(" four",))
    assert (sound.transcript, cut) == ("one two three", False)


@pytest.mark.parametrize("limit", [12, 25, 50, 80])
def test_sound_and_words_together_keep_to_the_limit(limit):
    (sound,), cut = speak(Text(WORDS), limit=limit)
    assert cut
    assert WORDS.startswith(sound.transcript)
    assert limit - 14 <= output_tokens(sound, load("o200k_base")) <= limit


def test_a_limit_too_small_for_any_sound_leaves_none():
    assert speak(Text(WORDS), limit=3) == ([], True)


def test_a_refusal_is_not_spoken():
    assert speak(Refusal("No."), limit=50) == ([Refusal("No.")], False)


def test_sound_that_was_scripted_is_spoken_by_the_voice_asked_for():
    (sound,), _ = speak(Audio(transcript="Hear me"))
    assert sound.transcript == "Hear me"
    assert sound.data
