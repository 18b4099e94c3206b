"""Well-known lists: real members, of the place that was asked for."""

import pytest

from mockgate.synth.lists import members


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("List 5 fruits", "Apple", "Oslo"),
        ("Give me three colours", "Red", "Apple"),
        ("name some animals", "Owl", "Red"),
        ("What are the planets?", "Mars", "Pluto"),
        ("List 3 programming languages", "Rust", "French"),
        ("List 3 languages", "French", "Rust"),
        ("List 5 countries", "Kenya", "Nairobi"),
        ("List 5 European capitals", "Oslo", "Nairobi"),
        ("List 5 capitals of Africa", "Nairobi", "Oslo"),
        ("Name 5 rivers in Europe", "Danube", "Amazon"),
        ("Name ten cities in South America", "Lima", "Osaka"),
    ],
)
def test_members_are_those_of_the_kind_and_the_place(text, one, other):
    assert one in members(text)
    assert other not in members(text)


@pytest.mark.parametrize(
    "text", ["List 5 ways to eat fruits", "Give me tips for animals", "List 3 cities in France", "List 5 things", ""]
)
def test_of_anything_else_no_list_is_known(text):
    assert members(text) == ()
