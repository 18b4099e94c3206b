import io
import wave
from base64 import b64decode

import av
import msgspec
import pytest

from mockgate.synth.sound import spoken_seconds
from mockgate.wire import Frame

PATH = "/v1/audio/speech"
TEXT = "The quick brown fox jumps over the lazy dog, and nobody minds."
BODY = {"model": "gpt-4o-mini-tts", "input": TEXT, "voice": "alloy"}
CODECS = {
    "mp3": "mp3float",
    "opus": "opus",
    "aac": "aac",
    "flac": "flac",
    "wav": "pcm_s16le",
}
TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}


@pytest.fixture
def speak(ask):
    """Ask for speech and return the exchange with its frames."""

    async def send(gateway, **fields):
        exchange = await ask(gateway, "POST", PATH, {**BODY, **fields})
        answer = exchange.answer
        return exchange, list(answer.frames) if answer.status == 200 else msgspec.json.decode(answer.body)["error"]

    return send


def played(frames):
    return b"".join(frame.data for frame in frames)


def decoded_seconds(data, format):
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name.startswith(CODECS[format][:3])
        return sum(frame.samples / frame.sample_rate for frame in container.decode(stream))


@pytest.mark.parametrize("speed", [0.25, 1.0, 4.0])
@pytest.mark.parametrize("format", CODECS)
async def test_every_format_decodes_to_the_length_that_the_text_takes_at_its_speed(gw, speak, format, speed):
    exchange, frames = await speak(gw(speech="synthetic"), response_format=format, speed=speed)
    assert exchange.answer.content_type == TYPES[format]
    assert decoded_seconds(played(frames), format) == pytest.approx(spoken_seconds(TEXT) / speed, abs=0.1)


async def test_pcm_is_bare_samples_whole_in_every_piece_and_what_wav_holds(gw, speak):
    gateway = gw(speech="synthetic")
    _, bare = await speak(gateway, response_format="pcm")
    assert all(len(frame.data) % 2 == 0 for frame in bare)
    _, framed = await speak(gateway, response_format="wav")
    with wave.open(io.BytesIO(played(framed))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        assert file.readframes(file.getnframes()) == played(bare)


async def test_the_same_text_sounds_the_same_and_another_voice_does_not(gw, speak):
    gateway = gw(speech="synthetic")
    first, again, other = [played((await speak(gateway, voice=voice))[1]) for voice in ("alloy", "alloy", "onyx")]
    assert first == again != other


async def test_sound_comes_in_pieces_as_fast_as_the_pace_has_it(gw, speak):
    gateway = gw(pace={"first_token": "1s", "tokens_per_second": 40, "jitter": 0}, speech="synthetic")
    _, frames = await speak(gateway)
    seconds = spoken_seconds(TEXT)
    assert frames[0].due == 1.0
    assert len(frames) == pytest.approx(seconds / 0.1, abs=1)
    assert frames[-1].due == pytest.approx(1 + seconds * 20 / 40, abs=0.2)


async def test_events_hold_the_same_sound_and_end_with_its_usage(gw, speak):
    gateway = gw(speech="synthetic")
    _, frames = await speak(gateway)
    exchange, events = await speak(gateway, stream_format="sse")
    assert exchange.answer.content_type.startswith("text/event-stream")
    *deltas, done = [msgspec.json.decode(event.data) for event in events if isinstance(event, Frame)]
    assert {delta["type"] for delta in deltas} == {"speech.audio.delta"}
    assert b"".join(b64decode(delta["audio"]) for delta in deltas) == played(frames)
    usage = done["usage"]
    assert (done["type"], usage["input_tokens"]) == ("speech.audio.done", 14)
    assert usage["output_tokens"] == pytest.approx(20 * spoken_seconds(TEXT), abs=2)
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


@pytest.mark.parametrize(
    ("fields", "param", "words"),
    [
        ({"input": "a" * 4097}, "input", "string too long. Expected a string with maximum length 4096"),
        ({"input": ""}, "input", "empty string"),
        ({"input": " word" * 2001}, "input", "string too long"),
        ({"speed": 0.2}, "speed", ">= 0.25"),
        ({"speed": 4.5}, "speed", "<= 4"),
        ({"voice": "robert"}, "voice", "Invalid value: 'robert'. Supported values are: 'alloy', 'ash', 'ballad'"),
        ({"model": "tts-1", "voice": "marin"}, "voice", "Invalid value: 'marin'."),
        ({"model": "tts-1", "voice": {"id": "voice_1"}}, "voice", "Invalid value: 'voice_1'."),
        ({"model": "tts-1", "instructions": "Whisper."}, "instructions", "not supported with the 'tts-1' model"),
        ({"model": "tts-1-hd", "stream_format": "sse"}, "stream_format", "not supported with the 'tts-1-hd' model"),
        ({"response_format": "ogg"}, "response_format", "Supported values are: "),
        ({"model": "whisper-1"}, "model", "cannot be used with the 'speech' API"),
        ({"model": "gpt-4o"}, "model", "cannot be used with the 'speech' API"),
        ({"model": ""}, None, "you must provide a model parameter"),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong(gw, speak, fields, param, words):
    exchange, error = await speak(gw(), **fields)
    assert exchange.status == 400
    assert error["param"] == param
    assert words in error["message"]


async def test_more_tokens_than_the_model_reads_are_refused(gw, speak):
    _, error = await speak(gw(), input="$%" * 2000)
    assert "maximum context length is 2000 tokens" in error["message"]


@pytest.mark.parametrize("voice", [{"id": "voice_1234"}, "marin"])
async def test_the_later_model_has_more_voices_those_of_ones_own_too(gw, speak, voice):
    exchange, _ = await speak(gw(speech="synthetic"), voice=voice, instructions="Cheerfully.")
    assert exchange.status == 200


async def test_a_rules_audio_is_said_instead_and_its_text_is_not(gw, speak):
    rules = [
        {"when": {"family": "audio", "user": "fox"}, "reply": {"audio": "No."}},
        {"when": {"user": "cat"}, "reply": "This is for chat, and long enough to be heard as such."},
    ]
    gateway = gw(rules=rules, speech="synthetic")
    _, frames = await speak(gateway, response_format="wav")
    _, longer = await speak(gateway, response_format="wav", input="A cat")
    seconds = [decoded_seconds(played(each), "wav") for each in (frames, longer)]
    assert seconds == [pytest.approx(spoken_seconds(text), abs=0.1) for text in ("No.", "A cat")]


async def test_speech_is_paid_by_the_second_or_by_the_token(gw, speak):
    gateway = gw(
        prices={"tts-1": {"second": "0.01"}, "gpt-4o-mini-tts": {"input": 1_000_000, "output": 0}},
        speech="synthetic",
    )
    exchange, _ = await speak(gateway, model="tts-1")
    assert float(exchange.cost) == pytest.approx(0.01 * spoken_seconds(TEXT), rel=0.02)
    exchange, _ = await speak(gateway)
    assert float(exchange.cost) == 14


async def test_who_cannot_pay_for_so_long_a_speech_hears_nothing_and_pays_nothing(gw, speak):
    gateway = gw(prices={"tts-1": {"second": 1}}, wallet={"balance": 1}, speech="synthetic")
    exchange, error = await speak(gateway, model="tts-1")
    assert (exchange.status, exchange.cost) == (402, 0)
    assert error["code"] == "insufficient_balance"


async def test_a_fault_breaks_speech_off(gw, ask):
    gateway = gw(faults=[{"when": {"family": "audio"}, "do": "disconnect", "after": "2KB"}], speech="synthetic")
    exchange = await ask(gateway, "POST", PATH, BODY)
    frames = list(exchange.answer.frames)
    assert sum(len(frame.data) for frame in frames) == 2000
    assert frames[-1].cut


async def test_an_engine_that_is_there_speaks_and_one_that_cannot_is_not_missed(gw, speak):
    whole, said = io.BytesIO(), []
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes(b"\1\0" * 22_050 * 2)

    def engine(text, voice, speed):
        said.append((text, voice, speed))
        return whole.getvalue() if "fox" in text else None

    gateway = gw()
    gateway.engine = engine
    for format in CODECS:
        _, frames = await speak(gateway, response_format=format, voice="echo", speed=2)
        assert decoded_seconds(played(frames), format) == pytest.approx(2, abs=0.1)
    assert set(said) == {(TEXT, "echo", 2.0)}
    _, frames = await speak(gateway, response_format="wav", input="A cat")
    assert decoded_seconds(played(frames), "wav") == pytest.approx(spoken_seconds("A cat"), abs=0.1)
