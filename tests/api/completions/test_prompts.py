import asyncio

import msgspec
import pytest

from mockgate.wire import Sse

PATH = "/v1/completions"


@pytest.fixture
def complete(ask):
    """Ask for completions and return the decoded answer."""

    async def send(gateway, prompt, **fields):
        exchange = await ask(gateway, "POST", PATH, {"model": "gpt-3.5-turbo-instruct", "prompt": prompt, **fields})
        if isinstance(exchange.answer, Sse):
            return [msgspec.json.decode(frame.data) for frame in exchange.answer.frames if not frame.last]
        return msgspec.json.decode(exchange.answer.body)

    return send


def texts(answer):
    return [choice["text"] for choice in answer["choices"]]


RULES = [
    {"when": {"user": "count"}, "reply": " one two three four five"},
    {"when": {"user": "colour"}, "reply": "\nBlue.\n\nOr green."},
    {"when": {"user": "fail"}, "error": 503},
]


async def test_every_prompt_is_answered_by_the_rule_that_it_would_match_alone(gw, complete):
    answer = await complete(gw(rules=RULES), ["Name a colour:", "Let's count:"], n=2)
    assert texts(answer) == ["\nBlue.\n\nOr green."] * 2 + [" one two three four five"] * 2
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2, 3]
    assert answer["usage"] == {"prompt_tokens": 8, "completion_tokens": 22, "total_tokens": 30}


async def test_token_ids_are_matched_and_echoed_as_the_text_that_they_stand_for(gw, complete):
    answer = await complete(gw(rules=RULES), [10267, 596, 1797, 25], echo=True)
    assert texts(answer) == ["Let's count: one two three four five"]
    assert answer["usage"]["prompt_tokens"] == 4


@pytest.mark.parametrize(
    ("fields", "text", "finish", "tokens"),
    [
        ({"max_tokens": 2}, " one two", "length", 2),
        ({"stop": " three"}, " one two", "stop", 2),
        ({"stop": ["x", "wo t"]}, " one t", "stop", 2),
        ({"max_tokens": 0}, "", "length", 0),
        ({"max_tokens": 0, "echo": True}, "count", "length", 0),
        ({"suffix": " done"}, " one two three four five", "stop", 5),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_limits_and_stops_are_obeyed(gw, complete, fields, text, finish, tokens, stream):
    options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    answer = await complete(gw(rules=RULES), "count", **fields, **options)
    if not stream:
        (choice,) = answer["choices"]
        assert (choice["text"], choice["finish_reason"]) == (text, finish)
        assert answer["usage"]["completion_tokens"] == tokens
        return
    *chunks, end, usage = answer
    assert "".join(chunk["choices"][0]["text"] for chunk in chunks) == text
    assert (end["choices"][0]["finish_reason"], usage["usage"]["completion_tokens"]) == (finish, tokens)


async def test_a_completion_has_16_tokens_unless_it_asks_for_more(gw, complete):
    gateway = gw()
    story = "Tell me a long story"
    assert (await complete(gateway, story))["usage"]["completion_tokens"] == 16
    assert (await complete(gateway, story, max_tokens=40))["usage"]["completion_tokens"] == 40


async def test_a_prompt_is_completed_alike_alone_and_among_others_whole_and_streamed(gw, complete):
    gateway = gw()
    (alone,) = texts(await complete(gateway, "The old lighthouse"))
    assert texts(await complete(gateway, ["A quiet street", "The old lighthouse"]))[1] == alone
    chunks = await complete(gateway, ["A quiet street", "The old lighthouse"], stream=True)
    streamed = (choice["text"] for chunk in chunks for choice in chunk["choices"] if choice["index"] == 1)
    assert "".join(streamed) == alone


async def test_the_best_are_the_likeliest_and_all_that_were_made_are_billed(gw, complete):
    gateway = gw()
    everything = await complete(gateway, "The old lighthouse", n=5, logprobs=0)
    best = await complete(gateway, "The old lighthouse", n=2, best_of=5, logprobs=0)
    means = [sum(figures) / len(figures) for figures in map(figures_of, everything["choices"])]
    likeliest = sorted(range(5), key=lambda at: -means[at])[:2]
    assert texts(best) == [texts(everything)[at] for at in likeliest]
    assert best["usage"] == everything["usage"]
    plain = await complete(gateway, "The old lighthouse", best_of=5)
    assert texts(plain) == texts(best)[:1]
    assert plain["choices"][0]["logprobs"] is None


def figures_of(choice):
    return choice["logprobs"]["token_logprobs"]


async def test_log_probabilities_cover_prompt_and_completion_and_add_up_over_a_stream(gw, complete):
    gateway = gw(rules=RULES)
    fields = {"echo": True, "logprobs": 3, "max_tokens": 2}
    (choice,) = (await complete(gateway, "Please count:", **fields))["choices"]
    worded = choice["logprobs"]
    assert worded["tokens"] == ["Please", " count", ":", " one", " two"]
    assert worded["text_offset"] == [0, 6, 12, 13, 17]
    assert (worded["token_logprobs"][0], worded["top_logprobs"][0]) == (None, None)
    assert {len(top) for top in worded["top_logprobs"][1:]} == {3}
    assert all(token in top for token, top in list(zip(worded["tokens"], worded["top_logprobs"], strict=True))[1:])
    chunks = await complete(gateway, "Please count:", stream=True, **fields)
    parts = [chunk["choices"][0]["logprobs"] for chunk in chunks[:-1]]
    assert {name: [value for part in parts for value in part[name]] for name in worded} == worded


async def test_a_prompt_can_be_scored_without_a_word_more(gw, complete):
    answer = await complete(gw(), "To be or not to be", max_tokens=0, echo=True, logprobs=0)
    (choice,) = answer["choices"]
    assert "".join(choice["logprobs"]["tokens"]) == choice["text"] == "To be or not to be"
    assert answer["usage"]["completion_tokens"] == 0


async def test_one_prompt_that_a_rule_fails_fails_the_request(gw, ask):
    body = {"model": "gpt-3.5-turbo-instruct", "prompt": ["count", "fail"]}
    exchange = await ask(gw(rules=RULES), "POST", PATH, body)
    assert (exchange.status, exchange.usage) == (503, None)


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"model": "gpt-4o"}, 404, "This is a chat model and not supported in the v1/completions endpoint."),
        ({"model": "text-embedding-3-small"}, 403, "You are not allowed to sample from this model"),
        ({"model": "no-such"}, 404, "does not exist"),
        ({"model": "davinci-002", "suffix": "end"}, 400, "Unrecognized request argument supplied: suffix"),
        ({"max_tokens": 4096}, 400, "however you requested 4097 tokens (1 in your prompt; 4096 for the completion)"),
        ({"prompt": ["a", "b " * 5000]}, 400, "This model's maximum context length is 4096 tokens"),
    ],
)
async def test_what_the_model_does_not_do_is_refused(gw, ask, fields, status, words):
    exchange = await ask(gw(), "POST", PATH, {"model": "gpt-3.5-turbo-instruct", "prompt": "a", **fields})
    assert (exchange.status, exchange.error.type) == (status, "invalid_request_error")
    assert words in exchange.error.message


async def test_default_reply_error_says_that_no_rule_matched(gw, complete):
    answer = await complete(gw(default_reply="error"), "Hi")
    assert answer["error"]["code"] == "no_rule_matched"


async def test_default_reply_echo_repeats_the_prompt(gw, complete):
    assert texts(await complete(gw(default_reply="echo"), ["Hi", "Ho"])) == ["Hi", "Ho"]


async def test_many_prompts_are_priced_limited_and_paced_as_one(gw, ask):
    gateway = gw(
        rules=RULES,
        pace={"first_token": "1s", "tokens_per_second": 2, "jitter": 0, "per_1k_input": 0},
        limits={"tokens": "20/min"},
        prices={"gpt-3.5-turbo-instruct": {"input": 1000, "output": 1000}},
    )
    body = {"model": "gpt-3.5-turbo-instruct", "prompt": ["count", "count"]}
    exchange = await ask(gateway, "POST", PATH, body)
    assert exchange.answer.due == 3.0
    assert float(exchange.cost) == pytest.approx(0.012)
    assert exchange.answer.headers["x-ratelimit-remaining-tokens"] == "8"
    assert (await ask(gateway, "POST", PATH, {**body, "prompt": ["count"] * 9})).status == 429


async def test_a_great_number_of_prompts_lets_others_have_their_turn(gw, complete):
    asking = asyncio.create_task(complete(gw(rules=RULES), ["count"] * 100))
    turns = 0
    while not asking.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 5
    assert [choice["index"] for choice in asking.result()["choices"]] == list(range(100))
