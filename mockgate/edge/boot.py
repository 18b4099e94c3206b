"""From a scenario to a running server: the only place that puts the parts together."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from .. import control, layers, synth, tokens
from .. import scenario as scenarios
from ..api import FAMILIES
from ..complaints import steps
from ..errors import Problem, ScenarioError
from ..gateway import Gateway
from ..loader import Document
from ..reading import convert
from ..routes import Family
from ..scenario import Rule, Scenario
from ..script import problems_of
from . import engine

Source = layers.Source

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

    def read(source: Source) -> Scenario:
        return load(source, overrides or {}, defaults or {})

    return assemble(read(source), control.family(read))


def assemble(scenario: Scenario, served: Family | None = None) -> Gateway:
    """Make a gateway of a scenario that was read, and of what is served as its control API, if anything is.

    Raises ScenarioError when its rules cannot be compiled.
    """
    gateway = Gateway(scenario, FAMILIES, served)
    gateway.engine = engine.installed()
    return gateway


def environment(url: str, key: str = "sk-mockgate") -> dict[str, str]:
    """Return the environment variables that make the official SDKs call the server at `url`, with this key."""
    return {
        "OPENAI_BASE_URL": f"{url}/v1",
        "OPENAI_API_BASE": f"{url}/v1",
        "OPENAI_API_KEY": key,
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": key,
        "GOOGLE_GEMINI_BASE_URL": url,
        "GEMINI_API_KEY": key,
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
    """Keep what start-up made out of every later garbage collection: those of a large heap make chunks late.

    Only for a process that is mockgate's own. What of it is garbage already stays too: it is little, and looking for it
    would hold up whoever is served by now.
    """
    gc.freeze()
