"""What a test has of mockgate: a session of its own on a shared server, clients that call it, and its story.

No test framework is known here.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import ExitStack, suppress
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..coverage import unmatched
from ..criteria import quoted
from ..gateway import Gateway
from ..journal import Exchange
from ..rng import Dice
from ..scenario import Scenario
from ..session import Session
from ..verification import facts_of
from . import boot
from .embedded import DEFAULTS, Mockgate
from .session_handle import EmbeddedSession

if TYPE_CHECKING:
    from anthropic import Anthropic, AsyncAnthropic
    from openai import AsyncOpenAI, OpenAI

#: Requests that a story tells of: the last ones.
_TOLD = 20


class MockgateFixture(EmbeddedSession):
    """A test's session. Requests join it by `api_key`, by a key that its scenario lists, and by `headers`."""

    def __init__(self, server: Mockgate, name: str, own: Scenario | None = None) -> None:
        super().__init__(server, name)
        self.url = server.url
        self.base_url = server.base_url
        self.api_key = Dice("key of a test", name).id("sk-mockgate-", 24)
        self._closing = ExitStack()
        if own is not None:
            server.on_gateway(lambda gateway: gateway.replace(own, name))
        self._join()

    @property
    def env(self) -> dict[str, str]:
        """Environment variables that make the official SDKs join this session."""
        return boot.environment(self.url, self.api_key)

    def replace(self, scenario: boot.Source) -> None:
        """Answer by another scenario from now on. Raises ScenarioError, with nothing changed, when it is wrong."""
        super().replace(scenario)
        self._join()

    def _join(self) -> None:
        def join(gateway: Gateway) -> None:
            for key in (*gateway.session(self.name).policy.scenario.keys, self.api_key):
                gateway.join(key, self.name)

        self._host.on_gateway(join)

    # Clients.

    def openai(self, **options: Any) -> "OpenAI":
        """Make an OpenAI client of this session, with its `options`; it is closed with the test.

        Raises ImportError when the openai package is not installed.
        """
        client: OpenAI = self._client("openai", "OpenAI", self.base_url, options)
        return client

    def async_openai(self, **options: Any) -> "AsyncOpenAI":
        """Make an AsyncOpenAI client of this session, with its `options`; it is closed with the test.

        Raises ImportError when the openai package is not installed.
        """
        client: AsyncOpenAI = self._client("openai", "AsyncOpenAI", self.base_url, options)
        return client

    def anthropic(self, **options: Any) -> "Anthropic":
        """Make an Anthropic client of this session, with its `options`; it is closed with the test.

        Raises ImportError when the anthropic package is not installed.
        """
        client: Anthropic = self._client("anthropic", "Anthropic", self.url, options)
        return client

    def async_anthropic(self, **options: Any) -> "AsyncAnthropic":
        """Make an AsyncAnthropic client of this session, with its `options`; it is closed with the test.

        Raises ImportError when the anthropic package is not installed.
        """
        client: AsyncAnthropic = self._client("anthropic", "AsyncAnthropic", self.url, options)
        return client

    def _client(self, package: str, kind: str, url: str, options: Mapping[str, Any]) -> Any:
        try:
            make = getattr(import_module(package), kind)
        except ModuleNotFoundError as missing:
            if missing.name != package:
                raise
            raise ImportError(f"a client of {package} needs its package: pip install {package}") from None
        headers = {**self.headers, **options.get("default_headers", {})}
        client = make(**{"base_url": url, "api_key": self.api_key, **options, "default_headers": headers})
        if kind.startswith("Async"):
            self._keep(client)
        else:
            self._closing.callback(client.close)
        return client

    def _keep(self, client: Any) -> None:
        """Close a client on the event loop it was made on: before that closes, or with the test.

        One that was made outside of any is closed by whoever runs a loop with it.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        kept = _kept(client)
        with suppress(StopIteration):  # the generator runs up to its `yield`: from then on the loop knows it
            kept.__anext__().send(None)
        self._closing.callback(_end, kept, loop)

    # Its story.

    def tell(self) -> str:
        """Say what was asked, what answered, and what matched no rule and why."""

        def tell(gateway: Gateway) -> list[str]:
            return [*_story(gateway.session(self.name)), *_astray([*gateway.session().journal])]

        return "\n".join(self._host.on_gateway(tell))

    def leave(self) -> None:
        """Close the clients that were made, and forget the session."""
        self._closing.close()
        self._host.on_gateway(lambda gateway: gateway.drop(self.name))


async def _kept(client: Any) -> AsyncGenerator[Any, None]:
    """Be what a loop ends when it is closed, as it ends all asynchronous generators."""
    try:
        yield client
    finally:
        await client.close()


def _end(kept: AsyncGenerator[Any, None], loop: asyncio.AbstractEventLoop) -> None:
    if not loop.is_closed() and not loop.is_running():
        loop.run_until_complete(kept.aclose())


def _story(session: Session) -> Iterator[str]:
    asked = [*session.journal]
    tokens = session.totals.input + session.totals.output
    yield f"{len(asked)} request{'s' * (len(asked) != 1)}, {tokens} tokens"
    if len(asked) > _TOLD:
        yield f"  ... {len(asked) - _TOLD} before these"
    yield from (f"  {_line(exchange)}" for exchange in asked[-_TOLD:])
    missed = unmatched(session)
    if missed:
        yield "no rule matched:"
        yield from (f"  {miss}" for miss in missed[-_TOLD:])


def _astray(asked: list[Exchange]) -> Iterator[str]:
    if asked:
        yield "of no test: these came with neither the key of this test (`mockgate.api_key`) nor its headers:"
        yield from (f"  {_line(exchange)}" for exchange in asked[-_TOLD:])


def _line(exchange: Exchange) -> str:
    call, error = exchange.call, exchange.error
    words = [
        f"{exchange.number}. {call.method} {call.path}",
        exchange.model,
        quoted(facts_of(exchange).question) if exchange.prompt is not None else "",
        f"-> {exchange.status}",
        exchange.by,
        ", ".join(strike.label for strike in exchange.strikes),
        quoted(error.message) if error is not None else "",
    ]
    return " ".join(filter(None, words))


class Bench(Mockgate):
    """A server that tests share, one after the other, and what all they asked came to."""

    def __init__(self, scenario: boot.Source = None) -> None:
        super().__init__(scenario)
        self._scenario = scenario
        self.asked = 0
        self.tokens = 0
        self.spent = Decimal(0)
        self._gateway.listeners.append(self._count)

    def _count(self, exchange: Exchange) -> None:
        self.asked += 1
        self.tokens += exchange.usage.total if exchange.usage is not None else 0
        self.spent += exchange.cost

    def seat(self, name: str, scenario: boot.Source, overrides: dict[str, Any]) -> MockgateFixture:
        """Give a test its session: of the server's scenario, unless it has one of its own, or `overrides`.

        Raises ScenarioError.
        """
        own = None
        if scenario is not None or overrides:
            own = boot.load(self._scenario if scenario is None else scenario, overrides, DEFAULTS)
        self.reset()
        return MockgateFixture(self, name, own)
