import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockgate import strict_schema

CONTEXT = "In context=('properties', 'a'), "
NEEDED = "'required' is required to be supplied and to be an array including every key in properties."


def thing(properties=None, **rest):
    properties = properties or {}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **rest,
    }


def nested(levels):
    schema = thing()
    for _ in range(levels - 1):
        schema = thing({"inner": schema})
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        thing(),
        thing({"city": {"type": "string", "pattern": "^[A-Z]", "default": "Oslo"}}),
        thing({"age": {"type": ["integer", "null"], "minimum": 0}}),
        thing({"tags": {"type": "array", "items": {"enum": ["a", 1]}, "maxItems": 3}}),
        thing({"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}),
        thing({"at": {"$ref": "#/$defs/a~1b"}}, **{"$defs": {"a/b": thing()}}),
        thing({"allOf": {"type": "string"}}),
        nested(10),
    ],
)
def test_a_schema_of_the_subset_is_let_through(schema):
    assert strict_schema.fault(schema) is None


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({}, "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'."),
        ({"type": "array"}, "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'."),
        (
            thing(additionalProperties=True),
            "In context=(), 'additionalProperties' is required to be supplied and to be false.",
        ),
        (
            thing({"a": {"type": "array", "items": {"type": "object"}}}),
            (
                "In context=('properties', 'a', 'items'), "
                "'additionalProperties' is required to be supplied and to be false."
            ),
        ),
        (thing({"a": {"type": "string"}}, required=[]), f"In context=(), {NEEDED} Missing 'a'."),
        (thing(required=["b"]), f"In context=(), {NEEDED} Extra required key 'b' supplied."),
        (thing(required=[["b"]]), f"In context=(), {NEEDED}"),
        (thing({"a": {}}), "In context=('properties', 'a'), schema must have a 'type' key."),
        (thing({"a": {"type": "array"}}), "In context=('properties', 'a'), array schema missing items."),
        (thing({"a": {"oneOf": []}}), "In context=('properties', 'a'), 'oneOf' is not permitted."),
        (
            thing({"a": {"anyOf": [{"type": "string"}, {"not": {}}]}}),
            "In context=('properties', 'a', 'anyOf', '1'), 'not' is not permitted.",
        ),
        (
            thing({"a": {"$ref": "#", "description": "x"}}),
            "In context=('properties', 'a'), $ref cannot have keywords {'description'}.",
        ),
        *[
            (
                thing({"a": {"$ref": reference}}),
                f"{CONTEXT}reference to component {reference!r} which was not found in the schema.",
            )
            for reference in ("#nonsense", "#a/properties", "other", "")
        ],
        (
            thing({"a": {"$ref": "#/$defs/x"}}),
            ("In context=('properties', 'a'), reference to component '#/$defs/x' which was not found in the schema."),
        ),
        (thing({"a": 3}), "In context=('properties', 'a'), 3 is not of type 'object', 'boolean'."),
        (nested(11), "11 levels of nesting exceeds limit of 10."),
        (
            thing({str(n): {"type": "string"} for n in range(5001)}),
            "5001 properties exceeds limit of 5000.",
        ),
    ],
)
def test_what_breaks_the_subset_is_said_with_its_place(schema, fault):
    assert strict_schema.fault(schema) == fault


WORDS = ["type", "properties", "required", "items", "anyOf", "$ref", "$defs", "enum", "additionalProperties"]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["object", "array", "#", "#/$defs/a", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WORDS, "a"]), inner, max_size=5),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(WORDS), ANY).map(lambda schema: thing() | schema))
def test_no_schema_is_too_odd_to_be_judged(schema):
    assert strict_schema.fault(schema) is None or strict_schema.fault(schema)
