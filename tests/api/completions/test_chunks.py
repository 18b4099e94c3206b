import msgspec
import pytest

from mockgate.api.completions.chunks import fail, frames
from mockgate.api.completions.whole import body
from mockgate.errors import GatewayError
from mockgate.pacing import INSTANT, Tempo, schedule
from mockgate.rng import Dice
from mockgate.turn import Logprob

from ...wire.completions import CASES, chunks, split
from .test_whole import BY_NAME


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_stream_is_worded_as_the_golden_table_says(case):
    sent = [chunk["choices"][0] for chunk in chunks(case.turn())]
    assert [(choice["index"], choice["text"]) for choice in sent] == case.chunks
    ends = [choice["finish_reason"] for choice in sent if choice["finish_reason"]]
    assert ends == [case.reason] * len(case.texts)
    assert all(choice["text"] == "" for choice in sent if choice["finish_reason"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_chunk_has_the_form_of_the_whole_answer(case):
    turn = case.turn()
    whole = body(turn)
    for chunk in chunks(turn):
        assert list(chunk) == ["id", "object", "created", "model", "choices"]
        assert {name: chunk[name] for name in chunk if name != "choices"}.items() <= whole.items()


def test_usage_comes_last_without_choices_when_it_is_asked_for():
    turn = BY_NAME["text"].turn(stream=True, stream_options={"include_usage": True})
    *sent, last = chunks(turn)
    assert (last["choices"], last["usage"]) == ([], body(turn)["usage"])
    assert {chunk["usage"] for chunk in sent} == {None}


def test_log_probabilities_go_with_their_words_and_add_up_to_the_whole_answers():
    words = (b" Hello", b" big", b" world")
    turn = BY_NAME["text"].turn(logprobs=tuple(Logprob(word, -0.1, ((word, -0.1), (b" x", -3.0))) for word in words))
    *sent, end = [chunk["choices"][0]["logprobs"] for chunk in chunks(turn)]
    assert end is None
    added = {name: [value for worded in sent for value in worded[name]] for name in sent[0]}
    assert added == body(turn)["choices"][0]["logprobs"]


def test_frames_tell_how_many_tokens_they_carry_and_when_they_go():
    turn = BY_NAME["the prompt echoed"].turn()
    sent = list(frames(turn, schedule(turn, Tempo(1.0, 0.5), Dice(1), split)))
    assert [frame.tokens for frame in sent] == [0, 1, 1, 1, 0, 0]
    assert [frame.due for frame in sent] == [1.0, 1.0, 1.5, 2.0, 2.0, 2.0]


def test_obfuscation_pads_every_chunk_and_changes_no_word():
    plain, padded = (
        BY_NAME["text"].turn(stream=True, stream_options={"include_obfuscation": wanted}) for wanted in (False, True)
    )
    assert {len(frame.data) % 64 for frame in list(frames(padded, schedule(padded, INSTANT, Dice(1), split)))[:-1]} == {
        0
    }
    assert [{**chunk, "obfuscation": ""} for chunk in chunks(plain)] == [
        {**chunk, "obfuscation": ""} for chunk in chunks(padded)
    ]


def test_an_error_in_the_middle_is_a_chunk_of_its_own():
    (frame,) = fail(GatewayError("server_error"), 2.0)
    assert msgspec.json.decode(frame.data)["error"]["type"] == "server_error"
