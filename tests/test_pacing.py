from statistics import mean, pstdev

import pytest

from mockgate.pacing import INSTANT, Tempo, duration, schedule, settle
from mockgate.rng import Dice
from mockgate.scenario import Pace, Stall
from mockgate.turn import Audio, Piece, Prompt, Reply, Start, Stop, Text, Turn, Usage
from mockgate.units import Seconds, Share

TEN = Tempo(first_token=1.0, token=0.1)
DICE = Dice("request")


def split(text: str) -> list[tuple[str, int]]:
    return [(letter, 1) for letter in text]


def turn(*lengths: int, usage: Usage = Usage()) -> Turn:
    replies = tuple(Reply((Text("x" * length),), output_tokens=length) for length in lengths)
    return Turn(Prompt("chat", "m", ()), replies, usage, "i" * 32, 0)


def pieces(asked: Turn, tempo: Tempo, dice: Dice = DICE, under_way: int = 1) -> list[float]:
    return [due for due, event in schedule(asked, tempo, dice, split, under_way) if isinstance(event, Piece)]


def gaps(moments: list[float]) -> list[float]:
    return [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]


def test_the_first_token_comes_after_its_wait_and_the_others_at_the_rate():
    assert pieces(turn(5), TEN) == pytest.approx([1.0, 1.1, 1.2, 1.3, 1.4])


def test_start_and_role_come_with_the_first_token_and_the_end_with_the_last():
    timed = list(schedule(turn(3), TEN, DICE, split))
    assert timed[0][0] == 1.0
    assert timed[-1] == (pytest.approx(1.2), Stop(0, "stop"))


def test_instant_never_waits_whatever_is_asked():
    assert {due for due, _ in schedule(turn(50, 50), INSTANT, DICE, split)} == {0.0}
    assert duration(turn(50), INSTANT, DICE) == 0.0
    assert Tempo(jitter=0.5, stall_chance=1.0).instant


def test_a_piece_of_several_tokens_takes_the_time_of_several():
    timed = schedule(turn(3), TEN, DICE, lambda _: [("a", 1), ("漢", 3), ("b", 1)])
    assert [due for due, event in timed if isinstance(event, Piece)] == pytest.approx([1.0, 1.3, 1.4])


def test_sound_arrives_at_its_own_rate_of_tokens():
    loud = Turn(Prompt("chat", "m", ()), (Reply((Audio(data=bytes(4800 * 3), transcript="a"),)),), Usage(), "", 0)
    assert pieces(loud, TEN) == pytest.approx([1.0, 1.2, 1.4, 1.6])


@pytest.mark.parametrize("spread", ["normal", "lognormal"])
def test_jitter_is_reproducible_averages_out_and_spreads_as_asked(spread):
    tempo = Tempo(first_token=0.5, token=0.1, jitter=0.3, spread=spread)
    drawn = pieces(turn(20_000), tempo)
    assert drawn == pieces(turn(20_000), tempo)
    assert drawn[:99] != pieces(turn(99), tempo, Dice("another"))
    waits = gaps(drawn)
    assert min(waits) >= 0
    assert mean(waits) == pytest.approx(0.1, rel=0.01)
    assert pstdev(waits) == pytest.approx(0.03, rel=0.05)


def test_the_first_token_is_jittered_too_around_its_mean():
    tempo = Tempo(first_token=1.0, jitter=0.2)
    firsts = [pieces(turn(1), tempo, Dice(number))[0] for number in range(3000)]
    assert mean(firsts) == pytest.approx(1.0, rel=0.02)
    assert pstdev(firsts) == pytest.approx(0.2, rel=0.1)


def test_a_long_prompt_delays_the_first_token_and_what_was_cached_does_not():
    tempo = Tempo(first_token=1.0, token=0.1, per_input=0.001)
    assert pieces(turn(2, usage=Usage(input=2000)), tempo) == pytest.approx([3.0, 3.1])
    assert pieces(turn(1, usage=Usage(input=2000, cached=1500)), tempo) == pytest.approx([1.5])


def test_load_slows_the_tokens_for_every_other_answer_under_way():
    tempo = Tempo(first_token=1.0, token=0.1, load=0.5)
    assert pieces(turn(3), tempo) == pytest.approx([1.0, 1.1, 1.2])
    assert pieces(turn(3), tempo, under_way=3) == pytest.approx([1.0, 1.2, 1.4])


def test_stalls_come_as_often_and_last_as_long_as_asked():
    tempo = Tempo(token=0.01, stall_chance=0.1, stall=5.0)
    waits = gaps(pieces(turn(10_000), tempo))
    stalled = [wait for wait in waits if wait > 1]
    assert len(stalled) == pytest.approx(1000, rel=0.1)
    assert set(map(lambda wait: round(wait, 2), stalled)) == {5.01}


def test_choices_arrive_side_by_side_in_order_of_when_they_are_due():
    timed = list(schedule(turn(4, 2, 3), Tempo(1.0, 0.1, jitter=0.3), DICE, split))
    dues = [due for due, _ in timed]
    assert dues == sorted(dues)
    assert sorted(event.choice for _, event in timed if isinstance(event, Stop)) == [0, 1, 2]
    first = [event.choice for _, event in timed if isinstance(event, Piece)][:6]
    assert first != sorted(first)


def test_choices_begin_in_order_of_their_numbers_before_any_says_a_word():
    for number in range(20):
        timed = list(schedule(turn(2, 2, 2), Tempo(1.0, 0.1, jitter=0.5), Dice(number), split))
        assert [event for _, event in timed[:3]] == [Start(0), Start(1), Start(2)]
        assert timed[0][0] == timed[2][0] == timed[3][0]


def test_a_choice_keeps_its_pace_whether_or_not_it_has_company():
    tempo = Tempo(1.0, 0.1, jitter=0.3)
    together = [
        due for due, event in schedule(turn(5, 5), tempo, DICE, split) if isinstance(event, Piece) and event.choice == 0
    ]
    assert together == pieces(turn(5), tempo)


@pytest.mark.parametrize(
    "tempo",
    [
        TEN,
        Tempo(1.0, 0.1, jitter=0.2),
        Tempo(1.0, 0.1, jitter=0.2, spread="lognormal"),
        Tempo(1.0, 0.1, per_input=0.001, load=0.1),
        Tempo(1.0, 0.01, stall_chance=0.05, stall=1.0),
    ],
)
def test_a_whole_answer_takes_about_as_long_as_its_stream(tempo):
    asked = turn(2000, 500, usage=Usage(input=500))
    streamed = mean(list(schedule(asked, tempo, Dice(n), split, 2))[-1][0] for n in range(5))
    assert mean(duration(asked, tempo, Dice(n), 2) for n in range(5)) == pytest.approx(streamed, rel=0.05)


@pytest.mark.parametrize("length", [0, 1])
def test_an_answer_of_no_or_one_token_takes_the_wait_for_the_first(length):
    assert duration(turn(length), TEN, DICE) == 1.0
    assert list(schedule(turn(length), TEN, DICE, split))[-1][0] == 1.0


def test_a_pace_is_settled_from_profiles_and_its_own_figures():
    profiles = {
        "slow": Pace(first_token=Seconds(2), tokens_per_second=10, jitter=Share(0.1)),
        "slower": Pace(profile="slow", tokens_per_second=5),
    }
    base = Tempo(first_token=9.0, token=9.0)
    assert settle(None, profiles, base) == base
    assert settle("instant", profiles, base) == INSTANT
    assert settle("slower", profiles, base) == Tempo(first_token=2.0, token=0.2, jitter=0.1)
    assert settle(Pace(first_token=Seconds(0)), profiles, base) == Tempo(token=9.0)
    assert settle(Pace(profile="slow", spread="lognormal", load=Share(0.5)), profiles, base) == Tempo(
        2.0, 0.1, 0.1, "lognormal", load=0.5
    )
    stalling = settle(Pace(stall=Stall(Share(0.5), Seconds(3)), per_1k_input=Seconds(2)), profiles, INSTANT)
    assert stalling == Tempo(per_input=0.002, stall_chance=0.5, stall=3.0)
    with pytest.raises(KeyError):
        settle("unknown", profiles, base)
