from mockgate.rng import Dice
from mockgate.synth.retelling import retold


def test_a_prompt_is_told_again_with_more_in_it():
    told = retold("A lighthouse by the sea.", "vivid", Dice(1))
    assert "a lighthouse by the sea, set by calm water" in told
    assert told.endswith(".")
    assert told == retold("A lighthouse by the sea.", "vivid", Dice(1))
    assert "Tokyo at night" in retold("Tokyo at night", "natural", Dice(1))


def test_the_style_says_how():
    vivid, natural = (
        {retold("A fox", style, Dice(n)).split(". ")[1] for n in range(20)} for style in ("vivid", "natural")
    )
    assert not vivid & natural


def test_a_prompt_in_another_alphabet_stays_as_it_is():
    assert retold("日落时分的红船", "vivid", Dice(1)) == "日落时分的红船"
