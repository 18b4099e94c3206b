from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from mockgate import fields, wording
from mockgate.errors import GatewayError


class Words(msgspec.Struct, tag_field="type", tag="words"):
    text: Annotated[str, Meta(min_length=1, max_length=5, pattern=r"^[a-z]+\Z")]


class Picture(msgspec.Struct, tag_field="type", tag="picture"):
    detail: Literal["low", "high"]


class Body(msgspec.Struct):
    said: str | Annotated[list[Words | Picture], Meta(min_length=1, max_length=2)] = ""
    warmth: Annotated[float, Meta(ge=-2, le=2)] | None = None
    share: Annotated[float, Meta(gt=0, lt=0.5)] | None = None
    seed: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    flag: bool | None = None
    notes: Annotated[dict[Annotated[str, Meta(max_length=3)], str], Meta(max_length=2)] | None = None
    mode: Literal["on", "off"] | dict[str, str] | None = None


@pytest.mark.parametrize(
    ("body", "param", "code", "message"),
    [
        (
            {"said": [{"type": "words"}]},
            "said[0].text",
            "missing_required_parameter",
            "Missing required parameter: 'said[0].text'.",
        ),
        (
            {"said": 5},
            "said",
            "invalid_type",
            ("Invalid type for 'said': expected one of a string or array of objects, but got an integer instead."),
        ),
        (
            {"said": None},
            "said",
            "invalid_type",
            "Invalid type for 'said': expected one of a string or array of objects, but got null instead.",
        ),
        (
            {"flag": 1.5},
            "flag",
            "invalid_type",
            "Invalid type for 'flag': expected a boolean, but got a decimal number instead.",
        ),
        (
            {"warmth": "hot"},
            "warmth",
            "invalid_type",
            "Invalid type for 'warmth': expected a decimal, but got a string instead.",
        ),
        (
            {"mode": []},
            "mode",
            "invalid_type",
            "Invalid type for 'mode': expected one of a string or object, but got an array instead.",
        ),
        (
            {"mode": "up"},
            "mode",
            "invalid_value",
            "Invalid value: 'up'. Supported values are: 'off' and 'on'.",
        ),
        (
            {"said": [{"type": "noise"}]},
            "said[0].type",
            "invalid_value",
            "Invalid value: 'noise'. Supported values are: 'words' and 'picture'.",
        ),
        (
            {"said": [{"type": "words", "text": "a"}, {"type": "picture", "detail": "x"}]},
            "said[1].detail",
            "invalid_value",
            "Invalid value: 'x'. Supported values are: 'high' and 'low'.",
        ),
        (
            {"warmth": 3},
            "warmth",
            "decimal_above_max_value",
            "Invalid 'warmth': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
        ),
        (
            {"share": 0},
            "share",
            "decimal_below_min_value",
            "Invalid 'share': decimal below minimum value. Expected a value > 0, but got 0 instead.",
        ),
        (
            {"seed": 2**63},
            "seed",
            "integer_above_max_value",
            (
                "Invalid 'seed': integer above maximum value. Expected a value <= 9223372036854775807, "
                "but got 9223372036854775808 instead."
            ),
        ),
        (
            {"said": []},
            "said",
            "empty_array",
            ("Invalid 'said': empty array. Expected an array with minimum length 1, but got an empty array instead."),
        ),
        (
            {"said": [{"type": "words", "text": ""}]},
            "said[0].text",
            "empty_string",
            (
                "Invalid 'said[0].text': empty string. "
                "Expected a string with minimum length 1, but got an empty string instead."
            ),
        ),
        (
            {"said": [{"type": "words", "text": "abcdef"}]},
            "said[0].text",
            "string_above_max_length",
            (
                "Invalid 'said[0].text': string too long. "
                "Expected a string with maximum length 5, but got a string with length 6 instead."
            ),
        ),
        (
            {"said": [{"type": "words", "text": "a\n"}]},
            "said[0].text",
            "invalid_value",
            (
                "Invalid 'said[0].text': string does not match pattern. "
                "Expected a string that matches the pattern '^[a-z]+$'."
            ),
        ),
        (
            {"said": [{"type": "words", "text": "a"}] * 3},
            "said",
            "array_above_max_length",
            (
                "Invalid 'said': array too long. "
                "Expected an array with maximum length 2, but got an array with length 3 instead."
            ),
        ),
        (
            {"notes": {"a": "", "b": "", "c": ""}},
            "notes",
            "object_above_max_properties",
            (
                "Invalid 'notes': too many properties. "
                "Expected an object with at most 2 properties, but got an object with 3 properties instead."
            ),
        ),
        (
            {"notes": {"abcd": ""}},
            "notes",
            "invalid_value",
            "Invalid 'notes': the name of a property is too long.",
        ),
        (
            {"notes": {"a": 1}},
            "notes.a",
            "invalid_type",
            "Invalid type for 'notes.a': expected a string, but got an integer instead.",
        ),
    ],
)
def test_a_field_is_refused_in_the_words_of_the_real_api(body, param, code, message):
    with pytest.raises(GatewayError) as caught:
        fields.decode(msgspec.json.encode(body), Body)
    assert (caught.value.param, caught.value.code, caught.value.message) == (param, code, message)


def test_a_long_value_is_not_repeated_in_full():
    with pytest.raises(GatewayError) as caught:
        fields.decode(msgspec.json.encode({"mode": "x" * 5000}), Body)
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("values", "words"), [(["a"], "'a'"), (["a", "b"], "'a' and 'b'"), (["a", "b", "c"], "'a', 'b', and 'c'")]
)
def test_a_choice_is_listed_with_an_and_before_the_last(values, words):
    assert wording.listed(values) == words
