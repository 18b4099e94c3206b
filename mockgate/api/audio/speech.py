"""Speech: a text is said aloud, and its bytes come as fast as a model speaks."""

from base64 import b64encode
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from ... import bodies, inputs, tokens
from ...admission import bill, enter
from ...deposit import afford
from ...gateway import Gateway
from ...inquiry import Inquiry, inquire
from ...journal import Exchange
from ...pacing import schedule
from ...responder import overridden
from ...session import Session
from ...synth.encoding import say
from ...synth.sound import Sound, spoken_seconds
from ...turn import Audio, Message, Piece, Prompt, Reply, Text, Turn, Usage, Voice
from ...wire import Answer, Frame, Raw, Sse
from ...wording import bad_request
from .events import fail
from .request import Speech, check_model, check_speech

#: Seconds of sound in a piece of the answer: OpenAI's own rhythm.
_PIECE = 0.1


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say a text."""
    prompt = _read(session, exchange)
    prompt, model = enter(session, exchange, prompt)
    asked: Speech = prompt.request
    check_model(prompt.model, model, "speech")
    check_speech(asked, prompt.model)
    vocabulary = await tokens.vocabulary(prompt.model)
    counted = vocabulary.count(asked.input) + vocabulary.count(asked.instructions or "")
    if model.context is not None and counted > model.context:
        raise bad_request(f"Invalid 'input': maximum context length is {model.context} tokens.", "input")
    afford(session, exchange, seconds=spoken_seconds(asked.input, asked.speed))
    inquiry = inquire(gateway, session, exchange, prompt, model, counted)
    engine = gateway.engine if session.policy.scenario.speech == "auto" else None
    how = (asked.voice_name, asked.speed, asked.response_format)
    sound = await gateway.studio.speak(say, engine, words(inquiry), *how, inquiry.dice)
    turn = exchange.turn = _turn(inquiry, sound)
    bill(session, exchange, turn.usage, seconds=sound.seconds)
    return _answer(msgspec.structs.replace(inquiry, turn=turn), sound, session.under_way)


def _read(session: Session, exchange: Exchange) -> Prompt:
    asked = bodies.read(session, exchange, Speech, inputs.body)
    said: tuple[Message, ...] = (Message("user", (Text(asked.input),)),)
    if asked.instructions:
        said = (Message("system", (Text(asked.instructions),)), *said)
    voice = Voice(asked.voice_name, asked.response_format)
    return Prompt("audio", asked.model, said, stream=True, voice=voice, request=asked)


def words(inquiry: Inquiry) -> str:
    """Return what is said: what a rule gives as `audio`, else the text that came."""
    scripted = "".join(part.transcript for part in inquiry.found.parts if isinstance(part, Audio))
    return scripted or str(inquiry.turn.prompt.request.input)


def _turn(inquiry: Inquiry, sound: Sound) -> Turn:
    """Put the turn together; what was said is remembered in words, not in sound."""
    spent = tokens.audio_output_tokens(sound.seconds)
    usage = overridden(Usage(inquiry.turn.usage.input, spent, output_audio=spent), inquiry.found.usage)
    voice = inquiry.turn.prompt.voice
    part = Audio(sound.seconds, voice.format if voice else "", transcript=words(inquiry))
    return msgspec.structs.replace(inquiry.turn, replies=(Reply((part,), output_tokens=spent),), usage=usage)


def _answer(inquiry: Inquiry, sound: Sound, under_way: int) -> Answer:
    turn = inquiry.turn
    timed = _timed(inquiry, sound, under_way)
    if turn.prompt.request.stream_format == "sse":
        return Sse(frames=_events(timed, turn.usage), headers=turn.headers, fail=fail)
    frames = (Raw(due, data) for due, data in timed)
    return Sse(frames=frames, content_type=sound.content_type, headers=turn.headers)


def _timed(inquiry: Inquiry, sound: Sound, under_way: int) -> Iterator[tuple[float, bytes]]:
    """Yield the sound in pieces of equal length, each when the model has spoken it."""
    count = max(1, round(sound.seconds / _PIECE))
    size = len(sound.data)
    borders = [*(size * at // count // 2 * 2 for at in range(count)), size]  # samples of PCM stay whole
    pieces = [("", tokens.audio_output_tokens(_PIECE))] * count
    events = schedule(inquiry.turn, inquiry.tempo, inquiry.dice, lambda _: pieces, under_way)
    moments = (due for due, event in events if isinstance(event, Piece))
    for due, (begin, end) in zip(moments, pairwise(borders), strict=True):
        yield due, sound.data[begin:end]


def _events(timed: Iterator[tuple[float, bytes]], usage: Usage) -> Iterator[Frame]:
    due = 0.0
    for due, data in timed:
        worded = {"type": "speech.audio.delta", "audio": b64encode(data).decode()}
        yield Frame(due, msgspec.json.encode(worded), tokens=tokens.audio_output_tokens(_PIECE))
    spent = {"input_tokens": usage.input, "output_tokens": usage.output, "total_tokens": usage.total}
    yield Frame(due, msgspec.json.encode({"type": "speech.audio.done", "usage": spent}), last=True)
