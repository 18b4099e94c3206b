"""Which tools are called, with what, and how the loop of an agent ends."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from mockgate.api.chat.read import read
from mockgate.rng import Dice
from mockgate.synth import Manner, arguments, choose, compose
from mockgate.turn import Message, Prompt, Text, Tool, ToolCall, ToolChoice, ToolResult


def tool(called, description="", required=None, /, **properties):
    schema = {
        "type": "object",
        "properties": {key: {"type": part} if isinstance(part, str) else part for key, part in properties.items()},
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }
    return Tool(called, description, schema)


FORMATS = Draft202012Validator.FORMAT_CHECKER
UNIT = {"type": "string", "enum": ["celsius", "fahrenheit"]}
WEATHER = tool("get_weather", "Get the current weather for a city.", ["city"], city="string", unit=UNIT)
EMAIL = tool("send_email", "Send an email.", to="string", subject="string", body="string")
ORDER = tool("get_order_status", "Look up an order.", order_id="string")
CALCULATOR = tool("calculator", "Evaluate an expression.", expression="string")
SEARCH = tool("search_web", "Search the web.", query="string")
ALL = (WEATHER, EMAIL, ORDER, CALCULATOR, SEARCH)


def asked(text, *tools, **more):
    return Prompt("chat", "gpt-4o", (Message("user", (Text(text),)),), tools=tools, **more)


@pytest.mark.parametrize(
    ("offered", "text", "expected"),
    [
        (WEATHER, "What's the weather in Oslo?", {"city": "Oslo"}),
        (WEATHER, "what is the weather like in new york today?", {"city": "new york"}),
        (WEATHER, "weather in oslo", {"city": "oslo"}),
        (
            WEATHER,
            "Weather for San Francisco in Fahrenheit, please",
            {"city": "San Francisco", "unit": "fahrenheit"},
        ),
        (
            tool("w", location={"type": "string", "description": "City and country"}),
            "Is it hot in Rio de Janeiro?",
            {"location": "Rio de Janeiro"},
        ),
        (ORDER, "Where is my order A-1042?", {"order_id": "A-1042"}),
        (ORDER, "Status of order #98431 please", {"order_id": "98431"}),
        (tool("add", a="number", b="number"), "Add 2 and 3.5", {"a": 2, "b": 3.5}),
        (
            tool("sum", numbers={"type": "array", "items": {"type": "integer"}}),
            "Sum 1, 2 and 30",
            {"numbers": [1, 2, 30]},
        ),
        (CALCULATOR, "What is 17 * 23?", {"expression": "17 * 23"}),
        (SEARCH, "Search the web for vegan ramen recipes.", {"query": "vegan ramen recipes"}),
        (SEARCH, 'Look up "mock gateways" for me', {"query": "mock gateways"}),
        (
            tool("book_hotel", city="string", nights="integer", guests="integer", breakfast="boolean"),
            "Book a hotel in Rome for 2 guests, 5 nights, with breakfast",
            {"city": "Rome", "nights": 5, "guests": 2, "breakfast": True},
        ),
        (
            tool("book_hotel", city="string", include_breakfast="boolean"),
            "A room in Rome without breakfast",
            {"city": "Rome", "include_breakfast": False},
        ),
        (
            tool("flight", origin="string", destination="string"),
            "Fly from Oslo to Berlin",
            {"origin": "Oslo", "destination": "Berlin"},
        ),
        (
            tool("convert", amount="number", from_currency="string", to_currency="string"),
            "Convert 100 USD to EUR",
            {"amount": 100, "from_currency": "USD", "to_currency": "EUR"},
        ),
        (
            tool("send_email", to="string", subject="string"),
            'Email bob@example.com with subject "Lunch"',
            {"to": "bob@example.com", "subject": "Lunch"},
        ),
        (
            tool("fetch", url={"type": "string", "format": "uri"}),
            "Read https://example.com/a?b=1.",
            {"url": "https://example.com/a?b=1"},
        ),
        (
            tool("free", date={"type": "string", "format": "date"}),
            "Am I free on 2025-03-14?",
            {"date": "2025-03-14"},
        ),
        (tool("free", date="string"), "Am I free tomorrow?", {"date": "tomorrow"}),
        (tool("stock_price", symbol="string"), "Price of AAPL?", {"symbol": "AAPL"}),
        (
            tool("event", name="string", participants={"type": "array", "items": {"type": "string"}}),
            'Plan "Science Fair" with Alice and Bob on Friday',
            {"name": "Science Fair", "participants": ["Alice", "Bob"]},
        ),
        (
            tool("pay", amount="number", currency="string"),
            "Pay $1,250.50 in EUR",
            {"amount": 1250.5, "currency": "EUR"},
        ),
        (
            tool("translate", text="string", target_language="string"),
            "Translate 'good night' into French",
            {"text": "good night", "target_language": "French"},
        ),
    ],
)
def test_arguments_are_taken_from_the_prompt(offered, text, expected):
    given = json.loads(arguments(offered, asked(text), Dice(1)))
    assert {key: given.get(key) for key in expected} == expected


@pytest.mark.parametrize("offered", ALL, ids=lambda one: one.name)
@pytest.mark.parametrize("text", ["", "hello", '7 "x" {}', "Ünïcode 😀 in Łódź"])
def test_arguments_are_true_to_the_schema_whatever_the_prompt(offered, text):
    for seed in range(5):
        value = json.loads(arguments(offered, asked(text), Dice(seed)))
        Draft202012Validator(offered.schema).validate(value)


def test_a_value_that_breaks_the_schema_is_not_taken():
    offered = tool("rate", stars={"type": "integer", "maximum": 5})
    assert json.loads(arguments(offered, asked("Give it 90 stars"), Dice(1)))["stars"] <= 5


def test_an_optional_argument_of_which_nothing_is_said_is_left_out():
    assert "unit" not in json.loads(arguments(WEATHER, asked("Weather in Oslo?"), Dice(1)))


def test_a_custom_tool_is_given_free_text():
    assert arguments(Tool("python", custom=True), asked('Run "print(1)" now'), Dice(1)) == "print(1)"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What's the weather in Oslo?", ["get_weather"]),
        ("Will it rain in Bergen tomorrow?", ["get_weather"]),
        ("Please call get_order_status", ["get_order_status"]),
        ("Where is my order 4711?", ["get_order_status"]),
        ("Send an email to bob@example.com", ["send_email"]),
        ("Email Bob that I am late", ["send_email"]),
        ("What is 17 * 23?", ["calculator"]),
        ("Search the web for ramen", ["search_web"]),
        ("What's the weather in Oslo? Also send an email to Bob", ["get_weather", "send_email"]),
        ("hello", []),
        ("", []),
        ("Tell me a joke", []),
        ("What is the capital of Norway?", []),
        ("Who invented email?", []),
        ("Explain the current state of physics", []),
        ("Thanks, that is all", []),
        ("Do not use any tools. What's the weather in Oslo?", []),
    ],
)
def test_a_tool_is_called_when_the_prompt_speaks_of_it(text, names):
    assert sorted(one.name for one in choose(asked(text, *ALL), Manner(), Dice(1))) == sorted(names)


@pytest.mark.parametrize(
    ("manner", "choice", "names"),
    [
        ("always", ToolChoice(), ["get_weather"]),
        ("never", ToolChoice("required", ("search_web",)), ["search_web"]),
        ("match", ToolChoice("required", ("send_email",)), ["send_email"]),
        ("always", ToolChoice("none"), []),
        ("never", ToolChoice(), []),
    ],
)
def test_a_forced_choice_wins_over_the_manner(manner, choice, names):
    prompt = asked("What's the weather in Oslo?", *ALL, tool_choice=choice)
    assert [one.name for one in choose(prompt, Manner(tools=manner), Dice(1))] == names


def test_something_is_called_when_it_must_be_even_if_nothing_matches():
    assert len(choose(asked("hello", *ALL, tool_choice=ToolChoice("required")), Manner(), Dice(1))) == 1
    assert choose(asked("hello", tool_choice=ToolChoice("required")), Manner(), Dice(1)) == ()


def test_only_one_tool_is_called_when_calls_may_not_be_parallel():
    prompt = asked("What's the weather in Oslo? Also send an email to Bob", *ALL, parallel_tool_calls=False)
    assert len(choose(prompt, Manner(), Dice(1))) == 1


def after(*results, **more):
    messages = (
        Message("user", (Text("What's the weather in Oslo?"),)),
        Message("assistant", (ToolCall("get_weather", '{"city": "Oslo"}', "call_1"),)),
        *(Message("tool", (ToolResult("call_1", text, "get_weather"),)) for text in results),
    )
    return Prompt("chat", "gpt-4o", messages, tools=ALL, **more)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ('{"temp": 7, "sky": "clear"}', ["temp is 7", "sky is clear"]),
        ("It is sunny.", ["It is sunny."]),
        ('{"error": "no such city"}', ["could not", "no such city"]),
        ('{"cities": ["Oslo", "Bergen"], "rain": true}', ["Oslo and Bergen", "rain is yes"]),
        ("[]", ["none"]),
        ("42", ["42"]),
        ("", ["Done"]),
    ],
)
def test_after_a_result_comes_an_answer_that_tells_it(result, words):
    for manner in (Manner(), Manner(tools="always")):
        (part,) = compose(after(result), Dice(1), manner)
        assert isinstance(part, Text)
        assert all(word in part.text for word in words), part.text


def test_every_parallel_result_is_told():
    (part,) = compose(after('{"temp": 7}', '{"temp": 21}'), Dice(1), Manner())
    assert "7" in part.text
    assert "21" in part.text


def test_a_call_that_is_still_required_is_made_after_a_result():
    (part,) = compose(after("{}", tool_choice=ToolChoice("required", ("send_email",))), Dice(1), Manner())
    assert isinstance(part, ToolCall)
    assert part.name == "send_email"


@pytest.mark.parametrize("name", ["to", "from", "recipient", "city"])
@pytest.mark.parametrize("text", ["What's the weather in Paris?", "Send an email to Bob from Ann", "to: Bob"])
@pytest.mark.parametrize(
    "part",
    [
        *({"type": "string", "format": form} for form in ("email", "date", "uuid", "uri", "ipv4", "ipv6", "date-time")),
        {"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}]},
        {"allOf": [{"type": "string"}, {"format": "email"}]},
        {"$ref": "#/$defs/address", "maxLength": 30},
        {"type": "string", "pattern": r"^\d{4}$"},
        {"type": "string", "minLength": 20},
    ],
    ids=str,
)
def test_a_word_of_the_prompt_is_only_taken_when_it_fits_the_whole_schema(name, text, part):
    offered = tool("t", **{name: part})
    offered.schema["$defs"] = {"address": {"type": "string", "format": "email"}}
    value = json.loads(arguments(offered, asked(text), Dice(1)))
    Draft202012Validator(offered.schema, format_checker=FORMATS).validate(value)
    assert value[name] not in ("Paris", "Bob", "Ann", "Oslo")


def test_a_value_that_fits_the_format_is_still_taken():
    offered = tool("send", to={"type": "string", "format": "email"}, on={"type": "string", "format": "date"})
    given = json.loads(arguments(offered, asked("To Bob, bob@example.com, on 2025-03-14"), Dice(1)))
    assert given == {"to": "bob@example.com", "on": "2025-03-14"}


@pytest.mark.parametrize("text", ["Go", 'Enter "abc12"', ""])
def test_a_custom_tools_text_is_true_to_its_regular_expression(text):
    offered = Tool("door", custom=True, schema={"type": "string", "pattern": r"[a-c]{3}\d{2}"})
    given = arguments(offered, asked(text), Dice(1))
    assert re.fullmatch(r"[a-c]{3}\d{2}", given)
    assert "abc12" not in text or given == "abc12"


@pytest.mark.parametrize(
    ("grammar", "shape"),
    [
        ({"syntax": "regex", "definition": r"[a-c]{3}\d{2}"}, r"[a-c]{3}\d{2}"),
        ({"syntax": "lark", "definition": "x"}, "go"),
    ],
)
def test_a_requests_own_grammar_is_held_to_where_it_is_a_regular_expression(grammar, shape):
    offered = {"type": "custom", "custom": {"name": "door", "format": {"type": "grammar", "grammar": grammar}}}
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "go"}], "tools": [offered]}
    prompt = read(json.dumps(body | {"tool_choice": "required"}).encode())
    (part,) = compose(prompt, Dice(1), Manner())
    assert part.custom
    assert re.fullmatch(shape, part.arguments)


TRANSFER = tool("transfer_money", "Move money between accounts.", amount="number", from_account="string")


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Transfer $250 from savings to checking", True),
        ("Please transfer 40 to Bob", True),
        ("Transfer it all between my accounts", True),
        ("How do I transfer 3 calls?", False),
        ("Transfer me to a human", False),
        ("What does transfer mean?", False),
        ("I owe 250 dollars", False),
    ],
)
def test_a_tool_is_meant_by_its_verb_and_something_of_its_arguments(text, called):
    assert bool(choose(asked(text, TRANSFER, *ALL), Manner(), Dice(1))) is called
