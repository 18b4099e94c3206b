"""The official Python SDK against audio."""

import av
import openai
import pytest

SCENARIO = {
    "speech": "synthetic",
    "rules": [{"when": {"family": "audio", "user": "standup.wav"}, "reply": "Good morning. Where is it?"}],
}
TEXT = "The meeting begins at nine, and it will not take long."


def spoken(client, format="wav", **more):
    request = {"model": "gpt-4o-mini-tts", "voice": "coral", "input": TEXT, "response_format": format, **more}
    return client.audio.speech.create(**request)


def recording(client, name="a.wav"):
    return name, spoken(client).content


@pytest.mark.parametrize("format", ["mp3", "opus", "aac", "flac", "wav"])
def test_speech_is_written_to_a_file_that_plays(client, tmp_path, format):
    path = tmp_path / f"said.{format}"
    spoken(client, format).write_to_file(path)
    with av.open(str(path)) as container:
        assert sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0)) > 3


def test_speech_is_streamed_as_it_is_spoken(client):
    request = {"model": "tts-1", "voice": "nova", "input": TEXT, "response_format": "pcm"}
    with client.audio.speech.with_streaming_response.create(**request) as response:
        assert response.headers["content-type"] == "audio/pcm"
        assert response.headers["transfer-encoding"] == "chunked"
        assert len(b"".join(response.iter_bytes())) > 3 * 48_000


def test_a_wrong_voice_is_a_bad_request(client):
    with pytest.raises(openai.BadRequestError) as caught:
        spoken(client, voice="robert")
    assert caught.value.param == "voice"


def test_a_recording_is_transcribed(client):
    heard = client.audio.transcriptions.create(model="whisper-1", file=recording(client, "standup.wav"))
    assert heard.text == "Good morning. Where is it?"
    assert heard.usage.type == "duration"
    assert client.audio.transcriptions.create(model="gpt-4o-transcribe", file=recording(client)).usage.type == "tokens"


@pytest.mark.parametrize(
    ("format", "begin"), [("text", "Good morning."), ("srt", "1\n00:00:00,000"), ("vtt", "WEBVTT")]
)
def test_other_formats_come_as_text(client, format, begin):
    file = recording(client, "standup.wav")
    heard = client.audio.transcriptions.create(model="whisper-1", file=file, response_format=format)
    assert heard.startswith(begin)


def test_words_and_segments_are_timed(client):
    heard = client.audio.transcriptions.create(
        model="whisper-1",
        file=recording(client),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert heard.segments[-1].end == heard.words[-1].end == heard.duration
    assert (heard.language, heard.usage.type) == ("english", "duration")


def test_a_stream_says_what_it_heard_and_how_sure_it_is(client):
    *deltas, done = client.audio.transcriptions.create(
        model="gpt-4o-transcribe", file=recording(client), stream=True, include=["logprobs"]
    )
    assert "".join(delta.delta for delta in deltas) == done.text
    assert len(done.logprobs) == done.usage.output_tokens == len(deltas)


def test_speakers_are_told_apart(client):
    request = {"model": "gpt-4o-transcribe-diarize", "response_format": "diarized_json", "chunking_strategy": "auto"}
    heard = client.audio.transcriptions.create(file=recording(client), **request)
    assert {segment.speaker for segment in heard.segments} <= {"A", "B"}
    events = list(client.audio.transcriptions.create(file=recording(client), stream=True, **request))
    segments = [event.to_dict() for event in events if event.type == "transcript.text.segment"]
    assert segments == [segment.to_dict() for segment in heard.segments]
    vad = {**request, "chunking_strategy": {"type": "server_vad", "threshold": 0.5}}
    assert client.audio.transcriptions.create(file=recording(client), **vad).text == heard.text


def test_a_recording_is_translated(client):
    file = recording(client, "standup.wav")
    assert client.audio.translations.create(model="whisper-1", file=file).text == "Good morning. Where is it?"
    heard = client.audio.translations.create(model="whisper-1", file=file, response_format="verbose_json")
    assert (heard.language, heard.segments[0].text) == ("english", " Good morning.")


def test_what_is_no_recording_is_a_bad_request(client):
    with pytest.raises(openai.BadRequestError, match="corrupted or unsupported"):
        client.audio.transcriptions.create(model="whisper-1", file=("a.mp3", b"nothing to hear"))
