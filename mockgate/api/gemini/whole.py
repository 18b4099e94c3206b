"""A turn as one GenerateContentResponse. Source: Google's API reference; keys in the order of recorded answers."""

from base64 import b64encode
from typing import Any

import msgspec

from ...rng import Dice
from ...turn import PLAIN_FINISH, Audio, Logprob, Part, Reasoning, Refusal, Reply, Text, ToolCall, Turn, Usage
from .request import Asked

#: What may be blamed where an answer is blocked: the first that the caller did not turn off.
CATEGORIES = (
    "HARM_CATEGORY_DANGEROUS_CONTENT",
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
)

#: Why a choice ended; calling functions is no reason of its own.
REASONS = {"stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS"}

#: What spoken answers are.
SOUND = "audio/L16;codec=pcm;rate=24000"


def body(turn: Turn) -> dict[str, Any]:
    """Word a whole answer."""
    if is_blocked(turn):
        return blocked(turn)
    candidates = [candidate(turn, index) for index in range(len(turn.replies))]
    return {"candidates": candidates, "usageMetadata": usage(turn.usage), **about(turn)}


def about(turn: Turn) -> dict[str, Any]:
    """Say what model answered, and which answer this is."""
    return {"modelVersion": turn.prompt.model, "responseId": turn.id[:23]}


def candidate(turn: Turn, index: int) -> dict[str, Any]:
    """Word one choice."""
    reply, asked = turn.replies[index], turn.prompt.request
    parts = [worded for at, part in enumerate(reply.parts) if (worded := part_of(turn, reply, at, part)) is not None]
    content: dict[str, Any] = {"parts": parts, "role": "model"} if parts else {"role": "model"}
    if asked.config.response_mime_type == "text/x.enum":
        parts[:] = [{**part, "text": bare(part["text"])} if "text" in part else part for part in parts]
    return {"content": content, **ending(turn, index)}


def bare(text: str) -> str:
    """Take the quotes off an enum's value, where it is asked for as plain text."""
    return text.replace('"', "")


def part_of(turn: Turn, reply: Reply, at: int, part: Part) -> dict[str, Any] | None:
    """Word one part; None for what is not shown, or was cut before it could be."""
    match part:
        case Text(text) | Refusal(text):
            return {"text": text}
        case Reasoning(text):
            return {"text": text, "thought": True} if turn.prompt.request.shows_thoughts else None
        case ToolCall() if not part.hosted:
            return _call(turn, reply, at, part)
        case Audio(data=data) if data:
            return {"inlineData": {"mimeType": SOUND, "data": b64encode(data).decode()}}
        case _:
            return None


def _call(turn: Turn, reply: Reply, at: int, call: ToolCall) -> dict[str, Any] | None:
    args = arguments(call)
    if args is None:
        return None
    worded: dict[str, Any] = {"functionCall": {"name": call.name, "args": args, "id": call.id}}
    first = next(place for place, part in enumerate(reply.parts) if isinstance(part, ToolCall))
    thinks = any(isinstance(part, Reasoning) for part in reply.parts)
    if at == first and (thinks or signs(turn.prompt.model)):
        worded["thoughtSignature"] = signature(turn, at)
    return worded


def arguments(call: ToolCall) -> dict[str, Any] | None:
    """Return a call's arguments; None where they are no JSON object."""
    try:
        return msgspec.json.decode(call.arguments or "{}", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def signs(model: str) -> bool:
    """Tell whether a model signs its calls, and wants them back signed: from Gemini 3 on."""
    return model.rpartition("/")[2].startswith("gemini-3")


def signature(turn: Turn, at: int) -> str:
    """Return what stands for the thoughts before a call: opaque, and the same whenever the turn is."""
    return b64encode(Dice(turn.id, "thought signature", at).random.randbytes(48)).decode()


# How it ended.


def ending(turn: Turn, index: int) -> dict[str, Any]:
    """Say why a choice ended, and what else is said of it then."""
    reply = turn.replies[index]
    reason = finish_reason(turn, reply)
    worded: dict[str, Any] = {"finishReason": reason, "index": index}
    if reason == "SAFETY":
        worded["safetyRatings"] = ratings(turn.prompt.request)
    if cited := sources(reply):
        worded["citationMetadata"] = {"citationSources": cited}
    if reason == "MALFORMED_FUNCTION_CALL":
        broken = next(part for part in reply.parts if isinstance(part, ToolCall) and arguments(part) is None)
        worded["finishMessage"] = f"Malformed function call: {broken.name}({broken.arguments})"
    if reply.logprobs:
        worded["avgLogprobs"] = sum(entry.logprob for entry in reply.logprobs) / len(reply.logprobs)
        worded["logprobsResult"] = logprobs(reply.logprobs)
    return worded


def sources(reply: Reply) -> list[dict[str, Any]]:
    """Word the pages that a choice cites, each with the bytes of the text that rests on it."""
    found, said = [], 0
    for part in reply.parts:
        if isinstance(part, Text):
            begin, said = said, said + len(part.text.encode())
            pages = (cite.url for cite in part.cites if cite.url)
            found += [{"startIndex": begin, "endIndex": said, "uri": page} for page in pages]
    return found


def finish_reason(turn: Turn, reply: Reply) -> str:
    """Return why a choice ended."""
    if reply.finish == "content_filter" or any(isinstance(part, Refusal) for part in reply.parts):
        return "SAFETY" if blamed(turn.prompt.request) else "PROHIBITED_CONTENT"
    calls = [part for part in reply.parts if isinstance(part, ToolCall) and not part.hosted]
    if reply.finish != "length" and any(arguments(call) is None for call in calls):
        return "MALFORMED_FUNCTION_CALL"
    return REASONS[PLAIN_FINISH.get(reply.finish, reply.finish)]


def logprobs(entries: tuple[Logprob, ...]) -> dict[str, Any]:
    """Word log-probabilities."""
    worded: dict[str, Any] = {"chosenCandidates": [_token(entry.token, entry.logprob) for entry in entries]}
    if any(entry.top for entry in entries):
        worded["topCandidates"] = [{"candidates": [_token(*other) for other in entry.top]} for entry in entries]
    return worded


def _token(raw: bytes, logprob: float) -> dict[str, Any]:
    return {"token": raw.decode("utf-8", "replace"), "logProbability": logprob}


# What is blocked.


def is_blocked(turn: Turn) -> bool:
    """Tell whether the prompt itself is blocked: nothing is said but, perhaps, why."""
    return all(_says_nothing(reply) for reply in turn.replies)


def _says_nothing(reply: Reply) -> bool:
    refused = reply.finish == "content_filter" or any(isinstance(part, Refusal) for part in reply.parts)
    return refused and not any(
        part.text if isinstance(part, Text) else isinstance(part, ToolCall | Audio) for part in reply.parts
    )


def blocked(turn: Turn) -> dict[str, Any]:
    """Word the answer to a prompt that is blocked; a refusal's words are the message."""
    asked: Asked = turn.prompt.request
    feedback: dict[str, Any] = {"blockReason": "SAFETY" if blamed(asked) else "PROHIBITED_CONTENT"}
    refusals = [part.text for part in turn.replies[0].parts if isinstance(part, Refusal)]
    if refusals:
        feedback["blockReasonMessage"] = "".join(refusals)
    if blamed(asked):
        feedback["safetyRatings"] = ratings(asked)
    counted = {"promptTokenCount": turn.usage.input, "totalTokenCount": turn.usage.input}
    counted_by = {"promptTokensDetails": modalities(turn.usage)}
    return {"promptFeedback": feedback, "usageMetadata": {**counted, **counted_by}, **about(turn)}


def blamed(asked: Asked) -> str:
    """Return the harm that is blamed, or "" where the caller blocks none, so that only what no one may turn off is."""
    off = {one.category for one in asked.body.safety_settings or () if one.threshold in {"BLOCK_NONE", "OFF"}}
    return next((category for category in CATEGORIES if category not in off), "")


def ratings(asked: Asked) -> list[dict[str, Any]]:
    """Rate every harm: the one that is blamed is highly probable."""
    guilty = blamed(asked)
    return [
        {"category": category, "probability": "HIGH", "blocked": True}
        if category == guilty
        else {"category": category, "probability": "NEGLIGIBLE"}
        for category in CATEGORIES
    ]


# What it took.


def usage(counted: Usage) -> dict[str, Any]:
    """Word the token counts; as everywhere in this API, what is 0 is left out."""
    said = counted.output - counted.reasoning
    worded = {
        "promptTokenCount": counted.input,
        "candidatesTokenCount": said,
        "totalTokenCount": counted.total,
        "cachedContentTokenCount": counted.cached,
        "promptTokensDetails": modalities(counted),
        "candidatesTokensDetails": [_modality("AUDIO", counted.output_audio)] if counted.output_audio else [],
        "thoughtsTokenCount": counted.reasoning,
    }
    return {name: value for name, value in worded.items() if value}


def modalities(counted: Usage) -> list[dict[str, Any]]:
    """Word what the prompt is made of."""
    text = counted.input - counted.input_image - counted.input_audio
    found = (("TEXT", text), ("IMAGE", counted.input_image), ("AUDIO", counted.input_audio))
    return [_modality(name, tokens) for name, tokens in found if tokens]


def _modality(name: str, tokens: int) -> dict[str, Any]:
    return {"modality": name, "tokenCount": tokens}
