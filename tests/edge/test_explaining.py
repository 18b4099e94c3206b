import msgspec
import pytest

from mockgate.edge import boot
from mockgate.edge.explaining import explain

RULES = [
    {"name": "weather", "when": {"user": "weather", "stream": False}, "reply": "Sunny."},
    {"when": {"user": "weather"}, "reply": "\n".join(f"line {n}" for n in range(20))},
    {"when": {"model": "gpt-*"}, "reply": {"call": "look", "with": {"at": "it"}}},
]


def told(scenario, words="weather?", **more):
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": words}], **more}
    return boot.run(explain(boot.build(scenario), msgspec.json.encode(body)))


def test_the_rule_that_answers_says_why_and_the_others_why_not():
    text = told({"rules": RULES}, stream=True)
    first, second, third = (text.index(f"rules[{at}]") for at in range(3))
    assert 'rules[0] "weather" does not match' in text[first:second]
    assert "stream" in text[first:second]
    assert "user" not in text[first:second], "what held is no reason not to match"
    assert "rules[1] matches, and answers" in text[second:third]
    assert "rules[2] matches too, but comes later" in text[third:]


def test_only_the_first_lines_of_a_long_answer_are_shown():
    text = told({"rules": RULES}, stream=True)
    assert "  line 11\n" in text
    assert "line 12" not in text
    assert text.endswith("and 8 lines more")


def test_tool_calls_errors_and_defaults_are_shown_as_answers():
    assert 'rules[2] answers with 200:\n  look({"at":"it"})' in told({"rules": RULES}, "go")
    assert "rules[0] answers with 503:\n  Busy." in told({"rules": [{"error": 503, "message": "Busy."}]})
    assert "default: echo answers with 200:\n  weather?" in told({"default_reply": "echo"})


def test_a_rule_is_explained_as_for_a_first_call():
    scenario = {
        "rules": [{"when": {"user": "weather"}, "times": 1, "reply": "Once."}],
        "default_reply": "echo",
    }
    gateway = boot.build(scenario)
    body = b'{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "weather"}]}'
    assert "rules[0] matches, and answers" in boot.run(explain(gateway, body))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{}", "400"),
        (b'{"model": "gpt-99", "messages": [{"role": "user", "content": "x"}]}', "does not exist"),
        (b"[]", "400"),
    ],
)
def test_a_request_that_no_rule_sees_is_told_so(body, reason):
    text = boot.run(explain(boot.build({"rules": RULES}), body))
    assert text.startswith("No rule is asked")
    assert reason in text
