import io

import av
import pytest

from mockgate.content import Content

from .conftest import recording, said

WAV = recording("wav", 3)


def made(container, codec, rate=48_000, **options):
    """Encode three seconds of speech into a container, as an encoder of its own would."""
    out = io.BytesIO()
    with av.open(io.BytesIO(WAV)) as source, av.open(out, "w", format=container, options=options) as target:
        stream = target.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(stream.format, "mono", rate, frame_size=stream.frame_size)
        for frame in (*source.decode(audio=0), None):
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "container", "codec", "options"),
    [
        ("a.m4a", "ipod", "aac", {}),
        ("a.mp4", "mp4", "aac", {}),
        ("a.mpga", "mp3", "libmp3lame", {}),
        ("a.mpeg", "mp3", "libmp3lame", {"write_xing": "0", "id3v2_version": "0"}),
        ("a.ogg", "ogg", "libopus", {}),
        ("a.oga", "ogg", "libopus", {}),
        ("a.flac", "flac", "flac", {}),
        ("a.wav", "wav", "pcm_s16le", {}),
        ("a.webm", "webm", "libopus", {}),
        ("live.webm", "webm", "libopus", {"live": "1"}),
    ],
)
async def test_every_kind_of_recording_is_as_long_as_it_plays(gw, hear, name, container, codec, options):
    exchange = await hear(gw(), made(container, codec, **options), name=name, response_format="verbose_json")
    assert said(exchange)["duration"] == pytest.approx(3.2, abs=0.1)


@pytest.mark.parametrize("format", ["mp3", "opus", "flac", "wav"])
async def test_what_was_spoken_here_can_be_heard_here(gw, hear, format):
    name = f"said.{'ogg' if format == 'opus' else format}"
    exchange = await hear(gw(), recording(format, 3), name=name, response_format="verbose_json")
    assert said(exchange)["duration"] == pytest.approx(3.2, abs=0.1)


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.m4a", "a.webm", "a.ogg", "a.flac"])
@pytest.mark.parametrize("data", [b"", b"This is no sound at all.", WAV[:40], b"\x1a\x45\xdf\xa3junk"])
async def test_what_is_no_recording_is_refused(gw, hear, name, data):
    exchange = await hear(gw(), data, name=name)
    assert (exchange.status, said(exchange)["error"]["message"]) == (
        400,
        "Audio file might be corrupted or unsupported",
    )


@pytest.mark.parametrize("name", ["notes.txt", "blob", ".mp3", "a.aac"])
async def test_a_name_must_say_that_it_is_a_recording(gw, hear, name):
    error = said(await hear(gw(), WAV, name=name))["error"]
    assert error["message"].startswith("Invalid file format. Supported formats: ['flac', 'm4a', 'mp3'")


@pytest.mark.parametrize(
    ("seconds", "fields", "param", "words"),
    [
        (0.05, {}, "file", "Audio file is too short. Minimum audio length is 0.1 seconds."),
        (1500.0, {"model": "gpt-4o-transcribe"}, None, "is longer than 1400 seconds"),
        (40, {"model": "gpt-4o-transcribe-diarize"}, "chunking_strategy", "chunking_strategy is required"),
    ],
)
async def test_a_recording_has_a_length_that_the_model_takes(gw, hear, seconds, fields, param, words):
    head, samples = WAV[:44], WAV[44:]
    data = (samples * (int(seconds) // 3 + 1))[: int(seconds * 48_000)]
    head = head[:4] + (len(data) + 36).to_bytes(4, "little") + head[8:40] + len(data).to_bytes(4, "little")
    error = said(await hear(gw(), head + data, name="a.wav", **fields))["error"] if len(data) < 25_000_000 else None
    if error is None:
        error = said(await hear(gw(), recording("mp3", seconds), **fields))["error"]
    assert (error["param"], words in error["message"]) == (param, True)


async def test_a_file_of_more_than_25_mb_is_refused(gw, hear):
    content = Content()
    for _ in range(26):
        content.write(bytes(2**20))
    exchange = await hear(gw(), content, name="a.wav")
    assert exchange.status == 413
    assert said(exchange)["error"]["message"] == "Maximum content size limit (26214400) exceeded (27262976 bytes read)"


@pytest.mark.parametrize(
    ("fields", "param", "words"),
    [
        ({"model": ""}, None, "you must provide a model parameter"),
        ({"temperature": "1.5"}, "temperature", "<= 1"),
        ({"temperature": "warm"}, "temperature", "expected a decimal"),
        ({"response_format": "xml"}, "response_format", "Supported values are"),
        ({"response_format": "diarized_json"}, "response_format", "not compatible with model 'whisper-1'"),
        ({"model": "gpt-4o-transcribe", "response_format": "vtt"}, "response_format", "Use 'json' or 'text' instead."),
        (
            {"model": "gpt-4o-transcribe-diarize", "response_format": "srt"},
            "response_format",
            "or 'diarized_json' inst",
        ),
        ({"timestamp_granularities": ["word"]}, "timestamp_granularities", "response_format 'verbose_json'"),
        ({"timestamp_granularities": ["line"]}, "timestamp_granularities[0]", "Supported values are"),
        ({"include": ["logprobs"]}, "include", "Logprobs are not supported"),
        ({"language": "xx"}, "language", "must be specified in ISO-639-1 format"),
        ({"model": "tts-1"}, "model", "cannot be used with the 'transcriptions' API"),
        ({"model": "gpt-4o-transcribe-diarize", "prompt": "A"}, "prompt", "not supported with the"),
        ({"known_speaker_names": ["A"]}, "known_speaker_names", "must have the same length"),
        ({"known_speaker_names": list("ABCDE")}, "known_speaker_names", "array too long"),
        ({"chunking_strategy[type]": "never"}, "chunking_strategy.type", "server_vad"),
    ],
)
async def test_a_wrong_form_is_told_what_is_wrong(gw, hear, fields, param, words):
    error = said(await hear(gw(), WAV, name="a.wav", **fields))["error"]
    assert (error["param"], words in error["message"]) == (param, True), error


async def test_a_translation_is_whispers_alone_and_needs_a_file(gw, hear):
    gateway = gw()
    error = said(await hear(gateway, WAV, "translations", name="a.wav", model="gpt-4o-transcribe"))["error"]
    assert "cannot be used with the 'translations' API" in error["message"]
    error = said(await hear(gateway, None, "translations"))["error"]
    assert error["param"] == "file"


@pytest.mark.parametrize(
    "strategy",
    [{"chunking_strategy": '{"type":"server_vad","threshold":0.4}'}, {"chunking_strategy[type]": "server_vad"}],
)
async def test_an_object_in_a_form_is_read_as_json_or_by_its_brackets(gw, hear, strategy):
    fields = {"model": "gpt-4o-transcribe-diarize", **strategy}
    assert (await hear(gw(), recording(seconds=40), **fields)).status == 200


async def test_fields_that_nobody_knows_are_refused_where_that_is_asked_for(gw, hear):
    error = said(await hear(gw(unknown_fields="reject"), WAV, name="a.wav", colour="red"))["error"]
    assert (error["code"], error["param"]) == ("unknown_parameter", "colour")
