"""Regular expressions that are compiled late."""

import re

import pytest

from mockgate.expressions import regex


def test_an_expression_is_a_pattern_as_any_other():
    word = regex(r"(?P<first>\w)\w*", re.IGNORECASE)
    assert word.pattern == r"(?P<first>\w)\w*"
    assert word.search("  Hello")["first"] == "H"
    assert word.sub("x", "a b") == "x x"
    assert [found[0] for found in word.finditer("ab cd")] == ["ab", "cd"]
    assert word.groupindex["first"] == 1


def test_what_is_wrong_with_one_shows_when_it_is_used():
    with pytest.raises(re.error):
        regex("(").search("")
