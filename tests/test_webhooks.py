import msgspec
import pytest

from mockgate.afterwards import WebhookSpec
from mockgate.clock import Clock
from mockgate.rng import Dice
from mockgate.webhooks import KEPT, Outbox

URL = "http://127.0.0.1:1/"
NOW = 1_735_689_600.0


def told(*specs, times=1):
    """The deliveries of an event told so many times."""
    box = Outbox(Clock(NOW, 0.0), Dice("test"))
    for number in range(times):
        box.tell(specs, "batch.completed", {"id": str(number)})
    return list(box.deliveries)


def test_only_who_wants_to_know_is_told():
    assert [one.url for one in told(WebhookSpec(URL + "all"), WebhookSpec(URL + "r", events=["response.*"]))] == [
        URL + "all"
    ]


def test_a_delivery_may_come_late():
    assert [one.due for one in told(WebhookSpec(URL, after=30.0))] == [NOW + 30]


def test_a_duplicate_is_the_same_event_again():
    one, two = told(WebhookSpec(URL, trouble="duplicate"))
    assert (one.event, one.body, one.due) == (two.event, two.body, two.due)
    assert one.statuses is not two.statuses


def test_out_of_order_lets_the_second_overtake_the_first():
    first, second = told(WebhookSpec(URL, trouble="out_of_order"), times=2)
    assert first.due > second.due


def test_a_bad_signature_is_another_than_the_right_one():
    good, bad = told(WebhookSpec(URL), WebhookSpec(URL, trouble="bad_signature"))
    assert good.body == bad.body
    assert good.headers(NOW)["webhook-signature"] != bad.headers(NOW)["webhook-signature"]
    assert good.headers(NOW)["webhook-timestamp"] == "1735689600"


def test_every_event_has_an_id_and_the_moment_it_happened():
    events = [msgspec.json.decode(one.body) for one in told(WebhookSpec(URL), times=2)]
    assert len({event["id"] for event in events}) == 2
    assert {event["created_at"] for event in events} == {int(NOW)}


def test_the_oldest_deliveries_are_forgotten():
    assert len(told(WebhookSpec(URL), times=KEPT + 5)) == KEPT


@pytest.mark.parametrize(("status", "delivered"), [(200, True), (204, True), (301, False), (400, False), (0, False)])
def test_only_a_2xx_means_that_it_was_taken(status, delivered):
    (one,) = told(WebhookSpec(URL))
    one.statuses.append(status)
    assert one.delivered is delivered
