import msgspec
import pytest

from mockgate.errors import GatewayError
from mockgate.rng import Dice
from mockgate.rules import Facts
from mockgate.scope import Scope, Supply
from mockgate.templates import fill, is_static, prepare, words
from mockgate.turn import Message, Prompt, Text, Tool, ToolResult
from mockgate.wire import Call

BODY = {"temperature": 0.5, "tags": ["a", "b"], "messages": []}


class Pretender:
    def name(self):
        return "Ada Lovelace"


def scope(captures=None, result='{"city": "Paris", "degrees": 21}', seed=0):
    messages = (
        Message("user", (Text("Hello there"),)),
        Message("tool", (ToolResult("c1", result, "get_weather"),)),
    )
    call = Call("POST", "/", headers={"x-user": "ada"}, raw=msgspec.json.encode(BODY))
    facts = Facts(Prompt("chat", "gpt-4o", messages, (Tool("get_weather"),)), call, "sk-1", 7)
    supply = Supply(Dice(seed), 86_400.0, str, Pretender)
    return Scope(facts, captures or {}, 2, facts.results[-1], supply)


def compiled(value, captures=frozenset()):
    problems = []
    prepared = prepare(value, "rules[1].reply", problems, frozenset(captures))
    assert problems == []
    return prepared


def rendered(text, **captures):
    return words(compiled(text, captures), scope(captures))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ city }}, {{ captures.city }} and {{ captures.1 }}", "Rome, Rome and Rome"),
        ("{{ user }} on {{ model }}", "Hello there on gpt-4o"),
        ("{{ tool.city }}: {{ tool.degrees + 1 }} from {{ tool_name }}", "Paris: 22 from get_weather"),
        ("{{ results[0].json.city }} {{ results | length }}", "Paris 1"),
        ("{{ tools | join(', ') }}; {{ n }}; {{ call }}; {{ key }}", "get_weather; 2; 7; sk-1"),
        ("{{ headers['x-user'] }} {{ request.temperature }}", "ada 0.5"),
        ("{{ now | date }} {{ now | date('%H:%M') }}", "1970-01-02 00:00"),
        ("{{ fake.name() }}", "Ada Lovelace"),
        ("{% for tag in request.tags %}<{{ tag }}>{% endfor %}\n", "<a><b>\n"),
        ("{{ tool | json }}", '{"city":"Paris","degrees":21}'),
        ('{{ "%.2f" | format(tool.degrees) }} {{ "%d!" % n }}', "21.00 2!"),
        ("{% raw %}{{ literally }}{% endraw %}", "{{ literally }}"),
    ],
)
def test_a_template_sees_the_request_the_rule_and_what_is_lent(text, said):
    assert rendered(text, **{"city": "Rome", "1": "Rome"}) == said


def test_a_result_that_is_no_json_object_is_text():
    assert words(compiled("{{ tool.text }}"), scope(result="it rains")) == "it rains"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ n }}", 2),
        ("{{ n > 1 }}", True),
        ("{{ none }}", None),
        ("{{ request.tags }}", ["a", "b"]),
        ("{{ request.tags | map('upper') | list }}", ["A", "B"]),
        ("{{ n }} of 3", "2 of 3"),
        ("{{ '1' }}", "1"),
        ("{{- n -}}", 2),
        ("{{ {'a': {'b': n}} }}", {"a": {"b": 2}}),
        ("plain", "plain"),
    ],
)
def test_a_single_expression_keeps_its_type_within_values(text, value):
    filled = fill(compiled({"deep": [text]}), scope())
    assert filled == {"deep": [value]}
    assert type(filled["deep"][0]) is type(value)


def test_only_what_holds_a_template_varies():
    assert is_static(compiled({"a": ["b", 1, None]}))
    assert not is_static(compiled({"a": ["b", {"c": "{{ n }}"}]}))


def test_a_draw_depends_on_the_dice_alone():
    text = compiled("{{ range(1000) | random }}")
    assert words(text, scope(seed=1)) == words(text, scope(seed=1))
    assert len({words(text, scope(seed=seed)) for seed in range(20)}) > 10


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'a' * 10**9 }}",
        "{{ 10**9 * 'a' }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ [0] * 10**8 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%*d' | format(999999999, 1) }}",
        "{{ 'a'.ljust(10**9) }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{% for i in range(100000) %}{{ user }}{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__']['__mro__'] }}",
        "{{ fake.__init__.__globals__ }}",
        "{{ request.tags.append('c') }}",
        "{{ 1 / 0 }}",
        "{{ tool.wind.speed }}",
        "{{ headers.missing }}",
        "{% include 'other' %}",
    ],
)
def test_what_escapes_overflows_or_fails_is_an_error_that_names_its_place(text):
    prepared = compiled(text)
    for run in (words, fill):
        with pytest.raises(GatewayError) as raised:
            run(prepared, scope())
        assert raised.value.status == 500
        assert raised.value.message.startswith("The template at rules[1].reply could not be rendered: ")


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        ("{{ city", "is no template", "raw"),
        ("{% if n %}", "is no template", "raw"),
        ("{{ n | sparkle }}", "sparkle", "raw"),
        ("{{ usr }}", "usr", "Did you mean user?"),
        ("{{ lipsum() }}", "lipsum", "There are: "),
        ("{{ tow }}", "tow", "Did you mean town?"),
    ],
)
def test_a_template_that_cannot_work_is_a_problem_when_it_is_read(text, message, advice):
    problems = []
    prepare({"with": [text]}, "rules[0].reply", problems, frozenset({"town"}))
    [problem] = problems
    assert problem.path == "rules[0].reply.with[0]"
    assert message in problem.message
    assert advice in problem.suggestion


def test_a_capture_that_was_not_made_is_an_error_unless_it_has_a_default():
    assert words(compiled("{{ city | default('nowhere') }}", {"city"}), scope()) == "nowhere"
    with pytest.raises(GatewayError, match="'city' is undefined"):
        words(compiled("{{ city }}", {"city"}), scope())
