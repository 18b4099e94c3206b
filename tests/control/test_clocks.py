import pytest

from mockgate.clock import LATEST

START = 1_735_689_600.0


async def test_a_clock_is_shown_and_advanced(gw, control):
    gateway = gw()
    assert (await control(gateway, "GET /clock")) == (
        200,
        {"now": START, "at": "2025-01-01T00:00:00+00:00", "speed": 0.0, "frozen": True},
    )
    assert (await control(gateway, "POST /clock", {"advance": "1m30s"}))[1]["now"] == START + 90
    assert (await control(gateway, "POST /clock?session=other", {"advance": 5}))[1]["now"] == START + 5
    assert (await control(gateway, "GET /clock"))[1]["now"] == START + 90


async def test_a_clock_goes_on_and_stands_still(gw, control):
    gateway = gw()
    assert (await control(gateway, "POST /clock", {"frozen": False}))[1]["speed"] == 1
    assert (await control(gateway, "POST /clock", {"speed": 60}))[1]["speed"] == 60
    assert (await control(gateway, "POST /clock", {"frozen": False}))[1]["speed"] == 60
    assert (await control(gateway, "POST /clock", {"advance": "1h", "frozen": True}))[1]["frozen"] is True


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance": "-5s"},
        {"advance": "5 parsecs"},
        {"speed": -1},
        {"speed": 1e9},
        {"advance": LATEST, "speed": 5},
        {"frozen": True, "speed": 2},
        {"freeze": True},
    ],
)
async def test_what_no_clock_can_do_changes_nothing(gw, control, body):
    gateway = gw()
    status, answer = await control(gateway, "POST /clock", body)
    assert status == 422
    assert answer["error"]["problems"]
    assert (await control(gateway, "GET /clock"))[1]["now"] == START


async def test_a_limit_that_was_reached_is_free_again_when_the_clock_is_advanced(gw, control, say):
    gateway = gw(rules=[{"reply": "Hi"}], limits={"requests": "1/min"})
    await say(gateway)
    assert "error" in await say(gateway)
    await control(gateway, "POST /clock", {"advance": "60s"})
    assert "choices" in await say(gateway)
