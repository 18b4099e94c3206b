"""Audio: speech, transcriptions, translations. Source: OpenAI's API reference, "Audio"."""

from ...routes import Family
from ...wire import JSON_TYPE, SSE_TYPE
from . import hearing, speech
from .request import Speech, Transcription, Translation
from .whole import TEXT_TYPE

family = Family("audio")
family.add(
    "POST",
    "/v1/audio/speech",
    speech.create,
    name="speech",
    prompted=True,
    body=Speech,
    answers=("audio/*", SSE_TYPE),
)
family.add(
    "POST",
    "/v1/audio/transcriptions",
    hearing.transcribe,
    name="transcriptions",
    prompted=True,
    form=Transcription,
    files=("file",),
    answers=(JSON_TYPE, TEXT_TYPE, SSE_TYPE),
)
family.add(
    "POST",
    "/v1/audio/translations",
    hearing.translate,
    name="translations",
    prompted=True,
    form=Translation,
    files=("file",),
    answers=(JSON_TYPE, TEXT_TYPE),
)
