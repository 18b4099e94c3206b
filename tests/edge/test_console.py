import io
import re

import msgspec
import pytest

from mockgate.edge import boot
from mockgate.edge.console import Console
from mockgate.wire import Call

HEADERS = {"authorization": "Bearer sk-x"}


class Terminal(io.StringIO):
    def isatty(self):
        return True


def lines_of(scenario, body, *, out=None, path="/v1/chat/completions", outcome="finished"):
    out = out or io.StringIO()
    gateway = boot.build(scenario)
    gateway.listeners.append(Console(out).request)

    async def asking():
        gateway.close(await gateway.handle(Call("POST", path, headers=HEADERS, raw=msgspec.json.encode(body))), outcome)

    boot.run(asking())
    return out.getvalue().splitlines()


def chat(words, model="gpt-4o-mini"):
    return {"model": model, "messages": [{"role": "user", "content": words}]}


FROZEN = {"clock": {"start": "2026-01-31T09:30:15", "frozen": True}}


def test_a_finished_request_is_one_line_with_all_there_is_to_know():
    [line] = lines_of({**FROZEN, "rules": [{"name": "hi", "reply": "Hello."}]}, chat("hello"))
    assert re.fullmatch(
        r'\d\d:\d0:15  POST /v1/chat/completions  200  gpt-4o-mini  rules\[0\] "hi"  8\+2 tokens  \d+ ms',
        line,
    )


def test_a_refused_request_shows_its_model_the_message_and_the_hint():
    first, second, third = lines_of({}, chat("hello", model="gpt-99"))
    assert "404  gpt-99  " in first
    assert second.strip() == "The model `gpt-99` does not exist or you do not have access to it."
    assert third.strip().startswith("hint: add `gpt-99` under `models:`")


def test_a_request_that_no_rule_matched_names_the_closest_rules():
    _, second = lines_of({"default_reply": "error", "rules": [{"when": {"user": "bye"}, "reply": "x"}]}, chat("hello"))
    assert "rules[0]" in second
    assert "bye" in second


def test_a_client_that_left_is_told():
    [line] = lines_of({"rules": [{"reply": "Hello."}]}, chat("hello"), outcome="left")
    assert line.endswith("the client left")


@pytest.mark.parametrize("body", [[1], "text", {"model": 5}, {"model": "\x1b[2Jgpt\n99"}])
def test_no_request_can_steer_the_terminal(body):
    text = "\n".join(lines_of({}, body, path="/v1/chat/completions\x1b[31m"))
    assert "\x1b" not in text


def test_colours_show_on_a_terminal_unless_they_are_not_wanted(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    scenario = {"rules": [{"reply": "Hello."}]}
    assert "\x1b[32m200\x1b[0m" in lines_of(scenario, chat("hello"), out=Terminal())[0]
    assert "\x1b" not in lines_of(scenario, chat("hello"))[0]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in lines_of(scenario, chat("hello"), out=Terminal())[0]


def test_lines_of_one_moment_share_a_write():
    writes, calls = [], []

    class Out(io.StringIO):
        def write(self, text):
            writes.append(text)
            return len(text)

    console = Console(Out(), later=calls.append)
    console.say("one")
    console.say("two")
    assert len(calls) == 1
    calls[0]()
    assert writes == ["one\ntwo\n"]
    console.say("three")
    assert len(calls) == 2


def test_the_welcome_can_be_pasted():
    out = io.StringIO()
    Console(out).welcome("http://127.0.0.1:1", "it's", "no scenario")
    assert 'OpenAI(base_url="http://127.0.0.1:1/v1", api_key="sk-mockgate")' in out.getvalue()
    assert """'{"model":"it'"'"'s",""" in out.getvalue(), "quotes are quoted for the shell"
