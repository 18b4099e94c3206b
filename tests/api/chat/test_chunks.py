import msgspec
import pytest
from openai._models import construct_type
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from mockgate.api.chat.chunks import frames
from mockgate.api.chat.whole import body
from mockgate.pacing import INSTANT, Tempo, schedule
from mockgate.rng import Dice
from mockgate.turn import Logprob

from ...wire.chat import CASES, chunks, split
from .test_whole import BY_NAME, parts_of, shown_parts


def accumulated(turn):
    """A turn's stream as the official SDK puts it together."""
    return put_together(chunks(turn))


def put_together(sent):
    state = ChatCompletionStreamState(response_format={"type": "text"})
    for chunk in sent:
        # As the SDK does it: a chunk is taken as it comes, since its types lag behind custom tools.
        list(state.handle_chunk(construct_type(type_=ChatCompletionChunk, value=chunk)))
    # Its final parse knows no custom tools and refuses what was cut; what it has put together is all there.
    return ChatCompletion.model_validate({"object": "chat.completion", **state.current_completion_snapshot.to_dict()})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_stream_is_worded_as_the_golden_table_says(case):
    sent = [chunk["choices"][0] for chunk in chunks(case.turn())]
    assert [(choice["index"], choice["delta"]) for choice in sent] == case.deltas
    reasons = [choice["finish_reason"] for choice in sent if choice["delta"] == {}]
    assert reasons == [case.reason] * len(case.replies)
    assert {choice["finish_reason"] for choice in sent if choice["delta"] != {}} <= {None}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_official_sdk_puts_the_stream_together_to_the_reply(case):
    turn = case.turn()
    for choice, reply in zip(accumulated(turn).choices, turn.replies, strict=True):
        assert parts_of(choice.message) == shown_parts(case, reply)
        assert choice.finish_reason == case.reason


@pytest.mark.parametrize("seed", range(5))
def test_choices_that_arrive_at_different_times_do_not_mix(seed):
    turn = BY_NAME["two choices"].turn()
    timed = schedule(turn, Tempo(1.0, 0.1, jitter=0.5), Dice(seed), split)
    sent = [msgspec.json.decode(frame.data) for frame in frames(turn, timed) if not frame.last]
    assert [choice.message.content for choice in put_together(sent).choices] == ["One", "Two"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_chunk_is_alike_but_for_its_delta_and_agrees_with_the_whole_answer(case):
    turn = case.turn()
    whole = body(turn)
    shared = ("id", "created", "model", "service_tier", "system_fingerprint")
    for chunk in chunks(turn):
        assert set(chunk) == {*shared, "object", "choices"}
        assert chunk["object"] == "chat.completion.chunk"
        assert {key: chunk[key] for key in shared} == {key: whole[key] for key in shared}
        (choice,) = chunk["choices"]
        assert list(choice) == ["index", "delta", "logprobs", "finish_reason"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_usage_comes_last_without_choices_when_it_is_asked_for(case):
    *sent, last = chunks(case.turn(stream=True, stream_options={"include_usage": True}))
    assert last["choices"] == []
    assert last["usage"] == body(case.turn())["usage"]
    assert {chunk["usage"] for chunk in sent} == {None}


@pytest.mark.parametrize("options", [None, {}, {"include_usage": None}, {"include_usage": False}])
def test_usage_is_not_mentioned_when_it_is_not_asked_for(options):
    assert not [
        chunk for chunk in chunks(BY_NAME["text"].turn(stream=True, stream_options=options)) if "usage" in chunk
    ]


@pytest.mark.parametrize("name", ["text", "refusal"])
def test_log_probabilities_go_with_their_words_and_add_up_to_the_whole_answers(name):
    words = 3 if name == "text" else 2
    entries = tuple(Logprob(b"x%d" % at, -0.1 * at, ((b"x%d" % at, -0.1 * at), (b"y", -9.0))) for at in range(words))
    turn = BY_NAME[name].turn(logprobs=entries)
    sent = [chunk["choices"][0] for chunk in chunks(turn)]
    assert [choice["logprobs"] is not None for choice in sent] == [False, *[True] * words, False]
    added = accumulated(turn).choices[0].logprobs
    whole = body(turn)["choices"][0]["logprobs"]
    assert msgspec.to_builtins(added.to_dict()) == whole


def test_frames_tell_how_many_tokens_they_carry_and_when_they_go():
    turn = BY_NAME["text"].turn()
    sent = list(frames(turn, schedule(turn, Tempo(1.0, 0.5), Dice(1), split)))
    assert [frame.tokens for frame in sent] == [0, 1, 1, 1, 0, 0]
    assert [frame.due for frame in sent] == [1.0, 1.0, 1.5, 2.0, 2.0, 2.0]
    assert {frame.event for frame in sent} == {None}
    instant = list(frames(turn, schedule(turn, INSTANT, Dice(1), split)))
    assert [frame.data for frame in instant] == [frame.data for frame in sent]


async def test_obfuscation_pads_every_chunk_and_changes_no_word(gw, stream):
    gateway = gw(rules=[{"reply": "one two three"}])
    plain = await stream(gateway)
    padded = await stream(gateway, stream_options={"include_obfuscation": True})
    assert {len(msgspec.json.encode(chunk)) % 64 for chunk in padded} == {0}
    assert [{**chunk, "obfuscation": ""} for chunk in plain] == [{**chunk, "obfuscation": ""} for chunk in padded]
    assert len({chunk["obfuscation"] for chunk in padded}) > 1
