"""What the user has said, told in words: by a model of its own, in a call of its own through the door.

It is counted, limited, paced, broken, billed and journaled like any other; its words are those that the sound is taken
for, so that no rule answers it. Source: OpenAI's guide "Realtime transcription".
"""

from collections.abc import Iterator
from math import ceil
from typing import Annotated, Any

import msgspec

from ... import fields, tokens
from ...admission import admit, bill, enter
from ...deposit import afford
from ...errors import GatewayError, openai_envelope
from ...gateway import Gateway
from ...journal import Exchange
from ...pacing import schedule
from ...rng import Dice
from ...scenario import Model
from ...session import Session
from ...talks import Line, playing
from ...turn import Audio, Closed, Message, Piece, Prompt, Reply, Text, Turn, Usage
from ...vocabulary import base_model
from ...wire import Answer, Frame, Sse
from ...wording import bad_request
from .channel import Channel
from .items import Kept

PATH = "/v1/realtime/transcriptions"

#: What transcribes where a client does not say.
_MODEL = "whisper-1"
_EVENT = "conversation.item.input_audio_transcription"

#: Seconds: no sound is longer than a day.
_LONGEST = 86_400

encode = msgspec.json.encode


class Create(msgspec.Struct, frozen=True):
    """The body of such a call: a sound so many seconds long, and the words that it is taken for."""

    model: str
    seconds: Annotated[float, msgspec.Meta(ge=0, le=_LONGEST)]
    heard: str
    prompt: str = ""


async def create(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Transcribe a sound."""
    asked = fields.decode(exchange.call.raw, Create)
    prompt, model = enter(session, exchange, _prompt(asked))
    _check(prompt.model, model)
    words = await tokens.vocabulary(prompt.model)
    heard = 0 if _by_duration(prompt.model) else ceil(tokens.AUDIO_INPUT * asked.seconds)
    afford(session, exchange, seconds=asked.seconds)
    usage = Usage(words.count(asked.prompt) + heard, words.count(asked.heard), input_audio=heard)
    admit(session, exchange, prompt, usage.input)
    gateway.strike(session, exchange, prompt)
    responder = session.policy.responder
    dice = Dice(responder.scenario.seed, prompt.fingerprint())
    replies = (Reply((Text(asked.heard),), output_tokens=usage.output),)
    turn = exchange.turn = Turn(prompt, replies, usage, dice.letters, int(exchange.started), "realtime.hears")
    bill(session, exchange, usage, seconds=asked.seconds)
    tempo = responder.tempo(exchange.call.pace, model)
    timed = schedule(turn, tempo, dice, words.split, session.under_way)
    return Sse(frames=_frames(turn, timed), fail=_fail)


def _prompt(asked: Create) -> Prompt:
    said = (Text(asked.prompt),) if asked.prompt else ()
    sound = Audio(asked.seconds, "pcm16", heard=asked.heard)
    return Prompt("audio", asked.model, (Message("user", (*said, sound)),), stream=True, request=asked)


def _check(asked: str, model: Model) -> None:
    if model.families and not {"audio", "realtime"} & {*model.families}:
        raise bad_request(f"The model '{asked}' cannot transcribe audio.", "model", "invalid_model")


def _by_duration(model: str) -> bool:
    return "whisper" in base_model(model)


def _frames(turn: Turn, timed: Iterator[tuple[float, Any]]) -> Iterator[Frame]:
    for due, event in timed:
        match event:
            case Piece(text=text, tokens=count):
                yield Frame(due, encode({"type": "transcript.text.delta", "delta": text}), tokens=count)
            case Closed(part=Text(text=text)):
                done = {"type": "transcript.text.done", "text": text, "usage": _usage(turn)}
                yield Frame(due, encode(done), last=True)


def _usage(turn: Turn) -> dict[str, Any]:
    if _by_duration(turn.prompt.model):
        return {"type": "duration", "seconds": round(turn.prompt.request.seconds, 3)}
    usage = turn.usage
    return {
        "type": "tokens",
        "total_tokens": usage.total,
        "input_tokens": usage.input,
        "input_token_details": {"text_tokens": usage.input - usage.input_audio, "audio_tokens": usage.input_audio},
        "output_tokens": usage.output,
    }


def _fail(error: GatewayError, due: float, _number: int = 0) -> list[Frame]:
    return [Frame(due, encode({"type": "error", **openai_envelope(error)}), "error")]


# The conversation's side.


async def ask(line: Line, channel: Channel, kept: Kept) -> Exchange | None:
    """Have an item transcribed; None where the client does not want to know its words."""
    asked = channel.config["audio"]["input"].get("transcription")
    if asked is None:
        return None
    sound = kept.sounds[0]
    named, prompt = asked.get("model") or _MODEL, asked.get("prompt") or ""
    return await line.ask(PATH, {"model": named, "seconds": sound.seconds, "heard": sound.heard, "prompt": prompt})


async def tell(line: Line, channel: Channel, kept: Kept, exchange: Exchange) -> None:
    """Tell the words of an item as they are transcribed, or that they cannot be."""
    where = {"item_id": kept.id, "content_index": 0}
    try:
        async with playing(line, exchange) as events:
            async for data in events:
                await _pass_on(channel, kept, where, data)
    except GatewayError as error:
        told = {"type": error.type, "code": error.code, "message": error.message, "param": error.param}
        await channel.tell(f"{_EVENT}.failed", **where, error=told)


async def _pass_on(channel: Channel, kept: Kept, where: dict[str, Any], data: bytes) -> None:
    match msgspec.json.decode(data):
        case {"type": "transcript.text.delta", "delta": delta}:
            await channel.tell(f"{_EVENT}.delta", **where, delta=delta)
        case {"type": "transcript.text.done", "text": text, "usage": usage}:
            kept.item["content"][0]["transcript"] = text
            await channel.tell(f"{_EVENT}.completed", **where, transcript=text, usage=usage)
        case {"error": {"message": message, "type": kind, "code": code}}:
            raise GatewayError("server_error", message, type=kind, code=code)
