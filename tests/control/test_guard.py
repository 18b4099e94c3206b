import pytest

from mockgate import control as control_api
from mockgate.control.guard import is_loopback
from mockgate.edge import boot

HERE = {"host": "127.0.0.1:8080"}


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "app.localhost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_a_loopback_host_is_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "10.0.0.1", "localhost.evil.com", "127.0.0.1.nip.io", "mockgate"]
)
def test_any_other_host_may_be_another_machine(host):
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        (HERE, 200),
        ({"host": "[::1]:8080"}, 200),
        ({**HERE, "origin": "http://127.0.0.1:8080"}, 200),
        ({**HERE, "origin": "http://evil.example"}, 403),
        ({**HERE, "origin": "null"}, 403),
        ({**HERE, "origin": "http://127.0.0.1:9999"}, 403),
        ({"host": "rebound.example:8080"}, 403),
        ({"host": "[::1"}, 403),
    ],
)
async def test_without_a_key_only_this_machine_and_the_servers_own_pages_get_in(gw, control, headers, status):
    found, body = await control(gw(), "GET /clock", **headers)
    assert found == status
    assert status == 200 or "--control-key" in body["error"]["hint"]


async def test_a_server_that_others_can_reach_is_closed_without_a_key(gw, control):
    gateway = gw()
    gateway.exposed = True
    status, body = await control(gateway, "GET /clock", **HERE)
    assert status == 403
    assert "--control-key KEY" in body["error"]["hint"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer s3cret"}, 200),
        ({"authorization": "bearer s3cret", "origin": "http://elsewhere.example"}, 200),
        ({"authorization": "Bearer sk-mine", "x-mockgate-control-key": "s3cret"}, 200),
        ({"authorization": "Bearer s3cre"}, 401),
        ({"authorization": "s3cret"}, 401),
        ({"authorization": "Bearer schlüssel"}, 401),
        ({"authorization": ""}, 401),
    ],
)
async def test_with_a_key_whoever_has_it_gets_in(control, headers, status):
    gateway = boot.assemble(boot.load({}, {}, {}), control_api.family(lambda _: None, "s3cret"))
    gateway.exposed = True
    assert (await control(gateway, "GET /clock", **headers))[0] == status


async def test_only_the_control_api_is_guarded(gw, say):
    gateway = gw(rules=[{"reply": "Hi"}])
    gateway.exposed = True
    assert (await say(gateway))["choices"][0]["message"]["content"] == "Hi"
