import msgspec
import pytest

from mockgate.breakage import PRESETS
from mockgate.errors import ScenarioError
from mockgate.triggers import faults_of

CHATS = "/v1/chat/completions"


def chat(text="Hello", model="gpt-4o-mini", **body):
    return {"model": model, "messages": [{"role": "user", "content": text}], **body}


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


@pytest.fixture
def trip(gw, ask):
    """Send a chat to a gateway that has no scenario of faults, and return the exchange."""

    async def send(body=None, gateway=None, **headers):
        return await ask(gateway or gw(), "POST", CHATS, body or chat(), **headers)

    return send


@pytest.mark.parametrize(
    ("body", "headers", "label"),
    [
        (chat(), {"x_mockgate_error": "503"}, "header X-Mockgate-Error: 503"),
        (chat(), {"x_mockgate_fault": " 503 "}, "header X-Mockgate-Fault: 503"),
        (chat(), {"authorization": "Bearer sk-mock-503"}, "key sk-mock-503"),
        (chat(model="gpt-4o:mock-503"), {}, "model gpt-4o:mock-503"),
        (chat("Hello [[mock: 503]]!"), {}, "phrase [[mock: 503]]"),
        (chat("[[ mock:503 ]]"), {}, "phrase [[mock: 503]]"),
    ],
)
async def test_every_place_asks_for_the_same(trip, body, headers, label):
    exchange = await trip(body, **headers)
    assert (exchange.status, exchange.describe()["faults"]) == (503, [label])


async def test_a_suffix_is_no_part_of_the_models_name(trip):
    exchange = await trip(chat(model="gpt-4o:mock-slow,by=2s"))
    assert (exchange.status, decoded(exchange)["model"], exchange.answer.due) == (200, "gpt-4o", 2)
    assert (await trip(chat(model="gpt-9:mock-slow"))).status == 404


async def test_headers_and_keys_strike_endpoints_without_a_prompt_too(gw, ask):
    for headers in ({"x_mockgate_error": "500"}, {"authorization": "Bearer sk-mock-500"}):
        assert (await ask(gw(), "GET", "/v1/models", **headers)).status == 500
    assert (await ask(gw(), "GET", "/health", x_mockgate_error="500")).status == 200


async def test_a_trigger_takes_what_a_scenarios_fault_takes(trip):
    exchange = await trip(x_mockgate_error="429 retry_after=1500ms, body=empty")
    assert (exchange.status, exchange.answer.body) == (429, b"")
    assert (exchange.answer.headers["retry-after"], exchange.answer.headers["retry-after-ms"]) == ("2", "1500")


async def test_a_stream_is_broken_where_it_says(trip):
    exchange = await trip(chat("[[mock: 500 after=2tokens]]", stream=True))
    *_, last = exchange.answer.frames
    assert (exchange.status, "error" in msgspec.json.decode(last.data)) == (200, True)
    exchange = await trip(chat(stream=True), authorization="Bearer sk-mock-disconnect,after=3chunks,reset=true")
    *before, last = exchange.answer.frames
    assert (len(before), last.cut) == (3, "rst")


async def test_the_first_so_many_are_counted_in_the_session(gw, trip):
    gateway = gw()
    seen = [(await trip(gateway=gateway, x_mockgate_error="503,first=2")).status for _ in range(3)]
    assert seen == [503, 503, 200]
    assert (await trip(gateway=gateway, x_mockgate_error="500,first=1")).status == 500


async def test_chance_is_the_seeds(gw, trip):
    async def draws(seed):
        gateway = gw(seed=seed)
        return [(await trip(chat("[[mock: 503 chance=50%]]"), gateway)).status for _ in range(12)]

    assert await draws(1) == await draws(1) != await draws(2)


async def test_a_preset_knows_a_stream_wherever_it_is_asked_for(gw, trip):
    for body, headers in ((chat(stream=True), {"x_mockgate_fault": "brown-out"}), (chat("[[mock: brown-out]]"), {})):
        gateway = gw()
        struck = {label for _ in range(60) for label in (await trip(body, gateway, **headers)).describe()["faults"]}
        assert any('"paused"' in label for label in struck) == bool(headers), struck


async def test_a_key_that_asks_for_401_is_told_what_a_wrong_key_is(gw, trip):
    strict = gw(unknown_keys="refuse")
    asked, unknown = [await trip(gateway=each, authorization="Bearer sk-mock-401") for each in (gw(), strict)]
    assert asked.status == 401
    assert decoded(asked) == decoded(unknown)


async def test_a_prompt_full_of_what_is_almost_a_phrase_is_read_at_once(trip):
    assert (await trip(chat("[[" + "mock:" + " " * 60_000))).status == 200


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chat(), {"authorization": "Bearer sk-mockgate"}),
        (chat(), {"authorization": "Bearer sk-mock-server-1"}),
        (chat(), {"authorization": "Bearer sk-mock-"}),
        (chat("Is [[1, 2]] a list? See [[mock]] and [mock: 429]"), {}),
        (chat(model="ft:gpt-4o-mini:org::id"), {}),
    ],
)
async def test_ordinary_keys_words_and_models_ask_for_nothing(trip, body, headers):
    assert (await trip(body, **headers)).status == 200


async def test_only_the_newest_words_of_the_user_count(trip):
    said = [{"role": "user", "content": "[[mock: 500]]"}, {"role": "assistant", "content": "No"}]
    body = {"model": "gpt-4o", "messages": [*said, {"role": "user", "content": "And now?"}]}
    assert (await trip(body)).status == 200


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("disconect", '"disconect" is no status, deed or preset', 'Did you mean "disconnect"?'),
        ("200", '"200" is no status', "Write a status such as 429"),
        ("429 retry-after=2s", "retry-after is an unknown key", "Did you mean `retry_after`?"),
        ("stall after=10words", "after is no place in an answer", ""),
        ("429 retry_after=", '"retry_after=" is no `key=value`', ""),
        ("slow fast", '"fast" is no `key=value`', "Write such as after=10tokens."),
        ("", '"" is no status', ""),
    ],
)
async def test_a_trigger_that_cannot_be_read_is_refused_and_says_what_would_be_right(trip, text, words, hint):
    for exchange in (await trip(chat(f"[[mock: {text}]]")), await trip(x_mockgate_error=text)):
        assert exchange.status == 400
        assert words in decoded(exchange)["error"]["message"]
        assert hint in exchange.answer.headers.get("x-mockgate-hint", "")


async def test_triggers_can_be_switched_off(gw, trip):
    off = gw(triggers=False)
    for body, headers in (
        (chat("[[mock: 500]]"), {}),
        (chat(), {"x_mockgate_error": "500"}),
        (chat(), {"authorization": "Bearer sk-mock-500"}),
    ):
        assert (await trip(body, off, **headers)).status == 200
    assert decoded(await trip(chat(model="gpt-4o:mock-500"), off))["model"] == "gpt-4o:mock-500"


def test_a_preset_is_one_word_and_stands_alone():
    for name in PRESETS:
        assert faults_of(name)
    with pytest.raises(ScenarioError):
        faults_of("flaky times=2")
