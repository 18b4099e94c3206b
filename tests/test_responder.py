import msgspec
import pytest

from mockgate.tokens import load

CHATS = "/v1/chat/completions"
WORDS = load("o200k_base")


async def moments(gw_, ask, model, **body):
    """When the frames of a stream are due."""
    request = {"model": model, "messages": [{"role": "user", "content": "Hi"}], "stream": True, **body}
    exchange = await ask(gw_, "POST", CHATS, request)
    return [frame.due for frame in exchange.answer.frames]


async def test_usage_is_counted_in_true_tokens(gw, say):
    body = await say(gw(rules=[{"reply": "The quick brown fox"}]), "Hello there")
    assert body["usage"]["completion_tokens"] == WORDS.count("The quick brown fox")
    assert body["usage"]["prompt_tokens"] == 3 + 3 + WORDS.count("user") + WORDS.count("Hello there")


async def test_choices_add_up_in_usage_and_differ_where_they_are_made_up(gw, say):
    body = await say(gw(), "Tell me something", n=3)
    said = [choice["message"]["content"] for choice in body["choices"]]
    assert len(set(said)) == 3
    assert body["usage"]["completion_tokens"] == sum(map(WORDS.count, said))


async def test_reasoning_counts_as_output(gw, say):
    parts = [{"reasoning": "Let me think."}, {"text": "Yes."}]
    usage = (await say(gw(rules=[{"reply": parts}])))["usage"]
    assert usage["completion_tokens_details"]["reasoning_tokens"] == WORDS.count("Let me think.")
    assert usage["completion_tokens"] == WORDS.count("Let me think.") + WORDS.count("Yes.")


async def test_a_rule_may_report_other_usage_and_another_reason_to_end(gw, say):
    rule = {"reply": "Hi", "usage": {"input": 1000, "cached": 900}, "finish_reason": "content_filter"}
    body = await say(gw(rules=[rule]))
    assert (body["usage"]["prompt_tokens"], body["usage"]["total_tokens"]) == (1000, 1001)
    assert body["usage"]["prompt_tokens_details"]["cached_tokens"] == 900
    assert body["choices"][0]["finish_reason"] == "content_filter"


async def test_a_models_own_limit_bounds_the_answer_even_below_what_is_asked_for(gw, say):
    gateway = gw(models=[{"id": "tiny", "max_output": 3}], rules=[{"reply": "one two three four five"}])
    for extra in ({}, {"max_tokens": 10}):
        body = await say(gateway, model="tiny", **extra)
        assert (body["usage"]["completion_tokens"], body["choices"][0]["finish_reason"]) == (3, "length")


async def test_a_prompt_beyond_the_models_context_is_refused_with_the_counts(gw, say):
    body = await say(gw(models=[{"id": "tiny", "context": 10}]), "word " * 50, model="tiny")
    assert body["error"]["code"] == "context_length_exceeded"
    assert "maximum context length is 10 tokens" in body["error"]["message"]


async def test_when_nothing_may_go_unmatched_the_closest_rules_are_named(gw, ask):
    rules = [{"when": {"user": f"word{number}"}, "reply": "x"} for number in range(5)]
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
    exchange = await ask(gw(default_reply="error", rules=rules), "POST", CHATS, request)
    assert (exchange.answer.status, exchange.error.code) == (400, "no_rule_matched")
    assert exchange.error.message.count("rules[") == 3
    empty = await ask(gw(default_reply="error"), "POST", CHATS, request)
    assert "no rules" in empty.error.message


async def test_echo_says_the_last_message_again(gw, say):
    body = await say(gw(default_reply="echo"), "Say this")
    assert body["choices"][0]["message"]["content"] == "Say this"


async def test_every_tool_call_has_an_id_of_its_own_in_every_choice(gw, say):
    reply = [{"call": "f"}, {"call": "f"}, {"call": "f", "id": "mine"}]
    body = await say(gw(rules=[{"reply": reply}]), n=2)
    ids = [[call["id"] for call in choice["message"]["tool_calls"]] for choice in body["choices"]]
    assert [found.pop() for found in ids] == ["mine", "mine"]
    assert len({*ids[0], *ids[1]}) == 4


PACES = {
    "models": [{"id": "fast", "pace": "quick"}, {"id": "slow", "pace": "sluggish"}],
    "paces": {
        "quick": {"first_token": "1s", "tokens_per_second": 10},
        "sluggish": {"first_token": "5s", "tokens_per_second": 2},
    },
    "rules": [{"when": {"user": "rule"}, "reply": "a b", "pace": {"first_token": "2s"}}, {"reply": "a b"}],
}


@pytest.mark.parametrize("order", [("fast", "slow"), ("slow", "fast")])
@pytest.mark.parametrize(
    ("pace", "dues"),
    [
        (None, {"fast": (1.0, 1.1), "slow": (5.0, 5.5)}),
        ({"first_token": "3s"}, {"fast": (3.0, 3.1), "slow": (3.0, 3.5)}),
        ("quick", {"fast": (1.0, 1.1), "slow": (1.0, 1.1)}),
        ("instant", {"fast": (0, 0), "slow": (0, 0)}),
    ],
)
async def test_the_scenarios_pace_goes_over_each_models_own_whichever_is_asked_first(gw, ask, pace, dues, order):
    gateway = gw({**PACES, "pace": pace})
    for model in order:
        due = await moments(gateway, ask, model)
        assert (due[0], due[-1]) == pytest.approx(dues[model])


async def test_a_rules_pace_goes_over_the_scenarios(gw, ask):
    gateway = gw({**PACES, "pace": None})
    said = [{"role": "user", "content": "rule"}]
    assert (await moments(gateway, ask, "slow", messages=said))[0] == 2.0
    assert (await moments(gateway, ask, "slow", messages=said))[-1] == pytest.approx(2.5)


async def test_spoken_words_are_one_sound_streamed_or_whole(gw, say, stream):
    gateway = gw(rules=[{"reply": [{"text": "Hello. "}, {"text": "Bye."}]}], unknown_models="accept")
    asked = {
        "modalities": ["text", "audio"],
        "audio": {"voice": "alloy", "format": "pcm16"},
        "model": "gpt-4o-audio-preview",
    }
    whole = (await say(gateway, **asked))["choices"][0]["message"]["audio"]
    chunks = await stream(gateway, **asked)
    heard = [chunk["choices"][0]["delta"].get("audio", {}) for chunk in chunks]
    assert whole["transcript"] == "Hello. Bye."
    assert "".join(part.get("transcript", "") for part in heard) == "Hello. Bye."
    assert [part["id"] for part in heard if "id" in part] == [whole["id"]]
    assert "".join(part.get("data", "") for part in heard) == whole["data"]


async def test_a_stop_sequence_ends_what_is_spoken_too(gw, say):
    gateway = gw(rules=[{"reply": "Hello there. Bye."}], unknown_models="accept")
    asked = {
        "modalities": ["text", "audio"],
        "audio": {"voice": "alloy", "format": "wav"},
        "model": "gpt-4o-audio-preview",
    }
    body = await say(gateway, stop=[" Bye"], **asked)
    assert body["choices"][0]["message"]["audio"]["transcript"] == "Hello there."


async def test_a_long_stream_is_cut_into_the_same_tokens_as_a_short_one(gw, stream):
    words = "one two three " * 6000
    gateway = gw(rules=[{"reply": words}], unknown_models="accept")
    chunks = await stream(gateway, model="any", stream_options={"include_usage": True})
    said = [chunk["choices"][0]["delta"].get("content") for chunk in chunks[1:-2]]
    assert ("".join(said) == words, len(said)) == (True, chunks[-1]["usage"]["completion_tokens"])
    assert msgspec.json.encode(chunks[-1]["usage"])


async def test_an_error_comes_at_its_own_pace(gw, ask):
    rule = {"reply": {"error": 429, "pace": {"profile": "instant", "first_token": "2s"}}}
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}]}
    exchange = await ask(gw(rules=[rule]), "POST", "/v1/chat/completions", body)
    assert (exchange.status, exchange.answer.due) == (429, 2.0)


async def test_scripted_speech_is_written_for_who_did_not_ask_for_sound(gw, say):
    message = (await say(gw(rules=[{"reply": {"audio": "Hear me"}}])))["choices"][0]["message"]
    assert message["content"] == "Hear me"
    assert "audio" not in message


async def test_only_the_spoken_choices_that_were_cut_end_for_length(gw, say):
    sound = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}}
    whole = await say(gw(), "Tell me about rivers", n=4, **sound)
    lengths = sorted(len(choice["message"]["audio"]["transcript"]) for choice in whole["choices"])
    assert lengths[0] < lengths[-1]
    for limit in range(50, 2000, 50):
        answer = await say(gw(), "Tell me about rivers", n=4, max_tokens=limit, **sound)
        finishes = [choice["finish_reason"] for choice in answer["choices"]]
        if len(set(finishes)) == 2:
            break
    kept = [choice["message"].get("audio", {}).get("transcript") for choice in answer["choices"]]
    said = [choice["message"]["audio"]["transcript"] for choice in whole["choices"]]
    assert [finish == "stop" for finish in finishes] == [a == b for a, b in zip(kept, said, strict=True)]
    assert set(finishes) == {"stop", "length"}
