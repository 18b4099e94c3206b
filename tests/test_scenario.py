import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockgate.catalogue import Catalogue
from mockgate.errors import GatewayError, Place, Problem, ScenarioError
from mockgate.layers import document, names
from mockgate.loader import fixtures_dir, parse
from mockgate.scenario import ReplySpec, Rule, Scenario, load, locate, schema

SHIPPED = sorted([*fixtures_dir().glob("gateways/*.yaml"), *fixtures_dir().glob("scenarios/*.yaml")])


def problems(source: Any, overrides: dict[str, Any] | None = None) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(source, overrides)
    return [str(problem) for problem in caught.value.problems]


def one_problem(source: Any) -> str:
    (problem,) = problems(source)
    return problem


# Sources.


def test_no_scenario_is_the_default_gateway_with_nothing_to_say():
    scenario = load()
    assert scenario.rules == []
    assert scenario.default_reply == "synthetic"
    assert "gpt-4o" in scenario.paces


def test_a_path_text_a_mapping_and_a_document_say_the_same(tmp_path: Path):
    text = "seed: 7\nrules: [{reply: hi}]\n"
    (tmp_path / "a.yaml").write_text(text)
    one = load(text)
    assert one.rules == [Rule(reply="hi")]
    assert one == load(tmp_path / "a.yaml") == load(str(tmp_path / "a.yaml"))
    assert one == load({"seed": 7, "rules": ({"reply": "hi"},)}) == load(parse(text, "x"))
    assert load("seed: 7").seed == 7


def test_a_built_in_scenario_is_found_by_its_name():
    assert load("hello").name == "hello"
    assert "hello" in names("scenarios")


def test_a_missing_file_names_those_that_are_nearly_called_so(tmp_path: Path):
    (tmp_path / "greetings.yaml").write_text("{}")
    assert one_problem(tmp_path / "greeting.yaml").endswith("Did you mean greetings.yaml?")
    assert one_problem("helo") == "there is no file helo. Did you mean hello?"
    assert one_problem(7) == "int is no scenario. Give a path, YAML text or a mapping."
    assert one_problem("extends: newap\n").endswith("there is no file newap. Did you mean newapi?")
    assert 'envelope.error: stands for nothing: "{mesage}"' in one_problem("envelope: {error: '{mesage}'}\n")
    assert one_problem(tmp_path) == f"{tmp_path} is a folder. Name a file in it."
    assert "there is no file" in one_problem("no" * 5000)


@pytest.mark.parametrize("source", ["- 1\n- 2\n", "'just: text'"])
def test_a_scenario_that_is_no_mapping_is_refused(source: str):
    assert one_problem(source) == "<text>:1:1: a scenario is a mapping of keys"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"rules": [{"when": {1: 2}}]}, "rules[0].when: the key 1 must be text"),
        ({"seed": {1}}, "seed: a set is nothing that a scenario can hold"),
        ({"name": "\ud800"}, "name: the text holds half a character, which no encoding can write"),
    ],
)
def test_a_mapping_holds_only_what_a_file_could(value: dict[str, Any], said: str):
    assert one_problem(value) == said


def test_a_mapping_that_holds_itself_is_refused():
    endless: dict[str, Any] = {}
    endless["extends"] = endless
    assert one_problem(endless).endswith("nested too deep, or are too many")


# Layers.


@pytest.fixture
def write(tmp_path: Path):
    def file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return file


def test_each_layer_wins_over_those_below(write):
    write(
        "base.yaml",
        "seed: 1\nlanguage: de\nclock: {frozen: true, speed: 2}\nauth: {headers: [a, b]}\nname: base\n",
    )
    top = write("top.yaml", "extends: base.yaml\nseed: 2\nclock: {speed: 3}\nauth: {headers: [c]}\n")
    scenario = load(top, {"seed": 3})
    assert (scenario.seed, scenario.language, scenario.name) == (3, "de", "")
    assert (scenario.clock.frozen, scenario.clock.speed) == (True, 3)
    assert scenario.auth.headers == ("c",)


def test_rules_and_examples_of_a_later_layer_stand_first(write):
    write("a.yaml", "rules: [{reply: a}]\nexamples: [{user: a, expect: {}}]\n")
    write("b.yaml", "rules: [{reply: b}]\n")
    top = write("top.yaml", "extends: [a.yaml, b.yaml]\nrules: [{reply: own}]\nexamples: [{user: own, expect: {}}]\n")
    scenario = load(top, {"rules": [{"reply": "over"}]})
    assert [rule.reply for rule in scenario.rules] == ["over", "own", "b", "a"]
    assert [example.user for example in scenario.examples] == ["own", "a"]


def test_a_layer_that_two_others_share_is_laid_once_and_lowest(write):
    write("base.yaml", "seed: 1\nrules: [{reply: base}]\n")
    write("a.yaml", "extends: base.yaml\nseed: 2\n")
    write("b.yaml", "extends: base.yaml\n")
    scenario = load(write("top.yaml", "extends: [a.yaml, b.yaml]\n"))
    assert (scenario.seed, len(scenario.rules)) == (2, 1)


def test_models_are_joined_by_id():
    models = Catalogue(load({"models": [{"id": "gpt-4o", "context": 100}, "house-1", {"id": "house-1", "context": 5}]}))
    assert models.find("gpt-4o").context == 100
    assert models.find("gpt-4o").pace == "gpt-4o"
    assert models.find("house-1").context == 5
    assert [model.id for model in models.listed[:2]] == ["gpt-4o", "house-1"]
    assert [model.id for model in models.listed].count("gpt-4o") == 1


def test_a_gateway_may_be_a_file_beside_the_scenario(write):
    write(
        "house/gate.yaml",
        "name: gate\nextends: more.yaml\nmodels: [house-1]\npaces: {brisk: {first_token: 1ms}}\n",
    )
    write("house/more.yaml", "default_model: house-1\n")
    scenario = load(write("top.yaml", "gateway: house/gate.yaml\npace: brisk\n"))
    assert (scenario.models, scenario.default_model, scenario.name) == (["house-1"], "house-1", "")
    assert len(scenario.document.files) == 3


def test_a_gateway_that_does_not_exist_is_refused_with_those_that_do():
    said = one_problem("seed: 1\ngateway: opnai\n")
    assert said.startswith('<text>:2:10: gateway: there is no gateway "opnai". Did you mean "openai"? Known: ')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extends: top.yaml\n", "top.yaml:1:10: extends: top.yaml extends itself, in the end"),
        ("extends:\n  - ring.yaml\n", "ring.yaml:1:10: extends: top.yaml extends itself, in the end"),
        ("extends: bse.yaml\n", "bse.yaml. Did you mean base.yaml"),
        ("gateway: gone.yaml\n", "gone.yaml."),
    ],
)
def test_a_layer_that_cannot_be_had_is_refused_where_it_is_named(write, text: str, said: str):
    write("base.yaml", "seed: 1\n")
    write("ring.yaml", "extends: top.yaml\n")
    assert said in one_problem(write("top.yaml", text))


def test_an_error_in_a_lower_layer_is_reported_in_its_own_file(write):
    base = write("base.yaml", "rules:\n  - reply: ok\n  - reply: ok\n    tmes: 3\npaces: {a: {jitter: 2}}\n")
    first, second = problems(write("top.yaml", "extends: base.yaml\nrules: [{reply: own}]\npaces: {b: {}}\n"))
    assert first == f"{base}:4:5: rules[2].tmes: is an unknown key. Did you mean `times`?"
    assert second.startswith(f"{base}:5:21: paces.a.jitter: is out of range")


def test_an_error_in_the_overrides_has_no_place():
    assert one_problem_of("seed: 1\n", {"seed": "x"}) == 'seed: must be a whole number, not "x"'


def one_problem_of(source: Any, overrides: dict[str, Any]) -> str:
    (problem,) = problems(source, overrides)
    return problem


# Problems.

WRONG = """
mockgate: 2
seed: x
respones: []
pace: {ttft: 3, first_token: 3x}
paces: {"a b": {tokens_per_second: 0}}
tools: matc
models: [{id: x, families: [chatt]}, 5]
headers: {x-a: 5}
rules:
  - wen: {user: hi}
    reply: 5
  - match: {}
    response: x
  - user: hi
    reply: [{text: a, reasoning: b}, {with: 5}]
    status: 429
  - when: {user: [1], not: {turn: {at_leat: 3}}, stream: "yes"}
    error: 600
  - {}
  - reply: hi
    message: boo
  - {reply: {text: a, echo: true}, replies: []}
examples:
  - user: hi
  - {user: hi, request: {}, expect: {status: "200"}}
  - {expect: {}}
clock: {start: yesterday}
"""

SAID = """
2:11: mockgate: must be 1, not 2
3:7: seed: must be a whole number, not "x"
4:1: respones: is an unknown key. Did you mean `responses`?
5:8: pace.ttft: is an unknown key. Did you mean `first_token`?
5:30: pace.first_token: is not a duration: write it like
6:36: paces["a b"].tokens_per_second: must be more than 0, not 0
7:8: tools: must be "match", "always" or "never", not "matc". Did you mean "match"?
8:29: models[0].families[0]: is no family: "chatt". Did you mean "chat"?
8:38: models[1]: must be text or a mapping, not 5. For text, put it in quotes: "5".
9:16: headers.x-a: must be text, not 5. For text, put it in quotes: "5".
11:5: rules[0].wen: is an unknown key. Did you mean `when`?
12:12: rules[0].reply: must be text, a mapping or a list, not 5.
13:5: rules[1].match: is an unknown key. Did you mean `when`?
14:5: rules[1].response: is an unknown key. Did you mean `reply`?
15:5: rules[2].user: is an unknown key. It belongs under `when`.
16:13: rules[2].reply[0]: has text and reasoning at once. Give exactly one of
16:38: rules[2].reply[1]: has no kind of part. Give exactly one of
16:45: rules[2].reply[1].with: goes with a `call`
17:5: rules[2].status: is an unknown key. Did you mean `error`?
18:18: rules[3].when.user: must be text or a mapping, not a list
18:36: rules[3].when.not.turn.at_leat: is an unknown key. Did you mean `at_least`?
18:58: rules[3].when.stream: must be true or false, not "yes". Write true.
19:12: rules[3].error: must be at most 599, not 600
20:5: rules[4]: has no answer. Give exactly one of
22:14: rules[5].message: goes with an `error`
23:5: rules[6]: has reply and replies at once.
23:13: rules[6].reply: has text and echo at once.
23:45: rules[6].replies: is an empty list
25:5: examples[0]: lacks the key `expect`
26:46: examples[1].expect.status: must be a whole number, not "200". Leave the quotes out.
27:5: examples[2]: has neither `user` nor `request`
28:16: clock.start: is not a moment: write it like
"""


def test_all_problems_are_found_at_once_each_at_its_place():
    found = problems(WRONG)
    for said, expected in zip(found, SAID.strip().split("\n"), strict=True):
        assert said.startswith(f"<text>:{expected}")


def test_no_more_than_a_hundred_problems_are_listed():
    assert len(problems({f"k{n}": 1 for n in range(500)})) == 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pace: gpt4o\n", '<text>:1:7: pace: names no pace: "gpt4o". Did you mean "gpt-4o"?'),
        (
            "pace: {profile: instnt}\n",
            '<text>:1:17: pace.profile: names no pace: "instnt". Did you mean "instant"?',
        ),
        (
            "rules:\n- reply: {text: a, pace: gpt4o}\n",
            '<text>:2:26: rules[0].reply.pace: names no pace: "gpt4o".',
        ),
        (
            "paces: {a: {profile: b}, b: {profile: a}}\npace: a\n",
            "paces.a.profile: stands on itself, in the end",
        ),
        ("envelope: opnai\n", '<text>:1:11: envelope: is no envelope: "opnai". Did you mean "openai"?'),
        ("headers: {'a b': x}\n", '<text>:1:18: headers["a b"]: is no name for a header.'),
        (
            'rules: [{reply: a, headers: {a: "b\\nc"}}]\n',
            "rules[0].headers.a: holds what no header can carry.",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_a_problem(text: str, said: str):
    assert said in problems(text)[0]


def test_a_scenarios_own_pace_may_be_named():
    assert load("paces: {mine: {profile: gpt-4o, jitter: 0}}\npace: mine\n").pace == "mine"


def test_measures_are_numbers_once_read():
    rule = load("rules: [{replies: [{error: 429, retry_after: 2s}]}]\n").rules[0]
    assert rule.replies == [ReplySpec(error=429, retry_after=2.0)]  # type: ignore[arg-type]


def test_a_problem_found_later_is_given_its_place():
    scenario = load("rules:\n  - when: {user: {matches: '('}}\n    reply: a\n")
    (found,) = locate(scenario, [Problem("rules[0].when.user.matches", "is no regular expression")])
    assert found.place == Place("<text>", 2, 28)
    assert locate(load({"seed": 1}), [Problem("seed", "is odd")])[0].place is None


# What ships.


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_ships_loads_and_is_true_to_the_schema(path: Path):
    load(path)
    jsonschema.Draft202012Validator(schema()).validate(document(path).value)


def test_the_schema_is_one_and_tells_a_wrong_scenario():
    found = json.loads(json.dumps(schema()))
    jsonschema.Draft202012Validator.check_schema(found)
    validator = jsonschema.Draft202012Validator(found)
    assert validator.is_valid(
        {"pace": {"first_token": "350ms"}, "rules": [{"when": {"not": {"user": "a"}}, "reply": "b"}]}
    )
    for wrong in (
        {"sed": 1},
        {"pace": {"first_token": "3x"}},
        {"tools": "some"},
        {"rules": [{"when": {"usr": "a"}}]},
    ):
        assert not validator.is_valid(wrong)
    assert all(key.get("description") for key in found["$defs"]["Scenario"]["properties"].values())


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o",
        "gpt-4o-2024-08-06",
        "gpt-4o-2031-01-01",
        "ft:gpt-4o:acme",
        "mock-503",
        "openai/gpt-4o",
        "claude-sonnet-9",
        "o3",
        "gpt-5.7",
        "text-embedding-3-small",
        "gemini-2.5-flash",
        "llama-3.3-70b",
        "gpt-4.5",
        "whisper-1",
    ],
)
def test_the_default_gateway_has_the_models_people_ask_for(name: str):
    assert Catalogue(load()).find(name).families is not None


@pytest.mark.parametrize("name", ["nope", "does-not-exist", "gpt", "o9", "openai", ""])
def test_the_default_gateway_refuses_a_model_that_nobody_offers(name: str):
    with pytest.raises(GatewayError):
        Catalogue(load()).find(name)


def test_the_catalogue_contradicts_itself_nowhere():
    scenario = load()
    listed = Catalogue(scenario).listed
    called = [name for model in listed for name in (model.id, *model.aliases)]
    assert len(called) == len(set(called))
    assert all((model.max_output or 0) <= (model.context or model.max_output or 0) for model in listed)
    assert scenario.default_model in called


# Nothing else is ever raised.

_KEYS = st.sampled_from(
    [*Scenario.__struct_fields__, "when", "reply", "replies", "user", "not", "id", "pace", "profile", "x"]
)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["openai", "3s", "${X}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
_YAML = st.text(max_size=60) | st.text(alphabet="a:-[]{}&*!'\"|>#%@?, \n\t$<1~", max_size=60)
_QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@_QUICK
@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_no_mapping_raises_anything_but_a_scenario_error(value: dict[str, Any]):
    with suppress(ScenarioError):
        assert isinstance(load(value), Scenario)


@_QUICK
@given(_YAML | _VALUES.map(lambda value: "rules: " + json.dumps(value)))
def test_no_text_raises_anything_but_a_scenario_error(text: str):
    with suppress(ScenarioError):
        assert isinstance(load(text + "\n"), Scenario)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [{reply: {}}]", "rules[0].reply: says nothing. Give one of text, "),
        ("rules: [{reply: {pace: instant, headers: {a: b}}}]", "rules[0].reply: says nothing."),
        ("rules: [{replies: [a, {weight: 2}]}]", "rules[0].replies[1]: says nothing."),
        ("rules: [{reply: [{text: a, id: x}]}]", "rules[0].reply[0].id: goes with a `call`"),
        ("rules: [{reply: {text: a, id: x}}]", "rules[0].reply.id: goes with a `call`"),
        ("rules: [{reply: {json: a, cites: [{url: b}]}}]", "rules[0].reply.cites: goes with a `text`"),
        ("rules: [{reply: {text: a, cites: [{quote: b}]}}]", "rules[0].reply.cites[0]: must cite one thing"),
        ("default_model: gtp-4o-mini", 'default_model: is not on offer: "gtp-4o-mini". Did you mean "gpt-4o-mini"?'),
        ("auth: {headers: []}", "auth.headers: is an empty list"),
        ("rules: [{when: {family: chatt}, reply: a}]", 'family: is no family: "chatt". Did you mean "chat"?'),
        ("rules: [{when: {family: [chat, x*]}, reply: a}]", 'rules[0].when.family[1]: is no family: "x*".'),
        ("rules: [{when: {call: -3}, reply: a}]", "rules[0].when.call: must be at least 1, not -3"),
        ("rules: [{when: {turn: 0}, reply: a}]", "rules[0].when.turn: must be at least 1, not 0"),
        ("rules: [{when: {turn: {at_most: 0}}, reply: a}]", "turn.at_most: must be at least 1, not 0"),
        ("paces: {instant: {first_token: 2s}}", "paces.instant: is built in. Give it another name."),
        ("rules: [{error: 429, usage: {input: 1}}]", "rules[0].usage: goes with a reply: an error has none."),
        (
            "rules: [{reply: {error: 429, finish_reason: stop}}]",
            "rules[0].reply.finish_reason: goes with a reply: an error has none.",
        ),
    ],
)
def test_what_could_never_work_is_a_problem(text: str, said: str):
    assert said in one_problem(f"{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "default_model: mine\nunknown_models: accept",
        "default_model: mine\nmodels: [mine]",
        "default_model: ft:mine",
        "default_model: gpt-4o-2024-08-06",
        "auth: {headers: [], anonymous: true}",
        "rules: [{when: {family: 'c*', turn: 1, call: {at_least: 1}}, reply: a}]",
        "rules: [{usage: {input: 1}, finish_reason: stop, replies: [a, {error: 429, pace: slow}]}]",
        "rules: [{reply: {text: ''}}, {reply: {call: f, id: call_1}}]",
    ],
)
def test_what_may_be_meant_is_no_problem(text: str):
    assert load(f"{text}\n")


def test_the_built_in_pace_is_suggested_once():
    assert one_problem("pace: zzzzz\n").count("instant") == 1


def told(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as wrong:
        load(text)
    return [problem.path for problem in wrong.value.problems]


def test_names_that_lead_nowhere_are_told_of_beside_typos():
    assert told("sede: 1\npace: fooo\nrules: [{repli: x}]\n") == ["sede", "pace", "rules[0].repli"]


def test_a_gateway_that_does_not_exist_hides_nothing_else():
    text = "gateway: opnai\nmax_body: 3QB\ndefault_reply: echoo\npace: gpt-4o\nrules: [{replly: x}]\n"
    assert told(text) == ["gateway", "max_body", "default_reply", "rules[0].replly"]
