import pytest

from mockgate.errors import GatewayError
from mockgate.talks import check_upgrade, read_event
from mockgate.wire import Call

GOOD = {
    "connection": "keep-alive, Upgrade",
    "upgrade": "WebSocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_an_upgrade_as_the_standard_has_it_passes():
    check_upgrade(Call("GET", "/", headers=GOOD))


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"upgrade": "h2c"}, 426),
        ({"connection": "close"}, 400),
        ({"sec-websocket-version": "12"}, 400),
        ({"sec-websocket-key": "short"}, 400),
    ],
)
def test_any_other_call_is_refused(changed, status):
    with pytest.raises(GatewayError) as refused:
        check_upgrade(Call("GET", "/", headers={**GOOD, **changed}))
    assert refused.value.status == status


@pytest.mark.parametrize("message", [b"\xff\xfe", "", "[]", '{"type": null}', "{" * 5000, '{"a": 1}'])
def test_a_message_that_is_no_event_is_refused(message):
    with pytest.raises(GatewayError) as refused:
        read_event(message)
    assert refused.value.status == 400


def test_events_may_come_as_bytes():
    assert read_event(b'{"type": "response.create"}') == {"type": "response.create"}
