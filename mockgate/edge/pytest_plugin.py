"""The pytest plugin: the fixture and the marker `mockgate`.

It is loaded into every run of pytest where mockgate is installed: nothing is imported before a test asks for it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from .testing import Bench, MockgateFixture


class Spent(NamedTuple):
    """What a run has asked of mockgate; `cost` is in dollars."""

    requests: int = 0
    tokens: int = 0
    cost: Decimal = Decimal(0)

    def and_also(self, requests: int, tokens: int, cost: Decimal) -> "Spent":
        """Return both together."""
        return Spent(self.requests + requests, self.tokens + tokens, self.cost + cost)

    def __str__(self) -> str:
        plural = "s" * (self.requests != 1)
        return f"mockgate: {self.requests} request{plural}, {self.tokens} tokens, ${self.cost.normalize():f}"


_SPENT = pytest.StashKey[Spent]()
_SESSION = pytest.StashKey["MockgateFixture"]()
_STRICT = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the configuration file."""
    parser.addini("mockgate_scenario", "The scenario of tests that name none: a file beside this one, or a name.")
    parser.addini("mockgate_strict", "Whether a request that no rule matches fails its test.", type="bool")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "mockgate(scenario, *, strict, **keys): the test's own scenario (a file beside the test, a name, YAML text or "
        "a mapping), whether a request that no rule matches fails it, and keys of a scenario that win over it.",
    )
    config.stash[_SPENT] = Spent()


# The fixture.


@pytest.fixture(scope="session")
def _mockgate_server(pytestconfig: pytest.Config) -> Iterator["Bench"]:
    from .testing import Bench  # noqa: PLC0415 - only runs that use mockgate pay for it

    with _wrong_scenarios_in_their_own_words():
        bench = Bench(_found(pytestconfig.getini("mockgate_scenario") or None, pytestconfig))
    with bench:
        yield bench
    pytestconfig.stash[_SPENT] = pytestconfig.stash[_SPENT].and_also(bench.asked, bench.tokens, bench.spent)


@pytest.fixture(name="mockgate")
def _mockgate(request: pytest.FixtureRequest, _mockgate_server: "Bench") -> Iterator["MockgateFixture"]:
    """A gateway for this test alone, at `mockgate.url`; the environment points the official SDKs to it."""
    marked = _marked(request.node)
    strict = marked.pop("strict", request.config.getini("mockgate_strict"))
    scenario = _found(marked.pop("scenario", None), request.config, request.path.parent)
    name = request.node.nodeid.encode("ascii", "backslashreplace").decode()
    with _wrong_scenarios_in_their_own_words():
        session = _mockgate_server.seat(name, scenario, marked)
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in session.env.items():
            environment.setenv(variable, value)
        request.node.stash[_STRICT], request.node.stash[_SESSION] = strict, session
        yield session
    del request.node.stash[_SESSION]
    session.leave()


def _marked(node: pytest.Item) -> dict[str, Any]:
    """Return what the test's markers say; of one key, the closest marker's."""
    said: dict[str, Any] = {}
    for marker in reversed(list(node.iter_markers("mockgate"))):
        if len(marker.args) > 1:
            pytest.fail("@pytest.mark.mockgate takes one scenario; everything else goes by name", pytrace=False)
        said |= {**dict(zip(["scenario"], marker.args, strict=False)), **marker.kwargs}
    return said


def _found(scenario: Any, config: pytest.Config, *folders: Path) -> Any:
    """Return the file that is meant, seen from the folders or from the configuration file; else what was given."""
    if not isinstance(scenario, str | PathLike) or "\n" in str(scenario):
        return scenario
    seen_from = (*folders, config.rootpath if config.inipath is None else config.inipath.parent)
    with suppress(OSError, ValueError):  # YAML text is often no name that a file could have
        return next((folder / scenario for folder in seen_from if (folder / scenario).is_file()), scenario)
    return scenario


@contextmanager
def _wrong_scenarios_in_their_own_words() -> Iterator[None]:
    from ..errors import ScenarioError  # noqa: PLC0415 - only runs that use mockgate pay for it

    try:
        yield
    except ScenarioError as wrong:
        raise pytest.fail.Exception(f"the scenario is wrong:\n{wrong}", pytrace=False) from None


# What a test that fails is told.


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a strict test that passed although it asked what no rule matches."""
    yield
    if item.stash.get(_STRICT, False):
        session = item.stash[_SESSION]
        if session.coverage().unmatched:
            pytest.fail("mockgate was asked what no rule matches", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Show beside a failure what mockgate was asked."""
    report = yield
    session = item.stash.get(_SESSION, None)
    if session is not None and report.failed:
        report.sections.append(("mockgate", session.tell()))
    return report


# What the run came to, also over all workers of pytest-xdist.


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand on what this worker's tests came to."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        requests, tokens, cost = session.config.stash[_SPENT]
        output["mockgate"] = [requests, tokens, str(cost)]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add what a worker's tests came to; of one that crashed that is not known."""
    output: Mapping[str, Any] = getattr(node, "workeroutput", {})
    if "mockgate" in output:
        requests, tokens, cost = output["mockgate"]
        node.config.stash[_SPENT] = node.config.stash[_SPENT].and_also(requests, tokens, Decimal(cost))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say in one line what the run came to."""
    if config.stash[_SPENT].requests:
        terminalreporter.write_line(str(config.stash[_SPENT]))
