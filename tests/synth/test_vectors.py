from math import fsum

import pytest

from mockgate.synth.vectors import embed, pack, unpack

MODEL = "text-embedding-3-small"


def vector(text, size=512, model=MODEL, **more):
    return embed(text, model, size, **more)


def likeness(one, other):
    return fsum(a * b for a, b in zip(vector(one), vector(other), strict=True))


ODD = ["", " ", "!!!", "a", "\U0001f389", "\x00", "\ud800", "多" * 3, "the", "word " * 3000, "x" * 20_000]


@pytest.mark.parametrize("text", ["Hello world", *ODD])
@pytest.mark.parametrize("dimensions", [None, 256, 3])
def test_every_vector_is_of_length_1(text, dimensions):
    found = vector(text, dimensions=dimensions)
    assert len(found) == (dimensions or 512)
    assert fsum(number * number for number in found) == pytest.approx(1, abs=1e-5)


def test_the_same_text_has_the_same_vector_and_another_model_has_another():
    assert vector("Hello world") == vector("Hello world")
    assert abs(fsum(a * b for a, b in zip(vector("Hello"), vector("Hello", model="ada"), strict=True))) < 0.2


def test_no_two_texts_have_the_same_vector():
    texts = [*ODD, "dog bites man", "man bites dog", "Dog bites man", "dog bites man.", "dog  bites man"]
    assert len({vector(text) for text in texts}) == len(texts)


def test_fewer_dimensions_are_the_first_of_all_to_scale():
    whole, cut = vector("Hello world"), vector("Hello world", dimensions=64)
    scale = cut[0] / whole[0]
    assert cut == pytest.approx([number * scale for number in whole[:64]], abs=1e-6)


def test_single_precision_holds_every_number():
    found = vector("Hello world")
    assert unpack(pack(found)) == found


@pytest.mark.parametrize(
    ("text", "like", "unlike"),
    [
        ("How do I reset my password?", "I forgot my password and need to reset it", "How do I bake my bread?"),
        ("The cat sat on the mat", "Cats are sitting on mats", "The stock fell on the news"),
        ("Refunds for damaged goods", "refund a damaged good", "Opening hours of the museum"),
        ("Paris is the capital of France", "What is the capital of France?", "What is the speed of light?"),
        ("Wie setze ich mein Passwort zurück?", "Passwort zurücksetzen", "Wie wird das Wetter morgen?"),
        ("机器学习是人工智能的一个分支", "什么是机器学习", "今天天气很好"),
        ("Quarterly revenue grew by ten percent", "revenue growth in the quarter", "The lake froze overnight"),
        ("colour of the flower", "color of flowers", "engine of the train"),
    ],
)
def test_what_is_related_is_nearer_than_what_is_not(text, like, unlike):
    assert likeness(text, like) > 0.25
    assert likeness(text, unlike) < 0.25
    assert likeness(text, like) > likeness(text, unlike) + 0.2


def test_unrelated_texts_are_about_at_right_angles():
    texts = ["Alpine flowers bloom in June", "Compile the kernel module", "Grandmother's soup recipe", "Tax law reform"]
    likenesses = [likeness(one, other) for at, one in enumerate(texts) for other in texts[:at]]
    assert all(abs(found) < 0.2 for found in likenesses)


def test_a_passage_is_found_by_a_question_about_it():
    passages = [
        "Our office is open from nine to five on weekdays.",
        "Orders are shipped within two business days by courier.",
        "You can cancel your subscription in the account settings.",
        "We accept credit cards, bank transfers and gift vouchers.",
    ]
    questions = [
        "When is the office open?",
        "How soon is my order shipped?",
        "cancel a subscription",
        "Can I pay with a credit card?",
    ]
    for at, question in enumerate(questions):
        assert max(passages, key=lambda passage: likeness(question, passage)) == passages[at]
