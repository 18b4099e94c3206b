import pytest

from mockgate.access import KeySpec
from mockgate.errors import GatewayError
from mockgate.keys import Caller, Keyring, allow, find_key, key_id, masked
from mockgate.scenario import Auth, load
from mockgate.wire import Call

ALL = Auth(headers=("authorization", "x-api-key"))

#: 2025-06-01.
NOW = 1_748_736_000.0


def call(**headers: str) -> Call:
    return Call("GET", "/", headers={name.replace("_", "-"): value for name, value in headers.items()})


def key(auth: Auth = ALL, **headers: str) -> str:
    return find_key(call(**headers), auth)


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
        {"authorization": "sk-1"},
        {"api_key": "x"},
    ],
)
def test_without_a_key_the_caller_is_refused_as_openai_does_and_told_what_to_send(headers):
    with pytest.raises(GatewayError, match="You didn't provide an API key") as refused:
        key(**headers)
    assert (refused.value.status, refused.value.headers["www-authenticate"]) == (401, "Bearer")
    assert "Authorization: Bearer KEY" in refused.value.hint


@pytest.mark.parametrize(
    ("query", "headers", "found"),
    [
        ("alt=sse&key=k-1", {}, "k-1"),
        ("key=k%2D1", {}, "k-1"),
        ("key=k-1", {"x-api-key": "sk-2"}, "sk-2"),
        ("key=&token=k-2", {}, "k-2"),
    ],
)
def test_where_no_header_has_one_the_query_may(query, headers, found):
    assert find_key(Call("GET", "/", query, headers), Auth(query=("key", "token"))) == found


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


SCENARIO = {
    "unknown_keys": "refuse",
    "groups": {"cheap": {"models": ["gpt-4o-mini", "gpt-4.1*"]}},
    "keys": {
        "sk-old": {"expires": "2025-01-01"},
        "sk-soon": {"expires": "2025-06-01T00:00:01Z"},
        "sk-off": {"disabled": True},
        "sk-team": {"group": "cheap"},
        "sk-own": {"group": "cheap", "models": "o3"},
        "sk-free": {},
    },
}


@pytest.fixture(scope="module")
def ring():
    return Keyring(load(SCENARIO))


@pytest.mark.parametrize(
    ("secret", "kind", "code", "words"),
    [
        ("sk-made-up-and-rather-long", "wrong_key", "invalid_api_key", r"sk-made-\*{14}long"),
        ("sk-old", "expired_key", "invalid_api_key", "expired"),
        ("sk-off", "disabled_key", "account_deactivated", "deactivated"),
    ],
)
def test_a_key_that_is_unknown_expired_or_disabled_is_refused_with_401(ring, secret, kind, code, words):
    with pytest.raises(GatewayError, match=words) as refused:
        ring.identify(call(authorization=f"Bearer {secret}"), NOW)
    assert (refused.value.status, refused.value.kind, refused.value.code) == (401, kind, code)
    assert secret not in refused.value.message + refused.value.hint


def test_a_key_expires_at_the_very_moment(ring):
    soon = call(authorization="Bearer sk-soon")
    assert ring.identify(soon, NOW + 0.999).key == "sk-soon"
    with pytest.raises(GatewayError, match="expired") as refused:
        ring.identify(soon, NOW + 1)
    assert refused.value.hint == "it was good until 2025-06-01T00:00:01+00:00"


def test_a_sessions_own_key_is_known_and_any_key_is_where_the_scenario_accepts_it(ring):
    stranger = call(authorization="Bearer sk-stranger")
    assert ring.identify(stranger, NOW, {"sk-stranger": "s"}).key == "sk-stranger"
    assert Keyring(load({"keys": {"sk-a": {}}})).identify(stranger, NOW).spec is None


@pytest.mark.parametrize(
    ("secret", "names", "allowed"),
    [
        ("sk-free", ("anything",), True),
        ("sk-team", ("gpt-4.1-nano",), True),
        ("sk-team", ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"), True),
        ("sk-team", ("gpt-4o",), False),
        ("sk-own", ("o3",), True),
        ("sk-own", ("gpt-4o-mini",), False),
        ("sk-unlisted", ("gpt-4o",), True),
    ],
)
def test_a_key_may_use_its_own_models_else_its_groups_else_all(ring, secret, names, allowed):
    caller = ring.find(secret)
    assert caller.may_use(names) is allowed
    if not allowed:
        with pytest.raises(GatewayError, match=f"does not have access to model `{names[0]}`") as refused:
            allow(caller, names)
        assert (refused.value.status, refused.value.code) == (403, "model_not_allowed")


async def test_a_key_sees_and_asks_only_models_that_it_may_use(gw, ask):
    gateway = gw(SCENARIO)
    team = {"authorization": "Bearer sk-team"}
    listed = (await ask(gateway, "GET", "/v1/models", **team)).answer.body.decode()
    assert '"gpt-4.1-nano"' in listed
    assert '"gpt-4o"' not in listed
    chat = {"messages": [{"role": "user", "content": "Hi"}]}
    statuses = [
        (await ask(gateway, "POST", "/v1/chat/completions", {**chat, "model": model}, **team)).status
        for model in ("gpt-4o-mini-2024-07-18", "gpt-4o", "gpt-nope")
    ]
    assert statuses == [200, 403, 404]
    assert (await ask(gateway, "GET", "/v1/models/gpt-4o", **team)).status == 403


@pytest.mark.parametrize("secret", ["", "s", "sk-short", "sk-0123456789abcdef"])
def test_a_masked_key_and_a_keys_name_give_little_away(secret):
    assert len(masked(secret).replace("*", "")) <= max(3, len(secret) - 4)
    assert key_id(secret).startswith("key_")
    assert not secret or not masked(secret).startswith(secret)


def test_a_key_may_stand_alone_where_the_gateway_has_it_so():
    bare = Auth(bare=True)
    assert find_key(Call("GET", "/", headers={"authorization": "sk-1"}), bare) == "sk-1"
    for value in ("Bearer", "Basic abc"):
        with pytest.raises(GatewayError):
            find_key(Call("GET", "/", headers={"authorization": value}), bare)


def test_a_model_of_another_group_is_told_apart_from_one_of_another_key():
    for spec, kind in ((KeySpec(group="a"), "model_not_in_group"), (KeySpec(models="o3"), "model_forbidden")):
        with pytest.raises(GatewayError) as refused:
            allow(Caller("sk-1", spec, ("o3",)), ("gpt-4o",))
        assert (refused.value.kind, refused.value.status) == (kind, 403)
