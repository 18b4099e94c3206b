"""From a scenario to a running server: the only place that puts the parts together."""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from typing import Any, TypeVar

from .. import layers, synth, tokens
from .. import scenario as scenarios
from ..api import FAMILIES
from ..complaints import steps
from ..errors import Problem, ScenarioError
from ..gateway import Gateway
from ..loader import Document
from ..reading import convert
from ..scenario import Rule, Scenario
from ..script import problems_of

Source = str | PathLike[str] | dict[str, Any] | None

T = TypeVar("T")


def load(source: Source, overrides: dict[str, Any], defaults: dict[str, Any]) -> Scenario:
    """Read a scenario; `overrides` win over what it says, `defaults` stand where it and its gateway say nothing.

    Raises ScenarioError with every problem, each at its place in the file.
    """
    try:
        scenario = scenarios.load(source, overrides)
    except ScenarioError as error:
        problems = [*error.problems, *_problems_of_rules(source, overrides, error.problems)]
        raise ScenarioError(sorted(problems, key=lambda problem: problem.place or ("", 0, 0))) from None
    missing = {name: value for name, value in defaults.items() if getattr(scenario, name) is None}
    return scenarios.load(source, {**missing, **overrides}) if missing else scenario


def _problems_of_rules(source: Source, overrides: dict[str, Any], known: list[Problem]) -> list[Problem]:
    """Find what compiling would find wrong with the rules of a scenario that could not be read as a whole.

    So that a bad regular expression is told of together with the typo elsewhere, not after it.
    """
    try:
        document = layers.merged(source, overrides)
    except ScenarioError:
        return []
    written = document.value.get("rules")
    found: list[Problem] = []
    for index, rule in enumerate(written if isinstance(written, list) else []):
        for piece in _pieces(rule):
            found += problems_of(index, piece)
    told = {problem.path for problem in known}
    placed = [problem._replace(place=document.place(steps(problem.path))) for problem in found]
    return [problem for problem in dict.fromkeys(placed) if problem.path not in told]


def _pieces(written: Any) -> list[Rule]:
    """Read a rule; where it cannot be read, its question and its answers each by itself."""
    if not isinstance(written, dict):
        return []
    halves = [{"when": written.get("when", {}), "reply": ""}]
    halves += [{key: written[key]} for key in ("reply", "replies") if key in written]
    for attempts in ([written], halves):
        pieces = []
        for attempt in attempts:
            with suppress(ScenarioError):
                pieces.append(convert(Document(attempt), Rule))
        if pieces:
            return pieces
    return []


def build(
    source: Source = None, overrides: dict[str, Any] | None = None, defaults: dict[str, Any] | None = None
) -> Gateway:
    """Make a gateway of a scenario: a path, YAML text, a mapping, or None for no scenario at all.

    Raises ScenarioError with every problem, each at its place in the file.
    """
    return assemble(load(source, overrides or {}, defaults or {}))


def assemble(scenario: Scenario) -> Gateway:
    """Make a gateway of a scenario that was read.

    Raises ScenarioError when its rules cannot be compiled.
    """
    with _placing_problems(scenario):
        return Gateway(scenario, FAMILIES)


def replace(gateway: Gateway, scenario: Scenario) -> None:
    """Make a gateway answer by another scenario from the next call on.

    Raises ScenarioError, with nothing changed, when its rules cannot be compiled.
    """
    with _placing_problems(scenario):
        gateway.replace(scenario)


@contextmanager
def _placing_problems(scenario: Scenario) -> Iterator[None]:
    """Add to a ScenarioError where in the scenario's files its problems stand."""
    try:
        yield
    except ScenarioError as error:
        raise ScenarioError(scenarios.locate(scenario, error.problems)) from None


def environment(url: str) -> dict[str, str]:
    """Return the environment variables that make the official SDKs call the server at `url`."""
    key = "sk-mockgate"
    return {
        "OPENAI_BASE_URL": f"{url}/v1",
        "OPENAI_API_BASE": f"{url}/v1",
        "OPENAI_API_KEY": key,
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": key,
        "MOCKGATE_URL": url,
    }


async def warm(gateway: Gateway) -> None:
    """Load what the first answer needs, in a thread: the default model's vocabulary, then the words."""
    await tokens.vocabulary(gateway.scenario.default_model)
    if gateway.scenario.default_reply == "synthetic":
        await asyncio.to_thread(synth.warm)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on the fastest event loop there is."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's loop, or None (the standard one) where uvloop does not run."""
    try:
        import uvloop  # noqa: PLC0415 - absent on some platforms
    except ImportError:
        return None
    return uvloop.new_event_loop


def settle_memory() -> None:
    """Keep what start-up made out of every later garbage collection.

    Collections of a large heap are what make chunks late now and then; only for a process that is mockgate's own.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
