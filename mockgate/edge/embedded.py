"""mockgate inside a Python program: a server on a thread of its own.

The server lives on its own event loop, so it serves synchronous code, any loop, and any SDK alike; everything that
touches the gateway is done on that loop.
"""

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from ..gateway import Gateway
from ..scenario import Scenario
from ..session import DEFAULT
from . import boot
from .server import Server
from .session_handle import EmbeddedSession

T = TypeVar("T")

#: What a scenario that says nothing of it gets.
DEFAULTS = {"pace": "instant"}


class Mockgate(EmbeddedSession):
    """A mockgate server for the length of a `with` block, and a hand on its default session.

    `scenario` is a path, YAML text, a mapping, or None. Answers come at once unless the scenario or `pace` says
    otherwise. Raises ScenarioError when the scenario is wrong, ValueError for a port that there cannot be.

        with Mockgate({"rules": [{"when": {"user": "ping"}, "reply": "pong"}]}) as gw:
            client = OpenAI(base_url=gw.base_url, api_key="any")
    """

    def __init__(
        self,
        scenario: boot.Source = None,
        *,
        pace: str | None = None,
        seed: int | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if not 0 <= port < 2**16:
            raise ValueError(f"{port} is no port: give one from 1 to 65535, or 0 for any that is free")
        super().__init__(self, DEFAULT)
        self._overrides = {name: value for name, value in {"pace": pace, "seed": seed}.items() if value is not None}
        self._gateway = boot.build(scenario, self._overrides, DEFAULTS)
        self._server = Server(self._gateway, host, port)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None
        self._failed: BaseException | None = None

    # Where it is.

    @property
    def url(self) -> str:
        """The server's address without a path: what an Anthropic client takes as its base URL."""
        return self._server.url

    @property
    def base_url(self) -> str:
        """The base URL for OpenAI clients: it ends in /v1."""
        return f"{self._server.url}/v1"

    @property
    def env(self) -> dict[str, str]:
        """Environment variables that make the official SDKs call this server."""
        return boot.environment(self._server.url)

    # What it does.

    def session(self, name: str) -> EmbeddedSession:
        """Return the session of this name; requests join it with its `headers`."""
        return EmbeddedSession(self, name)

    def load(self, scenario: boot.Source) -> Scenario:
        """Read a scenario, at the pace and seed this Mockgate was made with.

        Raises ScenarioError with all that is wrong.
        """
        return boot.load(scenario, self._overrides, DEFAULTS)

    def replace(self, scenario: boot.Source) -> None:
        """Answer by another scenario from now on, in every session that has none of its own.

        Raises ScenarioError, with nothing changed, when it is wrong.
        """
        loaded = self.load(scenario)
        self.on_gateway(lambda gateway: gateway.replace(loaded))

    def on_gateway(self, act: Callable[[Gateway], T]) -> T:
        """Do something with the gateway on the server's own thread, and return what it returns.

        While it is not running (before or after a `with` block) nothing else is at the gateway: it is done here.
        """
        if self._loop is None:
            return act(self._gateway)

        async def acting() -> T:
            return act(self._gateway)

        return asyncio.run_coroutine_threadsafe(acting(), self._loop).result()

    # Its life.

    def start(self) -> Self:
        """Start serving; return when the port is bound.

        Raises OSError when it cannot be, and RuntimeError when this Mockgate is running already.
        """
        if self._loop is not None:
            raise RuntimeError(f"this Mockgate is running already, at {self.url}")
        self._failed = None
        bound = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(bound,), name="mockgate", daemon=True)
        self._thread.start()
        bound.wait()
        if self._failed is not None:
            raise self._failed
        return self

    def stop(self) -> None:
        """Stop serving; answers under way are cut off. Harmless when it is not running."""
        if self._loop is None or self._thread is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._loop = None

    def _run(self, bound: threading.Event) -> None:
        try:
            boot.run(self._live(bound))
        except BaseException as problem:  # noqa: BLE001 - raised again in the thread that called start()
            self._failed = problem
        finally:
            bound.set()

    async def _live(self, bound: threading.Event) -> None:
        self._stopping = asyncio.Event()
        for session in self._gateway.sessions.values():
            session.clock.move_in()
        await self._server.start()
        self._loop = asyncio.get_running_loop()
        bound.set()
        await self._stopping.wait()
        await self._server.stop(drain=0.1)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)
