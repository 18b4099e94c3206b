"""What a program can say to a session, and what it is told."""

from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgspec
import pytest
from openai import APIStatusError, OpenAI

from mockgate import Mockgate, ScenarioError

MODEL = "gpt-4o-mini"


def client(gw, key="any", **headers):
    return OpenAI(base_url=gw.base_url, api_key=key, max_retries=0, default_headers=headers)


def say(gw, text="Hello", session=None, key="any"):
    """Ask one thing; return what is said, or the status of a refusal."""
    asking = client(gw, key, **(session.headers if session else {}))
    try:
        answer = asking.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": text}])
    except APIStatusError as refused:
        return refused.status_code
    return answer.choices[0].message.content


def stubborn(gw):
    """Ask as a client of one's own does, that does not say of a request whether it is asked again."""
    body = msgspec.json.encode({"model": MODEL, "messages": [{"role": "user", "content": "ping"}]})
    asked = Request(f"{gw.base_url}/chat/completions", body, {"authorization": "Bearer any"})
    with pytest.raises(HTTPError) as refused:
        urlopen(asked)
    return refused.value.code


@pytest.fixture
def gw(live):
    return live({"rules": [{"name": "ping", "when": {"user": "ping"}, "reply": "pong"}], "default_reply": "echo"})


# What it shall answer.


def test_replies_come_before_the_scenarios_rules_one_after_the_other(gw):
    gw.reply("one", {"text": "two", "finish_reason": "length"}, when={"user": "ping"}, times=3)
    assert [say(gw, "ping") for _ in range(4)] == ["one", "two", "two", "pong"]
    assert gw.requests[1]["finish"] == ["length"]
    assert say(gw, "other") == "other"


def test_the_newest_reply_is_asked_first_and_can_be_taken_away(gw):
    gw.reply("old")
    newer = gw.reply([{"text": "new"}], name="newer")
    assert say(gw) == "new"
    assert "newer" in gw.requests[0]["by"]
    newer.remove()
    newer.remove()
    assert say(gw) == "old"


def test_a_failure_lasts_for_as_long_as_its_block(gw):
    with gw.fail(503, message="Down for repairs.", when={"user": "ping"}, retry_after="2s"):
        assert [say(gw, "ping"), say(gw, "other")] == [503, "other"]
    assert say(gw, "ping") == "pong"
    assert gw.requests[0]["error"]["message"] == "Down for repairs."


@pytest.mark.parametrize(
    ("what", "keys"), [(None, {"error": 502}), ({"error": 502}, {"times": 1}), ("provider-down", {})]
)
def test_a_fault_is_told_by_its_keys_or_by_the_name_of_a_preset(gw, what, keys):
    with gw.fault(what, **keys):
        assert say(gw, "ping") >= 500
    assert say(gw, "ping") == "pong"


def test_a_deed_is_told_by_its_name(gw):
    gw.fault("wrong_type", content_type="text/html", times=1)
    asked = {"model": MODEL, "messages": [{"role": "user", "content": "ping"}]}
    kinds = [client(gw).chat.completions.with_raw_response.create(**asked).headers["content-type"] for _ in range(2)]
    assert kinds == ["text/html", "application/json"]


@pytest.mark.parametrize(
    ("verb", "words", "keys", "said"),
    [
        ("reply", (), {}, "replies: is an empty list. Give at least one reply."),
        ("reply", ("x",), {"when": {"usr": "x"}}, "when.usr: is an unknown key. Did you mean `user`?"),
        ("reply", ("{{",), {}, "template"),
        ("reply", (object(),), {}, "reply: a object is nothing that a scenario can hold"),
        ("fail", (200,), {}, "error: "),
        ("fail", (429,), {"retry_after": "soon"}, "retry_after: "),
        ("fault", ("disconect",), {}, 'there is no fault "disconect". Did you mean "disconnect"?'),
        ("fault", ("flaky",), {"times": 1}, "flaky is a whole preset: times cannot be given"),
        ("fault", (), {}, "does nothing"),
        ("assert_called", (), {"usr": "x"}, "when.usr: is an unknown key. Did you mean `user`?"),
        ("assert_called", (-1,), {}, "exactly: "),
    ],
)
def test_wrong_words_are_refused_with_what_would_be_right_and_change_nothing(gw, verb, words, keys, said):
    with pytest.raises(ScenarioError) as refused:
        getattr(gw, verb)(*words, **keys)
    assert said in str(refused.value)
    assert say(gw, "ping") == "pong"


def test_a_session_may_have_a_scenario_of_its_own_and_keeps_it_when_it_is_reset(gw):
    alone = gw.session("alone")
    alone.replace({"rules": [{"reply": "mine"}], "clock": {"start": "2025-01-01", "frozen": True}})
    assert [say(gw, session=alone), say(gw, "ping")] == ["mine", "pong"]
    alone.clock.advance(1)
    alone.reset()
    assert (alone.requests, alone.clock.now()) == ([], 1735689600)
    gw.replace({"rules": [{"reply": "theirs"}]})
    assert [say(gw, session=alone), say(gw)] == ["mine", "theirs"]
    assert (alone.scenario.rules[0].reply, gw.scenario.rules[0].reply) == ("mine", "theirs")


# What it was asked.


def test_tokens_and_money_add_up_over_all_answers(live):
    gw = live({"prices": {MODEL: {"input": "$1", "output": "$2"}}, "rules": [{"reply": "one two"}]})
    say(gw)
    say(gw)
    assert (gw.usage.input, gw.usage.output, gw.usage.total) == (16, 4, 20)
    assert gw.cost == 0.000024
    gw.reset()
    assert (gw.usage.total, gw.cost) == (0, 0)


def test_a_key_is_topped_up(live):
    gw = live({"keys": {"sk-broke": {"balance": "$0"}}, "rules": [{"reply": "Hi"}]})
    assert (say(gw, key="sk-broke"), gw.balance("sk-broke")) == (402, 0)
    gw.top_up("$2.50", "sk-broke")
    assert say(gw, key="sk-broke") == "Hi"
    assert gw.balance("sk-broke") == pytest.approx(2.5 - gw.cost)
    assert gw.balance("sk-rich") is None
    with pytest.raises(ValueError, match="amount of money"):
        gw.top_up("much", "sk-broke")


# Whether that was right.


def test_it_is_asserted_how_often_something_was_asked(gw):
    for text in ("ping", "ping", "pang"):
        say(gw, text)
    gw.assert_called()
    gw.assert_called(2, user="ping", status=200, rule="ping")
    gw.assert_called(0, user="pung")
    gw.assert_called(at_least=1, at_most=3, path="/v1/*", when={"not": {"user": "pang"}})
    gw.assert_called(in_order=[{"when": {"user": "ping"}}, {"when": {"user": "pang"}}])
    with pytest.raises(AssertionError, match=r"(?s)expected exactly 1 request .* but 2 requests of 3 fit"):
        gw.assert_called(1, user="ping")


def test_what_matched_no_rule_and_what_was_never_used_is_told(gw):
    gw.reply("never", when={"user": "never"}, name="forgotten")
    say(gw, "pang")
    with pytest.raises(AssertionError, match=r'(?s)no rule matched:.*"ping" is not in "pang"'):
        gw.assert_all_matched()
    with pytest.raises(AssertionError, match=r'never used: rule_1.* "forgotten", rules\[0\] "ping"'):
        gw.assert_all_rules_used()
    gw.reset()
    say(gw, "ping")
    gw.assert_all_matched()
    gw.assert_all_rules_used()
    assert gw.coverage().endpoints["chat.create"] == 1


def test_a_client_that_asks_again_what_was_refused_is_not_resilient(gw):
    gw.fail(403, times=2)
    assert [stubborn(gw), stubborn(gw)] == [403, 403]
    assert [finding.kind for finding in gw.verdict().findings] == ["refusal_retried"]
    with pytest.raises(AssertionError, match="refusal_retried"):
        gw.assert_resilient()
    gw.assert_resilient(but="refusal_retried")
    with pytest.raises(ValueError, match="no kind of finding"):
        gw.assert_resilient(but=["rudeness"])


def test_everything_can_be_asked_and_asserted_after_the_server_has_stopped():
    with Mockgate({"rules": [{"reply": "Hi"}]}) as gw:
        say(gw)
    gw.assert_called(1)
    gw.assert_resilient()
    assert gw.usage.total
