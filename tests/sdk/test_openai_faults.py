"""What the official Python SDK makes of every fault: docs/faults.md says so, and so it is."""

import json

import openai
import pytest
from openai import OpenAI

from mockgate import Mockgate
from mockgate.breakage import DOES

SAID = "Grüße aus Köln, eins zwei drei."

FAULTS = {
    **{do: {"do": do} for do in DOES},
    "closed": {"do": "hang", "by": 0},
    "reset": {"do": "disconnect", "reset": True, "after": "2 tokens"},
    "cut": {"do": "disconnect", "after": "2 tokens"},
    "error": {"error": 503, "after": "2 tokens", "message": "Down."},
    "page": {"error": 502, "body": "html"},
    "nothing": {"error": 429, "body": "empty"},
}

#: By deed: what happens to whole answers, and to streams after some of the words.
OUTCOMES = {
    "slow": (openai.APITimeoutError, openai.APITimeoutError, ""),
    "stall": (openai.APITimeoutError, openai.APITimeoutError, "Gr"),
    "hang": (openai.APITimeoutError, openai.APITimeoutError, ""),
    "closed": (openai.APIConnectionError, openai.APIConnectionError, ""),
    "disconnect": (openai.APIConnectionError, openai.APIConnectionError, ""),
    "cut": (openai.APIConnectionError, openai.APIConnectionError, "Grü"),
    "reset": (openai.APIConnectionError, openai.APIConnectionError, "Grü"),
    "truncate": (json.JSONDecodeError, None, "Gr"),
    "malformed": (json.JSONDecodeError, json.JSONDecodeError, "Gr"),
    "wrong_type": (None, None, SAID),
    "no_done": (None, None, SAID),
    "no_blank_line": (None, None, SAID),
    "duplicate": (json.JSONDecodeError, None, SAID.replace("ü", "üü", 1)),
    "huge": (None, None, SAID),
    "split_utf8": (None, None, SAID),
    "error": (openai.InternalServerError, openai.APIError, "Grü"),
    "page": (openai.InternalServerError, openai.InternalServerError, ""),
    "nothing": (openai.RateLimitError, openai.RateLimitError, ""),
}


@pytest.fixture(scope="module")
def gw():
    faults = [{"when": {"user": {"equals": name}}, **fault} for name, fault in FAULTS.items()]
    with Mockgate({"clock": {"frozen": True}, "faults": faults, "rules": [{"reply": SAID}]}) as running:
        yield running


@pytest.fixture
def ask(gw):
    client = OpenAI(base_url=gw.base_url, api_key="sk-test", max_retries=0)

    def send(name, *, stream):
        quick = 0.3 if name in {"slow", "stall", "hang"} else 20
        said = [{"role": "user", "content": name}]
        return client.chat.completions.create(model="gpt-4o", messages=said, stream=stream, timeout=quick)

    return send


@pytest.mark.parametrize("name", OUTCOMES)
def test_of_a_whole_answer(ask, name):
    expected = OUTCOMES[name][0]
    if expected is None:
        assert ask(name, stream=False).choices[0].message.content == SAID
    else:
        with pytest.raises(expected) as raised:
            ask(name, stream=False)
        assert raised.type is expected


@pytest.mark.parametrize("name", OUTCOMES)
def test_of_a_stream(ask, name):
    _, expected, said = OUTCOMES[name]
    got, problem = [], None
    try:
        got.extend(chunk.choices[0].delta.content or "" for chunk in ask(name, stream=True))
    except (openai.OpenAIError, ValueError) as raised:
        problem = raised
    assert ("".join(got), None if problem is None else type(problem)) == (said, expected)


def test_a_low_bandwidth_only_takes_its_time(live):
    mockgate = live({"clock": {"speed": 1000}, "faults": {"do": "bandwidth", "rate": "100B"}})
    client = OpenAI(base_url=mockgate.base_url, api_key="sk-test", max_retries=0)
    asked = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
    whole = client.chat.completions.create(**asked).choices[0].message.content
    chunks = client.chat.completions.create(**asked, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole


def test_every_deed_is_tried():
    assert {fault.get("do") for fault in FAULTS.values()} >= DOES.keys()
    assert DOES.keys() - OUTCOMES.keys() == {"bandwidth"}
