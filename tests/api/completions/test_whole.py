import pytest
from openai.types import Completion

from mockgate.api.completions.whole import body, logprobs
from mockgate.turn import Logprob

from ...wire.completions import CASES, CREATED

BY_NAME = {case.name: case for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_reply_is_worded_as_the_golden_table_says_and_read_back_by_the_sdk(case):
    read_back = Completion.model_validate(body(case.turn()), strict=True)
    assert [choice.text for choice in read_back.choices] == case.texts
    assert [choice.index for choice in read_back.choices] == list(range(len(case.texts)))
    assert {choice.finish_reason for choice in read_back.choices} == {case.reason}
    assert {choice.logprobs for choice in read_back.choices} == {None}


def test_what_stands_around_the_choices():
    worded = body(BY_NAME["text"].turn())
    assert {name: worded[name] for name in worded if name != "choices"} == {
        "id": "cmpl-01234567890123456789012345678",
        "object": "text_completion",
        "created": CREATED,
        "model": "gpt-3.5-turbo-instruct",
        "usage": {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14},
    }


def test_log_probabilities_are_four_lists_of_one_length():
    entries = (
        Logprob(b"No", -0.5, ((b"No", -0.5), (b"Yes", -1.5))),
        Logprob(" é".encode(), -0.1, ((b" a", -0.05), (" é".encode(), -0.1))),
        Logprob(b".", -0.2, ((b".", -0.2),)),
    )
    assert logprobs(entries, 10) == {
        "tokens": ["No", " é", "."],
        "token_logprobs": [-0.5, -0.1, -0.2],
        "top_logprobs": [{"No": -0.5, "Yes": -1.5}, {" a": -0.05, " é": -0.1}, {".": -0.2}],
        "text_offset": [10, 12, 14],
    }


def test_the_first_token_of_a_prompt_has_no_likelihood():
    entries = (Logprob(b"2", -0.5, ((b"2", -0.5),)), Logprob(b"+", -0.1, ((b"+", -0.1),)))
    worded = logprobs(entries, begins=True)
    assert (worded["token_logprobs"], worded["top_logprobs"]) == ([None, -0.1], [None, {"+": -0.1}])


def test_without_alternatives_there_are_no_top_ones():
    assert logprobs((Logprob(b"2", -0.5),))["top_logprobs"] is None


def test_a_token_that_is_no_whole_character_is_worded_by_its_bytes_and_stands_where_that_begins():
    worded = logprobs(tuple(Logprob(raw, -0.1) for raw in (b" \xf0\x9f", b"\x8e\x89", b"!")))
    assert worded["tokens"] == [r"bytes:\x20\xf0\x9f", r"bytes:\x8e\x89", "!"]
    assert worded["text_offset"] == [0, 1, 2]
