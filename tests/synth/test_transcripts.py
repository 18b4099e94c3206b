from itertools import pairwise

import pytest

from mockgate.rng import Dice
from mockgate.synth.sound import spoken_seconds
from mockgate.synth.transcripts import Segment, conversation, segments, shared, talk, timed, voiced

DICE = Dice("a recording")


@pytest.mark.parametrize("language", ["en", "de", "fr", "ja", "zh", "nobody's"])
@pytest.mark.parametrize("seconds", [0.1, 1, 10, 300])
def test_talk_takes_about_as_long_as_it_should_and_ends_as_a_sentence(language, seconds):
    text = talk(seconds, language, DICE)
    assert text
    assert text[-1] in ".!?。！？"
    assert spoken_seconds(text) == pytest.approx(seconds, rel=0.2, abs=2.5)


def test_no_sentence_comes_again_at_once():
    said = talk(600, "en", DICE).replace("?", ".").split(". ")
    assert all(one != later for one, later in pairwise(said))


@pytest.mark.parametrize("text", ["One.", "One, two: three. Four?", "今日は、いい天気です。そうですね。", "— 42 —"])
def test_words_are_said_one_after_the_other_from_the_first_moment_to_the_last(text):
    words = timed(text, 8)
    assert (words[0].start, words[-1].end) == (0, 8)
    assert all(one.end < later.start for one, later in pairwise(words))
    assert all(text[word.begin : word.stop].strip() for word in words)


def test_longer_words_take_longer_and_a_sentence_is_followed_by_a_rest():
    short, long, *_ = timed("A considerably long. Word", 6)
    assert long.end - long.start > short.end - short.start
    words = timed("one one. one one, one", 6)
    gaps = [later.start - one.end for one, later in pairwise(words)]
    assert gaps[1] > gaps[3] > gaps[0] == pytest.approx(gaps[2], abs=0.02)


def test_nothing_said_is_no_words():
    assert timed("", 5) == []
    assert segments("", []) == []


def test_segments_are_sentences_and_long_ones_are_parted():
    text = "Good morning. " + "so and " * 40 + "on."
    found = segments(text, timed(text, 30))
    assert found[0].text == "Good morning."
    assert len(found) > 3
    assert " ".join(segment.text for segment in found) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Anna: Hello.\n\nDr. Ben: No. ", [("Anna", "Hello."), ("Dr. Ben", "No.")]),
        ("Anna: Hello.\nand so on", []),
        ("Hello there.", []),
        ("10:30 is fine", []),
        ("", []),
    ],
)
def test_a_conversation_has_a_speaker_in_every_line(text, lines):
    assert conversation(text) == lines


def test_a_speakers_line_is_one_segment_in_its_time():
    lines = [("A", "One two. Three."), ("B", "Four.")]
    first, second = voiced(lines, timed("One two. Three. Four.", 10))
    assert (first.speaker, first.text, first.start) == ("A", "One two. Three.", 0)
    assert (second.speaker, second.text, second.end) == ("B", "Four.", 10)
    assert first.end < second.start


def test_speakers_alternate_and_all_is_said():
    said = [Segment(f"{at}.", at, at + 0.5) for at in range(20)]
    found = shared(said, ["A", "B", "C"], DICE)
    assert [segment.speaker for segment in found[:4]] == ["A", "B", "C", "A"]
    assert " ".join(segment.text for segment in found) == " ".join(segment.text for segment in said)
