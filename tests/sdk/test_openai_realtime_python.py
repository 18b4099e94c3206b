"""The official Python SDK's websockets against a live server: realtime sessions, and responses over a websocket."""

import base64

import openai
import pytest
from openai import OpenAI

SCENARIO = {
    "realtime": {"hears": ["ping"]},
    "rules": [
        {"when": {"user": "weather"}, "reply": {"call": "get_weather", "with": {"city": "Oslo"}}},
        {"when": {"tool_result": "get_weather"}, "reply": "It is {{ tool.text }}."},
        {"when": {"user": "ping"}, "reply": "pong"},
    ],
}
TOOL = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}
TEXT = {"type": "realtime", "output_modalities": ["text"]}


def said(text):
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def until(connection, kind):
    events = []
    for event in connection:
        events.append(event)
        if event.type == kind:
            return events
    raise AssertionError(f"no {kind}")


def test_a_text_turn(client):
    with client.realtime.connect(model="gpt-realtime") as connection:
        assert connection.recv().session.model == "gpt-realtime"
        connection.session.update(session=TEXT)
        connection.conversation.item.create(item=said("ping"))
        connection.response.create()
        events = until(connection, "response.done")
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "pong"
    response = events[-1].response
    assert (response.status, response.output[0].content[0].text) == ("completed", "pong")
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens


def test_a_spoken_turn_there_and_back(client):
    with client.realtime.connect(model="gpt-realtime") as connection:
        heard = {"input": {"transcription": {"model": "whisper-1"}}}
        connection.session.update(session={"type": "realtime", "audio": heard})
        tone = b"\x00\x20\x00\xe0" * 12000  # a second
        connection.input_audio_buffer.append(audio=base64.b64encode(tone + bytes(48000)).decode())
        events = until(connection, "response.done")
    kinds = [event.type for event in events]
    assert kinds.index("input_audio_buffer.speech_started") < kinds.index("input_audio_buffer.speech_stopped")
    told = next(event for event in events if event.type == "conversation.item.input_audio_transcription.completed")
    assert told.transcript == "ping"
    assert events[-1].response.output[0].content[0].transcript == "pong"
    assert "response.output_audio.delta" in kinds


def test_a_tool_loop(client):
    with client.realtime.connect(model="gpt-realtime") as connection:
        connection.session.update(session={**TEXT, "tools": [TOOL]})
        connection.conversation.item.create(item=said("How is the weather?"))
        connection.response.create()
        call = until(connection, "response.done")[-1].response.output[0]
        assert (call.name, call.arguments) == ("get_weather", '{"city":"Oslo"}')
        output = {"type": "function_call_output", "call_id": call.call_id, "output": "cold"}
        connection.conversation.item.create(item=output)
        connection.response.create()
        assert until(connection, "response.done")[-1].response.output[0].content[0].text == "It is cold."


async def test_the_asynchronous_client_and_an_error_that_ends_nothing(gw):
    client = openai.AsyncOpenAI(base_url=gw.base_url, api_key="sk-test")
    async with client.realtime.connect(model="gpt-realtime") as connection:
        await connection.response.cancel()
        await connection.session.update(session=TEXT)
        seen = []
        async for event in connection:
            seen.append(event.type)
            if event.type == "session.updated":
                break
    assert seen == ["session.created", "error", "session.updated"]


def test_an_ephemeral_secret_opens_a_session(gw, client):
    secret = client.realtime.client_secrets.create(session={**TEXT, "instructions": "Be brief."})
    browser = OpenAI(
        base_url=gw.base_url,
        api_key=secret.value,
        websocket_base_url=gw.base_url.replace("http", "ws"),
        max_retries=0,
    )
    with browser.realtime.connect(model="gpt-realtime") as connection:
        assert connection.recv().session.instructions == "Be brief."


def test_a_refused_upgrade_is_an_error_of_the_handshake(gw):
    client = OpenAI(base_url=gw.base_url, api_key="sk-mock-401", max_retries=0)
    with pytest.raises(Exception, match="401"), client.realtime.connect(model="gpt-realtime"):
        pass


def test_responses_over_a_websocket(client):
    with client.responses.connect() as connection:
        connection.response.create(model="gpt-4o", input="ping")
        first = until(connection, "response.completed")[-1].response
        assert first.output_text == "pong"
        connection.response.create(model="gpt-4o", input="ping", previous_response_id=first.id)
        second = until(connection, "response.completed")[-1].response
        assert second.usage.input_tokens > first.usage.input_tokens
        connection.response.create(model="gpt-4o", input="ping", temperature=9)
        assert connection.recv().error.param == "temperature"
