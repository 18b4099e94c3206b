import base64

import msgspec
import pytest
from google.genai import types

from mockgate.api.gemini.whole import body
from mockgate.turn import Audio, Logprob, Reasoning, Text, ToolCall, Usage

from ...wire.gemini import ANSWERED, BLOCKED, BY_NAME

every_answer = pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case.name)
every_block = pytest.mark.parametrize("case", BLOCKED, ids=lambda case: case.name)


def read_back(worded):
    """An answer as the official SDK understands it, which forbids fields that it does not know."""
    return types.GenerateContentResponse.model_validate(worded)


def parts_of(candidate):
    """Read a candidate, as the SDK understood it, back to parts."""
    found = []
    for part in candidate.content.parts or ():
        if part.function_call:
            call = part.function_call
            found.append(ToolCall(call.name, msgspec.json.encode(call.args).decode(), call.id))
        elif part.inline_data:
            found.append(Audio(data=part.inline_data.data))
        elif part.text:
            found.append((Reasoning if part.thought else Text)(part.text))
    return found


def meant(case, reply):
    """What of a reply a client is meant to see."""
    shown = []
    for part in reply.parts:
        match part:
            case Reasoning() if "thinkingConfig" not in case.config:
                continue
            case ToolCall(arguments=arguments):
                if case.finish_reason == "STOP":
                    args = msgspec.json.encode(msgspec.json.decode(arguments or "{}")).decode()
                    shown.append(ToolCall(part.name, args, part.id))
            case Audio(data=data):
                shown.append(Audio(data=data))
            case Text(text) if "responseMimeType" in case.config:
                shown.append(Text(text.strip('"')))
            case _:
                shown.append(part)
    return shown


@every_answer
def test_a_reply_is_worded_as_the_golden_table_says(case):
    worded = body(case.turn())
    for index, (candidate, parts) in enumerate(zip(worded["candidates"], case.candidates, strict=True)):
        assert candidate["content"] == ({"role": "model"} if parts is None else {"parts": parts, "role": "model"})
        assert (candidate["index"], candidate["finishReason"]) == (index, case.finish_reason)


@every_answer
def test_the_official_sdk_reads_the_reply_back(case):
    turn = case.turn()
    for candidate, reply in zip(read_back(body(turn)).candidates, turn.replies, strict=True):
        assert parts_of(candidate) == meant(case, reply)
        assert candidate.finish_reason == case.finish_reason


@every_block
def test_a_blocked_prompt_has_feedback_and_no_candidates(case):
    worded = body(case.turn())
    assert "candidates" not in worded
    feedback = worded["promptFeedback"]
    ratings = {rating["category"] for rating in feedback.pop("safetyRatings", []) if rating.get("blocked")}
    assert feedback == case.feedback
    assert ratings == ({"HARM_CATEGORY_DANGEROUS_CONTENT"} if feedback["blockReason"] == "SAFETY" else set())
    assert worded["usageMetadata"]["totalTokenCount"] == worded["usageMetadata"]["promptTokenCount"] == 9
    assert read_back(body(case.turn())).prompt_feedback.block_reason == case.feedback["blockReason"]


def test_what_stands_around_the_candidates():
    worded = body(BY_NAME["text"].turn())
    assert worded["modelVersion"] == "gemini-2.5-flash"
    assert worded["responseId"] == "01234567890123456789012"
    assert worded["usageMetadata"] == {
        "promptTokenCount": 9,
        "candidatesTokenCount": 5,
        "totalTokenCount": 15,
        "cachedContentTokenCount": 2,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 4},
            {"modality": "IMAGE", "tokenCount": 2},
            {"modality": "AUDIO", "tokenCount": 3},
        ],
        "thoughtsTokenCount": 1,
    }


def test_what_is_nothing_is_not_counted():
    counted = body(BY_NAME["text"].turn(usage=Usage(3)))["usageMetadata"]
    assert counted == {
        "promptTokenCount": 3,
        "totalTokenCount": 3,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 3}],
    }


def test_the_harm_that_is_blamed_is_one_that_the_caller_has_not_turned_off():
    case = BY_NAME["text that is stopped by a filter"]
    off = {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "threshold": "OFF"}
    (candidate,) = body(msgspec.structs.replace(case, body={"safetySettings": [off]}).turn())["candidates"]
    blamed = [rating["category"] for rating in candidate["safetyRatings"] if rating["probability"] == "HIGH"]
    assert blamed == ["HARM_CATEGORY_HARASSMENT"]


def test_a_broken_call_says_what_was_called():
    (candidate,) = body(BY_NAME["a call with arguments that are none"].turn())["candidates"]
    assert candidate["finishMessage"] == "Malformed function call: weather(city=Paris)"


@pytest.mark.parametrize(
    ("model", "thinks", "signed"),
    [("gemini-2.5-flash", False, 0), ("gemini-2.5-flash", True, 1), ("gemini-3-pro-preview", False, 1)],
)
def test_the_first_call_is_signed_where_there_were_thoughts_and_always_from_gemini_3_on(model, thinks, signed):
    case = BY_NAME["two calls after a word"]
    thought = [{"type": "reasoning", "text": "Hm"}] if thinks else []
    turn = msgspec.structs.replace(case, replies=[[*thought, *case.replies[0]]]).turn(model=model)
    calls = [part for part in body(turn)["candidates"][0]["content"]["parts"] if "functionCall" in part]
    signatures = [call["thoughtSignature"] for call in calls if "thoughtSignature" in call]
    assert len(signatures) == signed == len([call for call in calls[:1] if "thoughtSignature" in call])
    assert all(len(base64.b64decode(signature)) == 48 for signature in signatures)
    assert body(turn) == body(turn)


def test_log_probabilities_come_chosen_and_ranked_with_their_mean():
    entries = (Logprob(b"Hi", -0.5, ((b"Hi", -0.5), (b"Ho", -1.0))), Logprob(b"!", -0.1, ((b"!", -0.1), (b"?", -3.0))))
    (candidate,) = body(BY_NAME["text"].turn(logprobs=entries))["candidates"]
    assert candidate["avgLogprobs"] == pytest.approx(-0.3)
    assert candidate["logprobsResult"] == {
        "chosenCandidates": [{"token": "Hi", "logProbability": -0.5}, {"token": "!", "logProbability": -0.1}],
        "topCandidates": [
            {"candidates": [{"token": "Hi", "logProbability": -0.5}, {"token": "Ho", "logProbability": -1.0}]},
            {"candidates": [{"token": "!", "logProbability": -0.1}, {"token": "?", "logProbability": -3.0}]},
        ],
    }
