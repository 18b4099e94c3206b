from base64 import b64decode

import pytest
from openai.types.chat import ChatCompletion

from mockgate.api.chat.whole import body
from mockgate.turn import Audio, Logprob, Reasoning, Refusal, Reply, Text, ToolCall

from ...wire.chat import CASES, CREATED, Case

BY_NAME = {case.name: case for case in CASES}


def parts_of(message) -> list:
    """Read a message, as the SDK understood it, back to parts."""
    extra = message.model_extra or {}
    found = [Reasoning(extra["reasoning_content"])] if "reasoning_content" in extra else []
    found += [Text(message.content)] if message.content else []
    found += [Refusal(message.refusal)] if message.refusal else []
    for call in message.tool_calls or []:
        if call.type == "custom":
            found.append(ToolCall(call.custom.name, call.custom.input, call.id, custom=True))
        else:
            found.append(ToolCall(call.function.name, call.function.arguments, call.id))
    if message.function_call:
        found.append(ToolCall(message.function_call.name, message.function_call.arguments))
    if message.audio:
        audio = message.audio
        found.append(Audio(format="pcm16", data=b64decode(audio.data), transcript=audio.transcript, id=audio.id))
    return found


def shown_parts(case: Case, reply: Reply) -> list:
    """What of a reply a client is meant to see."""
    parts = [part for part in reply.parts if not (case.quirks and isinstance(part, Reasoning))]
    if "functions" in case.request:
        return [ToolCall(part.name, part.arguments) for part in parts[:1]]
    return parts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_reply_is_worded_as_the_golden_table_says(case):
    worded = body(case.turn())
    for index, (choice, message) in enumerate(zip(worded["choices"], case.messages, strict=True)):
        expected = {"role": "assistant", "refusal": None, "annotations": [], **message}
        assert choice == {"index": index, "message": expected, "logprobs": None, "finish_reason": case.reason}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_official_sdk_reads_the_reply_back(case):
    turn = case.turn()
    read_back = ChatCompletion.model_validate(body(turn), strict=True)
    for choice, reply in zip(read_back.choices, turn.replies, strict=True):
        assert parts_of(choice.message) == shown_parts(case, reply)


def test_what_stands_around_the_choices():
    worded = body(BY_NAME["text"].turn())
    assert worded["id"] == "chatcmpl-01234567890123456789012345678"
    assert (worded["object"], worded["created"], worded["model"]) == ("chat.completion", CREATED, "gpt-4o")
    assert worded["system_fingerprint"].startswith("fp_")
    assert worded["usage"] == {
        "prompt_tokens": 9,
        "completion_tokens": 5,
        "total_tokens": 14,
        "prompt_tokens_details": {"cached_tokens": 2, "audio_tokens": 3},
        "completion_tokens_details": {
            "reasoning_tokens": 1,
            "audio_tokens": 4,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


@pytest.mark.parametrize(("asked", "served"), [(None, "default"), ("auto", "default"), ("flex", "flex")])
def test_the_service_tier_is_the_one_asked_for_and_default_for_auto(asked, served):
    assert body(BY_NAME["text"].turn(service_tier=asked))["service_tier"] == served


def test_every_model_has_its_own_fingerprint():
    prints = {body(BY_NAME["text"].turn(model=name))["system_fingerprint"] for name in ("a", "b", "a")}
    assert len(prints) == 2


@pytest.mark.parametrize(("name", "key"), [("text", "content"), ("refusal", "refusal")])
def test_log_probabilities_stand_with_what_was_said_bytes_and_all(name, key):
    entry = Logprob("é".encode()[:1], -0.5, ((b"a", -0.1), ("é".encode(), -0.5)))
    (choice,) = body(BY_NAME[name].turn(logprobs=(entry,)))["choices"]
    assert choice["logprobs"] == {
        "content": None,
        "refusal": None,
        key: [
            {
                "token": "\ufffd",
                "logprob": -0.5,
                "bytes": [0xC3],
                "top_logprobs": [
                    {"token": "a", "logprob": -0.1, "bytes": [97]},
                    {"token": "é", "logprob": -0.5, "bytes": [0xC3, 0xA9]},
                ],
            }
        ],
    }


async def test_a_text_says_which_pages_it_cites_and_where(gw, say, stream):
    pages = [{"url": "https://a.example/", "title": "A", "quote": "Deep"}, {"url": "https://b.example/"}]
    gateway = gw(rules=[{"reply": [{"text": "So. "}, {"text": "It is Deep.", "cites": pages}]}])
    told = [
        {"start_index": 10, "end_index": 14, "url": "https://a.example/", "title": "A"},
        {"start_index": 4, "end_index": 15, "url": "https://b.example/", "title": ""},
    ]
    notes = (await say(gateway))["choices"][0]["message"]["annotations"]
    assert [note["url_citation"] for note in notes] == told
    deltas = [chunk["choices"][0]["delta"] for chunk in await stream(gateway)]
    assert [delta["annotations"] for delta in deltas if "annotations" in delta] == [notes]
