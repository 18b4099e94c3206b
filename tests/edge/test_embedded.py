import asyncio
import socket
import threading

import pytest
from openai import APIConnectionError, AsyncOpenAI, OpenAI

from mockgate import Mockgate, ScenarioError

HI = [{"role": "user", "content": "Hello"}]
PACED = {
    "pace": {"first_token": "1s", "tokens_per_second": 1},
    "clock": {"frozen": True},
    "rules": [{"reply": "a b c"}],
}


def client(gw, session=None):
    headers = gw.session(session).headers if session else {}
    return OpenAI(base_url=gw.base_url, api_key="any", max_retries=0, default_headers=headers)


def say(gw, session=None, text="Hello"):
    answer = client(gw, session).chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": text}]
    )
    return answer.choices[0].message.content


@pytest.mark.parametrize(
    "scenario", [{"rules": [{"reply": "Hi"}]}, "rules:\n  - reply: Hi\n", "path"], ids=["mapping", "text", "path"]
)
def test_a_scenario_may_be_a_mapping_yaml_text_or_a_path(live, tmp_path, scenario):
    if scenario == "path":
        scenario = tmp_path / "hi.yaml"
        scenario.write_text("rules: [{reply: Hi}]")
    assert say(live(scenario)) == "Hi"


def test_without_a_scenario_there_are_answers_at_once(live):
    assert say(live())


async def test_it_serves_the_loop_that_started_it():
    hi = {"rules": [{"reply": "Hi"}]}
    async with Mockgate(hi) as gw, AsyncOpenAI(base_url=gw.base_url, api_key="any") as openai:
        answer = await openai.chat.completions.create(model="gpt-4o-mini", messages=HI)
    assert answer.choices[0].message.content == "Hi"


def test_a_wrong_scenario_is_refused_before_anything_starts():
    before = set(threading.enumerate())
    with pytest.raises(ScenarioError, match="reply"):
        Mockgate({"rules": [{"repyl": "Hi"}]})
    assert set(threading.enumerate()) <= before


def test_what_was_asked_can_be_read_and_forgotten(live):
    gw = live({"rules": [{"replies": ["one", "two"]}]})
    assert [say(gw), say(gw)] == ["one", "two"]
    first, second = gw.requests
    assert first["body"]["messages"] == HI
    assert (second["number"], second["status"], second["outcome"], second["by"]) == (2, 200, "finished", "rules[0]")
    gw.reset()
    assert gw.requests == []
    assert say(gw) == "one"


def test_sessions_are_apart_also_in_what_they_remember(live):
    gw = live({"rules": [{"replies": ["one", "two"]}]})
    assert [say(gw, "a"), say(gw, "b"), say(gw, "a")] == ["one", "one", "two"]
    assert [len(gw.session(name).requests) for name in ("a", "b")] == [2, 1]
    assert gw.requests == []
    gw.session("a").reset()
    assert [say(gw, "a"), say(gw, "b")] == ["one", "two"]


def test_the_clock_is_moved_by_hand_and_streams_follow_it(live):
    gw = live(PACED)
    moment = gw.clock.now()
    with client(gw).chat.completions.create(model="gpt-4o-mini", messages=HI, stream=True) as stream:
        gw.clock.advance(100)
        said = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert said == "a b c"
    assert gw.clock.now() == moment + 100
    gw.clock.advance("1m30s")
    assert gw.clock.now() == moment + 190
    gw.clock.set_speed(10_000)
    assert say(gw) == "a b c"
    gw.clock.freeze()
    assert gw.clock.now() == gw.clock.now() > moment + 100
    with pytest.raises(ValueError, match="give 0 or more"):
        gw.clock.advance(-1)
    with pytest.raises(ValueError, match="write it like"):
        gw.clock.advance("soon")


def test_another_scenario_answers_from_now_on_with_the_seed_and_pace_it_was_made_with(live):
    gw, plain = live(seed=7, pace="instant"), live()
    seeded = say(gw, text="Tell me a story")
    assert say(plain, text="Tell me a story") != seeded
    gw.replace({"rules": [{"reply": "Other"}]})
    assert say(gw) == "Other"
    with pytest.raises(ScenarioError):
        gw.replace({"rules": [{"reply": "{{"}]})
    assert say(gw) == "Other"
    gw.replace({"pace": {"first_token": "1h"}})
    assert say(gw, text="Tell me a story") == seeded


def test_an_answer_under_way_is_cut_when_it_stops():
    gw = Mockgate(PACED).start()
    stream = client(gw).chat.completions.create(model="gpt-4o-mini", messages=HI, stream=True)
    gw.stop()
    with pytest.raises(Exception, match=r"peer closed|incomplete|[Cc]onnection"):
        list(stream)


def test_it_can_be_stopped_twice_and_started_again_at_its_port():
    gw = Mockgate({"rules": [{"reply": "Hi"}]})
    gw.stop()
    with gw:
        port = gw.url
        with pytest.raises(RuntimeError, match="running already"):
            gw.start()
    gw.stop()
    with pytest.raises(APIConnectionError):
        say(gw)
    with gw:
        assert (gw.url, say(gw)) == (port, "Hi")


def test_what_went_on_can_be_read_after_it_has_stopped():
    with Mockgate({"rules": [{"reply": "Hi"}]}) as gw:
        say(gw)
    assert [request["status"] for request in gw.requests] == [200]
    assert gw.session("other").requests == []


def test_a_clock_that_was_waiting_when_it_stopped_goes_on_when_it_starts_again():
    gw = Mockgate(PACED | {"clock": {"speed": 1000}})
    with gw:
        client(gw).chat.completions.create(model="gpt-4o-mini", messages=HI, stream=True)
    with gw:
        assert say(gw) == "a b c"


def test_a_taken_port_is_an_error_and_it_can_be_started_once_the_port_is_free():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        gw = Mockgate({"rules": [{"reply": "Hi"}]}, port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            gw.start()
    with gw:
        assert say(gw) == "Hi"


def test_its_environment_is_what_the_sdks_read(live, monkeypatch):
    gw = live({"rules": [{"reply": "Hi"}]})
    for name, value in gw.env.items():
        monkeypatch.setenv(name, value)
    answer = OpenAI().chat.completions.create(model="gpt-4o-mini", messages=HI)
    assert answer.choices[0].message.content == "Hi"
    assert gw.env["ANTHROPIC_BASE_URL"] == gw.url


def test_many_threads_are_served_at_the_same_time(live):
    gw = live({"rules": [{"reply": "{{ user }}"}]})

    async def everyone():
        return await asyncio.gather(*(asyncio.to_thread(say, gw, f"s{n % 4}", str(n)) for n in range(24)))

    assert asyncio.run(everyone()) == [str(n) for n in range(24)]
    assert sum(len(gw.session(f"s{n}").requests) for n in range(4)) == 24


@pytest.mark.parametrize("port", [-1, 65_536, 99_999])
def test_a_port_that_there_cannot_be_is_refused_with_those_that_can(port):
    with pytest.raises(ValueError, match=f"{port} is no port: give one from 1 to 65535"):
        Mockgate(port=port)
