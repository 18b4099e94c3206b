import pytest

from mockgate.errors import GatewayError
from mockgate.keys import identify
from mockgate.scenario import Auth
from mockgate.wire import Call

ALL = Auth(headers=("authorization", "x-api-key"))


def key(auth: Auth = ALL, **headers: str) -> str:
    return identify(Call("GET", "/", headers={name.replace("_", "-"): value for name, value in headers.items()}), auth)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"authorization": "Bearer sk-1"}, "sk-1"),
        ({"authorization": "bearer   sk-1 "}, "sk-1"),
        ({"x_api_key": " sk-2 "}, "sk-2"),
        ({"authorization": "Bearer sk-1", "x_api_key": "sk-2"}, "sk-1"),
        ({"authorization": "", "x_api_key": "sk-2"}, "sk-2"),
        ({"authorization": "Bearer two words"}, "two words"),
    ],
)
def test_the_key_is_found_in_the_first_accepted_header_that_has_one(headers, found):
    assert key(**headers) == found


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer"},
        {"authorization": "Bearer   "},
        {"authorization": "Basic dTpw"},
        {"api_key": "x"},
    ],
)
def test_without_a_key_the_caller_is_refused_as_openai_does_and_told_what_to_send(headers):
    with pytest.raises(GatewayError, match="You didn't provide an API key") as refused:
        key(**headers)
    assert (refused.value.status, refused.value.headers["www-authenticate"]) == (401, "Bearer")
    assert "Authorization: Bearer KEY" in refused.value.hint


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer "}, {"authorization": "Bearer"}])
def test_callers_without_a_key_are_served_where_the_gateway_says_so(headers):
    assert key(Auth(anonymous=True), **headers) == ""
    assert key(Auth(anonymous=True), authorization="Bearer sk-1") == "sk-1"


def test_only_the_gateways_own_headers_count():
    auth = Auth(headers=("api-key",))
    assert key(auth, api_key="azure", authorization="Bearer sk-1") == "azure"
    with pytest.raises(GatewayError):
        key(auth, authorization="Bearer sk-1")


def test_a_scenario_may_write_header_names_in_any_case():
    assert key(Auth(headers=("Authorization", "X-Api-Key")), authorization="Bearer sk-1") == "sk-1"
    assert key(Auth(headers=("X-Api-Key",)), x_api_key="sk-2") == "sk-2"
