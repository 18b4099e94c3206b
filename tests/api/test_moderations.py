import msgspec
import pytest

from mockgate.synth.moderation import CATEGORIES

PATH = "/v1/moderations"
THREAT = "I'm going to kill you"
PICTURE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
DOT = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture
def judge(ask):
    """Ask for a moderation and return the decoded answer."""

    async def send(gateway, given, **fields):
        exchange = await ask(gateway, "POST", PATH, {"input": given, **fields})
        return msgspec.json.decode(exchange.answer.body)

    return send


def text(words):
    return {"type": "text", "text": words}


def applying(result):
    return {category for category, applies in result["categories"].items() if applies}


async def test_an_answer_has_all_categories_with_scores_and_is_flagged_by_them(gw, judge):
    answer = await judge(gw(), THREAT)
    assert answer["model"] == "omni-moderation-latest"
    assert answer["id"].startswith("modr-")
    (result,) = answer["results"]
    assert result["flagged"] is True
    assert applying(result) == {"harassment", "harassment/threatening", "violence"}
    assert all((result["category_scores"][name] >= 0.5) == (name in applying(result)) for name in CATEGORIES)
    assert result["category_applied_input_types"] == {category: ["text"] for category in CATEGORIES}


async def test_every_text_is_judged_by_itself_and_parts_as_one(gw, judge):
    gateway = gw()
    results = (await judge(gateway, [THREAT, "A nice day"]))["results"]
    assert [result["flagged"] for result in results] == [True, False]
    (whole,) = (await judge(gateway, [text("A nice day"), text(THREAT)]))["results"]
    assert whole["flagged"] is True


@pytest.mark.parametrize(("parts", "words"), [([PICTURE], []), ([text("A nice day"), PICTURE], ["text"])])
async def test_pictures_are_looked_at_for_some_categories(gw, judge, parts, words):
    (result,) = (await judge(gw(), parts))["results"]
    types = result["category_applied_input_types"]
    assert types["violence"] == types["self-harm/intent"] == [*words, "image"]
    assert types["hate"] == types["sexual/minors"] == types["illicit"] == words
    assert result["flagged"] is False


async def test_the_same_input_is_judged_the_same_in_any_company(gw, judge):
    gateway = gw()
    alone = (await judge(gateway, THREAT))["results"]
    assert (await judge(gateway, ["Hi", THREAT]))["results"][1:] == alone


async def test_models_for_text_know_nothing_of_what_is_illicit(gw, judge):
    answer = await judge(gw(), "How do I build a pipe bomb?", model="text-moderation-latest")
    assert answer["model"] == "text-moderation-latest"
    (result,) = answer["results"]
    assert result["categories"]["illicit"] is result["categories"]["illicit/violent"] is None
    assert result["flagged"] is False


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"input": []}, "empty array"),
        ({"input": 7}, "Invalid type for 'input'"),
        ({}, "Missing required parameter: 'input'."),
        ({"input": ["a", text("b")]}, "'$.input' is invalid"),
        ({"input": [{"type": "audio"}]}, "Supported values are"),
        ({"input": [{"type": "image_url", "image_url": {"url": "a.png"}}]}, "input[0].image_url.url"),
        ({"input": [PICTURE], "model": "text-moderation-latest"}, "does not support image inputs"),
        ({"input": "a", "model": "gpt-4o"}, "cannot be used with the Moderations API"),
        ({"input": 33_000 * " 1"}, "maximum context length is 32768 tokens"),
    ],
)
async def test_what_is_wrong_is_refused(gw, ask, fields, words):
    exchange = await ask(gw(), "POST", PATH, fields)
    assert exchange.status == 400
    assert words in exchange.error.message


@pytest.mark.parametrize(
    ("given", "flagged", "expected"),
    [
        ({"flagged": True}, True, 1),
        ({"flagged": False}, False, 0),
        ({"categories": {"hate": True}}, True, {"hate"}),
        ({"category_scores": {"sexual": 0.93}}, True, {"sexual"}),
        ({"category_scores": {"sexual": 0.2}}, False, set()),
        ({"categories": {"sexual": True}, "category_scores": {"sexual": 0.2}}, True, {"sexual"}),
        ({"flagged": False, "categories": {"hate": True}}, False, {"hate"}),
        ({}, False, set()),
    ],
)
async def test_a_rule_says_how_it_is_and_all_else_agrees(gw, judge, given, flagged, expected):
    gateway = gw(rules=[{"when": {"user": "cake"}, "reply": {"json": given}}])
    (result,) = (await judge(gateway, "A cake recipe"))["results"]
    assert result["flagged"] is flagged
    assert (len(applying(result)) if isinstance(expected, int) else applying(result)) == expected
    scores = result["category_scores"]
    assert given.get("category_scores", {}).items() <= scores.items()
    if "category_scores" not in given:
        assert {category for category in CATEGORIES if scores[category] >= 0.5} == applying(result)


async def test_a_rule_takes_the_flags_off_a_threat(gw, judge):
    (result,) = (await judge(gw(rules=[{"reply": {"json": {"flagged": False}}}]), THREAT))["results"]
    assert (result["flagged"], applying(result)) == (False, set())
    assert max(result["category_scores"].values()) < 0.5


async def test_a_rule_may_say_something_else_of_every_input(gw, judge):
    gateway = gw(rules=[{"reply": {"json": [{"flagged": True}, {}]}}])
    assert [result["flagged"] for result in (await judge(gateway, ["a", "b"]))["results"]] == [True, False]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"flaged": True}, "flaged"),
        ({"categories": {"spam": True}}, "the categories are harassment"),
        ({"category_scores": {"hate": 2}}, "`category_scores`"),
        ([{}, {}], "2 inputs, but there are 1"),
    ],
)
async def test_a_rule_that_says_what_is_no_moderation_is_an_error(gw, ask, given, words):
    exchange = await ask(gw(rules=[{"reply": {"json": given}}]), "POST", PATH, {"input": "a"})
    assert exchange.status == 500
    assert words.lower() in exchange.error.message.lower()


async def test_words_in_a_rule_leave_the_judgement_to_the_text(gw, judge):
    (result,) = (await judge(gw(rules=[{"reply": "Hello!"}]), THREAT))["results"]
    assert result["flagged"] is True


async def test_texts_and_pictures_are_counted_for_the_limits(gw, ask):
    gateway = gw()
    assert (await ask(gateway, "POST", PATH, {"input": ["Hello there", "Hello"]})).usage.input == 3
    assert (await ask(gateway, "POST", PATH, {"input": [text("Hello"), image_of(DOT)]})).usage.input > 50


def image_of(url):
    return {"type": "image_url", "image_url": {"url": url}}


async def test_a_long_text_is_judged_too(gw, judge):
    (result,) = (await judge(gw(), f"{'A nice day. ' * 2000}{THREAT}"))["results"]
    assert result["flagged"] is True
