import msgspec
import pytest

from mockgate.errors import GatewayError
from mockgate.inputs import Input, body, measured, parted
from mockgate.tokens import load

CL100K = load("cl100k_base")


class Body(msgspec.Struct):
    model: str
    size: int = 0


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ("one", ["one"]),
        ("", [""]),
        (["one", "two"], ["one", "two"]),
        ([1, 2], [[1, 2]]),
        ([[1], [2, 3]], [[1], [2, 3]]),
    ],
)
def test_inputs_are_parted_by_what_they_are(given, parts):
    assert parted(given, "input") == parts


@pytest.mark.parametrize("given", [[], ["one", 1], [1, [1]], [["one"], "two"], [[1], "one", 2]])
def test_inputs_of_several_kinds_or_none_are_refused(given):
    with pytest.raises(GatewayError, match=r"'\$.input' is invalid"):
        parted(given, "input")


def test_2048_inputs_are_the_most_but_one_may_have_more_token_ids():
    assert len(parted(["one"] * 2048, "input")) == 2048
    with pytest.raises(GatewayError) as caught:
        parted(["one"] * 2049, "input")
    assert caught.value.code == "array_above_max_length"
    assert parted([1] * 5000, "input") == [[1] * 5000]


def test_texts_and_token_ids_are_counted_alike():
    assert measured(["Hello there", [9906, 1070]], CL100K, "input") == [Input("Hello there", 2)] * 2


def test_an_id_that_is_no_token_is_refused():
    with pytest.raises(GatewayError, match="not a token of cl100k_base"):
        measured([[1, 100_999]], CL100K, "input")


@pytest.mark.parametrize("raw", [b"{}", b'{"model": ""}', b'{"model": null, "size": "x"}', b'{"size": "x"}'])
def test_the_model_is_asked_for_before_all_else(raw):
    with pytest.raises(GatewayError, match="you must provide a model parameter"):
        body(raw, Body, reject_unknown=False)


@pytest.mark.parametrize("raw", [b'{"model": "m", "size": "x"}', b'{"model": 7}', b"[]", b"{"])
def test_a_body_that_is_wrong_otherwise_is_told_so(raw):
    with pytest.raises(GatewayError) as caught:
        body(raw, Body, reject_unknown=False)
    assert "model parameter" not in caught.value.message
