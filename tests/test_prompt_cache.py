import msgspec
import pytest

from mockgate import prompt_cache
from mockgate.prompt_cache import Caching, PromptCache
from mockgate.scenario import PromptCacheSpec
from mockgate.tokens import count_input, load
from mockgate.turn import CachePoint, Message, Prompt, Text, Tool, ToolCall

CHAT = "/v1/chat/completions"
LONG = "The harbour wakes before the light does, and nobody says so. " * 120  # some 1,560 tokens
LONGER = LONG * 2


def words(count: int, word: str = "tide") -> str:
    return " ".join([word] * count)


def marked(*texts: str, at: tuple[int, ...] = (0,), long: tuple[int, ...] = (), model="claude-sonnet-4-5") -> Prompt:
    """Make a prompt of one message, each text a part of it, with marks after some of them."""
    points = tuple(CachePoint(0, part, part in long) for part in at)
    return Prompt("messages", model, (Message("user", tuple(map(Text, texts))),), cache=points)


@pytest.fixture
def send():
    """Send prompts of one session, each at a moment; returns (read, written, of it for long)."""
    cache = PromptCache()

    def look(prompt, now=0.0, whose="sk-a", caching=None, unmarked=False):
        counted = count_input(prompt, load("o200k_base"))
        looked = cache.look(caching or Caching(True), prompt, counted, whose, now, unmarked=unmarked)
        cache.keep(looked.marks, now)
        assert looked.counted.total == counted.total
        return looked.counted.cached, looked.counted.cache_written, looked.counted.cache_written_long

    return look


def test_what_is_marked_is_written_first_and_read_after_for_as_long_as_it_lives(send):
    prompt = marked(LONG, "And now?")
    read, written, _ = send(prompt)
    assert read == 0
    assert 1024 < written < count_input(prompt, load("o200k_base")).total
    assert send(marked(LONG, "Something else."), 299) == (written, 0, 0)
    assert send(prompt, 299 + 299) == (written, 0, 0), "a read keeps it for another five minutes"
    assert send(prompt, 299 + 299 + 300) == (0, written, 0)


def test_only_what_lies_behind_the_longest_known_beginning_is_written(send):
    _, first, _ = send(marked(LONG, at=(0,)))
    read, written, _ = send(marked(LONG, LONGER, "?", at=(0, 1)))
    assert (read, written > 2 * 1024) == (first, True)
    assert send(marked(LONG, LONGER, "!", at=(0, 1))) == (read + written, 0, 0)
    assert send(marked("No. " + LONG, LONGER, at=(0, 1)))[0] == 0


def test_an_hour_is_told_apart_and_lasts_an_hour(send):
    prompt = marked(LONG, LONGER, at=(0, 1), long=(0,))
    read, written, long = send(prompt)
    assert (read, 1024 < long < written) == (0, True)
    assert send(prompt, 3599) == (long, written - long, 0)


def test_a_mark_looks_back_on_twenty_blocks_and_no_further(send):
    texts = [LONG, *(f"Turn {number}." for number in range(30))]
    _, written, _ = send(marked(*texts, at=(0,)))
    assert send(marked(*texts, at=(20,)))[0] == 0
    assert send(marked(*texts, at=(19,)))[0] == written


@pytest.mark.parametrize(
    ("model", "tokens", "kept"),
    [
        ("claude-sonnet-4-5", 1000, False),
        ("claude-sonnet-4-5", 1100, True),
        ("anthropic/claude-haiku-4-5", 1100, False),
        ("anthropic/claude-haiku-4-5", 2100, True),
    ],
)
def test_too_little_is_not_kept(send, model, tokens, kept):
    prompt = marked(words(tokens), "?", model=model)
    assert (send(prompt)[1] > 0) is kept
    assert (send(prompt)[0] > 0) is kept


def test_a_scenario_says_how_little_is_kept(send):
    prompt = marked(words(50), "?", model="claude-haiku-4-5")
    caching = Caching(PromptCacheSpec(minimum=10))
    assert send(prompt, caching=caching)[1] == send(prompt, caching=caching)[0] > 0
    assert (Caching(True).least, caching.least) == (1024, 10)
    assert Caching(False).least > 10**9


def test_tools_come_first_and_can_be_marked(send):
    tools = tuple(Tool(f"tool_{number}", LONG) for number in range(2))
    prompt = Prompt("messages", "claude-sonnet-4-5", marked("Hi").messages, tools, cache=(CachePoint(-1, 1),))
    _, written, _ = send(prompt)
    assert written > 2 * 1024
    assert send(msgspec.structs.replace(prompt, messages=marked("Ho").messages)) == (written, 0, 0)
    assert send(msgspec.structs.replace(prompt, tools=tools[::-1])) == (0, written, 0)


def test_nobody_reads_what_another_was_sent_and_a_call_is_part_of_what_is_known(send):
    prompt = marked(LONG)
    written = send(prompt)[1]
    assert send(prompt, whose="sk-b") == (0, written, 0)
    called = Message("assistant", (ToolCall("look", '{"at": 1}'),))
    turns = msgspec.structs.replace(prompt, messages=(*prompt.messages, called), cache=(CachePoint(1, 0),))
    assert send(turns)[0] == written
    other = msgspec.structs.replace(called, parts=(ToolCall("look", '{"at": 2}'),))
    assert send(msgspec.structs.replace(turns, messages=(*prompt.messages, other)))[:2] == (
        written,
        send(turns)[0] - written,
    )


def test_no_more_places_are_kept_than_a_session_may(send, monkeypatch):
    monkeypatch.setattr(prompt_cache, "MOST", 3)
    written = [send(marked(LONG, whose, at=(1,)))[1] for whose in "abcd"]
    assert send(marked(LONG, "d", at=(1,)))[0] == written[3]
    assert send(marked(LONG, "a", at=(1,)))[0] == 0


def test_what_nobody_marked_is_only_looked_up_where_it_is_wanted(send):
    prompt = marked(LONG, at=())
    assert [send(prompt, unmarked=False) for _ in range(2)] == [(0, 0, 0)] * 2
    assert send(prompt, unmarked=True) == (0, 0, 0)
    assert send(prompt, unmarked=True)[0] >= 1024


# Through the door.


async def cached(say, gateway, text, **body):
    usage = (await say(gateway, text, **body))["usage"]
    return usage["prompt_tokens"], usage["prompt_tokens_details"]["cached_tokens"]


async def test_a_long_prompt_sent_again_was_cached_in_steps_of_128(gw, say):
    gateway = gw(rules=[{"reply": "Yes."}])
    tokens, fresh = await cached(say, gateway, LONG)
    assert (fresh, await cached(say, gateway, LONG)) == (0, (tokens, tokens // 128 * 128))
    longer, part = await cached(say, gateway, LONG + words(2000))
    assert tokens - 256 < part <= tokens < longer
    assert part % 128 == 0
    gateway.session().clock.advance(300)
    assert await cached(say, gateway, LONG) == (tokens, 0)


@pytest.mark.parametrize("setting", [False, {"minimum": 4000}])
async def test_a_scenario_may_switch_it_off_or_set_the_bar_higher(gw, say, setting):
    gateway = gw(prompt_cache=setting)
    assert [(await cached(say, gateway, LONG))[1] for _ in range(2)] == [0, 0]


async def test_a_short_prompt_is_never_cached(gw, say):
    gateway = gw()
    assert [(await cached(say, gateway, words(900)))[1] for _ in range(2)] == [0, 0]
    assert len(gateway.session().prompt_cache) == 0


async def test_a_rules_own_usage_wins(gw, say):
    gateway = gw(
        rules=[
            {"when": {"user": "exactly"}, "reply": {"text": "Yes.", "usage": {"cached": 7}}},
            {"reply": {"text": "Yes.", "usage": {"input": 100}}},
        ]
    )
    assert [(await cached(say, gateway, "exactly " + LONG))[1] for _ in range(2)] == [7, 7]
    assert [await cached(say, gateway, LONG) for _ in range(2)] == [(100, 0), (100, 100)]


async def test_another_key_another_model_and_another_session_have_caches_of_their_own(gw, ask):
    gateway = gw(rules=[{"reply": "Yes."}])

    async def send(model="gpt-4o", **headers):
        body = {"model": model, "messages": [{"role": "user", "content": LONG}]}
        made = await ask(gateway, "POST", CHAT, body, **headers)
        return made.usage.cached

    assert await send() == 0
    others = [
        await send(authorization="Bearer sk-other"),
        await send("gpt-4o-mini"),
        await send(x_mockgate_session="other"),
    ]
    assert others == [0, 0, 0]
    assert await send("gpt-4o-2024-08-06") == await send() > 1024, "an alias is the same model"


async def test_a_call_that_was_refused_keeps_nothing(gw, say, ask):
    gateway = gw(rules=[{"times": 1, "error": 500}, {"reply": "Yes."}])
    await ask(gateway, "POST", CHAT, {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": LONG}]})
    assert (await cached(say, gateway, LONG))[1] == 0
    assert (await cached(say, gateway, LONG))[1] > 0


async def test_what_was_cached_is_cheaper_and_faster(gw, ask):
    gateway = gw(
        rules=[{"reply": "Yes."}],
        pace={"first_token": "1s", "per_1k_input": "1s", "jitter": 0, "tokens_per_second": 1e9},
        prices={"gpt-4o": {"input": 1_000_000, "cached_input": 100_000}},
    )
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": LONG}]}
    first, again = [await ask(gateway, "POST", CHAT, body) for _ in range(2)]
    tokens, known = first.usage.input, again.usage.cached
    assert (first.answer.due, again.answer.due) == (
        pytest.approx(1 + tokens / 1000),
        pytest.approx(1 + (tokens - known) / 1000),
    )
    assert (first.cost - again.cost) * 10 == known * 9


# Anthropic's way.


@pytest.fixture
def message(ask):
    """Ask Anthropic's endpoint about a marked text and return the exchange."""

    async def send(gateway, text=LONG, **control):
        block = {"type": "text", "text": text, "cache_control": {"type": "ephemeral", **control}}
        body = {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": [block]}]}
        return await ask(gateway, "POST", "/v1/messages", body, anthropic_version="2023-06-01")

    return send


async def test_writing_costs_more_and_reading_less(gw, message):
    prices = {"input": 10_000_000, "cached_input": 1_000_000, "cache_write": 12_000_000, "cache_write_long": 20_000_000}
    gateway = gw(rules=[{"reply": "Yes."}], prices={"claude-sonnet-4-5": prices})
    written, read = await message(gateway), await message(gateway)
    kept, rest = written.usage.cache_written, written.usage.input - written.usage.cache_written
    assert (written.cost, read.cost) == (12 * kept + 10 * rest, kept + 10 * rest)
    assert (await message(gateway, "No. " + LONG, ttl="1h")).cost > 20 * kept


async def test_what_is_read_counts_toward_no_limit_of_anthropics(gw, message):
    gateway = gw(rules=[{"reply": "Yes."}], limits={"input_tokens": "2000/h"})
    statuses = [(await message(gateway)).status for _ in range(3)]
    assert statuses == [200, 200, 200]
    assert (await message(gateway, "No. " + LONG)).status == 429


async def test_elsewhere_it_counts(gw, say):
    gateway = gw(rules=[{"reply": "Yes."}], limits={"input_tokens": "2000/h"})
    await say(gateway, LONG)
    assert "Rate limit" in (await say(gateway, LONG))["error"]["message"]


async def test_anthropic_keeps_nothing_that_nobody_marked(gw, ask):
    gateway = gw(rules=[{"reply": "Yes."}])
    body = {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": LONG}]}
    usages = [(await ask(gateway, "POST", "/v1/messages", body)).usage for _ in range(2)]
    assert [(usage.cached, usage.cache_written) for usage in usages] == [(0, 0), (0, 0)]
