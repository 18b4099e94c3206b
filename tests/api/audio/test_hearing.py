import re
import zlib
from itertools import pairwise

import pytest

from mockgate.synth.sound import spoken_seconds

from .conftest import recording, said

TWELVE = recording()
DIARIZE = "gpt-4o-transcribe-diarize"


@pytest.mark.parametrize("seconds", [0.4, 2, 12, 120])
async def test_a_transcript_is_as_long_as_its_recording_takes_to_say(gw, hear, seconds):
    answer = said(await hear(gw(), recording(seconds=seconds)))
    took = recording_seconds(answer)
    assert took == pytest.approx(seconds, abs=1)
    assert spoken_seconds(answer["text"]) == pytest.approx(seconds, rel=0.25, abs=1)


def recording_seconds(answer):
    return answer["usage"]["seconds"]


async def test_a_recording_says_the_same_each_time_and_another_says_something_else(gw, hear):
    gateway = gw()
    first, again, other = [said(await hear(gateway, file)) for file in (TWELVE, TWELVE, recording(seconds=13))]
    assert first == again
    assert first["text"] != other["text"]


async def test_segments_and_words_cover_the_recording_in_order(gw, hear):
    fields = {"response_format": "verbose_json", "timestamp_granularities": ["word", "segment"]}
    answer = said(await hear(gw(), recording(seconds=65), **fields))
    assert (answer["task"], answer["language"]) == ("transcribe", "english")
    duration = answer["duration"]
    for timed in (answer["words"], answer["segments"]):
        assert (timed[0]["start"], timed[-1]["end"]) == (0, duration)
        assert all(one["start"] < one["end"] for one in timed)
        assert all(one["end"] <= later["start"] for one, later in pairwise(timed))
    assert "".join(segment["text"] for segment in answer["segments"]).strip() == answer["text"]
    assert [word["word"] for word in answer["words"]] == re.findall(r"[\w'-]+", answer["text"])
    assert answer["usage"] == {"type": "duration", "seconds": 65}


async def test_a_segment_has_whispers_figures(gw, hear):
    answer = said(await hear(gw(), recording(seconds=65), response_format="verbose_json", temperature="0.5"))
    assert "words" not in answer
    for at, segment in enumerate(answer["segments"]):
        text = segment["text"].strip().encode()
        first, *tokens, last = segment["tokens"]
        window = segment["seek"] / 100
        assert (segment["id"], segment["temperature"]) == (at, 0.5)
        assert (first - 50364) / 50 == pytest.approx(segment["start"] - window, abs=0.011)
        assert (last - 50364) / 50 == pytest.approx(segment["end"] - window, abs=0.011)
        assert max(tokens) < 50257
        assert segment["compression_ratio"] == pytest.approx(len(text) / len(zlib.compress(text)), abs=1e-6)
        assert segment["avg_logprob"] < 0 <= segment["no_speech_prob"] < 1


async def test_only_what_is_asked_for_is_timed(gw, hear):
    fields = {"response_format": "verbose_json", "timestamp_granularities": ["word"]}
    answer = said(await hear(gw(), TWELVE, **fields))
    assert "segments" not in answer
    assert answer["words"]


@pytest.mark.parametrize(("format", "point", "head"), [("srt", ",", ""), ("vtt", ".", "WEBVTT\n\n")])
async def test_subtitles_follow_each_other_through_the_recording(gw, hear, format, point, head):
    gateway = gw(rules=[{"reply": "Good morning. Where is it?"}])
    exchange = await hear(gateway, recording("wav", 4), name="a.wav", response_format=format)
    assert exchange.answer.content_type == "text/plain; charset=utf-8"
    numbers = ("1\n", "2\n") if format == "srt" else ("", "")
    assert said(exchange) == (
        f"{head}{numbers[0]}00:00:00{point}000 --> 00:00:01{point}680\nGood morning.\n\n"
        f"{numbers[1]}00:00:02{point}450 --> 00:00:04{point}000\nWhere is it?\n\n"
    )


async def test_plain_text_is_bare_and_ends_its_line(gw, hear):
    gateway = gw(rules=[{"reply": "Hello."}])
    assert said(await hear(gateway, TWELVE, response_format="text")) == "Hello.\n"


async def test_a_rule_sees_the_prompt_and_the_files_name(gw, hear):
    rules = [
        {"when": {"family": "audio", "user": "standup.wav"}, "reply": "By name."},
        {"when": {"user": "ZyntriQix"}, "reply": "By prompt."},
        {"when": {"user": "busy"}, "error": 429},
    ]
    gateway = gw(rules=rules)
    assert said(await hear(gateway, TWELVE, name="Standup.wav"))["text"] == "By name."
    assert said(await hear(gateway, TWELVE, prompt="ZyntriQix, Digique"))["text"] == "By prompt."
    assert (await hear(gateway, TWELVE, prompt="busy")).status == 429


@pytest.mark.parametrize(
    ("language", "name", "letters"), [("de", "german", "[äöüß]|[a-z]"), ("ja", "japanese", "[ぁ-ん]")]
)
async def test_a_recording_is_in_the_language_that_is_named(gw, hear, language, name, letters):
    gateway = gw()
    answer = said(await hear(gateway, TWELVE, language=language, response_format="verbose_json"))
    assert answer["language"] == name
    assert re.search(letters, answer["text"])
    english = said(await hear(gateway, TWELVE))["text"]
    assert answer["text"] != english


async def test_a_translation_is_english_and_has_no_usage_or_words(gw, hear):
    gateway = gw(language="de")
    assert set(said(await hear(gateway, TWELVE, "translations"))) == {"text"}
    answer = said(await hear(gateway, TWELVE, "translations", response_format="verbose_json"))
    assert (answer["task"], answer["language"]) == ("translate", "english")
    assert set(answer) == {"task", "language", "duration", "text", "segments"}


async def test_tokens_are_counted_by_the_second_and_the_word(gw, hear):
    gateway = gw(rules=[{"reply": "one two three"}], prices={"gpt-4o-transcribe": {"input": 1_000_000}})
    exchange = await hear(gateway, TWELVE, model="gpt-4o-transcribe", prompt="Hello there")
    answer = said(exchange)
    assert answer["usage"] == {
        "type": "tokens",
        "total_tokens": 125,
        "input_tokens": 122,
        "input_token_details": {"text_tokens": 2, "audio_tokens": 120},
        "output_tokens": 3,
    }
    assert exchange.cost == 122


async def test_whisper_is_paid_by_the_second(gw, hear):
    exchange = await hear(gw(prices={"whisper-1": {"second": "0.5"}}), TWELVE)
    assert float(exchange.cost) == pytest.approx(6, abs=0.1)


async def test_log_probabilities_are_of_the_texts_tokens(gw, hear):
    answer = said(await hear(gw(), TWELVE, model="gpt-4o-transcribe", include=["logprobs"]))
    entries = answer["logprobs"]
    assert b"".join(bytes(entry["bytes"]) for entry in entries).decode() == answer["text"]
    assert all(entry["logprob"] <= 0 for entry in entries)
    assert len(entries) == answer["usage"]["output_tokens"]


async def test_a_stream_has_the_same_words_as_the_whole(gw, hear):
    gateway = gw(pace={"first_token": "1s", "tokens_per_second": 10})
    fields = {"model": "gpt-4o-mini-transcribe", "include": ["logprobs"]}
    whole = said(await hear(gateway, TWELVE, **fields))
    *deltas, done = said(await hear(gateway, TWELVE, stream="true", **fields))
    assert {delta["type"] for delta in deltas} == {"transcript.text.delta"}
    assert "".join(delta["delta"] for delta in deltas) == whole["text"]
    assert [entry for delta in deltas for entry in delta["logprobs"]] == whole["logprobs"]
    assert done == {"type": "transcript.text.done", **whole}


async def test_a_stream_keeps_its_pace_and_the_whole_waits_as_long(gw, hear):
    gateway = gw(
        pace={"first_token": "1s", "tokens_per_second": 10, "jitter": 0, "per_1k_input": 0},
        rules=[{"reply": "one two three"}],
    )
    stream = (await hear(gateway, TWELVE, model="gpt-4o-transcribe", stream="true")).answer.frames
    assert [frame.due for frame in stream] == pytest.approx([1.0, 1.1, 1.2, 1.2, 1.2])
    assert (await hear(gateway, TWELVE, model="gpt-4o-transcribe")).answer.due == pytest.approx(1.2)


async def test_whisper_does_not_stream(gw, hear):
    answer = said(await hear(gw(), TWELVE, stream="true"))
    assert set(answer) == {"text", "usage"}


async def test_speakers_take_turns_and_are_called_as_asked(gw, hear):
    gateway = gw()
    fields = {"model": DIARIZE, "response_format": "diarized_json", "chunking_strategy": "auto"}
    answer = said(await hear(gateway, recording(seconds=60), **fields))
    speakers = [segment["speaker"] for segment in answer["segments"]]
    assert set(speakers) == {"A", "B"}
    assert all(one != later for one, later in pairwise(speakers))
    assert " ".join(segment["text"] for segment in answer["segments"]) == answer["text"]
    reference = ["data:audio/wav;base64,AAAA"] * 2
    named = {"known_speaker_names": ["agent", "customer"], "known_speaker_references": reference}
    answer = said(await hear(gateway, recording(seconds=60), **fields, **named))
    assert {segment["speaker"] for segment in answer["segments"]} == {"agent", "customer"}


async def test_a_scripted_conversation_has_its_own_speakers(gw, hear):
    gateway = gw(rules=[{"reply": "Anna: Hello, is it ready?\nBen: Not yet."}])
    answer = said(await hear(gateway, TWELVE, model=DIARIZE, response_format="diarized_json"))
    assert answer["text"] == "Hello, is it ready? Not yet."
    segments = answer["segments"]
    assert [(each["speaker"], each["text"], each["id"]) for each in segments] == [
        ("Anna", "Hello, is it ready?", "seg_0"),
        ("Ben", "Not yet.", "seg_1"),
    ]
    assert (segments[0]["start"], segments[-1]["end"]) == (0, answer["duration"])


async def test_a_stream_tells_of_each_speaker_when_he_is_done(gw, hear):
    gateway = gw(rules=[{"reply": "Anna: Hello.\nBen: No."}])
    events = said(await hear(gateway, TWELVE, model=DIARIZE, response_format="diarized_json", stream="true"))
    assert [(event["type"].rpartition(".")[2], event.get("segment_id", event.get("id"))) for event in events] == [
        ("delta", "seg_0"),
        ("delta", "seg_0"),
        ("segment", "seg_0"),
        ("delta", "seg_1"),
        ("delta", "seg_1"),
        ("segment", "seg_1"),
        ("done", None),
    ]
    assert events[-1]["text"] == "Hello. No."


async def test_the_newest_model_says_which_languages_it_heard(gw, hear):
    answer = said(await hear(gw(), TWELVE, model="gpt-transcribe", languages=["fr", "en"], keywords=["Anna"]))
    assert answer["languages"] == [{"code": "fr"}]
