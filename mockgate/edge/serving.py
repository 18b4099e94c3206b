"""`mockgate serve`: bind, then say so, then load what the first answers need; and at the end stop gently."""

import asyncio
import errno
import logging
import signal
import socket
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import msgspec

from .. import control
from ..errors import MockgateError
from ..gateway import Gateway
from ..scenario import Scenario
from . import boot
from .certificates import Certificate, make_certificate
from .console import Console
from .reporting import report
from .server import Server
from .watching import Watch
from .workshop import Workshop

#: Seconds that answers under way have to end in once the server is told to stop: Docker kills after ten.
DRAIN = 8.0

#: Seconds after which a thread that computes makes way for the one that answers.
_GIVES_WAY = 0.0005

_CLOSED = "  other machines can reach this server, so the control API is closed: give --control-key KEY to open it\n"

log = logging.getLogger("mockgate")


class ListenError(MockgateError):
    """A port that cannot be served on, and what to do about it."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to serve, and where. `overrides` win over what any scenario says.

    `control_key` is what callers of the control API must send; without one it is for this machine alone.
    """

    source: Path | None
    overrides: dict[str, Any]
    host: str
    port: int
    watch: bool = False
    quiet: bool = False
    report: bool = False
    no_control: bool = False
    control_key: str | None = None
    tls: bool = False

    def load(self) -> Scenario:
        """Read the scenario. Raises ScenarioError with everything that is wrong with it."""
        return self.read(self.source)

    def read(self, source: boot.Source) -> Scenario:
        """Read any scenario as this order has it.

        Raises ScenarioError with everything that is wrong with it.
        """
        scenario = boot.load(source, self.overrides, {})
        # On a clock that stands still a model's own pace would never come.
        return boot.load(source, self.overrides, {"pace": "instant"}) if scenario.clock.frozen else scenario

    def assemble(self) -> Gateway:
        """Make the gateway. Raises ScenarioError."""
        served = None if self.no_control else control.family(self.read, self.control_key or "")
        return boot.assemble(self.load(), served)


async def serve(order: Order, out: TextIO) -> None:
    """Serve until SIGINT or SIGTERM; then take no more calls, and let the answers under way end for a while.

    To be run in the main thread. Raises ScenarioError for a wrong scenario, CertificateError and ListenError.
    """
    sys.setswitchinterval(_GIVES_WAY)
    if not order.tls:
        await _serve(order, out, None)
        return
    with TemporaryDirectory(prefix="mockgate-") as folder:
        await _serve(order, out, make_certificate(order.host, Path(folder)))


async def _serve(order: Order, out: TextIO, certificate: Certificate | None) -> None:
    gateway = order.assemble()
    # Their processes begin when first needed, and end here, whatever else ends it.
    with Workshop() as gateway.studio.crew, Workshop() as gateway.studio.artists:
        await _hold(order, out, gateway, certificate)


async def _hold(order: Order, out: TextIO, gateway: Gateway, certificate: Certificate | None) -> None:
    server = Server(gateway, order.host, order.port, None if certificate is None else certificate.context)
    try:
        await server.start()
    except OSError as problem:
        raise ListenError(_why_not(order.host, order.port, problem)) from None
    signals = _signals()
    console = Console(out, later=asyncio.get_running_loop().call_soon)
    if order.quiet:
        console.say(server.url)
        if certificate is not None:
            console.say(str(certificate.authority))
    else:
        console.welcome(server.url, gateway.scenario.default_model, _about(order, gateway.scenario))
        if gateway.exposed and gateway.control is not None and not order.control_key:
            console.say(_CLOSED)
        if certificate is not None:
            console.say(f"  clients must trust {certificate.authority}: SSL_CERT_FILE, or NODE_EXTRA_CA_CERTS\n")
        gateway.listeners.append(console.request)
    # Held, or they could be collected; cancelled with the loop.
    tasks = [beside("the warm-up", _warm(gateway))]
    if order.watch:
        tasks.append(beside("--watch", Watch(gateway, order.load, console.say).keep()))
    await signals.get()
    await _stop(server, signals, console)
    if order.report:
        console.say(report(gateway))


def beside(name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Do something while serving: should it fail, the log says why and serving goes on."""
    task = asyncio.create_task(work)
    task.add_done_callback(partial(_log_failure, name))
    return task


def _log_failure(name: str, task: asyncio.Task[None]) -> None:
    problem = None if task.cancelled() else task.exception()
    if problem is not None:
        log.error("%s has failed and ended, serving goes on: %s: %s", name, type(problem).__name__, problem)


async def _warm(gateway: Gateway) -> None:
    await boot.warm(gateway)
    boot.settle_memory()


async def _stop(server: Server, signals: asyncio.Queue[int], console: Console) -> None:
    """Let the answers under way end; a second signal, or running out of time, cuts them off."""
    under_way = sum(session.under_way for session in server.gateway.sessions.values())
    if under_way:
        console.say(f"stopping: {under_way} under way; once more to cut them off")
    stopping = asyncio.create_task(server.stop(DRAIN))
    again = asyncio.create_task(signals.get())
    await asyncio.wait((stopping, again), timeout=DRAIN, return_when=asyncio.FIRST_COMPLETED)
    again.cancel()
    server.cut()
    await stopping


def _signals() -> asyncio.Queue[int]:
    """Return where the numbers of the signals to stop arrive."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[int] = asyncio.Queue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: loop.call_soon_threadsafe(arrived.put_nowait, number))
    return arrived


def _about(order: Order, scenario: Scenario) -> str:
    said = str(order.source) if order.source else f"no scenario: every reply is {scenario.default_reply}"
    return f"{said}, seed {scenario.seed}{', watched' if order.watch else ''}; Ctrl+C stops"


def _why_not(host: str, port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        free = _next_free(host, port)
        instead = f"--port {free}, or --port 0 for any free one" if free else "--port 0 for any free one"
        return f"port {port} of {host} is taken: try {instead}"
    if problem.errno == errno.EACCES:
        return f"port {port} of {host} is not for everyone: try one above 1023, or --port 0 for any free one"
    return f"cannot listen on port {port} of {host}: {problem.strerror or problem}"


def _next_free(host: str, port: int) -> int | None:
    """Find a free port a little above this one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port + 1, min(port + 50, 65536)):
        try:
            socket.create_server((host, candidate), family=family).close()
        except OSError:
            continue
        return candidate
    return None
