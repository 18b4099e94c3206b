import asyncio
import base64

import pytest

from mockgate.rng import Dice
from mockgate.synth.sound import speak
from mockgate.synth.telephone import compress

from .conftest import kinds

PING = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "ping"}]}
RULES = [
    {"when": {"user": "ping"}, "reply": "pong it is"},
    {"when": {"user": "weather"}, "reply": {"call": "get_weather", "with": {"city": "Oslo"}}},
    {"when": {"tool_result": "get_weather"}, "reply": "It is {{ tool.sky }}."},
]
SLOW = {"pace": {"first_token": "1s", "tokens_per_second": 10, "jitter": 0}}
WEATHER = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}


def b64(data):
    return base64.b64encode(data).decode()


def speech(words="hello hello hello", silence=1.0):
    return speak(words, "pcm", Dice("x")).data + bytes(int(48000 * silence))


async def settle(times=50):
    for _ in range(times):
        await asyncio.sleep(0)


async def test_a_text_turn_tells_every_event_in_order(gw, greeted):
    gateway = gw(rules=RULES)
    async with greeted(gateway) as peer:
        peer.say("conversation.item.create", item=PING)
        peer.say("response.create")
        events = await peer.until("rate_limits.updated")
    assert kinds(events) == [
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
        "rate_limits.updated",
    ]
    assert len({event["event_id"] for event in events}) == len(events)
    deltas = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]
    assert "".join(deltas) == "pong it is"
    asked, added, done = events[0]["item"], events[4], events[-2]["response"]
    assert added["previous_item_id"] == asked["id"]
    assert done["output"][0]["content"] == [{"type": "output_text", "text": "pong it is"}]
    usage = done["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    turn = list(gateway.session().journal)[1]
    assert (turn.usage.input, turn.usage.output) == (usage["input_tokens"], usage["output_tokens"])
    assert (turn.call.path, turn.outcome, turn.by) == ("/v1/realtime/responses", "finished", "rules[0]")


@pytest.mark.parametrize(("format", "width", "rate"), [("audio/pcm", 2, 24000), ("audio/pcmu", 1, 8000)])
async def test_a_spoken_turn_is_sound_with_its_transcript(gw, greeted, format, width, rate):
    async with greeted(gw(rules=RULES), "audio") as peer:
        form = {"type": format}
        await peer.ask("session.update", session={"type": "realtime", "audio": {"output": {"format": form}}})
        peer.say("conversation.item.create", item=PING)
        peer.say("response.create")
        events = await peer.until("response.done")
    said = "".join(event["delta"] for event in events if event["type"] == "response.output_audio_transcript.delta")
    sound = b"".join(
        base64.b64decode(event["delta"]) for event in events if event["type"] == "response.output_audio.delta"
    )
    assert said == "pong it is"
    assert len(sound) / width / rate == pytest.approx(1.2, abs=0.4)
    done = events[-1]["response"]
    assert done["output"][0]["content"] == [{"type": "output_audio", "transcript": "pong it is"}]
    assert done["usage"]["output_token_details"]["audio_tokens"] > 0


async def test_a_function_call_and_its_result(gw, greeted):
    async with greeted(gw(rules=RULES)) as peer:
        await peer.ask("session.update", session={"type": "realtime", "tools": [WEATHER]})
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "the weather?"}]}
        peer.say("conversation.item.create", item=item)
        peer.say("response.create")
        events = await peer.until("response.done")
        call = events[-1]["response"]["output"][0]
        done = next(event for event in events if event["type"] == "response.function_call_arguments.done")
        assert (call["name"], call["arguments"], done["call_id"]) == ("get_weather", '{"city":"Oslo"}', call["call_id"])
        await peer.until("rate_limits.updated")
        output = {"type": "function_call_output", "call_id": call["call_id"], "output": '{"sky": "clear"}'}
        peer.say("conversation.item.create", item=output)
        peer.say("response.create")
        events = await peer.until("response.done")
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "It is clear."


async def test_speech_is_heard_committed_transcribed_and_answered(gw, greeted):
    async with greeted(gw(rules=RULES, realtime={"hears": ["ping"]})) as peer:
        heard = {"transcription": {"model": "whisper-1"}}
        await peer.ask("session.update", session={"type": "realtime", "audio": {"input": heard}})
        for begin in range(0, len(sound := speech()), 4800):
            peer.say("input_audio_buffer.append", audio=b64(sound[begin : begin + 4800]))
        events = await peer.until("response.done")
    assert kinds(events)[:8] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
        "response.created",
    ]
    started, stopped, committed = events[:3]
    assert started["item_id"] == stopped["item_id"] == committed["item_id"]
    assert stopped["audio_end_ms"] > started["audio_start_ms"] + 1000
    assert events[6]["transcript"] == "ping"
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "pong it is"
    assert events[-1]["response"]["usage"]["input_token_details"]["audio_tokens"] > 0


async def test_the_telephones_sound_is_heard_too(gw, greeted):
    async with greeted(gw()) as peer:
        heard = {"format": {"type": "audio/pcmu"}}
        await peer.ask("session.update", session={"type": "realtime", "audio": {"input": heard}})
        peer.say("input_audio_buffer.append", audio=b64(compress(speech(), "u")))
        assert kinds(await peer.until("input_audio_buffer.committed"))[0] == "input_audio_buffer.speech_started"


async def test_without_detection_turns_are_taken_by_hand(gw, greeted):
    async with greeted(gw(rules=RULES, realtime={"hears": ["ping"]})) as peer:
        await peer.ask("session.update", session={"type": "realtime", "audio": {"input": {"turn_detection": None}}})
        empty = await peer.ask("input_audio_buffer.commit", event_id="mine")
        assert empty["error"]["code"] == "input_audio_buffer_commit_empty"
        assert empty["error"]["event_id"] == "mine"
        peer.say("input_audio_buffer.append", audio=b64(speech()))
        assert (await peer.ask("input_audio_buffer.clear"))["type"] == "input_audio_buffer.cleared"
        peer.say("input_audio_buffer.append", audio=b64(speech()))
        peer.say("input_audio_buffer.commit")
        id = (await peer.until("input_audio_buffer.committed"))[-1]["item_id"]
        await peer.until("conversation.item.done")
        shown = await peer.ask("conversation.item.retrieve", item_id=id)
        assert base64.b64decode(shown["item"]["content"][0]["audio"]) == speech()
        peer.say("response.create")
        done = (await peer.until("response.done"))[-1]["response"]
    assert done["output"][0]["content"][0]["text"] == "pong it is"


async def test_a_user_who_speaks_breaks_the_answer_off(gw, greeted):
    gateway = gw(rules=[{"reply": "one two three four five six seven eight nine"}], **SLOW)
    clock = gateway.session().clock
    async with greeted(gateway) as peer:
        peer.say("response.create")
        await peer.until("response.created")
        await settle()
        clock.advance(1.25)
        await settle()
        peer.say("input_audio_buffer.append", audio=b64(speech(silence=0)))
        events = await peer.until("response.done")
        assert kinds(events)[-3:] == ["response.output_item.done", "conversation.item.done", "response.done"]
        response = events[-1]["response"]
        assert response["status"] == "cancelled"
        assert response["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
        (item,) = response["output"]
        assert (item["status"], item["content"][0]["text"][:7]) == ("incomplete", "one two")
    assert [each.outcome for each in gateway.session().journal][1] == "left"


async def test_an_answer_that_is_cancelled_costs_what_it_said(gw, greeted):
    price = {"gpt-realtime": {"input": 1, "output": 1_000_000}}
    scenario = {"rules": [{"reply": "one two three four five six seven eight nine"}], "prices": price}
    gateway = gw(**scenario, **SLOW)
    session = gateway.session()
    async with greeted(gateway) as peer:
        peer.say("response.create")
        await peer.until("response.created")
        await settle()
        session.clock.advance(1.25)
        await settle()
        peer.say("response.cancel")
        response = (await peer.until("response.done"))[-1]["response"]
        await settle()
    used = response["usage"]
    assert 0 < used["output_tokens"] < 9
    assert used["total_tokens"] == used["input_tokens"] + used["output_tokens"]
    turn = list(session.journal)[1]
    assert turn.describe()["usage"]["output"] == used["output_tokens"] == session.totals.output
    assert int(turn.cost) == int(session.totals.cost) == used["output_tokens"]


async def test_an_answer_is_paced_on_the_sessions_clock_and_one_at_a_time(gw, greeted):
    gateway = gw(rules=[{"reply": "one two three"}], **SLOW)
    async with greeted(gateway) as peer:
        peer.say("response.create")
        id = (await peer.until("response.created"))[-1]["response"]["id"]
        second = await peer.ask("response.create")
        assert second["error"]["code"] == "conversation_already_has_active_response"
        other = await peer.ask("response.cancel", response_id="resp_other")
        assert other["error"]["code"] == "response_cancel_not_active"
        peer.say("response.cancel", response_id=id)
        response = (await peer.until("response.done"))[-1]["response"]
        assert response["status_details"]["reason"] == "client_cancelled"
        assert (await peer.ask("response.cancel"))["error"]["code"] == "response_cancel_not_active"
        peer.say("response.create")
        await peer.until("response.created")
        await settle()
        gateway.session().clock.advance(2)
        assert (await peer.until("response.done"))[-1]["response"]["status"] == "completed"


async def test_an_answer_beside_the_conversation_leaves_no_trace_in_it(gw, greeted):
    async with greeted(gw(rules=RULES)) as peer:
        asked = {"conversation": "none", "input": [PING], "metadata": {"topic": "ping"}, "max_output_tokens": 1}
        peer.say("response.create", response=asked)
        events = await peer.until("response.done")
        assert "conversation.item.added" not in kinds(events)
        response = events[-1]["response"]
        assert (response["conversation_id"], response["metadata"]) == (None, {"topic": "ping"})
        assert response["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}


async def test_items_are_placed_retrieved_truncated_and_deleted(gw, greeted):
    async with greeted(gw(rules=RULES), "audio") as peer:
        for id, before in (("b", None), ("a", "root"), ("c", "b")):
            peer.say("conversation.item.create", item={**PING, "id": id}, previous_item_id=before)
        added = [event for event in [await peer.next() for _ in range(6)] if event["type"].endswith("added")]
        assert [(event["item"]["id"], event["previous_item_id"]) for event in added] == [
            ("b", None),
            ("a", None),
            ("c", "b"),
        ]
        assert (await peer.ask("conversation.item.delete", item_id="a"))["type"] == "conversation.item.deleted"
        gone = await peer.ask("conversation.item.retrieve", item_id="a")
        assert gone["error"]["code"] == "item_not_found"
        twice = await peer.ask("conversation.item.create", item={**PING, "id": "b"})
        assert "already exists" in twice["error"]["message"]
        peer.say("response.create")
        said = (await peer.until("response.done"))[-1]["response"]["output"][0]["id"]
        await peer.next()
        where = {"item_id": said, "content_index": 0}
        longer = await peer.ask("conversation.item.truncate", **where, audio_end_ms=60_000)
        assert "already shorter" in longer["error"]["message"]
        cut = await peer.ask("conversation.item.truncate", **where, audio_end_ms=300)
        assert cut["type"] == "conversation.item.truncated"
        heard = (await peer.ask("conversation.item.retrieve", item_id=said))["item"]["content"][0]["transcript"]
        assert "pong it is".startswith(heard)
        assert len(heard) < 8


@pytest.mark.parametrize(
    ("said", "code", "param"),
    [
        ({"type": "response.sing"}, "invalid_value", "type"),
        ({"type": 7}, "missing_required_parameter", "type"),
        ({"type": "session.update"}, "missing_required_parameter", "session"),
        ({"type": "session.update", "session": {"audio": {"input": {"format": {"type": "mp3"}}}}}, "invalid_value",
         "session.audio.input.format.type"),
        ({"type": "session.update", "session": {"volume": 11}}, "unknown_parameter", "session.volume"),
        ({"type": "session.update", "session": {"output_modalities": ["text", "audio"]}}, "invalid_value",
         "session.output_modalities"),
        ({"type": "session.update", "session": {"model": "gpt-realtime-mini"}}, "cannot_update_model", "session.model"),
        ({"type": "session.update", "session": {"audio": []}}, "invalid_type", "session.audio"),
        ({"type": "conversation.item.create"}, "missing_required_parameter", "item"),
        ({"type": "conversation.item.create", "item": {"type": "poem"}}, "invalid_value", "item.type"),
        ({"type": "conversation.item.create", "item": {**PING, "content": [{"type": "output_text", "text": "x"}]}},
         "invalid_value", "item.content[0].type"),
        ({"type": "input_audio_buffer.append", "audio": "%%"}, "invalid_value", "audio"),
        ({"type": "input_audio_buffer.append"}, "missing_required_parameter", "audio"),
        ({"type": "response.create", "response": {"input": [{"type": "item_reference", "id": "no"}]}},
         "item_not_found", "item_id"),
        ({"type": "response.create", "response": {"max_output_tokens": 0}}, "integer_below_min_value",
         "response.max_output_tokens"),
        ({"type": "response.create", "response": []}, None, "response"),
        ({"type": "conversation.item.truncate", "item_id": "x", "content_index": 0, "audio_end_ms": 1},
         "item_not_found", "item_id"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told_and_the_session_lives(gw, greeted, said, code, param):
    async with greeted(gw()) as peer:
        kind = said["type"]
        error = await peer.ask(kind, **{name: value for name, value in said.items() if name != "type"}, event_id="e1")
        assert error["type"] == "error"
        assert (error["error"]["code"], error["error"]["param"]) == (code, param)
        assert (await peer.ask("input_audio_buffer.clear"))["type"] == "input_audio_buffer.cleared"


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        ({"faults": [{"when": {"path": "*/responses"}, "error": 503}]}, "service_unavailable"),
        ({"keys": {"sk-test-0123456789": {"balance": 0}}}, "insufficient_balance"),
        ({"rules": [{"error": 429}]}, "rate_limit_exceeded"),
    ],
)
async def test_a_turn_that_is_refused_is_a_response_that_failed(gw, greeted, scenario, code):
    async with greeted(gw(scenario)) as peer:
        peer.say("response.create")
        events = await peer.until("rate_limits.updated")
        assert kinds(events) == ["response.created", "response.done", "rate_limits.updated"]
        details = events[1]["response"]["status_details"]
        assert (details["type"], details["error"]["code"]) == ("failed", code)


async def test_turns_take_of_the_callers_limits_and_tell_what_is_left(gw, greeted):
    async with greeted(gw(limits={"requests": "2/min", "tokens": "1000/min"})) as peer:
        for left in (1, 0):
            peer.say("response.create")
            rates = {rate["name"]: rate for rate in (await peer.until("rate_limits.updated"))[-1]["rate_limits"]}
            assert (rates["requests"]["limit"], rates["requests"]["remaining"]) == (2, left)
            assert rates["tokens"]["remaining"] < 1000
        peer.say("response.create")
        response = (await peer.until("response.done"))[-1]["response"]
        assert response["status_details"]["error"]["code"] == "rate_limit_exceeded"


async def test_an_error_in_the_middle_of_an_answer_ends_it_as_failed(gw, greeted):
    faults = [{"when": {"stream": True}, "error": 500, "after": "1 chunk"}]
    async with greeted(gw(faults=faults)) as peer:
        peer.say("response.create")
        response = (await peer.until("response.done"))[-1]["response"]
        assert response["status"] == "failed"
        assert response["status_details"]["error"]["type"] == "server_error"


async def test_a_session_ends_when_its_time_is_up(gw, greeted):
    gateway = gw(realtime={"lasts": "30m"})
    async with greeted(gateway) as peer:
        await settle()
        gateway.session().clock.advance(1800)
        error = (await peer.next())["error"]
        assert (error["code"], "30 minutes" in error["message"]) == ("session_expired", True)
        await settle()
        assert peer.over[0] == 1001


async def test_null_turns_off_what_can_be_off_and_says_nothing_of_all_else(gw, greeted):
    async with greeted(gw()) as peer:
        given = {"audio": {"input": {"turn_detection": None, "format": None}, "output": None}, "instructions": None}
        told = (await peer.ask("session.update", session=given))["session"]
        assert told["audio"]["input"]["turn_detection"] is None
        assert told["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}
        assert (told["audio"]["output"]["voice"], bool(told["instructions"])) == ("alloy", True)


async def test_the_voice_stays_once_it_was_heard(gw, greeted):
    async with greeted(gw(), "audio") as peer:
        voice = {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}
        assert (await peer.ask("session.update", session=voice))["session"]["audio"]["output"]["voice"] == "cedar"
        peer.say("response.create")
        await peer.until("rate_limits.updated")
        voice["audio"]["output"]["voice"] = "alloy"
        assert (await peer.ask("session.update", session=voice))["error"]["code"] == "cannot_update_voice"


async def test_a_transcription_session_only_listens(gw, connect):
    async with connect(gw(realtime={"hears": ["Good morning"]}), "/v1/realtime?intent=transcription") as peer:
        session = (await peer.next())["session"]
        detection = {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500}
        assert (session["type"], session["audio"]["input"]["turn_detection"]) == ("transcription", detection)
        heard = {"transcription": {"model": "gpt-4o-transcribe"}}
        await peer.ask("session.update", session={"type": "transcription", "audio": {"input": heard}})
        peer.say("input_audio_buffer.append", audio=b64(speech()))
        told = (await peer.until("conversation.item.input_audio_transcription.completed"))[-1]
        assert told["transcript"] == "Good morning"
        assert told["usage"]["total_tokens"] == told["usage"]["input_tokens"] + told["usage"]["output_tokens"]
        assert (await peer.ask("response.create"))["type"] == "error"


async def test_the_same_session_says_the_same_again(gw, greeted):
    async def talk():
        async with greeted(gw(seed=7)) as peer:
            peer.say("conversation.item.create", item=PING)
            peer.say("response.create")
            return await peer.until("rate_limits.updated")

    assert await talk() == await talk()


# Transcription, a call of its own.


async def transcribed(peer, model="whisper-1", **more):
    heard = {"transcription": {"model": model, **more}}
    await peer.ask("session.update", session={"type": "realtime", "audio": {"input": heard, "output": {}}})
    peer.say("input_audio_buffer.append", audio=b64(speech()))
    return await peer.until("response.done")


def named(events, kind):
    return [event for event in events if event["type"] == f"conversation.item.input_audio_transcription.{kind}"]


async def test_a_transcription_is_billed_and_journaled_by_the_model_that_hears(gw, greeted):
    gateway = gw(
        rules=RULES,
        realtime={"hears": ["ping", "ping"]},
        prices={"whisper-1": {"second": 1}, "gpt-4o-transcribe": {"input": 1_000_000, "output": 1_000_000}},
    )
    async with greeted(gateway) as peer:
        (told,) = named(await transcribed(peer), "completed")
        (counted,) = named(await transcribed(peer, "gpt-4o-transcribe", prompt="Names"), "completed")
    assert told["usage"] == {"type": "duration", "seconds": told["usage"]["seconds"]}
    usage = counted["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["input_token_details"]["text_tokens"] == 1
    journal = [each for each in gateway.session().journal if each.model in {"whisper-1", "gpt-4o-transcribe"}]
    assert [round(float(each.cost), 3) for each in journal] == [told["usage"]["seconds"], usage["total_tokens"]]
    assert [each.usage.total for each in journal][1] == usage["total_tokens"]


@pytest.mark.parametrize(
    ("scenario", "model", "code"),
    [
        ({"faults": [{"when": {"model": "whisper-1"}, "error": 429}]}, "whisper-1", "rate_limit_exceeded"),
        ({}, "no-such-model", "model_not_found"),
        ({}, "dall-e-3", "invalid_model"),
    ],
)
async def test_a_transcription_that_fails_says_so_and_the_answer_comes_all_the_same(gw, greeted, scenario, model, code):
    async with greeted(gw(rules=RULES, realtime={"hears": ["ping"]}, **scenario)) as peer:
        events = await transcribed(peer, model)
    (failed,) = named(events, "failed")
    assert failed["error"]["code"] == code
    assert failed["content_index"] == 0
    assert failed["error"]["message"]
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "pong it is"


async def test_no_rule_takes_a_transcription_for_a_question(gw, greeted):
    async with greeted(gw(rules=[{"reply": "anything"}], realtime={"hears": ["Good morning"]})) as peer:
        (told,) = named(await transcribed(peer), "completed")
    assert told["transcript"] == "Good morning"


# Silence.


async def test_who_says_nothing_after_an_answer_is_spoken_to(gw, greeted):
    rules = [{"when": {"user": "ping"}, "reply": "pong"}, {"reply": "Are you there?"}]
    async with greeted(gw(rules=rules, realtime={"hears": ["ping", "ping"]})) as peer:
        waits = {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 5000}}
        await peer.ask("session.update", session={"type": "realtime", "audio": {"input": waits}})
        peer.say("input_audio_buffer.append", audio=b64(bytes(10 * 48000)))  # nothing was answered yet
        peer.say("input_audio_buffer.append", audio=b64(speech()))
        first = await peer.until("rate_limits.updated")
        assert "input_audio_buffer.timeout_triggered" not in kinds(first)
        peer.say("input_audio_buffer.append", audio=b64(bytes(6 * 48000)))
        events = await peer.until("rate_limits.updated")
        assert kinds(events)[:5] == [
            "input_audio_buffer.timeout_triggered",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
        ]
        assert 5000 <= events[0]["audio_end_ms"] - events[0]["audio_start_ms"] <= 6000
        assert events[0]["item_id"] == events[1]["item_id"]
        assert events[-2]["response"]["output"][0]["content"][0]["text"] == "Are you there?"
        peer.say("input_audio_buffer.append", audio=b64(speech()))
        heard = await peer.until("response.done")
        assert heard[-1]["response"]["output"][0]["content"][0]["text"] == "pong", "silence is nothing that was said"
