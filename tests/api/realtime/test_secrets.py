import msgspec
import pytest

SECRETS = "/v1/realtime/client_secrets"
SETUP = {"type": "realtime", "model": "gpt-realtime", "instructions": "Be brief.", "output_modalities": ["text"]}


async def made(gateway, ask, body=None, **headers):
    exchange = await ask(gateway, "POST", SECRETS, body, **headers)
    assert exchange.status == 200, exchange.answer
    return msgspec.json.decode(exchange.answer.body)


async def test_a_secret_opens_a_session_of_its_setup_at_its_makers_cost(gw, ask, connect):
    gateway = gw(keys={"sk-test-0123456789": {"balance": 5}}, unknown_keys="refuse")
    secret = await made(gateway, ask, {"session": SETUP, "expires_after": {"anchor": "created_at", "seconds": 60}})
    assert secret["value"].startswith("ek_")
    assert secret["expires_at"] == int(gateway.session().clock.now()) + 60
    assert secret["session"]["instructions"] == "Be brief."
    offered = f"realtime, openai-insecure-api-key.{secret['value']}"
    async with connect(gateway, "/v1/realtime", authorization="", sec_websocket_protocol=offered) as peer:
        assert (await peer.next())["session"]["instructions"] == "Be brief."
        gateway.session().clock.advance(61)  # a session that is open stays so
        peer.say("response.create")
        assert (await peer.until("response.done"))[-1]["response"]["status"] == "completed"
    turn = list(gateway.session().journal)[-1]
    assert (turn.key, turn.cost > 0) == ("sk-test-0123456789", True)


async def test_a_secret_is_good_for_its_time_only(gw, ask):
    gateway = gw()
    secret = (await made(gateway, ask))["value"]
    gateway.session().clock.advance(600)
    asked = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec_websocket_version": "13",
        "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
        "authorization": f"Bearer {secret}",
    }
    assert (await ask(gateway, "GET", "/v1/realtime?model=gpt-realtime", **asked)).status == 401


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"expires_after": {"seconds": 5}}, "expires_after.seconds"),
        ({"session": {"type": "realtime", "nonsense": 1}}, "session.nonsense"),
        ({"session": {"model": "nope"}}, None),
    ],
)
async def test_a_secret_for_nothing_sensible_is_refused(gw, ask, body, param):
    exchange = await ask(gw(unknown_models="refuse"), "POST", SECRETS, body)
    assert exchange.status in {400, 404}
    assert exchange.error.param == param


async def test_the_beta_has_the_secret_in_the_session(gw, ask):
    exchange = await ask(gw(), "POST", "/v1/realtime/sessions", {"model": "gpt-4o-realtime-preview", "voice": "echo"})
    told = msgspec.json.decode(exchange.answer.body)
    assert (told["voice"], told["client_secret"]["value"][:3]) == ("echo", "ek_")


async def test_calls_by_webrtc_are_not_served(gw, ask):
    assert (await ask(gw(), "POST", "/v1/realtime/calls", b"v=0")).status == 501
