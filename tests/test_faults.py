import msgspec
import pytest

from mockgate.breakage import PRESETS, Fault
from mockgate.errors import ScenarioError
from mockgate.faults import preset
from mockgate.policy import Policy
from mockgate.scenario import load
from mockgate.wire import Call, Sse

CHATS = "/v1/chat/completions"
HELLO = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def statuses(gw, ask):
    """The statuses of so many calls under these faults."""

    async def send(count, *faults, seed=0, **scenario):
        gateway = gw(faults=list(faults), seed=seed, **scenario)
        return [(await ask(gateway, "POST", CHATS, HELLO)).status for _ in range(count)]

    return send


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"error": 503}, [503] * 6),
        ({"error": 503, "first": 2}, [503, 503, 200, 200, 200, 200]),
        ({"error": 503, "every": 3}, [200, 200, 503, 200, 200, 503]),
        ({"error": 503, "every": 2, "times": 2}, [200, 503, 200, 503, 200, 200]),
        ({"error": 503, "when": {"user": "bye"}}, [200] * 6),
        ({"error": 503, "load": 2}, [200] * 6),
    ],
)
async def test_a_fault_strikes_the_calls_it_is_for(statuses, fault, expected):
    assert await statuses(6, fault) == expected


async def test_chance_is_drawn_from_the_seed_and_a_run_can_be_repeated(statuses):
    fault = {"error": 503, "chance": "30%"}
    once = await statuses(200, fault)
    assert await statuses(200, fault) == once
    assert await statuses(200, fault, seed=1) != once
    assert 40 < once.count(503) < 80


async def test_a_fault_lasts_for_a_while(gw, ask):
    gateway = gw(faults=[{"error": 503, "begins": "10s", "lasts": "5s"}])
    seen = []
    for _ in range(4):
        seen.append((await ask(gateway, "GET", "/v1/models")).status)
        gateway.session().clock.advance(5)
    assert seen == [200, 200, 503, 200]


async def test_calls_are_counted_only_while_it_is_time_for_the_fault(gw, ask):
    gateway = gw(faults=[{"error": 503, "begins": "10s", "first": 1}])
    seen = []
    for seconds in (0, 10, 0):
        gateway.session().clock.advance(seconds)
        seen.append((await ask(gateway, "GET", "/v1/models")).status)
    assert seen == [200, 503, 200]


@pytest.mark.parametrize("repeat", [False, True])
async def test_an_incident_goes_through_its_phases_and_may_start_over(gw, ask, repeat):
    phases = [
        {"phase": "healthy", "lasts": "10s"},
        {"phase": "down", "lasts": "10s", "faults": {"error": 502, "first": 1}},
        {"phase": "recovering", "lasts": "10s", "faults": [{"name": "still", "error": 503, "every": 2}]},
    ]
    gateway = gw(incident={"phases": phases, "repeat": repeat})
    seen, labels = [], []
    for _ in range(12):
        exchange = await ask(gateway, "POST", CHATS, HELLO)
        seen.append(exchange.status)
        labels += [strike.label for strike in exchange.strikes]
        gateway.session().clock.advance(5)
    once = [200, 200, 502, 200, 200, 503]
    assert seen == once + (once if repeat else [200] * 6)
    assert labels == ['incident "down" faults', 'incident "recovering" faults[0] "still"'] * (1 + repeat)
    tally, down = gateway.session().tally, gateway.policy.traps.labels[0]
    assert (down, tally.struck(down)) == ('incident "down" faults', 1 + repeat)


async def test_a_phase_that_comes_again_draws_anew(gw, ask):
    phases = [{"phase": "odd", "lasts": "10s", "faults": [{"error": 503, "chance": "50%"}]}]
    gateway = gw(incident={"phases": phases, "repeat": True})
    rounds = []
    for _ in range(2):
        rounds.append([(await ask(gateway, "GET", "/v1/models")).status for _ in range(30)])
        gateway.session().clock.advance(10)
    assert rounds[0] != rounds[1]


async def test_times_within_a_phase_count_from_its_beginning(gw, ask):
    late = {"error": 503, "begins": "3s", "lasts": "2s"}
    gateway = gw(incident={"phases": [{"phase": "calm", "lasts": "0.1s"}, {"phase": "odd", "faults": [late]}]})
    seen = []
    for seconds in (0.1, 3, 2):
        gateway.session().clock.advance(seconds)
        seen.append((await ask(gateway, "GET", "/v1/models")).status)
    assert seen == [200, 503, 200]


async def test_a_fault_strikes_while_enough_answers_are_under_way(gw, ask):
    gateway = gw(faults=[{"error": 429, "load": 2}])
    open_call = Call("GET", "/v1/models", "", {"authorization": "Bearer sk-a"})
    first = await gateway.handle(open_call)
    assert (first.status, (await ask(gateway, "GET", "/v1/models")).status) == (200, 429)
    gateway.close(first)
    assert (await ask(gateway, "GET", "/v1/models")).status == 200


async def test_a_call_that_one_fault_refuses_is_not_seen_by_those_after_it(statuses):
    assert await statuses(5, {"error": 500, "times": 2}, {"error": 429, "first": 2}) == [500, 500, 429, 429, 200]


@pytest.mark.parametrize("path", ["/v1/models", CHATS])
async def test_every_endpoint_can_be_struck_also_by_its_path(gw, ask, path):
    gateway = gw(faults=[{"when": {"path": "/v1/*"}, "error": 502, "body": "html", "headers": {"x-proxy": "1"}}])
    exchange = await ask(gateway, "GET" if "models" in path else "POST", path, None if "models" in path else HELLO)
    assert (exchange.status, exchange.answer.content_type, exchange.answer.headers["x-proxy"]) == (
        502,
        "text/html",
        "1",
    )
    assert b"<h1>502 Bad Gateway</h1>" in exchange.answer.body


async def test_an_empty_refusal_has_no_body_and_tells_when_to_come_back(gw, ask):
    gateway = gw(faults=[{"error": 429, "body": "empty", "retry_after": "2s"}])
    exchange = await ask(gateway, "POST", CHATS, HELLO)
    assert (exchange.answer.body, exchange.answer.headers["retry-after"]) == (b"", "2")


async def test_an_error_has_the_words_it_was_given(gw, ask):
    gateway = gw(
        faults=[{"error": 503, "message": "Gone fishing.", "code": "fishing", "type": "leisure", "param": "x"}]
    )
    error = msgspec.json.decode((await ask(gateway, "POST", CHATS, HELLO)).answer.body)["error"]
    assert error == {"message": "Gone fishing.", "type": "leisure", "param": "x", "code": "fishing"}


async def test_a_stream_is_broken_in_the_middle_and_the_journal_says_by_what(gw, ask):
    gateway = gw(faults=[{"name": "late", "error": 500, "after": "2 tokens"}], rules=[{"reply": "one two three four"}])
    exchange = await ask(gateway, "POST", CHATS, {**HELLO, "stream": True})
    assert isinstance(exchange.answer, Sse)
    *said, last = [msgspec.json.decode(frame.data) for frame in exchange.answer.frames]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in said) == "one two"
    assert last["error"]["type"] == "server_error"
    assert exchange.describe()["faults"] == ['faults[0] "late"']
    assert (await ask(gateway, "POST", CHATS, HELLO)).status == 500


async def test_several_faults_strike_the_same_answer_in_order(gw, ask):
    gateway = gw(faults=[{"do": "slow", "by": "2s"}, {"do": "slow", "by": "3s"}, {"do": "wrong_type"}])
    answer = (await ask(gateway, "POST", CHATS, HELLO)).answer
    assert (answer.due, answer.content_type) == (5, "text/html")


async def test_sessions_are_struck_each_by_its_own_count(gw, ask):
    gateway = gw(faults=[{"error": 503, "first": 1}])
    names = ["a", "b", "a", "b"]
    seen = [(await ask(gateway, "GET", "/v1/models", x_mockgate_session=name)).status for name in names]
    assert seen == [503, 503, 200, 200]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_one_word_and_its_faults_have_names(name):
    labels = Policy(load({"faults": name})).traps.labels
    assert labels == [f'faults {name}[{at}] "{fault.name}"' for at, fault in enumerate(preset(name))]
    assert Policy(load({"faults": [name, {"error": 500}]})).traps.labels[-1] == "faults[1]"


def test_a_preset_is_everybodys_and_stays_as_it_is():
    preset("slow").clear()
    assert preset("slow")


def test_there_is_no_other_preset():
    with pytest.raises(KeyError):
        preset("unlucky")


@pytest.mark.parametrize(
    ("name", "least", "most", "kinds"),
    [
        ("flaky", 0.02, 0.15, {200, 429, 500, 502, 503}),
        ("rate-limited", 0.35, 0.65, {200, 429}),
        ("brown-out", 0.1, 0.3, {200, 503, 504}),
        ("provider-down", 1, 1, {502, 503}),
        ("slow", 0, 0, {200}),
    ],
)
async def test_a_preset_refuses_about_as_often_as_what_it_is_named_for(statuses, name, least, most, kinds):
    seen = await statuses(300, name)
    assert least <= sum(status >= 400 for status in seen) / 300 <= most
    assert set(seen) == kinds


async def test_a_preset_that_limits_tells_the_wait_it_means(gw, ask):
    gateway = gw(faults="rate-limited")
    answers = [(await ask(gateway, "POST", CHATS, HELLO)).answer for _ in range(50)]
    for answer in (answer for answer in answers if answer.status == 429 and answer.body):
        wait = answer.headers.get("retry-after-ms")
        shown = f"{wait}ms" if wait else f"{answer.headers['retry-after']}s"
        assert msgspec.json.decode(answer.body)["error"]["message"].endswith(f"in {shown}.")


async def test_the_shipped_incident_goes_from_healthy_to_healthy(gw, ask):
    gateway = gw({**load("incident").document.value, "clock": {"frozen": True}})
    refused = []
    for _ in range(6):
        seen = [(await ask(gateway, "POST", CHATS, HELLO)).status for _ in range(40)]
        refused.append(sum(status >= 500 for status in seen) / len(seen))
        gateway.session().clock.advance(60)
    healthy, degraded, still_degraded, down, recovering, over = refused
    assert (healthy, down, recovering, over) == (0, 1, 0.25, 0)
    assert 0 < degraded < 1
    assert 0 < still_degraded < 1


def test_a_fault_whose_when_is_wrong_cannot_be_compiled():
    scenario = load(
        {"incident": {"phases": [{"phase": "x", "faults": {"error": 500, "when": {"user": {"matches": "("}}}}]}}
    )
    with pytest.raises(ScenarioError, match=r"incident\.phases\[0\]\.faults\.when\.user\.matches"):
        Policy(scenario)


async def test_a_fault_that_is_pushed_refuses_before_the_scenarios_are_asked(gw, ask):
    gateway = gw(faults=[{"error": 500, "times": 1}])
    gateway.session().progress.pushed.push_fault(Fault(error=429, times=1), 0, 0.0)
    assert [(await ask(gateway, "GET", "/v1/models")).status for _ in range(3)] == [429, 500, 200]
