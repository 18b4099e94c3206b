"""What gateways do unlike OpenAI in a chat completion."""

import re

import pytest


def quirky(name):
    return {"manners": {"quirks": [name]}, "rules": [{"reply": "Hi."}]}


async def test_a_gateway_may_have_bare_digits_for_ids_whole_and_streamed_alike(gw, say, stream):
    gateway = gw(quirky("hex_ids"))
    id = (await say(gateway))["id"]
    assert re.fullmatch("[0-9a-f]{32}", id)
    assert {chunk["id"] for chunk in await stream(gateway)} == {id}


async def test_bare_answers_have_only_what_the_first_ones_had(gw, say, stream):
    gateway = gw(quirky("bare_answers"))
    answer = await say(gateway)
    assert answer.keys() == {"id", "object", "created", "model", "choices", "usage"}
    assert answer["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}
    ]
    assert (await stream(gateway))[0].keys() == {"id", "object", "created", "model", "choices"}
    logged = await say(gateway, logprobs=True)
    assert logged["choices"][0]["logprobs"]["content"]


async def test_usage_may_have_no_details(gw, say):
    answer = await say(gw(quirky("bare_usage")))
    assert answer["usage"].keys() == {"prompt_tokens", "completion_tokens", "total_tokens"}


@pytest.mark.parametrize(("reply", "shown"), [("Hi.", ""), ([{"reasoning": "Hm."}, {"text": "Hi."}], "Hm.")])
async def test_reasoning_may_always_be_there(gw, say, reply, shown):
    answer = await say(gw({**quirky("reasoning_always"), "rules": [{"reply": reply}]}))
    assert answer["choices"][0]["message"]["reasoning_content"] == shown


async def test_a_stream_may_always_end_with_its_usage(gw, say, stream):
    gateway = gw(quirky("usage_always"))
    last = (await stream(gateway))[-1]
    assert (last["choices"], last["usage"]) == ([], (await say(gateway))["usage"])
