from typing import Annotated, Any

import msgspec
import pytest

from mockgate.complaints import SOME_KEY, Complaint, dotted, parse, steps


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    a: int
    few: Annotated[list[int], msgspec.Meta(min_length=2, max_length=3)] | None = None
    name: Annotated[str, msgspec.Meta(pattern="^x", max_length=4)] = "x"
    part: Annotated[float, msgspec.Meta(gt=0, le=2)] = 1
    pair: tuple[int, int] = (1, 2)
    even: Annotated[int, msgspec.Meta(multiple_of=2)] = 2


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    items: list[Inner] = []
    named: dict[str, Inner] = {}
    counts: dict[int, int] = {}


def complain(value: Any, kind: Any = Inner) -> Complaint:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, kind)
    return parse(caught.value)


@pytest.mark.parametrize(
    ("value", "kind", "rest"),
    [
        ({}, "missing_field", {"field": "a", "path": ()}),
        ({"a": 1, "b`c": 2}, "unknown_field", {"field": "b`c"}),
        ({"a": "1"}, "wrong_type", {"path": ("a",), "expected": "int", "got": "str"}),
        ({"a": 1, "few": 3}, "wrong_type", {"expected": "array | null", "got": "int"}),
        ({"a": 1, "few": [1]}, "too_short", {"limit": 2, "expected": "array"}),
        ({"a": 1, "few": [1] * 4}, "too_long", {"limit": 3}),
        ({"a": 1, "name": "xxxxx"}, "too_long", {"limit": 4, "expected": "str"}),
        ({"a": 1, "name": "y"}, "pattern", {"expected": "'^x'"}),
        ({"a": 1, "part": 0}, "below_min", {"limit": 0, "exclusive": True, "expected": "float"}),
        ({"a": 1, "part": 3}, "above_max", {"limit": 2, "exclusive": False}),
        ({"a": 1, "pair": [1]}, "too_short", {"limit": 2, "got": "1"}),
        ({"a": 1, "pair": [1, 2, 3]}, "too_long", {"limit": 2, "got": "3"}),
        ({"a": 1, "even": 3}, "bad_value", {"limit": 2}),
        (7, "wrong_type", {"path": (), "expected": "object", "got": "int"}),
    ],
)
def test_every_sentence_of_msgspec_is_taken_apart(value, kind, rest):
    complaint = complain(value)
    assert complaint.kind == kind
    assert {name: getattr(complaint, name) for name in rest} == rest


def test_a_value_that_looks_like_a_place_does_not_move_the_complaint():
    from typing import Literal

    class Choice(msgspec.Struct):
        c: Literal["x", "y"]

    complaint = complain({"c": "z - at `$.elsewhere`"}, Choice)
    assert complaint.path == ("c",)
    assert complaint.got == "'z - at `$.elsewhere`'"


def test_the_path_goes_through_lists_and_stands_in_for_keys_that_msgspec_does_not_name():
    assert complain({"items": [{"a": 1}, {"a": ""}]}, Outer).where == "items[1].a"
    assert complain({"named": {"k": {"a": ""}}}, Outer).path == ("named", SOME_KEY, "a")


def test_a_bad_key_is_told_from_a_bad_value():
    assert complain({"counts": {"x": 1}}, Outer).of_key
    assert not complain({"counts": {1: "x"}}, Outer).of_key


def test_a_sentence_of_a_hook_is_passed_on_with_its_path():
    def hook(kind: type, value: Any) -> Any:
        raise ValueError("is odd")

    class Odd(msgspec.Struct):
        c: complex

    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"c": [1]}, Odd, dec_hook=hook)
    complaint = parse(caught.value)
    assert (complaint.kind, complaint.path, complaint.text) == ("other", ("c",), "is odd")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ((), ""),
        (("rules", 0, "when", "user"), "rules[0].when.user"),
        (("header", "x-a"), "header.x-a"),
        (("paces", "a.b", 12), 'paces["a.b"][12]'),
    ],
)
def test_a_path_is_worded_and_read_back(path, words):
    assert dotted(path) == words
    assert steps(words) == path
