import pytest

from mockgate.api.gemini.chunks import frames
from mockgate.api.gemini.whole import body
from mockgate.pacing import Tempo, schedule
from mockgate.rng import Dice
from mockgate.turn import Usage

from ...wire.gemini import ANSWERED, BLOCKED, BY_NAME, chunks, split
from .test_whole import meant, parts_of, read_back

every_answer = pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case.name)


@every_answer
def test_a_stream_is_worded_as_the_golden_table_says(case):
    sent = [chunk["candidates"][0] for chunk in chunks(case.turn())]
    assert [(candidate["index"], candidate["content"]["parts"]) for candidate in sent] == case.chunks
    assert [candidate["finishReason"] for candidate in sent if "finishReason" in candidate] == [
        case.finish_reason
    ] * len(case.replies)
    assert all(candidate["content"]["role"] == "model" for candidate in sent)


@every_answer
def test_the_official_sdk_reads_the_chunks_and_they_add_up_to_the_reply(case):
    turn = case.turn()
    found = {}
    for candidate in (read_back(chunk).candidates[0] for chunk in chunks(turn)):
        found.setdefault(candidate.index, []).extend(parts_of(candidate))
    for index, reply in enumerate(turn.replies):
        assert joined(found.get(index, [])) == joined(meant(case, reply))


def joined(parts):
    """Parts with the words of neighbours of one kind put together."""
    words = []
    for part in parts:
        text = getattr(part, "text", None)
        if text is not None and words and words[-1][0] is type(part):
            words[-1] = (type(part), words[-1][1] + text)
        else:
            words.append((type(part), part if text is None else text))
    return words


@every_answer
def test_every_chunk_counts_what_has_gone_and_the_last_one_all(case):
    turn = case.turn()
    whole, sent = body(turn), chunks(turn)
    totals = [chunk["usageMetadata"]["totalTokenCount"] for chunk in sent]
    assert totals == sorted(totals)
    assert sent[-1]["usageMetadata"] == whole["usageMetadata"]
    assert {chunk["usageMetadata"]["promptTokenCount"] for chunk in sent} == {9}
    assert {(chunk["modelVersion"], chunk["responseId"]) for chunk in sent} == {
        (whole["modelVersion"], whole["responseId"])
    }


@pytest.mark.parametrize("case", BLOCKED, ids=lambda case: case.name)
def test_a_blocked_prompt_is_one_chunk(case):
    turn = case.turn()
    assert chunks(turn) == [body(turn)]


def test_a_usage_that_a_rule_gives_is_never_counted_past():
    sent = chunks(BY_NAME["text"].turn(usage=Usage(4, 1)))
    assert [chunk["usageMetadata"]["totalTokenCount"] for chunk in sent] == [5, 5, 5, 5]


def test_a_call_comes_whole_when_its_last_token_would_with_all_its_tokens():
    turn = BY_NAME["two calls after a word"].turn()
    sent = list(frames(turn, schedule(turn, Tempo(1.0, 0.5), Dice(1), split)))
    assert [frame.tokens for frame in sent] == [1, 2, 0, 0]
    assert [frame.due for frame in sent] == [1.0, 2.0, 2.0, 2.0]
