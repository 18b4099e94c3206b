import asyncio
from base64 import b64decode

import msgspec
import pytest

from mockgate.api.embeddings import size_of
from mockgate.synth.vectors import pack, unpack

PATH = "/v1/embeddings"
SMALL = "text-embedding-3-small"
NUMBERS = 2000 * " 1"  # 4000 tokens


@pytest.fixture
def embed(ask):
    """Ask for embeddings and return the decoded answer."""

    async def send(gateway, given, **fields):
        exchange = await ask(gateway, "POST", PATH, {"model": SMALL, "input": given, **fields})
        return msgspec.json.decode(exchange.answer.body)

    return send


def vectors(answer):
    return [entry["embedding"] for entry in answer["data"]]


async def test_an_answer_has_a_vector_for_every_input_in_order_and_true_usage(gw, embed):
    answer = await embed(gw(), ["Hello there", "Hello", "Hello there"])
    assert {name: answer[name] for name in ("object", "model", "usage")} == {
        "object": "list",
        "model": SMALL,
        "usage": {"prompt_tokens": 5, "total_tokens": 5},
    }
    assert [(entry["object"], entry["index"]) for entry in answer["data"]] == [("embedding", at) for at in range(3)]
    first, second, third = vectors(answer)
    assert first == third != second


async def test_token_ids_have_the_vector_of_their_text(gw, embed):
    gateway = gw()
    texts = await embed(gateway, ["Hello there", "Hello"])
    assert await embed(gateway, [[9906, 1070], [9906]]) == texts
    assert vectors(await embed(gateway, [9906, 1070])) == vectors(texts)[:1]


@pytest.mark.parametrize("model", [SMALL, "text-embedding-3-large", "text-embedding-ada-002"])
async def test_both_encodings_say_the_same_vector(gw, embed, model):
    gateway = gw()
    (floats,) = vectors(await embed(gateway, "Hello", model=model))
    assert vectors(await embed(gateway, "Hello", model=model, encoding_format="float")) == [floats]
    (packed,) = vectors(await embed(gateway, "Hello", model=model, encoding_format="base64"))
    assert list(unpack(b64decode(packed))) == floats
    assert len(floats) == size_of(model)


async def test_fewer_dimensions_are_the_first_of_all_of_length_1(gw, embed):
    gateway = gw()
    (whole,), (cut,) = vectors(await embed(gateway, "Hello")), vectors(await embed(gateway, "Hello", dimensions=256))
    assert sum(number**2 for number in cut) == pytest.approx(1, abs=1e-5)
    assert cut == pytest.approx([number * cut[0] / whole[0] for number in whole[:256]], abs=1e-6)


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"input": ""}, 400, "'$.input' is invalid"),
        ({"input": []}, 400, "'$.input' is invalid"),
        ({"input": ["a", ""]}, 400, "'$.input' is invalid"),
        ({"input": [[]]}, 400, "'$.input' is invalid"),
        ({"input": ["a", 1]}, 400, "'$.input' is invalid"),
        ({"input": {"a": 1}}, 400, "Invalid type for 'input'"),
        ({"input": None}, 400, "Invalid type for 'input'"),
        ({"input": [200_000]}, 400, "not a token of cl100k_base"),
        ({"input": ["a"] * 2049}, 400, "Expected an array with maximum length 2048"),
        ({"input": 3 * NUMBERS}, 400, "Invalid 'input': maximum context length is 8192 tokens."),
        ({"input": [1] * 8193}, 400, "Invalid 'input': maximum context length is 8192 tokens."),
        ({"input": [NUMBERS] * 76}, 400, "Requested 304000 tokens, max 300000 tokens per request"),
        ({"dimensions": 0}, 400, "Invalid 'dimensions': integer below minimum value"),
        ({"dimensions": 1537}, 400, "Invalid value for 'dimensions' = 1537. Must be less than or equal to 1536."),
        (
            {"dimensions": 8, "model": "text-embedding-ada-002"},
            400,
            "This model does not support specifying dimensions.",
        ),
        ({"encoding_format": "hex"}, 400, "Invalid value: 'hex'. Supported values are: 'base64' and 'float'."),
        ({"model": "gpt-4o"}, 403, "You are not allowed to generate embeddings from this model"),
        ({"model": "text-embed"}, 404, "does not exist"),
        ({"model": ""}, 400, "you must provide a model parameter"),
    ],
)
async def test_what_openai_refuses_is_refused_in_its_words(gw, ask, fields, status, words):
    exchange = await ask(gw(), "POST", PATH, {"model": SMALL, "input": "a", **fields})
    assert exchange.status == status
    assert words in exchange.error.message


async def test_too_many_tokens_in_all_have_a_type_of_their_own(gw, embed):
    error = (await embed(gw(), [NUMBERS] * 76))["error"]
    assert (error["type"], error["code"]) == ("max_tokens_per_request",) * 2


async def test_the_longest_input_is_taken(gw, embed):
    assert (await embed(gw(), [1] * 8192))["usage"]["prompt_tokens"] == 8192


@pytest.mark.parametrize(
    ("given", "inputs", "wanted"),
    [
        ([0.1, 0.2], "a", [[0.1, 0.2]]),
        ([0.1, 0.2], ["a", "b"], [[0.1, 0.2]] * 2),
        ([[1, 0], [0, 1]], ["a", "b"], [[1, 0], [0, 1]]),
    ],
)
async def test_a_rule_may_give_the_vectors(gw, embed, given, inputs, wanted):
    gateway = gw(rules=[{"when": {"family": "embeddings"}, "reply": {"json": given}}])
    assert vectors(await embed(gateway, inputs)) == wanted
    packed = vectors(await embed(gateway, inputs, encoding_format="base64"))
    assert [b64decode(one) for one in packed] == [pack(vector) for vector in wanted]


@pytest.mark.parametrize("given", [[[1], [2], [3]], ["a"], [1, [2]], [], [1e300], {"a": 1}])
async def test_a_rule_that_gives_something_else_is_an_error(gw, ask, given):
    gateway = gw(rules=[{"reply": {"json": given}}])
    exchange = await ask(gateway, "POST", PATH, {"model": SMALL, "input": ["a", "b"]})
    assert exchange.status == 500
    assert "a list of numbers" in exchange.error.message


async def test_rules_see_all_inputs(gw, embed):
    gateway = gw(rules=[{"when": {"user": "needle"}, "reply": {"json": [1]}}])
    assert vectors(await embed(gateway, ["hay", "a needle"])) == [[1], [1]]


async def test_a_great_number_of_inputs_is_answered_as_each_alone_and_lets_others_have_their_turn(gw, embed):
    gateway = gw()
    texts = [f"Passage number {at}" for at in range(200)]
    asking = asyncio.create_task(embed(gateway, texts, dimensions=8))
    turns = 0
    while not asking.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 10
    assert [entry["index"] for entry in asking.result()["data"]] == list(range(200))
    assert vectors(asking.result())[150:151] == vectors(await embed(gateway, texts[150], dimensions=8))


async def test_an_embedding_model_is_none_for_chat(gw, say):
    assert "not a chat model" in (await say(gw(), model=SMALL))["error"]["message"]
