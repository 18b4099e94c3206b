import base64
import hashlib
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken.model import MODEL_PREFIX_TO_ENCODING, MODEL_TO_ENCODING
from tiktoken_ext import openai_public

from mockgate.loader import fixtures_dir
from mockgate.vocabulary import SPECS, Vocabulary, encoding_name, load, loaded, unpack, vocabulary

SAME_RANKS = {"o200k_harmony": "o200k_base", "gpt2": "r50k_base", "p50k_edit": "p50k_base"}
SAMPLES = (
    "Hello, world!",
    "def f(x):\n\treturn x ** 2  # square\n",
    "Привет, как дела? مرحبا بالعالم 你好,世界。 नमस्ते ありがとう 안녕하세요",
    "👨‍👩‍👧‍👦 🇺🇸 é n̈ \u200b",
    "   \n\n  1234567 <|endoftext|> don't DON'T",
)


@pytest.fixture(params=SPECS)
def each(request: pytest.FixtureRequest) -> Vocabulary:
    return load(request.param)


@pytest.fixture
def o200k() -> Vocabulary:
    return load("o200k_base")


def packed(name: str) -> dict[bytes, int]:
    spec = SPECS[name]
    return unpack((fixtures_dir() / "vocab" / spec.file).read_bytes(), spec.size)


@pytest.mark.parametrize("name", SPECS)
def test_a_vocabulary_is_the_one_that_tiktoken_defines(name, monkeypatch):
    hashes = []

    def stand_in(_url, expected_hash):
        hashes.append(expected_hash)
        return packed(name)

    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", stand_in)
    definition = getattr(openai_public, name)()
    assert SPECS[name].pattern == definition["pat_str"]
    assert SPECS[name].special == definition["special_tokens"]
    lines = (base64.b64encode(token) + b" %d\n" % rank for token, rank in packed(name).items())
    assert hashlib.sha256(b"".join(lines)).hexdigest() == hashes[0]


def test_the_readme_beside_the_data_names_every_file_and_its_hash():
    folder = fixtures_dir() / "vocab"
    readme = (folder / "README.md").read_text()
    for file in folder.glob("*.bin"):
        lines = (base64.b64encode(token) + b" %d\n" % rank for token, rank in unpack(file.read_bytes(), 2**20).items())
        row = f"| `{hashlib.sha256(b''.join(lines)).hexdigest()}` |"
        assert any(line.startswith(f"| `{file.name}`") and line.endswith(row) for line in readme.splitlines())
    assert "MIT" in (folder / "LICENSE").read_text()


@pytest.mark.parametrize(
    ("text", "o200k", "cl100k", "p50k"),
    [
        ("", 0, 0, 0),
        ("ping", 1, 1, 1),
        ("hello world", 2, 2, 2),
        ("tiktoken is great!", 6, 6, 6),
        ("antidisestablishmentarianism", 6, 6, 5),
        ("2 + 2 = 4", 7, 7, 5),
        ("お誕生日おめでとう", 8, 9, 14),
    ],
)
def test_counts_are_those_that_openai_publishes(text, o200k, cl100k, p50k):
    counted = [load(name).count(text) for name in ("o200k_base", "cl100k_base", "p50k_base")]
    assert counted == [o200k, cl100k, p50k]


@pytest.mark.parametrize("text", SAMPLES)
def test_pieces_join_to_the_text_and_their_tokens_to_the_count(each, text):
    pieces = each.split(text)
    assert "".join(piece for piece, _ in pieces) == text
    assert sum(tokens for _, tokens in pieces) == each.count(text) == len(each.tokens(text))
    assert b"".join(each.tokens(text)).decode() == text


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@settings(deadline=None)
def test_any_text_can_be_cut_even_with_lone_surrogates(text):
    words = load("o200k_base")
    pieces = words.split(text)
    assert "".join(piece for piece, _ in pieces) == text
    assert sum(tokens for _, tokens in pieces) == words.count(text)
    assert all(piece for piece, _ in pieces)


@given(
    st.sampled_from(list(SPECS)),
    st.text(st.sampled_from("ab'sZ 09  \n\t\r.,/!\u00a0\u2028\u3000\u00e9\u65e5\u0301\x1c"), max_size=30),
)
@settings(deadline=None, max_examples=300)
def test_words_counted_one_by_one_are_the_tokens_of_the_whole(name, text):
    words = load(name)
    assert words.count(text) == len(words.ids(text))


def test_a_piece_is_one_token_where_tokens_are_whole_characters(o200k):
    assert o200k.split("Hello, world!") == [("Hello", 1), (",", 1), (" world", 1), ("!", 1)]
    assert o200k.split("🦄") == [("🦄", 3)]


def test_a_split_belongs_to_its_caller(o200k):
    o200k.split("once more").clear()
    assert o200k.split("once more")


def test_a_special_token_in_a_text_is_plain_words(o200k):
    assert o200k.count("<|endoftext|>") == 7


@given(st.text(max_size=60), st.integers(-1, 40))
@settings(deadline=None)
def test_what_is_taken_is_the_beginning(text, tokens):
    words = load("o200k_base")
    taken = words.take(text, tokens)
    assert text.startswith(taken)
    assert b"".join(words.tokens(text)[: max(tokens, 0)]).startswith(taken.encode())
    assert (taken == text) is (tokens >= words.count(text) or not text)


def test_taking_leaves_out_a_character_that_is_only_begun(o200k):
    assert o200k.take("Hello, world!", 2) == "Hello,"
    assert o200k.take("🦄", 1) == ""
    assert o200k.take("a 🦄", 2) == "a "


def test_ids_are_read_back_as_text(o200k):
    assert o200k.decode([13225, 2375, 199999]) == "Hello world<|endoftext|>"


@pytest.mark.parametrize("ids", [[199_998], [-1], [2**70]])
def test_an_id_outside_the_vocabulary_is_refused(o200k, ids):
    with pytest.raises(ValueError, match="not a token of o200k_base"):
        o200k.decode(ids)


@pytest.mark.parametrize("token", [b" fox", b"Hello", b"12", b".", b"\n\n", b"\xf0\x9f", " Привет".encode()])
def test_alternatives_are_other_single_tokens_and_the_same_for_the_same_seed(each, token):
    drawn = each.alternatives(token, 20, random.Random(7))
    assert len(set(drawn)) == len(drawn) == 20
    assert token not in drawn
    assert all(each.tokens(other.decode()) == [other] for other in drawn)
    assert drawn == each.alternatives(token, 20, random.Random(7))


def test_a_word_is_met_with_words(o200k):
    assert all(other[:1] == b" " and other[1:].isalpha() for other in o200k.alternatives(b" fox", 9, random.Random(1)))


@pytest.mark.parametrize("blank", [" ", "\u3000"])
def test_a_million_blanks_in_a_row_are_counted(o200k, blank):
    assert o200k.count(blank * 1_050_000) > 1000


@pytest.mark.parametrize(("model", "name"), MODEL_TO_ENCODING.items())
def test_every_model_that_tiktoken_knows_has_its_vocabulary(model, name):
    assert encoding_name(model) == SAME_RANKS.get(name, name)


@pytest.mark.parametrize(("prefix", "name"), MODEL_PREFIX_TO_ENCODING.items())
def test_every_family_that_tiktoken_knows_has_its_vocabulary(prefix, name):
    assert encoding_name(f"{prefix}-2030-01-01".replace("--", "-")) == SAME_RANKS.get(name, name)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("openai/gpt-4", "cl100k_base"),
        ("openrouter/openai/GPT-3.5-Turbo", "cl100k_base"),
        ("ft:gpt-4-0613:acme/team::abc", "cl100k_base"),
        ("ft:gpt-4.1-2025-04-14:acme::abc", "o200k_base"),
        ("openai/ft:gpt-4.5-preview:acme::abc", "o200k_base"),
        ("gpt-4o", "o200k_base"),
        ("gpt-4:mock-503", "cl100k_base"),
        ("gpt-6", "o200k_base"),
        ("claude-sonnet-4-5", "o200k_base"),
        ("gemini-2.5-pro", "o200k_base"),
        ("davinci:ft-acme", "r50k_base"),
        ("adamant", "o200k_base"),
        ("", "o200k_base"),
    ],
)
def test_prefixes_and_fine_tunes_have_their_base_models_vocabulary(model, name):
    assert encoding_name(model) == name


def test_threads_that_ask_at_once_get_one_vocabulary():
    got = []
    threads = [threading.Thread(target=lambda: got.append(load("r50k_base"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in got}) == 1


async def test_a_models_vocabulary_is_found_without_waiting_once_it_is_loaded():
    first = await vocabulary("gpt-4")
    assert loaded("gpt-4-turbo") is first
    assert await vocabulary("openai/gpt-3.5-turbo") is first


def test_no_network_is_needed_and_tiktoken_waits_until_the_first_count():
    program = (
        "import socket, sys\n"
        "def refuse(*_): raise SystemExit('network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "import mockgate.tokens as tokens\n"
        "assert 'tiktoken' not in sys.modules\n"
        "assert tokens.loaded('gpt-4') is None\n"
        "print(tokens.load('cl100k_base').count('hello world'))\n"
    )
    root = Path(__file__).parent.parent
    ran = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("2\n", "")


def test_any_of_the_common_words_may_be_an_alternative(o200k):
    chance = random.Random(1)
    draws = [o200k.alternatives(b" fox", 5, chance) for _ in range(2000)]
    assert all(len(set(draw)) == 5 for draw in draws)
    assert len({token for draw in draws for token in draw}) > 900
