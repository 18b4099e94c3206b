"""What is answered, by the kind of ask and by language."""

import ast
import json
import re
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

from mockgate.rng import Dice
from mockgate.synth import Manner, compose
from mockgate.synth.asks import read
from mockgate.synth.language import detect
from mockgate.turn import Format, Image, Message, Prompt, Reasoning, Text, Voice


def prompt(text, *parts, **more):
    return Prompt("chat", "gpt-4o", (Message("user", (Text(text), *parts)),), **more)


PLAIN = Manner()


def said(text, seed=0, manner=PLAIN, **more):
    (part,) = compose(prompt(text, **more), Dice(seed), manner)
    return part.text


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Hello", r"(Hello|Hi|Hey).+"),
        ("hi there!", r"(Hello|Hi|Hey).+"),
        ("Thanks!", r".*(welcome|help|pleasure|time).*"),
        ("What is the capital of Norway?", r"(?s).*the capital of Norway.*"),
        ("How do I reset my password?", r"(?s).*reset your password.*"),
        ("Why is the sky blue?", r"(?s).*the sky.*"),
        ("Tell me about black holes", r"(?s).*black holes.*"),
        ("My order never arrived.", r"(?s).*your order.*"),
        ("What is 2+2?", r".*\b4\b.*"),
        ("17 * 23", r".*\b391\b.*"),
        ("How much is 7 divided by 2?", r".*3\.5\b.*"),
        ("What is 2 + 3 * 4 - 1?", r".*= 13"),
        ("Say this is a test", r"This is a test\."),
        ('Reply with "OK"', r"OK"),
        ("Is water wet? Answer yes or no.", r"(Yes|No)\."),
        ("In one word, what is the best colour?", r"\w+\."),
        ("Explain gravity in one sentence.", r"[A-Z][^.?!]*[.?!]"),
        ("Translate 'hello' to French", r"Bonjour.*"),
        ("Write a poem about rain", r"(?s)(.+\n){3}.*rain.*|(?s:.*rain.*\n.+)"),
        ("Tell me a joke about cats", r".*cats.*|.*joke.*"),
    ],
)
def test_an_ask_is_answered_in_kind(text, shape):
    for seed in range(10):
        assert re.fullmatch(shape, said(text, seed)), said(text, seed)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("List 5 fruits", 5),
        ("Give me three ways to save money", 3),
        ("Suggest 12 names for a cat", 12),
        ("Name ten cities in Europe", 10),
        ("What are 4 benefits of sleep?", 4),
        ("Give me 7 tips for better sleep as bullet points", 7),
    ],
)
def test_a_list_has_as_many_items_as_were_asked_for(text, count):
    for seed in range(5):
        lines = said(text, seed).splitlines()
        assert len(lines) == count
        assert all(re.match(r"\d+\. \S|- \S", line) for line in lines)
        assert len({line.split(" ", 1)[1] for line in lines}) == count


def test_bullets_are_given_when_bullets_are_asked_for():
    assert said("Give me 3 tips as bullet points").startswith("- ")
    assert said("Give me 3 tips").startswith("1. ")


@pytest.mark.parametrize(
    ("text", "fence"),
    [
        ("Write a function in Python that reverses a string", "python"),
        ("write a javascript function to debounce calls", "javascript"),
        ("Write a TypeScript function", "typescript"),
        ("Implement a binary search function in Go", "go"),
        ("Give me rust code for a queue", "rust"),
        ("Write a SQL query for the top customers", "sql"),
        ("Write a bash script that backs up a folder", "bash"),
        ("Create an html component for a login page", "html"),
        ("Write a class for a stack in C#", "csharp"),
        ("Write a function that sorts numbers", "python"),
    ],
)
def test_code_comes_in_a_fence_of_the_language_asked_for(text, fence):
    assert re.search(rf"```{fence}\n.+\n```", said(text), re.DOTALL)


@pytest.mark.parametrize(
    "text", ["Write a python function to import a class", "Write code", "Write python code for 3 é 漢字"]
)
def test_python_code_parses(text):
    ast.parse(re.search(r"```python\n(.+?)\n```", said(text), re.DOTALL)[1])


def test_a_table_compares_what_was_named():
    rows = said("Make a markdown table comparing Python, Go and Rust").splitlines()
    assert [row.split("|")[1].strip() for row in rows[2:]] == ["Python", "Go", "Rust"]


def test_a_summary_is_made_of_the_text_it_sums_up():
    text = said("Summarize: The cat sat on the mat. It slept. A dog came and the cat left the mat.")
    assert "cat" in text
    assert len(text) < 70


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Was ist die Hauptstadt von Norwegen?", "de"),
        ("Comment fonctionne la photosynthèse ?", "fr"),
        ("¿Cuál es la capital de España?", "es"),
        ("Come funziona la fotosintesi?", "it"),
        ("Como funciona a fotossíntese?", "pt"),
        ("Hoe werkt fotosynthese?", "nl"),
        ("Jak działa fotosynteza?", "pl"),
        ("Fotosentez nasıl çalışır?", "tr"),
        ("Quang hợp là gì?", "vi"),
        ("Hur fungerar fotosyntesen?", "sv"),
        ("Jak funguje fotosyntéza?", "cs"),
        ("Bagaimana cara kerja fotosintesis?", "id"),
        ("Как работает фотосинтез?", "ru"),
        ("Як працює фотосинтез?", "uk"),
        ("什么是人工智能？", "zh"),
        ("人工知能とは何ですか？", "ja"),
        ("인공지능이 무엇인가요?", "ko"),
        ("ما هو الذكاء الاصطناعي؟", "ar"),
        ("מה זה בינה מלאכותית?", "he"),
        ("कृत्रिम बुद्धिमत्ता क्या है?", "hi"),
        ("ปัญญาประดิษฐ์คืออะไร", "th"),
        ("Τι είναι η τεχνητή νοημοσύνη;", "el"),
        ("How does photosynthesis work?", "en"),
        ("Tell me about Paris in German", "de"),
        ("Hallo", "de"),
        ("Bonjour !", "fr"),
        ("Привет", "ru"),
        ("こんにちは", "ja"),
    ],
)
def test_an_answer_is_in_the_language_of_the_prompt(text, language):
    for seed in range(5):
        assert detect(said(text, seed)) == language, said(text, seed)


def test_an_answer_takes_up_the_topic_in_its_language():
    assert "Hauptstadt von Norwegen" in said("Was ist die Hauptstadt von Norwegen?")
    assert "人工知能" in said("人工知能とは何ですか？")


def test_the_scenarios_language_wins():
    assert detect(said("What is rain?", manner=Manner(language="es"))) == "es"
    assert detect(said("What is rain?", manner=Manner(language="de-DE"))) == "de"


def test_brief_answers_are_shorter_and_essays_longer():
    def mean(text):
        return sum(len(said(text, seed).split()) for seed in range(30)) / 30

    brief, plain, essay = (
        mean("Briefly, what is rain?"),
        mean("What is rain?"),
        mean("Write an essay about rain"),
    )
    assert brief < plain < essay
    assert 20 < plain < 90
    assert essay > 100


@pytest.mark.parametrize("text", ["Give me a user as JSON", "List 3 fruits in JSON", "hello", "", "Wetter in Köln?"])
def test_json_mode_gives_an_object(text):
    assert isinstance(json.loads(said(text, format=Format("json_object"))), dict)


def test_json_has_the_keys_that_the_prompt_names():
    value = json.loads(said("Give me a user in JSON with name, age and email"))
    assert list(value) == ["name", "age", "email"]
    assert "@" in value["email"]
    value = json.loads(said("Invent a person", format=Format("json_object")) or "{}")
    assert value["answer"]
    sketched = json.loads(said('Reply in JSON like {"city": "...", "population": 0}'))
    assert list(sketched) == ["city", "population"]
    assert isinstance(sketched["population"], int)


def test_structured_output_is_true_to_its_schema_and_to_the_prompt():
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "date": {"type": "string"},
            "participants": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "date", "participants"],
        "additionalProperties": False,
    }
    text = "Extract the event: Alice and Bob are going to a science fair on Friday."
    value = json.loads(said(text, format=Format("json_schema", "event", schema, strict=True)))
    Draft202012Validator(schema).validate(value)
    assert value["participants"] == ["Alice", "Bob"]
    assert value["date"] == "Friday"


def test_reasoning_comes_first_and_grows_with_the_effort():
    def thought(effort):
        parts = compose(prompt("What is rain?", effort=effort), Dice(1), Manner(reasons=True))
        return next((part.text for part in parts if isinstance(part, Reasoning)), "")

    parts = compose(prompt("What is rain?"), Dice(1), Manner(reasons=True))
    assert [type(part) for part in parts] == [Reasoning, Text]
    assert 0 == len(thought("none")) < len(thought("minimal")) < len(thought("medium")) < len(thought("high"))


def test_an_image_is_spoken_of():
    (part,) = compose(prompt("What is in this image?", Image(width=640, height=480)), Dice(1), Manner())
    assert "image" in part.text
    assert "640 by 480" in part.text


def test_a_spoken_answer_comes_as_text():
    assert isinstance(compose(prompt("Hello", voice=Voice("alloy", "wav")), Dice(1), Manner())[0], Text)


def test_the_same_dice_say_the_same_and_other_dice_something_else():
    assert said("What is rain?", 3) == said("What is rain?", 3)
    assert len({said("What is rain?", seed) for seed in range(20)}) > 15


@pytest.mark.parametrize(
    "text", ["", " ", "?", "{topic}", "{", "%s", "\ud83d", "a" * 50_000, "1/0", "😀" * 10, "((((", "\x00"]
)
def test_odd_prompts_are_answered(text):
    for kind in ("text", "json_object"):
        assert said(text, format=Format(kind))
    assert compose(Prompt("chat", "gpt-4o", ()), Dice(1), Manner())[0].text


def test_synthesis_is_imported_without_loading_faker():
    code = "import sys, mockgate.synth; sys.exit('faker' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("text", ["What is rain?", "Was ist Regen?"])
def test_an_answer_is_as_wordy_as_the_verbosity_says(text):
    low, medium, unsaid, high = (
        sum(len(said(text, seed, verbosity=verbosity)) for seed in range(30))
        for verbosity in ("low", "medium", None, "high")
    )
    assert low * 1.5 < medium == unsaid
    assert unsaid * 1.5 < high


def test_a_length_in_the_prompt_wins_over_the_verbosity():
    text = "Explain gravity in one sentence."
    assert said(text, verbosity="high") == said(text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Explain 3.14 and version 2.5.1 of node.js", "3.14 and version 2.5.1 of node.js"),
        ("What is the price 12.5", "the price 12.5"),
        ("Explain gravity as bullet points", "gravity"),
        ("In JSON, explain node.js.", "node.js"),
    ],
)
def test_a_topic_keeps_its_dots_and_loses_words_on_form(text, topic):
    assert read(prompt(text)).topic == topic


@pytest.mark.parametrize(
    "text",
    [
        "in two sentences explain gravity",
        "Why is node.js 2.5 slow? Answer in 2 sentences",
        "Tell me a story in two sentences",
        "Write two sentences",
        "Hi, my dog is ill. In two sentences",
    ],
)
def test_as_many_sentences_come_as_were_asked_for(text):
    for seed in range(40):
        assert len(re.findall(r"[.!?](?=\s|$)", said(text, seed))) == 2, said(text, seed)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Explain gravity in exactly 10 words", 10),
        ("exactly ten words about node.js", 10),
        ("Explain rain in 3 words", 3),
        ("Write a story about cats in 120 words", 120),
        ("Write an essay about cats in 400 words", 400),
        ("Explain gravity in under 50 words", 49),
        ("Erkläre die Gravitation. Exactly 10 words", 10),
    ],
)
def test_as_many_words_come_as_were_asked_for(text, count):
    for seed in range(40):
        assert len(said(text, seed).split()) == count, said(text, seed)


def test_a_row_of_a_table_is_not_named_for_the_table():
    rows = said("Compare Python and Go in a table").splitlines()
    assert [row.split("|")[1].strip() for row in rows[2:]] == ["Python", "Go"]


def test_a_list_says_nothing_of_its_own_length():
    assert "the basics of 100" not in said("List 100 things")
    assert "about 100" not in said("List 100 things")


def test_a_well_known_list_has_real_members_then_goes_on():
    lines = said("List 9 planets").splitlines()
    assert {line.split(". ")[1] for line in lines[:8]} >= {"Mercury", "Venus", "Earth", "Neptune"}
    assert len({line.split(". ")[1] for line in lines}) == 9
    assert re.search("Danube|Rhine|Volga|Seine", said("List 12 rivers in Europe"))
