import pytest

from mockgate import synth
from mockgate.rng import Dice
from mockgate.turn import Message, Prompt, Text


def completed(text, *, language=None):
    prompt = Prompt("completions", "gpt-3.5-turbo-instruct", (Message("user", (Text(text),)),))
    (part,) = synth.compose(prompt, Dice(1, text), synth.Manner(tools="match", language=language, reasons=True))
    return part.text


@pytest.mark.parametrize(
    "text", ["Once upon a time", "The old lighthouse stood", "I walked to the", "It is good because"]
)
def test_a_sentence_that_is_not_complete_is_completed_first(text):
    more = completed(text)
    assert more[0] == " "
    assert more[1].islower()
    assert ". " in more


def test_a_complete_sentence_is_followed_by_another():
    more = completed("The weather was fine.")
    assert more[0] == " "
    assert more[1].isupper()


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("2+2=", "4"),
        ("7 * 6 = ", "42"),
        ("7 * 6 =", " 42"),
        ("Say this is a test", "\n\nThis is a test."),
        ("Q: Say hi to Ann\nA:", " "),
    ],
)
def test_what_asks_for_something_gets_it(text, more):
    assert completed(text).startswith(more)


@pytest.mark.parametrize("text", ["", "Dear Ann,\n\n", "The old lighthouse "])
def test_after_a_blank_or_nothing_none_is_put(text):
    assert not completed(text)[0].isspace()


@pytest.mark.parametrize("text", ["Es war einmal ein König", "今天天气"])
def test_other_languages_go_on_in_whole_sentences_of_their_own(text):
    assert not completed(text).strip().isascii()


def test_what_follows_depends_on_the_text_alone():
    assert completed("The old lighthouse") == completed("The old lighthouse") != completed("The new lighthouse")
