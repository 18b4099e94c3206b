import msgspec
import pytest

from mockgate.errors import (
    KIND_OF_STATUS,
    KINDS,
    MESSAGES,
    GatewayError,
    MockgateError,
    Place,
    Problem,
    ScenarioError,
    encode_envelope,
    openai_envelope,
)


def test_an_error_is_worded_with_openais_four_keys_whatever_is_missing():
    error = GatewayError("wrong_key", param=None)
    assert openai_envelope(error) == {
        "error": {
            "message": "Incorrect API key provided.",
            "type": "invalid_request_error",
            "param": None,
            "code": "invalid_api_key",
        }
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_makes_an_error_with_a_status_and_a_message(kind):
    error = GatewayError(kind)
    assert 400 <= error.status < 600
    assert str(error) == error.message
    assert msgspec.json.decode(encode_envelope("openai", error))["error"]["type"] == error.type


def test_the_tables_of_kinds_agree():
    assert set(MESSAGES) <= set(KINDS)
    assert all(KINDS[kind].status == status for status, kind in KIND_OF_STATUS.items())


@pytest.mark.parametrize("status", KIND_OF_STATUS)
def test_a_status_means_an_error_of_that_status_with_words(status):
    error = GatewayError.of_status(status)
    assert error.status == status
    assert error.message in MESSAGES.values()


@pytest.mark.parametrize(("status", "kind"), [(418, "bad_request"), (451, "bad_request"), (507, "server_error")])
def test_a_rare_status_is_worded_like_its_class(status, kind):
    error = GatewayError.of_status(status, "Odd.")
    assert (error.status, error.kind, error.message) == (status, kind, "Odd.")


def test_what_is_given_wins_over_what_the_kind_says():
    error = GatewayError("rate_limit", "Slow down.", code="tokens", type="tokens", status=430, param="messages")
    assert (error.status, error.type, error.code, error.message) == (430, "tokens", "tokens", "Slow down.")


def test_every_error_on_purpose_has_one_root():
    assert issubclass(GatewayError, MockgateError)
    assert issubclass(ScenarioError, MockgateError)


def test_a_problem_reads_as_place_path_message_and_suggestion():
    place = Place("demo.yaml", 3, 5)
    assert str(Problem("rules[0]", "has no reply", "Give one.", place)) == (
        "demo.yaml:3:5: rules[0]: has no reply. Give one."
    )
    assert str(Problem("", "is empty")) == "is empty"


def test_a_scenario_error_lists_every_problem_on_a_line_of_its_own():
    error = ScenarioError([Problem("a", "is wrong."), Problem("b", "too?", "Yes.")])
    assert str(error).splitlines() == ["a: is wrong.", "b: too? Yes."]


@pytest.mark.parametrize(
    ("headers", "delay"), [({"retry-after": "20"}, "20s"), ({"retry-after": "3", "retry-after-ms": "2500"}, "2.5s")]
)
def test_google_says_in_the_body_how_long_to_wait(headers, delay):
    worded = msgspec.json.decode(encode_envelope("google", GatewayError("rate_limit", headers=headers)))
    (info,) = worded["error"]["details"]
    assert info["retryDelay"] == delay
