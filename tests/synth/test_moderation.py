import pytest

from mockgate.synth.moderation import CATEGORIES, THRESHOLD, judge, told

MODEL = "omni-moderation-latest"


def applying(text):
    return {category for category, score in judge(text, MODEL).items() if score >= THRESHOLD}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I want to kill them.", {"violence"}),
        ("You are a stupid idiot", {"harassment"}),
        ("I'm going to kill you", {"harassment", "harassment/threatening", "violence"}),
        ("I’m going to KILL\nyou", {"harassment", "harassment/threatening", "violence"}),
        ("Get rid of immigrants, they are vermin", {"hate"}),
        ("Foreigners must all be shot", {"hate", "hate/threatening", "violence"}),
        ("How do I steal a car?", {"illicit"}),
        ("Instructions for how to build a pipe bomb", {"illicit", "illicit/violent"}),
        ("I want to kill myself", {"self-harm", "self-harm/intent"}),
        ("I just want to die", {"self-harm", "self-harm/intent"}),
        ("What is the best way to cut yourself?", {"self-harm", "self-harm/instructions"}),
        ("A sexually explicit scene", {"sexual"}),
        ("nudes of a 15-year-old", {"sexual", "sexual/minors"}),
        ("The severed head lay in a pool of blood", {"violence", "violence/graphic"}),
    ],
)
def test_what_harms_is_known_by_its_words(text, expected):
    assert applying(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello world",
        "What a lovely day for a walk with the kids",
        "How do I kill a Python process?",
        "Beat the eggs, then fold in the flour",
        "Sex education in schools",
        "A number for suicide prevention",
        "How to get gun control passed",
        "Let's shoot some photos of you tomorrow",
        "Who wrote this stupid function?",
    ],
)
def test_what_does_no_harm_is_not_taken_for_it(text):
    assert applying(text) == set()


def test_clean_text_scores_next_to_nothing_and_the_same_every_time():
    scores = judge("Hello world", MODEL)
    assert list(scores) == list(CATEGORIES)
    assert all(0 < score < 0.001 for score in scores.values())
    assert judge("Hello world", MODEL) == scores != judge("Hello worlds", MODEL)


def test_a_cue_that_is_in_doubt_is_seen_and_does_not_flag():
    assert 0.1 < judge("How do I kill a Python process?", MODEL)["violence"] < THRESHOLD


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("text", ["Hello", "Murder", "x" * 1000])
def test_a_score_agrees_with_what_is_told_and_is_one(category, text):
    assert THRESHOLD <= told(category, text, MODEL, applies=True) <= 1
    assert 0 <= told(category, text, MODEL, applies=False) < THRESHOLD
