"""Values true to a JSON Schema: judged by jsonschema, over a table of schemas and over random ones."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockgate.rng import Dice
from mockgate.synth import instance
from mockgate.synth.schema import Setting
from mockgate.synth.validity import is_valid

TREE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "#"}},
    },
    "required": ["name", "children"],
    "additionalProperties": False,
}
LINKED = {
    "type": "object",
    "properties": {"list": {"$ref": "#/$defs/node"}},
    "required": ["list"],
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "value": {"type": "number"},
                "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            },
            "required": ["value", "next"],
            "additionalProperties": False,
        }
    },
}
NESTED_EXPRESSION = {
    "definitions": {
        "e": {
            "anyOf": [
                {
                    "type": "object",
                    "properties": {
                        "op": {"enum": ["+", "*"]},
                        "left": {"$ref": "#/definitions/e"},
                        "right": {"$ref": "#/definitions/e"},
                    },
                    "required": ["op", "left", "right"],
                },
                {"type": "number"},
            ]
        }
    },
    "$ref": "#/definitions/e",
}
FORMATS = ["date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri"]
PATTERNS = (
    r"^[A-Z]{2}\d{4}$",
    r"^(red|green|blue)$",
    r"^\+?[1-9]\d{1,14}$",
    r"^[^@\s]+@[a-z]+\.(com|org)$",
    r"^(?=.*\d)(?=.*[a-z]).{6,10}$",
    r"\d{3}-\d{4}",
    r"^[\w.-]+$",
    r"^(a|b)\1$",
    r"^(?!foo)[a-z]{3}$",
    r"^\S+ \S+$",
)

SCHEMAS = {
    "tree": TREE,
    "linked": LINKED,
    "expression": NESTED_EXPRESSION,
    "multiples of a tenth": {"type": "number", "multipleOf": 0.1, "minimum": 0, "maximum": 5},
    "multiples of a hundredth": {"type": "number", "multipleOf": 0.01, "exclusiveMinimum": 1, "maximum": 2},
    "multiples of seven": {"type": "integer", "multipleOf": 7, "minimum": 50, "maximum": 60},
    "an integer, though the step is half": {"type": "integer", "multipleOf": 0.5, "minimum": 3, "maximum": 4},
    "between": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
    "only a maximum": {"type": "integer", "maximum": -1000},
    "bounds of an age": {
        "type": "object",
        "properties": {"age": {"type": "integer", "minimum": 200}},
        "required": ["age"],
    },
    "enum": {"enum": [1, "two", None, {"three": 3}]},
    "typed enum": {"type": "string", "enum": ["a", 1, "b"]},
    "const": {"const": {"a": [1]}},
    "nullable": {"type": ["string", "null"], "minLength": 5, "maxLength": 9},
    "long text": {"type": "string", "minLength": 300, "maxLength": 320},
    "short text": {"type": "string", "maxLength": 2},
    "unique": {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": 4},
        "uniqueItems": True,
        "minItems": 4,
    },
    "tuple": {
        "type": "array",
        "prefixItems": [{"type": "string"}, {"type": "integer"}],
        "items": False,
        "minItems": 2,
    },
    "contains": {"type": "array", "items": {"type": "integer"}, "contains": {"minimum": 1000}, "minItems": 2},
    "all of": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer", "minimum": 3}}, "required": ["a"]},
            {"properties": {"a": {"maximum": 5}, "b": {"type": "string"}}, "required": ["b"]},
        ]
    },
    "one of": {"oneOf": [{"type": "integer", "multipleOf": 3}, {"type": "integer", "multipleOf": 5}]},
    "discriminated": {
        "type": "object",
        "properties": {
            "item": {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {
                            "kind": {"const": "user"},
                            "email": {"type": "string", "format": "email"},
                        },
                        "required": ["kind", "email"],
                        "additionalProperties": False,
                    },
                    {
                        "type": "object",
                        "properties": {"kind": {"const": "place"}, "city": {"type": "string"}},
                        "required": ["kind", "city"],
                        "additionalProperties": False,
                    },
                ]
            }
        },
        "required": ["item"],
        "additionalProperties": False,
    },
    "not": {"type": "integer", "minimum": 1, "maximum": 3, "not": {"const": 2}},
    "if then else": {
        "type": "object",
        "properties": {"a": {"type": "boolean"}, "b": {}},
        "required": ["a", "b"],
        "if": {"properties": {"a": {"const": True}}},
        "then": {"properties": {"b": {"type": "string"}}},
        "else": {"properties": {"b": {"type": "integer"}}},
    },
    "map": {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "minProperties": 2,
        "maxProperties": 4,
    },
    "pattern properties": {
        "type": "object",
        "patternProperties": {"^x-[a-z]{3}$": {"type": "boolean"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    "property names": {"type": "object", "propertyNames": {"pattern": "^[a-f]{4}$"}, "minProperties": 1},
    "few properties": {
        "type": "object",
        "properties": {k: {"type": "integer"} for k in "abcdef"},
        "maxProperties": 2,
    },
    "dependent": {
        "type": "object",
        "properties": {"card": {"type": "string"}, "cvc": {"type": "string"}},
        "dependentRequired": {"card": ["cvc"]},
    },
    "pattern of a length": {"type": "string", "pattern": "^[a-z]+$", "minLength": 12, "maxLength": 14},
    "boolean schema": True,
    "empty": {},
    "escaped reference": {"$defs": {"a/b": {"type": "integer"}}, "$ref": "#/$defs/a~1b"},
    **{f"format {form}": {"type": "string", "format": form} for form in FORMATS},
    **{f"pattern {pattern}": {"type": "string", "pattern": pattern} for pattern in PATTERNS},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_value_is_true_to_its_schema_whatever_the_dice(name):
    schema = SCHEMAS[name]
    judge = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for seed in range(20):
        value = instance(schema, Dice(name, seed))
        assert not [error.message for error in judge.iter_errors(value)], value
        json.dumps(value, allow_nan=False)


@pytest.mark.parametrize(
    ("properties", "looks_like"),
    [
        ({"email": {"type": "string"}}, r"[^@ ]+@example\.(com|org|net)"),
        ({"price": {"type": "number"}}, r"\d{1,3}(\.\d{1,2})?"),
        ({"age": {"type": "integer"}}, r"1[89]|[2-7]\d|80"),
        ({"rating": {"type": "number"}}, r"[1-5](\.\d)?"),
        ({"created_at": {"type": "string"}}, r"20\d\d-\d\d-\d\dT\d\d:\d\d:00Z"),
        ({"currency": {"type": "string"}}, r"[A-Z]{3}"),
        ({"website": {"type": "string"}}, r"https://\S+"),
        ({"customerEmail": {"type": "string"}}, r"[^@ ]+@example\.(com|org|net)"),
        ({"where": {"type": "string", "description": "An email address"}}, r"[^@ ]+@example\.(com|org|net)"),
        ({"summary": {"type": "string"}}, r"[A-Z].{15,}[.?]"),
    ],
)
def test_a_propertys_name_guides_its_value(properties, looks_like):
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    for seed in range(10):
        (value,) = instance(schema, Dice(seed)).values()
        assert re.fullmatch(looks_like, str(value)), value


def test_names_are_of_the_prompts_language():
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    value = instance(schema, Dice(1), setting=Setting("ja"))
    assert re.search("[\u3040-\u30ff\u4e00-\u9fff]", value["name"])


def test_the_same_dice_give_the_same_value_and_other_dice_another():
    assert instance(TREE, Dice(1)) == instance(TREE, Dice(1))
    assert len({json.dumps(instance(LINKED, Dice(seed))) for seed in range(10)}) > 5


def test_what_is_given_is_kept_where_it_is_valid():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    }
    value = instance(schema, Dice(1), setting=Setting(given={"a": 41, "b": "no number"}))
    assert value["a"] == 41
    assert isinstance(value["b"], int)


HOPELESS = [
    False,
    {"$ref": "#"},
    {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
    {"anyOf": [{"$ref": "#"}, {"$ref": "#"}], "not": {}},
    {"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}, "required": ["a", "b"]},
    {"type": "array", "items": {"$ref": "#"}, "minItems": 3},
    {"type": "integer", "minimum": 5, "maximum": 1},
    {"type": "string", "minLength": 10**9},
    {"type": "array", "minItems": 10**9, "items": {"type": "string"}},
    {"type": "string", "pattern": "(a+)+(a+)+(a+)+!$", "minLength": 60, "maxLength": 61},
    {"type": "string", "pattern": "("},
    {"type": "string", "pattern": "a{1000000000}"},
    {"type": "string", "pattern": r"(a{99})(\1{99})(\2{99})(\3{99})(\4{99})(\5{99})"},
    {"type": "array", "minItems": 200, "items": {"type": "string", "pattern": "(?:a{9999}){9999}b"}},
    {"type": "array", "minItems": 200, "items": {"type": "string", "minLength": 20000}},
    {"type": "number", "multipleOf": 1e-300, "minimum": 1e300},
    {"enum": []},
    {"type": "string", "const": 5},
    {"type": "nonsense", "required": 7, "properties": [], "minItems": "x", "$ref": 3, "enum": "abc"},
    {"type": {"a": 1}, "allOf": "x", "anyOf": [], "multipleOf": 0, "minimum": "0", "pattern": 3},
    "not a schema",
    None,
]


@pytest.mark.parametrize("schema", HOPELESS, ids=str)
def test_a_schema_that_cannot_be_met_ends_in_something_like_it(schema):
    json.dumps(instance(schema, Dice(1)), allow_nan=False)


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers(-1000, 1000) | FLOATS | st.text(max_size=8)
NAMES = st.sampled_from(["a", "b", "name", "items", "price"])
SIZES = (
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "multipleOf",
    "exclusiveMinimum",
    "exclusiveMaximum",
)
TYPES = st.sampled_from(["object", "array", "string", "number", "integer", "boolean", "null"])
REFS = st.sampled_from(["#", "#/$defs/a", "#/properties/a", "#/nowhere", "elsewhere.json"])


def keywords(schemas):
    lists, maps = st.lists(schemas, max_size=3), st.dictionaries(NAMES, schemas, max_size=3)
    sizes = st.integers(-1, 6) | SCALARS
    return {
        "type": st.sampled_from(["object", "array", "string", "number", "integer", "boolean", "null"]) | SCALARS,
        "properties": maps | SCALARS,
        "$defs": maps,
        "required": st.lists(NAMES, max_size=3) | SCALARS,
        "items": schemas,
        "prefixItems": lists,
        "allOf": lists,
        "anyOf": lists,
        "oneOf": lists,
        "not": schemas,
        "if": schemas,
        "then": schemas,
        "additionalProperties": schemas,
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "[", ".+"]), schemas, max_size=2),
        "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=2) | SCALARS, max_size=2) | SCALARS,
        "$ref": REFS,
        "enum": st.lists(SCALARS, max_size=3) | SCALARS,
        "const": SCALARS,
        "examples": st.lists(SCALARS, max_size=2),
        "default": SCALARS,
        "uniqueItems": st.booleans(),
        "contains": schemas,
        "pattern": st.sampled_from(["^a+$", "(", r"\d{3}", "[^a]", "(?=x)y", r"\p{L}+"]) | SCALARS,
        "format": st.sampled_from(["email", "date", "odd"]) | SCALARS,
        **dict.fromkeys(SIZES, sizes),
    }


RANDOM = st.recursive(
    st.booleans() | SCALARS,
    lambda schemas: st.fixed_dictionaries({}, optional=keywords(schemas)),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(RANDOM, st.integers(0, 5))
def test_no_schema_makes_it_fail_or_run_on(schema, seed):
    json.dumps(instance(schema, Dice(seed)), allow_nan=False)


@pytest.mark.parametrize("form", ["^x_", "^[a-z]$", "^x-[a-z]+$", r"_id$"])
def test_an_object_of_patterned_names_has_as_many_as_it_must(form):
    schema = {
        "type": "object",
        "patternProperties": {form: {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 2,
    }
    for seed in range(20):
        Draft202012Validator(schema).validate(instance(schema, Dice(seed)))


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("email", "bob@example.com", "Bob"),
        ("date", "2024-02-29", "2023-02-29"),
        ("time", "10:00:00Z", "10:00"),
        ("date-time", "2025-01-02T03:04:05.6+01:00", "2025-13-02T03:04:05Z"),
        ("duration", "P3DT4H", "P"),
        ("uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08"),
        ("uri", "https://example.com/a?b=1", "Paris"),
        ("hostname", "a-b.example.com", "-a b"),
        ("ipv4", "10.0.0.1", "10.0.0.256"),
        ("ipv6", "fe80::1", "fe80"),
        ("regex", "^a+$", "("),
        ("json-pointer", "/a~0b", "a"),
        ("unheard-of", "anything", None),
    ],
)
def test_a_format_tells_what_fits_it(form, good, bad):
    assert is_valid(good, {"format": form}, True)
    assert bad is None or not is_valid(bad, {"format": form}, True)
    assert is_valid(instance({"type": "string", "format": form}, Dice(1)), {"format": form}, True)
