from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Meta

from mockgate import fields
from mockgate.errors import GatewayError


class Shelf(msgspec.Struct, rename={"from_": "from"}):
    size: Annotated[int, Meta(ge=1)]
    weights: dict[str, Annotated[float, Meta(le=10)]] = {}
    prices: dict[str, float] = {}
    from_: str = ""
    label: str | None = None


def refused(raw: bytes, **options: Any) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        fields.decode(raw, Shelf, **options)
    assert (caught.value.status, caught.value.type) == (400, "invalid_request_error")
    return caught.value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"size": 1} x',
        b'{"size": NaN}',
        b'{"size": 1, "label": "\xff"}',
        b'{"size": 1, "else": "\xff"}',
        b'{"size": 1, "label": "\\ud800"}',
        b'{"size": 1, "else": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'{"size": "one", "label": ',
    ],
)
def test_what_is_not_json_is_said_to_be_so_wherever_it_breaks(raw):
    error = refused(raw)
    assert error.message.startswith("We could not parse the JSON body of your request.")
    assert (error.param, error.code) == (None, None)


@pytest.mark.parametrize("raw", [b"[]", b"null", b"3", b'"text"'])
def test_a_body_that_is_no_object_is_refused(raw):
    error = refused(raw)
    assert (error.param, error.code) == (None, "invalid_type")
    assert "expected an object" in error.message


@pytest.mark.parametrize("size", [b"1" * 30, b"1" * 5000, b"1e400", b"-0", b"1.5"])
def test_numbers_beyond_reason_are_refused_not_crashed_on(size):
    if size == b"1" * 30:
        assert fields.decode(b'{"size": %b}' % size, Shelf).size == int(size)
    else:
        refused(b'{"size": %b}' % size)


def test_of_a_key_given_twice_the_last_one_counts():
    assert fields.decode(b'{"size": 0, "size": 7}', Shelf).size == 7
    assert refused(b'{"size": 7, "size": 0}').code == "integer_below_min_value"


@pytest.mark.parametrize("at", [0, 1, 36, 99])
def test_the_key_of_a_mapping_s_bad_entry_is_named(at):
    weights = {f"w{index}": 11 if index >= at else 1 for index in range(100)}
    body = {"size": 1, "weights": weights, "prices": {"a": 1.0}}
    assert refused(msgspec.json.encode(body)).param == f"weights.w{at}"


def test_the_key_is_found_although_a_later_mapping_is_wrong_too():
    body = {"size": 1, "weights": {"fine": 1, "heavy": 99}, "prices": {"a": "b"}}
    assert refused(msgspec.json.encode(body)).param == "weights.heavy"


def test_unknown_fields_are_ignored_unless_they_are_to_be_refused():
    raw = b'{"size": 1, "from": "here", "from_": "x", "colour": "red"}'
    assert fields.decode(raw, Shelf).from_ == "here"
    error = refused(raw, reject_unknown=True)
    assert (error.param, error.code, error.message) == (
        "from_",
        "unknown_parameter",
        "Unknown parameter: 'from_'.",
    )
    assert fields.unknown(msgspec.json.decode(raw), Shelf) == ["from_", "colour"]


TEXT = st.text("aB1 \0\u00e9\U0001f600*.[]", max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary() | st.dictionaries(st.sampled_from(Shelf.__struct_fields__), JSON).map(msgspec.json.encode))
def test_no_body_raises_anything_but_a_refusal(raw):
    try:
        fields.decode(raw, Shelf, reject_unknown=True)
    except GatewayError:
        assert refused(raw, reject_unknown=True).message
