import asyncio

import pytest
from aiohttp import web
from openai import InvalidWebhookSignatureError, OpenAI

from mockgate.afterwards import PUBLIC_SECRET, WebhookSpec
from mockgate.clock import Clock
from mockgate.edge.courier import Courier
from mockgate.rng import Dice
from mockgate.webhooks import Outbox

NOW = 1_735_689_600.0
SECRET = PUBLIC_SECRET


class Receiver:
    """A URL that webhooks are sent to; it answers with the statuses given, then with 200."""

    def __init__(self):
        self.statuses = []
        self.taken = []
        self._came = asyncio.Event()

    async def __aenter__(self):
        self._server = web.Server(self._serve)
        listener = await asyncio.get_running_loop().create_server(self._server, "127.0.0.1", 0)
        self._listener = listener
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/hook"
        return self

    async def __aexit__(self, *_):
        self._listener.close()
        await self._server.shutdown()

    async def _serve(self, request):
        self.taken.append((dict(request.headers), await request.text()))
        self._came.set()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def come(self, count):
        """Wait until so many have come."""
        while len(self.taken) < count:
            self._came.clear()
            await self._came.wait()


@pytest.fixture
async def receiver():
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def courier():
    courier = Courier()
    yield courier
    await courier.close()


def outbox(courier, clock):
    made = Outbox(clock, Dice("test"))
    made.send = lambda delivery: courier.take(delivery, clock)
    return made


def unwrap(taken, secret=SECRET):
    headers, body = taken
    return OpenAI(api_key="k").webhooks.unwrap(body, headers, secret=secret)


async def settled(delivery, count):
    while len(delivery.statuses) < count:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)


async def test_the_sdk_verifies_what_was_sent(receiver, courier):
    clock = Clock()
    box = outbox(courier, clock)
    box.tell([WebhookSpec(receiver.url)], "response.completed", {"id": "resp_1"})
    await receiver.come(1)
    event = unwrap(receiver.taken[0])
    assert (event.type, event.data.id, event.object) == ("response.completed", "resp_1", "event")
    with pytest.raises(InvalidWebhookSignatureError):
        unwrap(receiver.taken[0], "whsec_b3RoZXI=")


async def test_what_is_not_taken_is_sent_again_later_and_signed_anew(receiver, courier):
    clock = Clock(NOW, 0.0)
    receiver.statuses = [500, 503]
    box = outbox(courier, clock)
    box.tell([WebhookSpec(receiver.url)], "batch.completed", {"id": "batch_1"})
    delivery = box.deliveries[0]
    clock.advance(0)
    for attempt, wait in ((1, 5), (2, 30)):
        await settled(delivery, attempt)
        clock.advance(wait - 1)
        assert len(receiver.taken) == attempt
        clock.advance(1)
    await settled(delivery, 3)
    assert (delivery.statuses, delivery.delivered) == ([500, 503, 200], True)
    assert len({headers["webhook-id"] for headers, _ in receiver.taken}) == 1
    assert len({headers["webhook-signature"] for headers, _ in receiver.taken}) == 3


async def test_attempts_come_to_an_end_also_where_nobody_listens(courier):
    clock = Clock(NOW, 0.0)
    box = outbox(courier, clock)
    box.tell([WebhookSpec("http://127.0.0.1:1/", attempts=2)], "batch.failed", {})
    delivery = box.deliveries[0]
    clock.advance(0)
    await settled(delivery, 1)
    clock.advance(60)
    await settled(delivery, 2)
    assert (delivery.statuses, delivery.again(clock.now())) == ([0, 0], False)
