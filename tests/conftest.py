"""What tests of several modules share: a gateway without a server, ways to ask it, and a live server."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import hypothesis
import msgspec
import pytest

from mockgate.edge.boot import build
from mockgate.edge.embedded import Mockgate
from mockgate.gateway import Gateway
from mockgate.journal import Exchange
from mockgate.wire import Call, Json, Sse

# The same examples in every run: what fails is what changed, never the draw.
hypothesis.settings.register_profile("same", derandomize=True, database=None)
hypothesis.settings.load_profile("same")

#: The moment the clock of `gw` stands still at: 2025-01-01T00:00:00Z.
START = 1_735_689_600.0

_STILL = {"pace": "instant", "clock": {"start": "2025-01-01", "frozen": True}}
_HEADERS = {"authorization": "Bearer sk-test-0123456789", "content-type": "application/json"}


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt, also where whoever started the tests in the background has had it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def gw() -> Callable[..., Gateway]:
    """Make a gateway of a scenario (a mapping) or its keys: instant, its clock standing at START."""

    def make(scenario: dict[str, Any] | None = None, **keys: Any) -> Gateway:
        return build({**_STILL, **(scenario or {}), **keys})

    return make


@pytest.fixture
def ask() -> Callable[..., Any]:
    """Send a call through the door to its end and return the exchange."""

    async def send(gateway: Gateway, method: str, path: str, body: Any = None, **headers: str) -> Exchange:
        path, _, query = path.partition("?")
        raw = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange = await gateway.handle(Call(method, path, query, {**_HEADERS, **named}, raw))
        gateway.close(exchange)
        return exchange

    return send


@pytest.fixture
def say(ask: Any) -> Callable[..., Any]:
    """Ask a chat one thing and return the decoded answer."""

    async def send(gateway: Gateway, text: str = "Hello", **body: Any) -> Any:
        exchange = await ask(gateway, "POST", "/v1/chat/completions", _chat(text, body))
        assert isinstance(exchange.answer, Json)
        return msgspec.json.decode(exchange.answer.body)

    return send


@pytest.fixture
def stream(ask: Any) -> Callable[..., Any]:
    """Ask a chat one thing, streamed, and return the decoded chunks; the last frame must be [DONE]."""

    async def send(gateway: Gateway, text: str = "Hello", **body: Any) -> list[Any]:
        exchange = await ask(gateway, "POST", "/v1/chat/completions", _chat(text, {**body, "stream": True}))
        assert isinstance(exchange.answer, Sse), exchange.answer
        *frames, done = exchange.answer.frames
        assert (done.data, done.last) == (b"[DONE]", True)
        return [msgspec.json.decode(frame.data) for frame in frames]

    return send


def _chat(text: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], **body}


@pytest.fixture
def live() -> Iterator[Callable[..., Mockgate]]:
    """Start servers, each of a scenario; all stop with the test."""
    with ExitStack() as running:
        yield lambda scenario=None, **options: running.enter_context(Mockgate(scenario, **options))
