from uuid import RFC_4122, UUID

import pytest

from mockgate.rng import ALPHANUMERIC, HEX, Dice


def throws(dice: Dice) -> list[float]:
    return [dice.random.random() for _ in range(5)]


def test_the_same_labels_throw_the_same_whatever_was_thrown_before():
    Dice("other").random.random()
    assert throws(Dice(7, "a", b"b")) == throws(Dice(7, "a", b"b"))


@pytest.mark.parametrize("other", [("ab", "c"), ("a", "bc", ""), ("bc", "a"), ("a",), (), ("A", "bc")])
def test_other_labels_are_other_dice_however_they_are_cut(other):
    assert Dice(*other).key != Dice("a", "bc").key


def test_forks_do_not_depend_on_throws_or_on_each_other():
    one, two = Dice("request"), Dice("request")
    throws(one)
    one.fork("first")
    assert throws(one.fork("second")) == throws(two.fork("second"))
    assert throws(two.fork("second")) != throws(two.fork("first")) != throws(two)


def test_ids_depend_on_dice_prefix_and_salt_alone():
    dice = Dice(1)
    first = dice.id("call_")
    throws(dice)
    assert dice.id("call_") == first == Dice(1).id("call_")
    assert len({first, dice.id("call_", salt=1), Dice(2).id("call_"), dice.id("c_all")}) == 4


@pytest.mark.parametrize(("alphabet", "length"), [(ALPHANUMERIC, 24), (HEX, 32), (HEX, 64), (ALPHANUMERIC, 0)])
def test_an_id_is_its_prefix_and_that_many_letters_of_the_alphabet(alphabet, length):
    made = Dice("x").id("req_", length, alphabet)
    assert made.startswith("req_")
    assert len(made) == 4 + length
    assert set(made[4:]) <= set(alphabet)


def test_a_hundred_thousand_ids_are_all_different_and_use_every_letter():
    dice = Dice("many")
    made = {dice.id("", 24, salt=number) for number in range(100_000)}
    assert len(made) == 100_000
    assert set("".join(made)) == set(ALPHANUMERIC)


def test_labels_may_hold_what_no_encoding_can_say():
    assert Dice("\udcff").key != Dice("\udcfe").key


def test_a_seed_for_other_libraries_is_a_whole_number_of_the_dice():
    assert Dice("a").number == Dice("a").number != Dice("b").number


def test_a_uuid_is_one_of_the_random_kind_and_of_the_dice():
    named = UUID(Dice("a").uuid)
    assert (named.version, named.variant) == (4, RFC_4122)
    assert Dice("a").uuid != Dice("b").uuid
