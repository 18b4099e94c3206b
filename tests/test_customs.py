"""Headers that a gateway wants, fields that it fills in, and fields that it adds."""

import msgspec

from mockgate.wire import Call

CHAT = "/v1/chat/completions"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


def read(exchange):
    return msgspec.json.decode(exchange.answer.body)


async def test_a_header_that_a_gateway_wants_must_be_there(gw, ask):
    gateway = gw({"manners": {"requires": {"chat": ["vendor"]}}})
    refused = await ask(gateway, "POST", CHAT, HI)
    assert (refused.status, read(refused)["error"]["param"]) == (400, "vendor")
    assert (await ask(gateway, "POST", CHAT, HI, vendor="Me")).status == 200


async def test_a_field_that_a_body_lacks_is_filled_in_and_one_it_has_is_not(gw, ask):
    gateway = gw({"manners": {"fills": {"chat": {"max_tokens": 2}}}, "rules": [{"reply": "one two three four"}]})
    assert read(await ask(gateway, "POST", CHAT, HI))["usage"]["completion_tokens"] == 2
    assert read(await ask(gateway, "POST", CHAT, {**HI, "max_tokens": 3}))["usage"]["completion_tokens"] == 3


async def test_a_gateways_own_fields_are_in_every_answer_whole_and_streamed(gw, ask):
    adds = {"chat": {"provider": "{owner}", "vendor": "{header.vendor}"}, "responses": {"provider": "{owner}"}}
    gateway = gw({"manners": {"adds": adds}})
    whole = read(await ask(gateway, "POST", CHAT, HI, vendor="Me"))
    assert (whole["provider"], whole["vendor"]) == ("openai", "Me")
    streamed = await ask(gateway, "POST", CHAT, {**HI, "stream": True}, vendor="Me")
    chunks = [msgspec.json.decode(frame.data) for frame in streamed.answer.frames if not frame.last]
    assert {chunk["provider"] for chunk in chunks} == {"openai"}
    events = await ask(gateway, "POST", "/v1/responses", {"model": "gpt-4o", "input": "hi", "stream": True})
    first = msgspec.json.decode(next(iter(events.answer.frames)).data)
    assert first["response"]["provider"] == "openai"
    assert "provider" not in first


async def test_a_refusal_gets_no_such_fields(gw, ask):
    gateway = gw({"manners": {"adds": {"chat": {"provider": "{owner}"}}}})
    assert read(await ask(gateway, "POST", CHAT, {**HI, "model": "nope"})).keys() == {"error"}


async def test_a_field_that_a_form_lacks_is_filled_in_for_one_endpoint(gw):
    gateway = gw({"manners": {"fills": {"audio.transcriptions": {"model": "whisper-1"}}}})
    body = b'--x\r\nContent-Disposition: form-data; name="language"\r\n\r\nen\r\n--x--\r\n'
    headers = {"authorization": "Bearer sk-1", "content-type": "multipart/form-data; boundary=x"}
    call = Call("POST", "/v1/audio/transcriptions", headers=headers, raw=body)
    refused = read(await gateway.handle(call))["error"]
    assert call.form.fields == {"language": ["en"], "model": ["whisper-1"]}
    assert "file" in refused["message"]
