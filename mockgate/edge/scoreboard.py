"""What a gauntlet shows: a line for each run that is over, a summary, and JUnit's XML for machines."""

from collections import Counter
from collections.abc import Iterator
from typing import get_args
from xml.etree.ElementTree import Element, ElementTree, SubElement

from ..scalars import UNPRINTABLE
from .console import Console
from .gauntlet import HEALTHY, Outcome, Result, trials

_RED, _GREEN, _YELLOW, _DIM = "31", "32", "33", "2"

#: Lines of a command's output that are shown where it failed: the last ones.
_SHOWN = 20


class Scoreboard:
    """Tells how it goes. `strict`: whatever does not survive is a failure. `verbose`: all output is shown."""

    def __init__(self, console: Console, *, strict: bool = False, verbose: bool = False) -> None:
        self.outcomes: list[Outcome] = []
        self._console = console
        self._strict = strict
        self._verbose = verbose
        self._width = max(len(trial.name) for trial in (HEALTHY, *trials()))

    @property
    def failed(self) -> bool:
        """Whether any run counts against the command."""
        return any(self._fails(outcome) for outcome in self.outcomes)

    def add(self, outcome: Outcome) -> None:
        """Take in a run that is over, and tell of it."""
        self.outcomes.append(outcome)
        self._console.say(self._row(outcome))
        for line in self._more(outcome):
            self._console.say(f"{'':{self._width}}  {line}")

    def end(self) -> None:
        """Say what all runs came to, if there were any."""
        if not self.outcomes:
            return
        counts = Counter(outcome.result for outcome in self.outcomes)
        said = ", ".join(f"{counts[result]} {result}" for result in get_args(Result) if counts[result])
        self._console.say(f"\n{_times(len(self.outcomes), 'run')}: {said}")
        healthy = self.outcomes[0]
        if not healthy.ok:
            self._console.say(f"The gauntlet stops here: {_unfit(healthy)}")

    def _fails(self, outcome: Outcome) -> bool:
        return outcome.fails(strict=self._strict)

    def _row(self, outcome: Outcome) -> str:
        fine = outcome.ok and not outcome.findings
        colour = _RED if self._fails(outcome) else _GREEN if fine else _YELLOW
        result = self._console.paint(f"{outcome.result:14}", colour)
        asked = _times(outcome.requests, "request")
        row = f"{outcome.trial.name:{self._width}}  {result}  {outcome.ran.seconds:5.1f} s  {asked:12}"
        return f"{row}  {self._console.paint(outcome.note, _DIM)}".rstrip()

    def _more(self, outcome: Outcome) -> Iterator[str]:
        if self._fails(outcome):
            yield f"tested: {outcome.trial.tests}"
        for kind, message in {found.kind: found.message for found in outcome.findings}.items():
            yield f"{kind}: {message}"
        if self._verbose or self._fails(outcome):
            lines = _printable(outcome.ran.output).splitlines()
            shown = lines if self._verbose else lines[-_SHOWN:]
            yield from (self._console.paint(f"| {line}", _DIM) for line in shown)

    def junit(self) -> "ElementTree[Element]":
        """Word what is known as JUnit does."""
        suite = Element("testsuite", {"name": "mockgate gauntlet"})
        for outcome in self.outcomes:
            suite.append(self._case(outcome))
        counts = {"tests": "testcase", "failures": "*/failure", "errors": "*/error", "skipped": "*/skipped"}
        for name, path in counts.items():
            suite.set(name, str(len(suite.findall(path))))
        suite.set("time", f"{sum(outcome.ran.seconds for outcome in self.outcomes):.3f}")
        root = Element("testsuites")
        root.append(suite)
        return ElementTree(root)

    def _case(self, outcome: Outcome) -> Element:
        named = {"classname": "mockgate.gauntlet", "name": outcome.trial.name, "time": f"{outcome.ran.seconds:.3f}"}
        case = Element("testcase", named)
        said = ": ".join(filter(None, (outcome.result, outcome.note)))
        if self._fails(outcome):
            SubElement(case, "failure", {"type": outcome.result, "message": said}).text = outcome.trial.tests
        elif outcome.result == "not reached":
            SubElement(case, "skipped", {"message": said})
        SubElement(case, "system-out").text = _printable(outcome.ran.output)
        findings = "".join(f"{found.kind}: {found.message}\n" for found in outcome.findings)
        SubElement(case, "system-err").text = _printable(findings)
        return case


def _unfit(healthy: Outcome) -> str:
    match healthy.result:
        case "not reached":
            how = f"failed ({healthy.note}) before it asked anything" if healthy.note else "asked nothing"
            return f"with nothing wrong, the command {how}. Does it use OPENAI_BASE_URL or ANTHROPIC_BASE_URL?"
        case "hung":
            return "with nothing wrong, the command was not over in time. Give it more with --timeout."
        case _:
            return f"with nothing wrong, the command failed ({healthy.note or healthy.result})."


def _printable(text: str) -> str:
    """Leave out what steers terminals, and what XML cannot say."""
    return UNPRINTABLE.sub("?", text)


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
