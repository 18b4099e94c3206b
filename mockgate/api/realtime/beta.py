"""The realtime API as it was in its beta: other names for the same events and settings.

Source: OpenAI's guide "Realtime beta to GA migration".
"""

from collections.abc import Iterator
from typing import Any

Item = dict[str, Any]

_EVENTS = {
    "conversation.item.added": "conversation.item.created",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
}
_FORMATS = {"pcm16": "audio/pcm", "g711_ulaw": "audio/pcmu", "g711_alaw": "audio/pcma"}
_WORDS = {kind: name for name, kind in _FORMATS.items()}

#: Where settings stand that the beta had side by side.
_INPUT = {
    "input_audio_transcription": "transcription",
    "input_audio_noise_reduction": "noise_reduction",
    "turn_detection": "turn_detection",
}


def session_read(given: Item) -> Item:
    """Turn settings of the beta into those of today; what was the same stays."""
    return _read(given, "max_response_output_tokens")


def response_read(given: Item) -> Item:
    """Turn what one response may have otherwise into what it is called today."""
    return _read(given, "max_response_output_tokens")


def _read(given: Item, limit: str) -> Item:
    read = {name: value for name, value in given.items() if name not in _NAMES}
    heard: Item = {name: given[old] for old, name in _INPUT.items() if old in given}
    said: Item = {name: given[name] for name in ("voice", "speed") if name in given}
    for side, old in ((heard, "input_audio_format"), (said, "output_audio_format")):
        if old in given:
            side["format"] = {"type": _FORMATS.get(given[old], given[old])}
    if "modalities" in given:
        read["output_modalities"] = ["audio"] if "audio" in (given["modalities"] or ()) else ["text"]
    if limit in given:
        read["max_output_tokens"] = given[limit]
    sides = {"input": heard, "output": said}
    audio = {name: side for name, side in sides.items() if side}
    return {**read, "audio": audio} if audio else read


_NAMES = frozenset(
    {*_INPUT, "voice", "speed", "modalities", "input_audio_format", "output_audio_format", "max_response_output_tokens"}
)


def worded(event: Item) -> Iterator[Item]:
    """Word an event as the beta did; it had none for the end of an item."""
    kind = event["type"]
    if kind == "conversation.item.done":
        return
    event = {**event, "type": _EVENTS.get(kind, kind)}
    if "session" in event:
        event["session"] = session(event["session"])
    if "response" in event:
        event["response"] = _response(event["response"])
    if "item" in event:
        event["item"] = _item(event["item"])
    yield event


def session(config: Item) -> Item:
    """Word a session."""
    plain = {name: value for name, value in config.items() if name not in {"audio", "type", "output_modalities"}}
    heard, said = config["audio"].get("input", {}), config["audio"].get("output", {})
    return {
        **{name: value for name, value in plain.items() if name != "max_output_tokens"},
        "modalities": _modalities(config),
        "voice": said.get("voice", "alloy"),
        "speed": said.get("speed", 1.0),
        "input_audio_format": _format(heard),
        "output_audio_format": _format(said),
        **{old: heard.get(name) for old, name in _INPUT.items()},
        "temperature": config.get("temperature", 0.8),
        "max_response_output_tokens": config.get("max_output_tokens", "inf"),
    }


def _format(side: Item) -> str:
    return _WORDS[side.get("format", {}).get("type", "audio/pcm")]


def _modalities(config: Item) -> list[str]:
    return ["text"] if config.get("output_modalities") == ["text"] else ["audio", "text"]


def _response(response: Item) -> Item:
    said = (response.get("audio") or {}).get("output", {})
    plain = {name: value for name, value in response.items() if name not in {"audio", "output_modalities"}}
    return {
        **plain,
        "modalities": _modalities(response),
        "voice": said.get("voice", "alloy"),
        "output_audio_format": _format(said),
        "output": [_item(item) for item in response["output"]],
    }


def _item(item: Item) -> Item:
    if "content" not in item:
        return item
    return {**item, "content": [{**part, "type": part["type"].removeprefix("output_")} for part in item["content"]]}
