import msgspec
import pytest

from mockgate.api.completions.read import read, with_words
from mockgate.errors import GatewayError
from mockgate.tokens import load

CL100K = load("cl100k_base")


def asked(**fields):
    return with_words(read(msgspec.json.encode({"model": "gpt-3.5-turbo-instruct", **fields})), CL100K)


def refused(**fields):
    with pytest.raises(GatewayError) as caught:
        asked(**fields)
    return caught.value


def texts(prompt):
    return [message.text for message in prompt.messages]


@pytest.mark.parametrize(
    ("given", "wanted", "tokens"),
    [
        ("Hello there", ["Hello there"], [2]),
        ("", [""], [0]),
        (None, [""], [1]),
        (["One", "", "Two three"], ["One", "", "Two three"], [1, 0, 2]),
        ([9906, 1070], ["Hello there"], [2]),
        ([[9906], [9906, 1070], []], ["Hello", "Hello there", ""], [1, 2, 0]),
    ],
)
def test_a_prompt_is_a_text_texts_token_ids_or_lists_of_them(given, wanted, tokens):
    prompt = asked(prompt=given)
    assert texts(prompt) == wanted
    assert [each.tokens for each in prompt.request.inputs] == tokens


def test_a_prompt_that_is_left_out_is_the_beginning_of_a_text():
    assert [each.tokens for each in asked().request.inputs] == [1]


@pytest.mark.parametrize("given", [[], ["a", 1], [1, "a"], [[1], "a"], [[1], 1]])
def test_prompts_of_several_kinds_or_none_are_refused(given):
    assert refused(prompt=given).message.startswith("'$.prompt' is invalid")


@pytest.mark.parametrize("given", [[100_300], [-1], [2**70], [[1], [100_300]]])
def test_an_id_that_is_no_token_is_refused(given):
    error = refused(prompt=given)
    assert (error.status, error.param) == (400, "prompt")


def test_what_is_left_out_has_openais_defaults():
    prompt = asked(prompt="Hi")
    assert (prompt.max_tokens, prompt.n, prompt.stops, prompt.stream, prompt.top_logprobs) == (16, 1, (), False, None)


def test_a_limit_of_no_token_is_a_limit():
    assert asked(prompt="Hi", max_tokens=0).max_tokens == 0


def test_all_completions_that_are_made_are_counted():
    assert asked(prompt=["a", "b"], n=2).n == 4
    assert asked(prompt=["a", "b"], n=2, best_of=3).n == 6


def test_a_suffix_counts_with_every_prompt():
    assert [each.tokens for each in asked(prompt=["One", "Two"], suffix=" and so on").request.inputs] == [4, 4]


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({"max_tokens": -1}, "max_tokens", "integer_below_min_value"),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 129}, "n", "integer_above_max_value"),
        ({"best_of": 21}, "best_of", "integer_above_max_value"),
        ({"logprobs": 6}, "logprobs", "integer_above_max_value"),
        ({"logprobs": True}, "logprobs", "invalid_type"),
        ({"stop": list("abcde")}, "stop", "array_above_max_length"),
        ({"temperature": 2.5}, "temperature", "decimal_above_max_value"),
        ({"presence_penalty": -3}, "presence_penalty", "decimal_below_min_value"),
        ({"prompt": 7}, "prompt", "invalid_type"),
        ({"prompt": ["a"] * 2049}, "prompt", "array_above_max_length"),
        ({"n": 3, "best_of": 2}, "best_of", None),
        ({"stream": True, "best_of": 2}, "best_of", "invalid_parameter_combination"),
        ({"echo": True, "suffix": "end"}, "echo", "invalid_parameter_combination"),
        ({"stream_options": {}}, "stream_options", None),
    ],
)
def test_what_openai_refuses_is_refused_in_its_words(fields, param, code):
    error = refused(**{"prompt": "Hi", **fields})
    assert (error.status, error.param, error.code) == (400, param, code)


@pytest.mark.parametrize("fields", [{}, {"model": ""}, {"model": None}, {"model": "", "n": 0}])
def test_a_body_without_a_model_is_asked_for_it_first(fields):
    with pytest.raises(GatewayError, match="you must provide a model parameter"):
        read(msgspec.json.encode({"prompt": "Hi", **fields}))


def test_an_unknown_field_is_refused_only_where_that_is_asked_for():
    raw = msgspec.json.encode({"model": "m", "prompt": "Hi", "promt": "Ho"})
    assert texts(with_words(read(raw), CL100K)) == ["Hi"]
    with pytest.raises(GatewayError, match="Unknown parameter: 'promt'"):
        read(raw, reject_unknown=True)
