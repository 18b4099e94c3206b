"""Transcriptions and translations: a recording comes in, and what was said in it goes out."""

from math import ceil

import msgspec

from ... import tokens
from ...admission import bill, enter
from ...deposit import afford
from ...gateway import Gateway
from ...inquiry import Inquiry, inquire
from ...journal import Exchange
from ...pacing import duration, schedule
from ...scenario import Model
from ...session import Session
from ...turn import Audio, Message, Part, Prompt, Text
from ...vocabulary import Vocabulary
from ...wire import Answer, Json, Sse
from .events import fail, frames
from .languages import code
from .request import (
    Transcription,
    Translation,
    by_duration,
    check_length,
    check_model,
    check_transcription,
)
from .transcript import Transcript, put_together
from .upload import Recording, listen, read
from .whole import body


async def transcribe(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say what was said in a recording."""
    return await _hear(gateway, session, exchange, Transcription)


async def translate(gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say in English what was said in a recording."""
    return await _hear(gateway, session, exchange, Translation)


async def _hear(
    gateway: Gateway, session: Session, exchange: Exchange, kind: type[Transcription] | type[Translation]
) -> Answer:
    asked, upload = read(session, exchange, kind)
    recording = await listen(upload)
    prompt, model = enter(session, exchange, _prompt(asked, recording))
    language = _check(asked, prompt, model, recording)
    vocabulary = await tokens.vocabulary(prompt.model)
    afford(session, exchange, seconds=recording.seconds)
    heard = 0 if by_duration(prompt.model) else ceil(tokens.AUDIO_INPUT * recording.seconds)
    inquiry = inquire(gateway, session, exchange, prompt, model, vocabulary.count(asked.prompt) + heard)
    spoken = language or (session.policy.scenario.language or "en")[:2]
    said = await tokens.aside(int(100 * recording.seconds), put_together, inquiry, recording, spoken, vocabulary)
    exchange.turn = said.turn
    bill(session, exchange, said.turn.usage, seconds=recording.seconds)
    return await _answer(msgspec.structs.replace(inquiry, turn=said.turn), said, vocabulary, session.under_way)


def _prompt(asked: Transcription | Translation, recording: Recording) -> Prompt:
    """Word what a rule can see of it: the prompt and the file's name, a line each."""
    words: tuple[Part, ...] = (Text(asked.prompt),) if asked.prompt else ()
    sound = Audio(recording.seconds, recording.format, id=recording.digest)
    said = (Message("user", (*words, Text(recording.name), sound)),)
    stream = isinstance(asked, Transcription) and asked.stream and not by_duration(asked.model)
    return Prompt("audio", asked.model, said, stream=stream, request=asked)


def _check(asked: Transcription | Translation, prompt: Prompt, model: Model, recording: Recording) -> str:
    """Refuse what the model cannot do; return the code of the language that is asked for, if one is."""
    if isinstance(asked, Translation):
        check_model(prompt.model, model, "translations")
        return "en"
    check_model(prompt.model, model, "transcriptions")
    check_transcription(asked, prompt.model)
    check_length(recording.seconds, asked, prompt.model)
    if asked.language:
        return code(asked.language)
    return code(asked.languages[0], "languages") if asked.languages else ""


async def _answer(inquiry: Inquiry, said: Transcript, vocabulary: Vocabulary, under_way: int) -> Answer:
    turn, tempo = inquiry.turn, inquiry.tempo
    if turn.prompt.stream:
        timed = schedule(turn, tempo, inquiry.dice, vocabulary.split, under_way)
        return Sse(frames=frames(said, timed), headers=turn.headers, fail=fail)
    due = duration(turn, tempo, inquiry.dice, under_way)
    worded, content_type = await tokens.aside(len(said.text), body, said, vocabulary)
    return Json(body=worded, content_type=content_type, due=due, headers=turn.headers)
