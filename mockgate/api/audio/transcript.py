"""What was said in a recording, put together: its words, who says them when, and what it costs to hear them."""

from math import ceil
from typing import Any

import msgspec

from ... import tokens
from ...inquiry import Inquiry
from ...logprobs import logprobs
from ...responder import overridden
from ...synth import transcripts
from ...synth.transcripts import Segment, Word
from ...turn import Audio, Logprob, Reply, Text, Turn, Usage
from ...vocabulary import Vocabulary
from .request import Transcription, Translation, by_duration, diarizes
from .upload import Recording


class Transcript(msgspec.Struct, frozen=True):
    """What was said, for each of the ways to word it. `language` is a code, `asked` the form that asked for it."""

    turn: Turn
    recording: Recording
    asked: Transcription | Translation
    language: str
    text: str
    words: list[Word]
    segments: list[Segment]
    logprobs: tuple[Logprob, ...] | None = None

    @property
    def model(self) -> str:
        """The model that listened."""
        return self.turn.prompt.model

    def usage(self) -> dict[str, Any]:
        """Word what it costs: seconds, or tokens, as the model counts."""
        if by_duration(self.model):
            return {"type": "duration", "seconds": ceil(self.recording.seconds)}
        usage = self.turn.usage
        details = {"text_tokens": usage.input - usage.input_audio, "audio_tokens": usage.input_audio}
        return {
            "type": "tokens",
            "total_tokens": usage.total,
            "input_tokens": usage.input,
            "input_token_details": details,
            "output_tokens": usage.output,
        }


def put_together(inquiry: Inquiry, recording: Recording, language: str, vocabulary: Vocabulary) -> Transcript:
    """Say what was said: what the rule gives, else what might have been."""
    turn, asked = inquiry.turn, inquiry.turn.prompt.request
    heard = "".join(part.text for part in inquiry.found.parts if isinstance(part, Text)).strip()
    text = heard or transcripts.talk(recording.seconds, language, inquiry.dice.fork("talk"))
    lines = transcripts.conversation(text) if diarizes(turn.prompt.model) else []
    text = " ".join(said for _, said in lines) or text
    words = transcripts.timed(text, recording.seconds)
    segments = transcripts.voiced(lines, words) if lines else transcripts.segments(text, words)
    if diarizes(turn.prompt.model) and not lines:
        names = getattr(asked, "known_speaker_names", None) or ("A", "B")
        segments = transcripts.shared(segments, names, inquiry.dice.fork("speakers"))
    turn = _turn(inquiry, segments if diarizes(turn.prompt.model) else [], text, vocabulary)
    entries = turn.replies[0].logprobs
    return Transcript(turn, recording, asked, language, text, words, segments, entries)


def _turn(inquiry: Inquiry, said: list[Segment], text: str, vocabulary: Vocabulary) -> Turn:
    """Put the turn together: a part for all the words, or one for each speaker's."""
    asked = inquiry.turn.prompt.request
    texts = [segment.text for segment in said] or [text]
    parts = tuple(Text(f" {each}" if at else each) for at, each in enumerate(texts))
    reply = Reply(parts, output_tokens=sum(vocabulary.count(part.text) for part in parts))
    if getattr(asked, "include", None):
        reply = msgspec.structs.replace(reply, logprobs=logprobs(reply, 0, vocabulary, inquiry.dice))
    heard = audio_tokens(inquiry)
    usage = Usage(inquiry.turn.usage.input, reply.output_tokens, input_audio=min(heard, inquiry.turn.usage.input))
    return msgspec.structs.replace(inquiry.turn, replies=(reply,), usage=overridden(usage, inquiry.found.usage))


def audio_tokens(inquiry: Inquiry) -> int:
    """Return what the sound of a prompt costs."""
    parts = (part for message in inquiry.turn.prompt.messages for part in message.parts)
    return sum(ceil(tokens.AUDIO_INPUT * part.seconds) for part in parts if isinstance(part, Audio))
